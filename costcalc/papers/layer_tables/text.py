"""The YAML of a network that was read from a layer table: rows below each other as papers have
them, and behind them what the table does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from costcalc.algebra.expressions import compile_expression
from costcalc.language.parameters import KNOWN, name_of, value_text
from costcalc.papers.layer_tables.blocks import BLOCKS, block_text
from costcalc.papers.layer_tables.rows import RowWriter, Written
from costcalc.papers.layer_tables.sizes import NOT_PRINTED, Settled
from costcalc.source.nodes import Text

#: What a rule of channels leaves open.
_RULES = {
    "floor": f"   # how 32α becomes whole: {NOT_PRINTED}",
    "divisible(8)": f"   # that channels are multiples of 8: {NOT_PRINTED}",
}


#: A longer row has its size beside it, and not below those of the others.
_WIDE = 68


class Line(NamedTuple):
    """A line of the file, the cell of the table that it is of, and that of its printed size."""

    text: str
    cell: Text | None = None
    size: Text | None = None


class Draft:
    """A network read from a table."""

    def __init__(self, name: str, settled: Settled, *, scaled: bool) -> None:
        self.name, self.ratio = name, settled.ratio
        self.steps = settled.steps
        self.writer = RowWriter(settled.steps, settled.ratio, scaled=scaled)
        self.rows = [(step.run, row) for step in self.steps for row in self.writer.rows(step)]
        used = [BLOCKS[step.operator] for step in self.steps if step.operator in BLOCKS]
        self.blocks = dict.fromkeys(used)
        if any("squeeze_and_excite" in row.columns for _, row in self.rows):
            self.blocks |= {BLOCKS["bneck"]: None}
        texts = (text for step in self.steps for text in self.writer.amounts(step))
        self.names = dict.fromkeys(
            name_of(name, ()) for text in texts for name in sorted(compile_expression(text).names)
        )

    def lines(self, remarks: list[str]) -> Iterator[Line]:
        """The whole file; ``remarks`` are its first lines."""
        yield from (Line(f"# {remark}") for remark in remarks)
        yield Line(f"network: {self.name}")
        declared = [*self.parameters()]
        yield from map(Line, ["parameters:", *declared] if declared else ())
        yield from map(Line, self.rules())
        if self.blocks:
            silent = dict.fromkeys(block.silent for block in self.blocks)
            yield Line(f"blocks:   # {'; '.join(silent)}: {NOT_PRINTED}")
            yield from (Line(text) for block in self.blocks for text in block_text(block))
        yield Line("layers:")
        yield from self.layers()

    def parameters(self) -> Iterator[str]:
        """The declarations of what may vary."""
        height, width = self.steps[0].at.sides
        for name in [n for n in self.names if n not in ("classes", "resolution")]:
            if name in KNOWN:
                yield f"  {name}: {KNOWN[name].default}"
            else:
                said = f'{{default: 1, meaning: "{name}, as the table calls it"}}'
                yield f"  {name}: {said}   # value and meaning: {NOT_PRINTED}"
        if self.ratio is not None:
            fmp = next(step for step in self.steps if step.operator == "fmp")
            meaning = f"what the sides are divided by, printed as {fmp.stride}"
            said = f"{{default: {value_text(self.ratio)}, held: true, domain: positive number, "
            yield f'  ratio: {said}meaning: "{meaning}"}}   # {fmp.stride} does not give the sizes'
        if height == width:
            yield f"  resolution: {height}"
        if self.writer.classes:
            note = self.writer.classes.note
            yield f"  classes: {self.writer.classes.number}" + (f"   # {note}" if note else "")

    def rules(self) -> Iterator[str]:
        """Rounding, defaults and the input."""
        block = next(iter(self.blocks), None)
        rule = block.channels if block else "exact"
        if rule == "exact" and self.names.keys() - {"classes"}:
            rule = "floor"
        yield f"channels: {rule}" + _RULES.get(rule, "")
        activation = block.activation if block else "relu"
        said = f"norm: batch, activation: {activation}, bias: false, padding: same"
        if self.writer.multiplier != "1":
            said += f", multiplier: {self.writer.multiplier}"
        yield f"defaults: {{{said}}}   # norm, activation, bias, padding: {NOT_PRINTED}"
        size = self.steps[0].at
        height, width = size.sides
        sides = "side: resolution" if height == width else f"height: {height}, width: {width}"
        yield f"input: {{{sides}, channels: {size.channels}}}"

    def layers(self) -> Iterator[Line]:
        """The rows, with the printed sizes below each other."""
        texts = aligned([row.columns for _, row in self.rows])
        margins = ["  " if run is not None or _alone(row) else "" for run, row in self.rows]
        lengths = [len(margin + text) for margin, text in zip(margins, texts, strict=True)]
        widest = max((length for length in lengths if length <= _WIDE), default=0)
        before: Text | None = None
        for (run, row), margin, text in zip(self.rows, margins, texts, strict=True):
            if margin and (run is None or run is not before):
                count = _alone(row) or re.sub(r"[×x\s]", "", run.text if run else "")
                yield Line(f"- repeat: {count}", run or row.step.cell)
                yield Line("  layers:")
            before = run
            size = row.columns.get("input", "")
            padded = text.ljust(widest - len(margin)) + f" input: {size}" if size else text
            notes = f"   # {'; '.join(row.notes)}" if row.notes else ""
            yield Line(f"{margin}- {{{padded}}}{notes}", row.step.cell, row.step.at.cell)


def _alone(row: Written) -> str:
    """How often a layer comes that is repeated alone; blocks have a column for it."""
    step = row.step
    return "" if step.operator in BLOCKS or step.times in ("", "1") else step.times


def aligned(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The columns of rows but their input, those of one name below each other in rows that have the
    same ones; all operators are one column."""
    cells = [_cells(row) for row in rows]
    widths: dict[tuple[str, ...], int] = {}
    for row in cells:
        for name, text in row.items() if len(row) > 1 else ():
            key = _key(name, row)
            widths[key] = max(widths.get(key, 0), len(text))
    texts = []
    for row in cells:
        *first, last = row
        padded = (row[name].ljust(widths[_key(name, row)]) for name in first)
        texts.append("".join([*padded, row[last]]))
    return texts


def _key(name: str, row: dict[str, str]) -> tuple[str, ...]:
    """Which columns stand below each other: those of a block's rows, all operators, and the
    columns of operators in rows with the same ones."""
    block = next(iter(row))
    return (name, block) if block or not name else (name, *row)


def _cells(row: Mapping[str, str]) -> dict[str, str]:
    """The columns of a row as they are written, with what parts them; those of a block stand in
    braces."""
    verb, *names = [name for name in row if name != "input"]
    inner = [name for name in names if "." in name]
    start = f"{verb}: {_quoted(row[verb])}"
    cells = {verb if inner else "": start + ("{" if inner else ", " if names else "")}
    for name in names:
        text = f"{name.partition('.')[2] or name}: {_quoted(row[name])}"
        text += "}" if inner and name == inner[-1] else ""
        cells[name] = text + ("" if name == names[-1] else ", ")
    if "input" in row:
        cells[[*cells][-1]] += ","
    return cells


def _quoted(text: str) -> str:
    return f'"{text}"' if "," in text and text[0] not in "{[" else text
