"""The rows of a layer table as steps: one layer or block each, with what its row prints of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from costcalc.algebra.amounts import counted
from costcalc.algebra.numbers import Number, is_number, is_whole
from costcalc.graph.selection import Cannot
from costcalc.language.header import ACTIVATION
from costcalc.language.parameters import KNOWN
from costcalc.operators.elementwise import SPELLINGS
from costcalc.operators.merging import MERGES
from costcalc.papers.claims.headings import METRIC
from costcalc.papers.claims.headings import column as heading
from costcalc.papers.claims.printed import plain
from costcalc.papers.layer_tables.blocks import BLOCKS
from costcalc.papers.layer_tables.cells import CLASSES, Said, factors, read_operations, value
from costcalc.papers.layer_tables.headings import Columns
from costcalc.source.nodes import Text
from costcalc.source.record import Problems
from costcalc.source.tables import Table, spread

#: ``5 ×`` above or beside the rows that come several times, and the sign in its further rows.
_MARK = re.compile(r"(?P<count>\d+(?=\s*[×x])|[A-Za-z](?=\s*×))\s*[×x]")
_GOES_ON = ("⋮", "″", '"', "...", "…")
#: The same before the first layer: ``4 × 3×3 DWConv``, and a size is no mark.
_BEFORE = re.compile(rf"({_MARK.pattern})\s*(?=[A-Za-z\[]|\d+\s*[×x]\s*\d)")
#: Layers in brackets, ``[1×1, 64; 3×3, 64; 1×1, 256] × 3``, and each of them.
_STACK = re.compile(r"\[(?P<layers>.*)\]\s*(?:[×x*]\s*(?P<count>\w+))?")
_STACKED = re.compile(r"(\d+)[×x](\d+)(?:,|\s)\s*(?:conv,?\s*)?([^\s,;]+)[\s,;]*")
_FILTER = re.compile(r"(?P<product>[\d(].*?)(?P<dw>\s*dw)?(?:,\s*(?P<groups>\w+) groups)?")
_ARITHMETIC = re.compile(r"[A-Za-z0-9_αδρ.()+*/×·\s-]+")
#: How a table says yes.
_YES = ("✓", "✔", "√", "yes", "y", "1", "true")


class Size(NamedTuple):
    """A printed size; ``channels`` are as written, and none where only sides are printed."""

    cell: Text
    sides: tuple[int, int]
    channels: str = ""


class Step(NamedTuple):
    """One layer or block. What its row does not print is empty. ``arriving`` are the channels that
    its filters have. ``run`` is the mark of the repetition that it is a part of, and ``times`` how
    often it comes alone. ``further`` has arguments of blocks and columns of rows, ``notes`` what
    was chosen where the table is silent."""

    cell: Text
    operator: str
    window: tuple[int, ...] = ()
    stride: str = ""
    width: str = ""
    arriving: Text | None = None
    groups: str = ""
    input: Size | None = None
    output: Size | None = None
    times: str = ""
    run: Text | None = None
    further: Mapping[str, str] = {}
    whole_map: bool = False
    notes: tuple[str, ...] = ()

    @property
    def at(self) -> Size:
        """The size that arrives at a step that is settled."""
        assert self.input is not None
        return self.input


def amount(text: str, cell: Text) -> Number:
    """The channels that a text says, in symbols.

    :raises CostcalcError: it is no such number.
    """
    names = re.findall(r"[^\W_αδρ]+", re.sub(r"(?<![^\W_])[\d.]+", "", text))
    known = (*KNOWN, *CLASSES)
    if not _ARITHMETIC.fullmatch(text) or not all(
        len(name) == 1 or name.lower() in known for name in names
    ):
        raise cell.error(
            f"{text!r} is no number of channels", "numbers, single letters, α, δ and ρ"
        )
    try:
        number = value(text, {})
    except Cannot as error:
        raise cell.error(str(error)) from None
    if is_number(number) and not (is_whole(number) and number > 0):
        raise cell.error(f"{text!r} is no number of channels")
    return number


def read_steps(table: Table, columns: Columns, problems: Problems) -> list[Step]:
    """The steps of all rows; what can't be read is noted."""
    named = (row[i] for row in table.rows for i in columns.places["layer"])
    if joining := [cell for cell in named if cell.text.lower() in MERGES]:
        words = ", ".join(dict.fromkeys(repr(cell.text) for cell in joining))
        rows = counted(len(joining), "row")
        message = f"{words} in {rows}: the table does not say which layers are joined"
        hint = "a column From with the numbers of rows, as `costcalc show --format csv` prints it"
        problems.add(joining[0], message, hint)
        return []
    steps: list[Step] = []
    run: Text | None = None  # the mark in a row of its own, or of the row before
    alone = False
    for row in table.rows:
        cells = spread(row)
        said = [cell for cell in row if cell.text]
        if said and heading(said[0].text, {}).kind == METRIC:  # the costs below the layers
            continue
        if len(said) == 1 and _MARK.fullmatch(said[0].text):
            run, alone = said[0], True
            continue
        with problems.collected():
            own = _Row({n: [cells[i] for i in at] for n, at in columns.places.items()})
            mark = own.mark()
            if mark is None and not alone:
                run = None
            elif mark is not None and (mark.text not in _GOES_ON or run is None):
                run = mark
            alone = False
            steps += [step._replace(run=run) for step in own.steps()]
    return steps


class _Row:
    """The cells of one row, by what stands in their columns."""

    def __init__(self, cells: Mapping[str, Sequence[Text]]) -> None:
        self.cells = cells
        layers = [cell for name in ("layer", "window") for cell in cells.get(name, ())]
        self.named = [cell for cell in layers if plain(cell.text)]
        self.cell = self.named[0] if self.named else layers[0]
        self.text = ", ".join(plain(cell.text) for cell in self.named)

    def get(self, name: str) -> str:
        """What a column says, nothing where it is empty or missing."""
        return next((plain(cell.text) for cell in self.cells.get(name, ())), "")

    def mark(self) -> Text | None:
        """The mark of a repetition, in a column of its own or before the layer."""
        for cell in self.cells.get("repeat", ()):
            if _MARK.fullmatch(cell.text) or cell.text in _GOES_ON:
                return cell
        before = _BEFORE.match(self.text)
        return Text(self.cell.place, before[1]) if before else None

    def steps(self) -> Iterator[Step]:
        """What the row prints, in order.

        :raises CostcalcError: a cell can't be read.
        """
        if not self.text:
            raise self.cell.error("the row names no layer", "conv, conv dw, max pool, fc, …")
        before = _BEFORE.match(self.text)
        text = self.text[before.end() :] if before else self.text
        stack = _STACK.fullmatch(text)
        found = [self.stack(stack)] if stack else [*self.layers(text)]
        found[0] = found[0]._replace(input=self.size("input"))
        found[-1] = found[-1]._replace(output=self.size("output"))
        yield from map(_amounts, found)

    def layers(self, text: str) -> Iterator[Step]:
        """The layers that the words name; what stands in other columns is the first one's."""
        try:
            operations = read_operations(text)
        except Cannot as error:
            hint = "such as 3×3 conv, 64, /2; or a row of the spec, written by hand"
            raise self.cell.error(str(error), hint) from None
        for i, said in enumerate(operations):
            if len(set(said.operators)) > 1:
                raise self.cell.error(f"{text!r} is one of several layers", "name one")
            step = self.layer(said)
            yield self.filled(step) if i == 0 else step

    def layer(self, said: Said) -> Step:
        """One layer, by its words."""
        further = {"t": said.expansion} if said.expansion else {}
        if "nbn" in self.text.lower():
            further["norm"] = "none"
        classes = str(said.classes[0]) if said.classes else ""
        return Step(
            self.cell,
            said.operators[0],
            said.size or (),
            said.stride or "",
            said.channels or classes,
            further=further,
            whole_map="global" in self.text.lower(),
        )

    def filled(self, step: Step) -> Step:
        """The step with what stands in the other columns."""
        stride, width, count = (self.get(name) for name in ("stride", "width", "repeat"))
        step = step._replace(
            stride=step.stride or stride,
            width=step.width or width,
            times="" if _MARK.fullmatch(count) or count in _GOES_ON else count,
            further={**self.further(step.operator), **step.further},
        )
        filters = self.cells.get("filter", ())
        return self.filters(step, filters[0]) if filters and plain(filters[0].text) else step

    def further(self, operator: str) -> dict[str, str]:
        """Arguments of blocks, and what follows a layer."""
        said = {name: self.get(name) for name in ("t", "exp") if self.get(name)}
        if "SE" in self.cells and (operator == "bneck" or self.get("SE")):
            said["SE"] = "true" if self.get("SE").lower() in _YES else "false"
            if self.get("SE") and said["SE"] == "false":
                raise self.cells["SE"][0].error(f"{self.get('SE')!r} is neither ✓ nor -")
        if said.keys() - {"SE"} and operator not in BLOCKS:
            given = next(self.cells[name][0] for name in said if name != "SE")
            raise given.error(f"{given.text!r} says nothing of {self.text!r}", "-")
        if said.get("SE") == "true" and operator not in ("bneck", "conv"):
            raise self.cells["SE"][0].error(f"squeeze-and-excite of {self.text!r} is not known")
        if "NL" in self.cells:
            word = self.get("NL") or "none"
            word = word if word in SPELLINGS else word.lower()
            ACTIVATION.parse(Text(self.cells["NL"][0].place, word))
            said["NL"] = word
        return said

    def filters(self, step: Step, cell: Text) -> Step:
        """The step with what its filter shape says."""
        text = plain(cell.text)
        product = _FILTER.fullmatch(text)
        if product is None:
            return self.described(step, cell)
        sides = factors(product["product"])
        if step.operator == "fc":
            sides = sides[2:] if sides[:2] == ["1", "1"] and len(sides) == 4 else sides
            sides = ["1", "1", *sides]
        expected = {"dwconv": "k×k×M", "conv": "k×k×M×N", "fc": "M×N"}.get(step.operator)
        if expected is None:
            raise cell.error(f"{text!r}: {step.operator} has no filters")
        if len(sides) != (3 if step.operator == "dwconv" else 4) or not all(
            side.isdecimal() for side in sides[:2]
        ):
            raise cell.error(f"{text!r} is no filter shape of {step.operator}", expected)
        for side in sides[2:]:
            amount(_product(side), cell)
        window = () if step.operator == "fc" else (int(sides[0]), int(sides[1]))
        if step.window not in ((), window):
            raise cell.error(f"{text!r} has another window than {self.text!r}")
        if product["dw"] and step.operator != "dwconv":
            raise cell.error(f"{text!r} is depthwise, {self.text!r} is not")
        arriving = Text(cell.place, _product(sides[2])) if len(sides) == 4 else None
        return step._replace(
            window=window, arriving=arriving, width=sides[-1], groups=product["groups"] or ""
        )

    def described(self, step: Step, cell: Text) -> Step:
        """The step with what stands in words in place of its filters: ``Pool 7×7``."""
        text = plain(cell.text)
        if text.lower() == "global" and step.operator == "avgpool":
            return step._replace(whole_map=True)
        try:
            (said,) = read_operations(text)
        except (Cannot, ValueError):
            raise cell.error(f"{text!r} can't be read", "k×k×M×N, or what the layer is") from None
        pool = step.operator in ("maxpool", "avgpool") and text.lower().startswith("pool")
        same = said.operators[0] == step.operator or pool
        if not same or step.stride != (said.stride or step.stride):
            raise cell.error(f"{text!r} is another layer than {self.text!r}")
        whole_map = step.whole_map or "global" in text.lower()
        return step._replace(window=step.window or said.size or (), whole_map=whole_map)

    def stack(self, stack: re.Match[str]) -> Step:
        """Layers in brackets: a residual block of He et al. 2015.

        :raises CostcalcError: they are none.
        """
        text = re.sub(r"\s*([×x])\s*", r"\1", stack["layers"]).strip()
        layers = _STACKED.findall(text)
        if _STACKED.sub("", text).strip(" []") or not layers:
            raise self.cell.error(f"{stack[0]!r} can't be read", "[3×3, 64; 3×3, 64] × 2")
        kernels = [f"{height}x{width}" for height, width, _ in layers]
        *inner, last = (width for _, _, width in layers)
        step = Step(self.cell, "basic", (), "", last, times=stack["count"] or "1")
        if kernels == ["3x3", "3x3"] and inner == [last]:
            return step
        if kernels == ["1x1", "3x3", "1x1"] and inner[0] == inner[1]:
            return step._replace(operator="residual bottleneck", further={"w": inner[0]})
        hint = "[3×3, c; 3×3, c] or [1×1, w; 3×3, w; 1×1, c]; or rows of the spec, by hand"
        raise self.cell.error(f"{stack[0]!r} is no residual block that is known", hint)

    def size(self, column: str) -> Size | None:
        """A printed size.

        :raises CostcalcError: it can't be read.
        """
        cell = next((c for c in self.cells.get(column, ()) if plain(c.text)), None)
        return None if cell is None else _size(cell)


def _amounts(step: Step) -> Step:
    """The step with its amounts as the language has them.

    :raises CostcalcError: one can't be read.
    """
    further = {k: _product(v) if k in ("t", "exp", "w") else v for k, v in step.further.items()}
    width, times, groups = map(_product, (step.width, step.times, step.groups))
    for text in (width, times, groups, *(further.get(name) for name in ("t", "exp", "w"))):
        if text:
            amount(text, step.cell)
    return step._replace(width=width, times=times, groups=groups, further=further)


def _size(cell: Text) -> Size:
    """Height, width and channels of a printed size."""
    parts = factors(plain(cell.text))
    if not 2 <= len(parts) <= 3:
        raise cell.error(f"{cell.text!r} is no size", "such as 112×112×32, 112²×32 or 112×112")
    letters = [part for part in parts[:2] if not part.isdecimal()]
    if letters:
        hint = "a table of one block is no network; `formulas` of claims read it"
        raise cell.error(f"{letters[0]!r} is no side in pixels", hint)
    channels = _product(parts[2]) if len(parts) == 3 else ""
    if channels:
        amount(channels, cell)
    return Size(cell, (int(parts[0]), int(parts[1])), channels)


def _product(text: str) -> str:
    """An amount as the language has it: ``16 k`` is ``16×k``."""
    return re.sub(r"(?<=\d)(?=[A-Za-z])", "×", text.replace(" ", ""))
