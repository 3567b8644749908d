"""A model as a spec that reads like the table of a paper, which counts what the model counts.

What is folded is held against one row for each operation: the amounts of every tag must be equal,
so that both cost the same by every convention, and so must the maps that
leave convolutions and matrix products. What
differs is not written; the spec is then folded less.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from costcalc.algebra.amounts import counted
from costcalc.analysis.count import count
from costcalc.errors import CostcalcError, Problem
from costcalc.exchange.flat import flat
from costcalc.exchange.readable import LEVELS, readable
from costcalc.exchange.reading import at_sides, read_model
from costcalc.exchange.structure import CONVOLUTIONS
from costcalc.exchange.translation import Translation
from costcalc.graph.build import build
from costcalc.graph.loading import loads_spec, told
from costcalc.language import Spec, library
from costcalc.language.model import Merge, Row
from costcalc.language.parameters import Binding
from costcalc.language.parser import parse_file
from costcalc.language.write import write
from costcalc.network import Network
from costcalc.source.files import is_file, shown, stem
from costcalc.source.kinds import OtherKind, reader_of

#: What multiplies matrices; the rest may be a part of another row.
_PRODUCTS = (*CONVOLUTIONS, "fc", "linear", "matmul", "lstm", "gru", "rnn")


class Imported(NamedTuple):
    """A spec made of a model: its text, how many rows it has for how many operations, how far it
    is folded, and what has no row of its own in it (in ``spec.remarks``)."""

    text: str
    spec: Spec
    rows: int
    operations: int
    level: str

    def said(self) -> list[str]:
        """What there is to know of it, in lines."""
        found = count(self.spec, convention="trainable")
        lines = [
            f"{self.spec.name}: {counted(self.operations, 'operation')} in "
            f"{counted(self.rows, 'row')}; both count "
            f"{found.mult_adds:,} Mult-Adds and {found.params:,} parameters (convention trainable)"
        ]
        if self.level != LEVELS[-1]:
            lines.append("not folded further: what that gave did not count the same")
        return lines + [f"free, or said by another row: {what}" for what in self.spec.remarks]


class Read(NamedTuple):
    """A model: what to call its network, what it became, and what messages call it."""

    name: str
    translation: Translation
    source: str


def read(model: str, sizes: list[str]) -> Read:
    """The model in a file, or what a function builds, ``package.module:function``, at input sizes.

    :raises CostcalcError: no reader knows it, it is damaged or does not run.
    """
    path = Path(model)
    if ":" not in model or is_file(path):
        reader = reader_of(path) or _by_content(path)
        return Read(stem(path, "network"), read_model(path, reader, sizes), shown(path))
    if not sizes:
        raise CostcalcError("--input is needed to run a module", "--input 3x224x224")
    try:
        from costcalc.exchange.torch.modules import read_built
    except ModuleNotFoundError:
        raise CostcalcError("to run a module, torch is needed", "pip install torch") from None
    function, _, arguments = model.partition(":")[2].partition("(")
    named = re.match(r"""\s*(['"])([\w.-]+)\1""", arguments)  # timm:create_model("resnet50")
    name = named[2] if named else function.rpartition(".")[2]
    return Read(name, _run(lambda size: read_built(model, size), sizes), model)


def _run(read: Callable[[Sequence[Any]], Translation], sizes: Sequence[Any]) -> Translation:
    """What a module does to inputs of these sizes; ``3xRxR`` are images of any, one of them."""
    (one,) = sizes if len(sizes) == 1 else [""]
    any_size = re.fullmatch(r"(\d+)xRxR", one) if isinstance(one, str) else None
    if any_size is None:
        return read(sizes)
    refusal = Problem("what it does hangs on the sides of its images", "--input 3x224x224")
    return at_sides(
        lambda form: read([f"{form[2]}x{form[0]}x{form[1]}"]), int(any_size[1]), refusal
    )


def _by_content(path: Path) -> str:
    """The reader of a file that only its content tells.

    :raises CostcalcError: there is none, or it is a spec.
    """
    try:
        parse_file(path, (library.BLOCKS,))
    except OtherKind as other:
        if other.kind.reader:
            return other.kind.reader
        raise
    hint = f"`costcalc count {path}` counts it"
    raise CostcalcError(f"{shown(path)} is a costcalc network as it stands", hint)


def imported(translation: Translation, name: str, source: str) -> Imported:
    """The spec of a translation; ``source`` is what the model is called in messages.

    :raises CostcalcError: something has no row, or a map is of another size than the model says.
    """
    plain = flat(translation, name, source)
    bindings: list[Binding] = [{"resolution": side} for side in translation.sides] or [{}]
    wanted = [amounts(plain, at) for at in bindings]
    for level in reversed(LEVELS[1:]):
        try:
            text = write(readable(translation, name, source, level))
            spec = loads_spec(text, source)
            equal = [amounts(spec, at) for at in bindings] == wanted
        except (CostcalcError, RecursionError):  # where hundreds of rows stand in each other
            continue  # it is folded less
        if equal:
            return made(text, spec, level, plain)
    return made(write(plain.reading[0]), plain, LEVELS[0], plain)


def made(text: str, spec: Spec, level: str, plain: Spec) -> Imported:
    spec = spec._replace(remarks=plain.remarks)
    return Imported(text, spec, size(spec), len(plain.layers), level)


def size(spec: Spec) -> int:
    """How many rows a spec has, with those of its own blocks and those inside others."""
    included = [spec.layers, *(block.body for block in spec.blocks.values())]
    return sum(_rows(rows) for rows in included)


def _rows(rows: tuple[Row, ...]) -> int:
    inside = 0
    for row in rows:
        parts = row.branches if isinstance(row, Merge) else [getattr(row, "body", ())]
        inside += sum(map(_rows, parts))
    return len(rows) + inside


def amounts(spec: Spec, binding: Binding | None = None) -> tuple[dict[str, Any], Counter[object]]:
    """The amount of every tag, and the maps that leave convolutions and matrix products, at the
    defaults or at a binding."""
    tags: dict[str, Any] = {}
    maps = Counter[object]()
    for layer in build(spec, spec.defaults() if binding is None else binding).layers:
        for tag in layer.terms:
            tags[str(tag)] = tags.get(str(tag), 0) + layer.terms.amount(tag)
        if layer.operator in _PRODUCTS:
            maps[layer.operator, layer.output] += 1
    return {tag: amount for tag, amount in tags.items() if amount}, maps


def from_torch(module: Any, input: Any, name: str = "") -> Network:
    """The network that a ``torch.nn.Module`` is, in evaluation mode, or a program of
    ``torch.export``. ``input`` is a tensor of one image, or a size: ``3x224x224`` (a list of
    several, for several inputs); with ``3xRxR`` the network has the parameter ``resolution``.

    :raises CostcalcError: something in it has no row (all of that at once), or it does not run.
    """
    from costcalc.exchange.torch.modules import read_module

    own = type(module).__name__
    inputs = input if isinstance(input, list | tuple) else [input]
    found = _run(lambda given: read_module(module, given), inputs)
    return Network(told(imported(found, name or own, own).spec))
