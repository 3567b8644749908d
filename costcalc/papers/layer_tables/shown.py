"""Tables that say which rows each one reads (From), what further columns it has, and what holds
where nothing is said (Defaults), as ``costcalc show`` prints them: nothing is left to be chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from costcalc.analysis.further import POINTS, POOLS, classifier, usual
from costcalc.analysis.table import WORDS
from costcalc.operators import OPERATORS
from costcalc.operators.merging import MERGES
from costcalc.papers.layer_tables.cells import factors
from costcalc.papers.layer_tables.headings import Columns
from costcalc.papers.layer_tables.symbols import NUMBER, ROUND, Symbols, pairs
from costcalc.papers.layer_tables.text import Line, aligned
from costcalc.source.nodes import Text
from costcalc.source.record import Problems
from costcalc.source.tables import Table

#: The columns that only such tables have.
COLUMNS = frozenset({"origin", "further", "defaults"})
_OPERATORS = {
    **{name.replace("_", ""): name for name in (*OPERATORS, *MERGES)},
    **{word.lower().replace(" ", ""): name for name, word in WORDS.items()},
}
_FUSED = re.compile(r"(\w+)(?: (\w+))?(?: \((.+)\))?")  # batch (scale: false), group 32
_BRACED = re.compile(r"(to|by|over) (.+)")
_GOES_ON = "⋮"


class ShownRow(NamedTuple):
    """A row: its number, its cells by their columns, its operator and stride, what it reads, its
    ``further`` columns, the row whose weights it uses, and the marks of the repetitions that it is
    a part of, the outermost first: a count, or ``⋮`` where one goes on."""

    number: int
    cells: Mapping[str, Text]
    operator: str
    stride: str
    origin: tuple[str, ...]
    further: Mapping[str, str]
    lender: str
    marks: tuple[str, ...]

    def text(self, column: str) -> str:
        return self.cells[column].text if column in self.cells else ""

    @property
    def cell(self) -> Text:
        return self.cells["layer"]

    @property
    def above(self) -> str:
        """The row whose map arrives, where it is always the same."""
        return "" if self.marks and self.marks[-1] != _GOES_ON else str(self.number - 1)

    @property
    def gone_back_to(self) -> list[str]:
        """What the row reads that does not just arrive."""
        return [key for key in self.origin if self.operator not in MERGES or key != self.above]


class ShownTable:
    """A table of ``show``, to be written as a spec.

    :raises CostcalcError: with everything that can't be read, at its place.
    """

    def __init__(self, table: Table, columns: Columns) -> None:
        places = {name: at[0] for name, at in columns.places.items()}
        if "input" not in places:
            message = "the table does not print what arrives at its rows"
            raise table.headings[0].error(message, "a column Input Size, beside From")
        at = places.get("defaults")
        self.symbols = Symbols([row[at] for row in table.rows] if at is not None else [])
        self.count = len(table.rows)
        problems = Problems()
        self.rows: list[ShownRow] = []
        for number, row in enumerate(table.rows, 1):
            with problems.collected():
                self.rows.append(self._row(number, {name: row[i] for name, i in places.items()}))
        problems.raise_if_any()
        last = classifier([(r.operator, r.text("input").rpartition("×")[0]) for r in self.rows])
        self.lenders = {row.lender for row in self.rows}
        keys = [key for row in self.rows for key in (*row.gone_back_to, row.lender) if key]
        for key in keys:
            keys += [_late(key)] if "(" in key else []
        #: What others go back to, as cells say it.
        self.read = list(dict.fromkeys(keys))
        self.columns: list[dict[str, str]] = []
        for i, shown in enumerate(self.rows):
            with problems.collected():
                self.columns.append(self._columns(shown, classifies=i == last))
        problems.raise_if_any()

    def _row(self, number: int, cells: Mapping[str, Text]) -> ShownRow:
        """A row that is read."""
        texts = {name: cell.text for name, cell in cells.items()}
        word, _, stride = texts["layer"].partition(" / s")
        operator = _OPERATORS.get(word.lower().replace(" ", ""))
        if operator is None:
            hint = "what `costcalc show` calls them, such as Conv / s2, Conv dw / s1, Max pool / s2"
            raise cells["layer"].error(f"{word!r} is no type of layer", hint)
        origin = tuple(filter(None, texts.get("origin", "").split(", ")))
        missing = [n for n in re.findall(r"\d+", ",".join(origin)) if not 0 < int(n) <= self.count]
        if missing:
            raise cells["origin"].error(f"there is no row {missing[0]}", f"1 to {self.count}")
        if "…" in texts.get("origin", ""):
            raise cells["origin"].error("rounds that exchange maps are not read", "write the spec")
        if operator in MERGES and len(origin) < 2:
            message = f"{word!r}: the table does not say which rows are joined"
            raise cells["layer"].error(message, "as 5, 3 in a column From")
        further = pairs(texts.get("further", ""))
        lender = further.pop("weights", "")
        found = re.findall(rf"{_GOES_ON}|\S.*? ×(?= |$)", texts.get("repeat", ""))
        marks = (self.symbols.amount(mark.removesuffix(" ×"), cells["repeat"]) for mark in found)
        return ShownRow(
            *(number, cells, operator, stride, origin, further, lender),
            tuple(marks),
        )

    # -- columns ----------------------------------------------------------------------------------

    def _columns(self, row: ShownRow, *, classifies: bool) -> dict[str, str]:
        """The columns of a row in the spec, its operator's first."""
        said = {**usual(row.operator, classifies, self.symbols.convolutions), **row.further}
        operator = OPERATORS.get(row.operator)
        main = operator.main.name if operator and operator.main else ""
        columns = {row.operator: "", **self._filter(row, main, whole=classifies)}
        if main in said:
            columns[row.operator] = self._column(row, main, said.pop(main))
        known = self._known(row.operator)
        columns |= {k: self._column(row, k, v) for k, v in said.items() if known.get(k) != v}
        if row.operator in MERGES:
            branches = (
                "[]" if key == row.above else f"{{from: {_name(key)}}}" for key in row.origin
            )
            columns[row.operator] = f"[{', '.join(branches)}]"
        elif row.origin:
            columns["from"] = _name(row.origin[0])
        group, names = row.text("group"), self._given(str(row.number))
        columns |= {"group": _plain(row.cells["group"])} if group else {}
        columns |= {"name": names[0]} if names else {}
        if row.lender and not self._by_rounds(row):
            columns["weights"] = _name(row.lender)
        return columns | self._input(row)

    def _known(self, operator: str) -> dict[str, str]:
        """What a row of the spec has that says nothing."""
        convolutions = self.symbols.convolutions
        if operator in POINTS:
            return {"bias": convolutions["bias"], "activation": "none"}
        return usual(operator, False, convolutions)

    def _filter(self, row: ShownRow, main: str, *, whole: bool) -> dict[str, str]:
        """What the filter of a row says, and its stride; ``whole`` channels are not rounded."""
        verb, text = row.operator, row.text("filter")
        if text in ("", "global"):
            own = row.stride and main not in ("", "kernel")
            return {verb: text or (self._stride(row) if own else "")}
        found = re.fullmatch(r"(?:pool )?(.+?)(?: dw|, (\S+) groups)?", text)
        product, groups = found.groups() if found else ("", "")
        parts = [self._amount(row, part) for part in factors(product, "×")]
        if len(parts) != {"dwconv": 3}.get(verb, 2 if verb in (*POOLS, *POINTS) else 4):
            raise row.cells["filter"].error(f"{text!r} is no filter of {row.text('layer')!r}")
        if verb in POINTS:
            return {verb: parts[1]}
        plain = parts[0].isdecimal() and parts[1].isdecimal()
        window = "x".join(parts[:2]) if plain else f"[{parts[0]}, {parts[1]}]"
        columns = {verb: window, "stride": self._stride(row)}
        if verb == "dwconv":
            arriving = self._size(row)[-1]
            again = {"multiplier": f"({parts[2]})/({arriving})"}
            return columns if arriving == parts[2] else columns | again
        if verb not in POOLS:
            columns["out"] = (
                f"whole({parts[3]})" if whole else self.symbols.width(parts[3], row.cell)
            )
            columns |= {"groups": self._amount(row, groups)} if groups else {}
        return columns

    def _stride(self, row: ShownRow) -> str:
        return "x".join(self._amount(row, side) for side in row.stride.split("×"))

    def _column(self, row: ShownRow, name: str, text: str) -> str:
        """A column as the spec has it."""
        if name in ("norm", "activation"):
            return _fused(text)
        if braced := _BRACED.fullmatch(text):
            return f"{{{braced[1]}: {self._column(row, name, braced[2])}}}"
        if re.fullmatch(r"[a-z]+|\d+x\d+", text):
            return text
        return self._amount(row, text)

    def _amount(self, row: ShownRow, text: str) -> str:
        return self.symbols.amount(text, row.cell)

    def _size(self, row: ShownRow) -> list[str]:
        """The printed size of what arrives at a row."""
        return self._factors(row, row.text("input"))

    def _factors(self, row: ShownRow, size: str) -> list[str]:
        """Height, width and channels."""
        parts = [self._amount(row, part) for part in factors(size, "×")]
        if len(parts) != 3 or not all(parts):
            raise row.cells["input"].error(f"{size!r} is no size", "such as 112×112×32")
        return parts

    def _input(self, row: ShownRow) -> dict[str, str]:
        """The printed size, of what arrives at a row of the spec in all its rounds."""
        *sides, channels = self._size(row)
        joins = row.operator in MERGES and row.origin[0] != row.above
        if joins or row.operator == "learned" or NUMBER in channels:
            return {}
        size = "×".join([*sides, channels if channels.isalnum() else f"({channels})"])
        return {"input": f'"{size}"' if "," in size else size}

    def _given(self, number: str) -> list[str]:
        """The names that a row gives: ``4/9`` is what came last of both."""
        return [_name(key) for key in self.read if number in key.partition("/(")[0].split("/")]

    def _by_rounds(self, row: ShownRow) -> bool:
        """Whether a row uses weights round by round: those of a row of another repetition.

        :raises CostcalcError: that one is repeated, but not as this one.
        """
        lender = next((one for one in self.rows if str(one.number) == row.lender), None)
        if lender is None or not lender.marks:
            return False
        own, other = self._began(row), self._began(lender)
        apart = (row.number - own.number, own.lender) != (
            lender.number - other.number,
            str(other.number),
        )
        if apart or not row.marks:
            message = f"row {row.lender} is repeated, and this one not as that"
            raise row.cells["further"].error(message, "write what shares weights into the spec")
        return True

    def _began(self, row: ShownRow) -> ShownRow:
        """The first row of the outermost repetition of a row."""
        while row.marks[:1] == (_GOES_ON,) and row.number > 1:
            row = self.rows[row.number - 2]
        return row

    # -- the file ---------------------------------------------------------------------------------

    def lines(self, called: str, remarks: Sequence[str]) -> Iterator[Line]:
        """The whole file; ``remarks`` are its first lines."""
        yield from (Line(f"# {remark}") for remark in remarks)
        yield Line(f"network: {called}")
        first, inputs = self.rows[0], self.symbols.inputs
        height, width, channels = self._size(first)
        square = height == width != "1" and not inputs
        declared = [*self.symbols.declared(height if square else "")]
        yield from map(Line, ["parameters:", *declared] if declared else ())
        yield Line(f"channels: {self.symbols.rule}")
        words = self.symbols.convolutions.items()
        yield Line(f"defaults: {{{', '.join(f'{name}: {_fused(word)}' for name, word in words)}}}")
        sides = "side: resolution" if square else f"height: {height}, width: {width}"
        size = f"{{{sides}, channels: {channels}}}"
        yield Line("inputs:" if inputs else f"input: {size}")
        for one, printed in inputs.items():
            height, width, channels = self._factors(first, printed)
            size = f"{{height: {height}, width: {width}, channels: {channels}}}"
            yield Line(f"  {one}: {size}", first.cells["defaults"])
        yield Line("layers:")
        for one in inputs or ("input",):
            for name in (name for name in self._given(one) if name != one):
                yield Line(f"- branch: [{{from: {one}, name: {name}}}]")
        yield from self._layers(self.rows, 0, aligned(self.columns))

    def _layers(self, rows: Sequence[ShownRow], depth: int, texts: Sequence[str]) -> Iterator[Line]:
        """Rows with the same ``depth`` of repetitions around them."""
        margin = "  " * depth
        while rows:
            row, *rest = rows
            if len(row.marks) > depth:
                goes_on = (one.marks[depth : depth + 1] == (_GOES_ON,) for one in rest)
                inside = 1 + next((i for i, same in enumerate(goes_on) if not same), len(rest))
                yield from self._repetition(rows[:inside], depth, texts)
                rows = rows[inside:]
                continue
            text, size = texts[row.number - 1], self.columns[row.number - 1].get("input", "")
            shown = f"{text} input: {size}" if size else text
            yield Line(f"{margin}- {{{shown}}}", row.cell, row.cells["input"])
            for name in self._given(str(row.number))[1:]:
                yield Line(f"{margin}- {{name: {name}}}", row.cell)
            rows = rest

    def _repetition(
        self, rows: Sequence[ShownRow], depth: int, texts: Sequence[str]
    ) -> Iterator[Line]:
        """The rows of one repetition, below its count."""
        first, margin = rows[0], "  " * depth
        yield Line(f"{margin}- repeat: {first.marks[depth]}", first.cells["repeat"])
        if depth == 0 and str(first.number) in self.lenders:
            yield Line(f"  name: rounds{first.number}")
        if depth == 0 and first.lender and self._by_rounds(first):
            yield Line(f"  weights: rounds{first.lender}", first.cells["further"])
        if any(NUMBER in text for row in rows for text in self.columns[row.number - 1].values()):
            yield Line(f"{margin}  index: {ROUND}")
        yield Line(f"{margin}  layers:")
        late = [key for key in self.read if "(" in key and _enters(_late(key), rows)]
        for key in late:
            now, later = _name(_late(key)), f"next_{_name(key)}"
            yield Line(f"{margin}  - branch: [{{from: {now}, name: {later}}}]", first.cell)
        yield from self._layers(rows, depth + 1, texts)
        for key in late:
            later = f"{{from: next_{_name(key)}, name: {_name(key)}}}"
            yield Line(f"{margin}  - branch: [{later}]", first.cell)


def _late(key: str) -> str:
    """Of which key it is the value of the round before: of ``3/(4/9)`` that is ``4/9``."""
    return key[key.index("(") + 1 : -1]


def _enters(key: str, rows: Sequence[ShownRow]) -> bool:
    """Whether a key is what enters the rounds of these rows, which gives them its last row."""
    numbers = re.findall(r"\d+", key)
    inside = {str(row.number) for row in rows}
    return bool(numbers) and numbers[-1] in inside and key.split("/")[0] not in inside


def _fused(text: str) -> str:
    """A norm or activation as a row has it: ``{batch, scale: false}``, ``{group: 32}``."""
    found = _FUSED.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return text
    first = f"{found[1]}: {found[2]}" if found[2] else found[1]
    return f"{{{first}{', ' if found[3] else ''}{found[3] or ''}}}"


def _plain(cell: Text) -> str:
    """:raises CostcalcError: what stands there would be more than a text in a spec."""
    if not re.fullmatch(r"[\w .+/-]+", cell.text):
        raise cell.error(f"{cell.text!r} is no name", "letters, digits, spaces and .+/-")
    return cell.text


def _name(key: str) -> str:
    """What the rows of a key are called: of ``4/9`` the one that came last."""
    if key.isidentifier():
        return key
    return "row" + re.sub(r"\W+", "_", key.replace("(", "_was_")).strip("_")
