"""Steps of a layer table as rows of a spec: an operator or block, its columns, and what the table
leaves open as a remark behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.numbers import divide, is_number, is_whole
from costcalc.papers.layer_tables.blocks import BLOCKS
from costcalc.papers.layer_tables.cells import CLASSES
from costcalc.papers.layer_tables.sizes import NOT_PRINTED
from costcalc.papers.layer_tables.steps import Step, amount
from costcalc.source.nodes import Text

_CLASSES = re.compile(rf"\b(?:{'|'.join(CLASSES)})\b", re.I)


class Written(NamedTuple):
    """A row: its columns in order, the first of which is its operator; and the step that it is."""

    columns: dict[str, str]
    step: Step
    notes: tuple[str, ...] = ()


class Classes(NamedTuple):
    """The step whose channels are the classes, and how many these are; ``note`` says why."""

    step: Step
    number: str
    note: str = ""


def find_classes(steps: Sequence[Step]) -> Classes | None:
    """The last layer with weights, if only a softmax comes after it: an fc, or a convolution of a
    map of 1×1. Its channels are a number, a word or a letter."""
    last = next((step for step in reversed(steps) if step.operator != "softmax"), None)
    if last is None or last.operator not in ("fc", "conv"):
        return None
    if last.operator == "conv" and last.at.sides != (1, 1):
        return None
    if last.width.isdecimal():
        return Classes(last, last.width)
    letter = re.fullmatch(r"[A-Za-z]", last.width)
    elsewhere = any(last.width in re.findall("[A-Za-z]+", s.width) for s in steps if s is not last)
    if _CLASSES.fullmatch(last.width) or (letter and not elsewhere):
        return Classes(last, "1000", f"{last.width}: {NOT_PRINTED} how many")
    return None


class RowWriter:
    """Writes steps as rows. ``scaled`` puts α to every printed number of channels; ``multiplier``
    is that of all depthwise layers, which the spec's defaults have."""

    def __init__(
        self, steps: Sequence[Step], ratio: Fraction | None, *, scaled: bool = False
    ) -> None:
        self.classes = find_classes(steps)
        self.ratio = ratio
        self.scaled = scaled
        found = {_multiplier(step) for step in steps if step.operator == "dwconv"} or {"1"}
        self.multiplier = found.pop() if len(found) == 1 else "1"

    def kinds(self) -> dict[str, Callable[[Step], Written]]:
        """How each operator is written."""
        return {
            "conv": self.conv,
            "dwconv": self.dwconv,
            "maxpool": self.pool,
            "avgpool": self.pool,
            "fmp": self.fmp,
            "fc": self.fc,
            "flatten": lambda step: Written({"flatten": ""}, step),
            "softmax": lambda step: Written({"softmax": ""}, step),
        }

    def rows(self, step: Step) -> Iterator[Written]:
        """The rows of one step, with its printed input in the first."""
        write = self.kinds().get(step.operator, self.block)
        row = write(step)
        height, width = step.at.sides
        channels = self.symbols(step.at.channels)
        channels = f"({channels})" if re.search(r"[^\w.]", channels) else channels
        columns = {**row.columns, "input": f"{height}×{width}×{channels}"}
        yield row._replace(columns=columns, notes=(*row.notes, *step.notes))
        if step.operator == "conv" and step.further.get("SE") == "true":
            note = f"what squeeze-and-excite keeps: {NOT_PRINTED}"
            yield Written({"squeeze_and_excite": "in"}, step, (note,))

    def amounts(self, step: Step) -> list[str]:
        """What of a step is arithmetic."""
        texts = [
            step.width,
            step.at.channels,
            step.times,
            *map(step.further.get, ("t", "exp", "w")),
        ]
        texts += [re.sub(r"[()×x\s]", "", step.run.text)] if step.run else []
        texts += ["α"] if self.scaled else []
        return [self.symbols(text) for text in texts if text]

    def symbols(self, text: str) -> str:
        """Channels as the spec calls them."""
        if self.classes and text == self.classes.step.width and not text.isdecimal():
            return "classes"
        return _CLASSES.sub("classes", text)

    def width(self, step: Step) -> str:
        """The channels that leave, as an expression."""
        return f"{step.width}α" if self.scaled else self.symbols(step.width)

    def conv(self, step: Step) -> Written:
        classifies = self.classes is not None and step is self.classes.step
        columns = {"conv": _window(step), "stride": step.stride}
        columns["out"] = "whole(classes)" if classifies else self.width(step)
        if step.groups:
            columns["groups"] = step.groups
        columns |= _further(step, "padding")
        notes = []
        bare = step.further.get("norm") == "none" or classifies
        if bare:
            columns |= {"norm": "none", "bias": "true"}
            notes.append("bias" if "norm" in step.further else "norm, bias")
        activation = step.further.get("NL", "none" if classifies else "")
        if activation:
            columns["activation"] = activation
            notes += [] if "NL" in step.further else ["activation"]
        said = (f"{', '.join(notes)}: {NOT_PRINTED}",) if notes else ()
        return Written(columns, step, said)

    def dwconv(self, step: Step) -> Written:
        columns = {"dwconv": _window(step), "stride": step.stride, **_further(step, "padding")}
        multiplier = _multiplier(step)
        if multiplier != self.multiplier:
            columns["multiplier"] = multiplier
        if "NL" in step.further:
            columns["activation"] = step.further["NL"]
        return Written(columns, step)

    def pool(self, step: Step) -> Written:
        if step.whole_map:
            return Written({"avgpool": "global"}, step)
        columns = {step.operator: _window(step), "stride": step.stride}
        return Written({**columns, **_further(step, "padding")}, step)

    def fmp(self, step: Step) -> Written:
        return Written({"fmp": step.stride if self.ratio is None else "ratio"}, step)

    def fc(self, step: Step) -> Written:
        classifies = self.classes is not None and step is self.classes.step
        columns = {"fc": "classes" if classifies else self.width(step), "bias": "true"}
        notes = [f"bias: {NOT_PRINTED}"]
        if not classifies:
            columns["activation"] = step.further.get("NL", "relu")
            notes = [f"bias, activation: {NOT_PRINTED}"]
        return Written(columns, step, tuple(notes))

    def block(self, step: Step) -> Written:
        """A call of a block.

        :raises CostcalcError: an argument is not printed.
        """
        block = BLOCKS[step.operator]
        given = {
            **step.further,
            "c": self.width(step),
            "k": _window(step) if step.window else "",
            "n": step.times or "1",
            "s": step.stride,
        }
        if self.scaled and step.further.keys() & {"w", "exp"}:
            hint = "write it into the table: 64α"
            raise step.cell.error(f"how α scales {step.cell.text!r} inside is not printed", hint)
        missing = [name for name in block.arguments if not given.get(name)]
        if missing:
            hint = f"a column {' or '.join(missing)}"
            raise step.cell.error(f"{step.cell.text!r} needs {', '.join(missing)}", hint)
        if "NL" in block.arguments:
            given["NL"] = f'"{given["NL"]}"'
        said = {name: given[name] for name in block.arguments}
        columns = {block.name: "", **{f"{block.name}.{name}": text for name, text in said.items()}}
        again = "n" not in block.arguments and given["n"] != "1"
        columns |= {"repeat": given["n"]} if again else {}
        if "s" not in block.arguments and step.stride != "1":
            first = {"first": f"{{s: {step.stride}}}"}
            columns |= first if again else {f"{block.name}.s": step.stride}
        return Written(columns, step)


def _window(step: Step) -> str:
    return "x".join(map(str, step.window))


def _further(step: Step, column: str) -> dict[str, str]:
    return {column: step.further[column]} if column in step.further else {}


def _multiplier(step: Step) -> str:
    """The depth multiplier of a depthwise layer.

    :raises CostcalcError: what leaves is no multiple of what arrives.
    """
    if not step.width:
        return "1"
    cell = Text(step.cell.place, step.width)
    arriving, leaving = amount(step.at.channels, cell), amount(step.width, cell)
    once = 1 if arriving == leaving else divide(leaving, arriving) if is_number(arriving) else 0
    if is_number(once) and is_whole(once) and once > 0:
        return str(once)
    letters: list[str] = re.findall(r"[A-Za-zα-ω]+", step.width)
    for letter in letters:
        if arriving * amount(letter, cell) == leaving:
            return letter
    message = f"{step.width} channels leave a depthwise layer that gets {step.at.channels}"
    raise step.cell.error(message, "a multiple of them")
