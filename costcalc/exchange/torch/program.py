"""A program of torch.export in a ``.pt2`` file, read without torch.

The archive has the program as JSON: its operations in order, and how large what they give is. That
alone is read; weights, constants and inputs, of which some are pickles, are never opened. Source:
the schema of torch, torch/_export/serde/schema.py, as torch 2.2 to 2.13 write it.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.flow import ASKED, broken
from costcalc.exchange.torch.aten import READERS
from costcalc.exchange.torch.maps import Empty, Tensor
from costcalc.exchange.torch.symbols import evaluated
from costcalc.exchange.torch.translator import Translator
from costcalc.exchange.translation import Form, OpenSides, Refused, Translation
from costcalc.source.files import MAX_BYTES

#: Where the program stands in the archive, by the version of torch that wrote it.
_PROGRAM = re.compile(r"(?:serialized_exported_program|((?:[^/]+/)?)models/([^/]+))\.json")
_WHOLE = {2: "torch.int8", 3: "torch.int16", 4: "torch.int32", 5: "torch.int64"}
#: Arguments that are what they say.
_PLAIN = (
    "as_int", "as_ints", "as_int_lists", "as_float", "as_floats", "as_complex", "as_bool",
    "as_bools", "as_string", "as_strings", "as_scalar_type", "as_memory_format", "as_layout",
    "as_device",
)  # fmt: skip
#: A symbol alone, as sizes of inputs are.
_SYMBOL = re.compile(r"(?:Symbol\(')?([A-Za-z_]\w*)(?:'[^()]*\))?")
_BY_NAME = 2
#: What archives and texts raise that are cut off, or written as none is.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ValueError, LookupError, TypeError, AttributeError,
    ArithmeticError, RuntimeError, EOFError,
)  # fmt: skip


class Program:
    """The graph of a program, and what its names are; ``weights`` says where each is stored."""

    def __init__(self, made: Mapping[str, Any], weights: Mapping[str, Any]) -> None:
        module = made["graph_module"]
        self.graph, self.ranges = module["graph"], made["range_constraints"]
        self.values = self.graph["tensor_values"]
        self.symbols: dict[str, int] = {}
        self.tensors: dict[str, Tensor] = {}
        self.inputs: list[str] = []  # tensors that are given
        self.parameters: list[tuple[str, str]] = []  # paths and names
        stored: dict[str, str] = {}
        for spec in module["signature"]["input_specs"]:
            ((kind, one),) = spec.items()
            if kind == "user_input" and "as_tensor" in one["arg"]:
                self.inputs.append(one["arg"]["as_tensor"]["name"])
            if kind == "parameter":
                path, name = one["parameter_name"], one["arg"]["name"]
                first = stored.setdefault(json.dumps(weights.get(path, path)), name)
                self.tensors[name] = self.tensor(first)
                self.parameters.append((path, name))

    def size(self, size: Mapping[str, Any]) -> int:
        """A size: a number, or an expression in symbols.

        :raises Refused: one of them is not known.
        """
        if "as_int" in size:
            return int(size["as_int"])
        return evaluated(size["as_expr"]["expr_str"], self.symbols)

    def tensor(self, name: str) -> Tensor:
        if name not in self.tensors:
            meta = self.values[name]
            self.tensors[name] = Empty([*map(self.size, meta["sizes"])], _WHOLE.get(meta["dtype"]))
        return self.tensors[name]

    def argument(self, given: Mapping[str, Any]) -> Any:
        """What an argument is, or what a node gives.

        :raises Refused: it is of a kind that is not read.
        """
        ((kind, value),) = given.items()
        match kind:
            case "as_none":
                return None
            case "as_tensor":
                return self.tensor(value if isinstance(value, str) else value["name"])
            case "as_tensors":
                return [self.tensor(one["name"]) for one in value]
            case "as_name":
                return self.size(self.graph["sym_int_values"][value])
            case "as_sym_int":
                return self.argument(value)
            case "as_sym_ints" | "as_optional_tensors":
                return [self.argument(one) for one in value]
        if kind not in _PLAIN:
            raise Refused(f"an argument of the kind {visible(kind)}")
        return value

    # -- sizes --------------------------------------------------------------------------------

    def bind(self, path: Path, given: Form | None) -> None:
        """Give the symbols of the inputs their values: a batch of one, and the sides of an image.

        :raises OpenSides: the sides of an image, which is all, stay open.
        :raises CostcalcError: another size does, is another, or out of its range.
        """
        for name in self.inputs:
            sizes, wanted = self.values[name]["sizes"], [1]
            if given is not None and len(sizes) == 4:
                wanted += given[2], given[0], given[1]
            for i, (size, number) in enumerate(zip(sizes, wanted, strict=False)):
                symbol = _SYMBOL.fullmatch(size.get("as_expr", {}).get("expr_str", ""))
                if symbol:
                    self.symbols.setdefault(symbol[1], number)
                    self.within(symbol[1], number, path) if i else None
            told = [*map(self.told, sizes)]
            what = f"the input {visible(name)!r}"
            if "?" in told:
                message = f"{what} leaves its sides open: {'x'.join(told)}"
                if len(self.inputs) == 1 and told[:1] + told[2:] == ["1", "?", "?"] != told[1:]:
                    raise OpenSides(message, int(told[1]))
                raise broken(path, message, ASKED)
            if told[: len(wanted)] != [*map(str, wanted)]:
                hint = "torch.export.export with a batch of one, at the size that is asked for"
                raise broken(path, f"{what} is {'x'.join(told)}, and no other", hint)

    def within(self, symbol: str, number: int, path: Path) -> None:
        """:raises CostcalcError: the program takes no side of that size."""
        range_ = self.ranges.get(symbol) or {}
        low, high = range_.get("min_val") or 0, range_.get("max_val") or number
        if not low <= number <= high:
            raise broken(path, f"the program takes sides of {low} to {high}, not of {number}")

    def told(self, size: Mapping[str, Any]) -> str:
        """A size, as messages have it."""
        try:
            return str(self.size(size))
        except Refused:
            return "?"

    # -- the run ------------------------------------------------------------------------------

    def follow(self) -> Translation:
        """Go through the operations, and write a row for what each does.

        :raises Refused: an input is no image.
        """
        learned = {name for _, name in self.parameters if self.values[name]["requires_grad"]}
        named = {path: self.tensor(name) for path, name in self.parameters}
        translator = Translator(
            {id(one): one for one in map(self.tensor, learned)}.values(),
            [*map(self.tensor, self.inputs)],
            READERS,
        )
        for node in self.graph["nodes"]:
            stack = node["metadata"].get("nn_module_stack") or ""
            modules = [one.split(",", 2) for one in stack.split(";") if one.count(",") > 1]
            translator.running = [visible(path) for _, path, _ in modules]
            kinds = {visible(path): kind.rpartition(".")[2] for _, path, kind in modules}
            translator.translation.types |= kinds
            self.run(translator, node)
        return translator.finished(named.items())

    def run(self, translator: Translator, node: Mapping[str, Any]) -> None:
        """Follow one operation, if it gives tensors."""
        name = node["target"].removeprefix("torch.ops.").rpartition(".")[0]
        out: list[Any] = []
        try:
            out += [
                self.argument(one) for one in node["outputs"] if "tensor" in next(iter(one), "")
            ]
            if not out:
                return
            given: list[Any] = []
            options: dict[str, Any] = {}
            for one in node["inputs"]:
                if one.get("kind") == _BY_NAME:
                    options[one["name"]] = self.argument(one["arg"])
                else:
                    given.append(self.argument(one["arg"]))
        except Refused as refused:
            translator.refuse(str(refused), out)
        else:
            translator.call(visible(name), given, options, out[0] if len(out) == 1 else out)


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of a program; ``size`` is that of its image, where the program leaves it open.

    :raises CostcalcError: the file is none, or damaged, or leaves sizes open.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            made, weights = _held(archive, path)
        program = Program(made, weights)
        program.bind(path, size)
        translation = program.follow()
        translation.notes = f"from a program of torch.export, torch {made['torch_version']}"
    except Refused as refused:
        raise broken(path, f"an input that is no image: {refused}") from None
    except _DAMAGED:
        raise broken(path, "not a program of torch.export, or a damaged one") from None
    return translation


def _held(archive: zipfile.ZipFile, path: Path) -> tuple[Any, Any]:
    """The program that an archive holds, and what it says of where weights are stored.

    :raises CostcalcError: it holds none, or several.
    """
    found = [*filter(None, map(_PROGRAM.fullmatch, archive.namelist()))]
    if len(found) != 1:
        hint = "torch.export.save(program, FILE) writes one; weights and pickles are never opened"
        held = f"{len(found)} programs" if found else "no program"
        raise broken(path, f"it holds {held} of torch.export", "" if found else hint)
    root, model = found[0].groups()
    where = f"{root or ''}data/weights/{model}_weights_config.json"
    stored = _json(archive, where, path)["config"] if where in archive.namelist() else {}
    return _json(archive, found[0][0], path), stored


def _json(archive: zipfile.ZipFile, name: str, path: Path) -> Any:
    with archive.open(name) as file:
        text = file.read(MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        raise broken(path, "the program in it is too large", f"at most {MAX_BYTES:,} bytes")
    return json.loads(text)
