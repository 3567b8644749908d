"""Tables as people have them, CSV, Markdown or LaTeX: rows of cells that know where they stand.

A cell that spans several stands in each of them, with its own place: in the headings what is above
a column belongs to it, and below them what is written once for several rows is theirs. What spans
several columns below the headings has its text in the first of them alone (:func:`spread`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from costcalc.algebra.amounts import counted
from costcalc.errors import CostcalcError, Place, Problem
from costcalc.source.files import TABLE, plain_text, read_bytes, shown
from costcalc.source.hypertext import html_tables, refuse_spanning
from costcalc.source.hypertext import shown as shown_text
from costcalc.source.kinds import LATEX, kind_of, refuse
from costcalc.source.nodes import Text

ENDINGS = (".csv", ".tex", ".md")
#: One row of cells, left to right.
Row = list[Text]

_DASHES = re.compile(r"(?=[^|\n]*\|)\s*\|?(?:\s*:?-+:?\s*\|)*(?:\s*:?-+:?\s*|\s+)?", re.ASCII)
_BAR = re.compile(r"(?<!\\)\|")
_TABULAR = re.compile(r"\\(begin|end)\s*\{(?:tabular[xy*]?|tabulary|longtable)\}")
#: A stack of layers in one cell; ``array`` has its columns behind it, and its brackets outside.
_MATRIX = re.compile(r"\\(begin|end)\s*\{(?P<kind>(?:[bpv]?matrix|array))\}(?:\s*\{[clr@{}| ]*\})?")
_RULES = re.compile(
    r"\\(?:toprule|midrule|bottomrule|hline|c(?:mid|)(?:rule|line)(?:\(\w+\))?\s*\{[^}]*\}"
    r"|Xhline\s*\{[^}]*\}|rowcolor(?:\[\w+\])?\s*\{[^}]*\}|addlinespace(?:\[[^]]*\])?)"
)
_BREAK = re.compile(r"\\\\\*?(?:\[[^]]*\])?|\\tabularnewline\b")
_SPANS = re.compile(
    r"\\multi(?:(?P<columns>column)|row)\s*(?:\[[^]]*\])?\s*\{(?P<number>[^{}]*)\}"
    r"\s*(?:\[[^]]*\])?\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\*)(?:\[[^]]*\])?\s*"
)


class Table(NamedTuple):
    """The headings of the columns, and rows of as many cells."""

    headings: Row
    rows: list[Row]


def read_tables(path: Path) -> list[Table]:
    """The tables of a file, which need not be called by its kind.

    :raises CostcalcError: there is none, or a row has another number of cells than the headings.
    """
    data = read_bytes(path, ENDINGS)
    file = shown(path)
    kind = kind_of(path, data, None)
    lines = data.decode("utf-8", "replace").splitlines()
    if any("-" in line and _DASHES.fullmatch(line) for line in lines):
        tables = _markdown(plain_text(path, data), file)
    elif kind is not None and kind.what == LATEX:
        tables = list(_latex(plain_text(path, data), file))
    elif any("<table" in line.lower() for line in lines):
        grids = html_tables(plain_text(path, data), file)
        tables = [_headed(above, rows) for above, rows in grids]
    else:
        refuse(path, data, TABLE)
        tables = [_separated(plain_text(path, data), file)]
    found = [table for table in tables if table.rows]
    if not found:
        hint = "a heading and at least one row, as CSV, Markdown or LaTeX (a tabular)"
        raise CostcalcError(Problem("there is no table", hint, Place(file)))
    return found


def spread(row: Row) -> Row:
    """The row with what spans several of its columns in each of them."""
    first = {cell.place: cell for cell in reversed(row)}
    return [cell if cell.text else first[cell.place] for cell in row]


def _table(rows: list[Row]) -> Table:
    """Rows of which the first has the headings.

    :raises CostcalcError: they are of different lengths.
    """
    rows = [row for row in rows if any(cell.text for cell in row)]
    headings = rows[0] if rows else []
    for row in rows:
        if len(row) != len(headings):
            message = f"{counted(len(row), 'cell')} for {counted(len(headings), 'column')}"
            raise row[0].error(message, "as many cells in each row as in the heading")
    return Table(headings, rows[1:])


# -- separated by commas, by bars -----------------------------------------------------------------


def _separated(source: str, file: str) -> Table:
    """A CSV file; its heading tells commas, semicolons and tabs apart."""
    lines = source.removeprefix("\ufeff").splitlines(keepends=True)
    heading = next((line for line in lines if line.strip()), "")
    reader = csv.reader(lines, delimiter=max(",;\t", key=heading.count))
    rows: list[Row] = []
    before = 0
    for cells in reader:
        column = 1
        row: Row = []
        text = lines[before] if before < len(lines) else ""
        for cell in cells:
            row.append(Text(Place(file, before + 1, min(column, len(text) + 1)), _one_line(cell)))
            quoted = text[column - 1 :].lstrip().startswith('"')
            column += len(cell) + (2 + cell.count('"') if quoted else 0) + 1
        rows.append(row)
        before = reader.line_num
    return _table(rows)


def _markdown(source: str, file: str) -> list[Table]:
    """The tables of bars: a heading, a line of dashes, and rows down to a line without bars."""
    lines = source.splitlines()
    tables: list[Table] = []
    for i, line in enumerate(lines[1:], 1):
        if "-" not in line or not _DASHES.fullmatch(line) or "|" not in lines[i - 1]:
            continue
        end = next((j for j in range(i + 1, len(lines)) if "|" not in lines[j]), len(lines))
        numbered = [(i, lines[i - 1]), *enumerate(lines[i + 1 : end], i + 2)]
        rows = [_barred(text, Place(file, number)) for number, text in numbered]
        width = len(rows[0])
        for row in rows:  # as Markdown shows them: cells that lack are empty
            behind = row[0].place._replace(column=len(lines[row[0].place.line - 1]) + 1)
            row += [Text(behind) for _ in range(width - len(row))]
        tables.append(_table(rows))
    return tables


def _barred(line: str, place: Place) -> Row:
    """The cells of one line of a Markdown table, without their marks."""
    row: Row = []
    start = 0
    for end in [*(bar.start() for bar in _BAR.finditer(line)), len(line)]:
        cell = line[start:end]
        if cell.strip() or 0 < start <= end < len(line):
            column = start + len(cell) - len(cell.lstrip()) + 1
            row.append(Text(place._replace(column=column), _one_line(shown_text(cell))))
        start = end + 1
    return row or [Text(place)]


def _one_line(text: str) -> str:
    """A cell of plain text in one line; formulas of LaTeX in it (``$3 \\times 3$``) are read."""
    text = re.sub(r"\$([^$]*[\\^][^$]*)\$", lambda formula: plain_latex(formula[1]), text)
    return " ".join(text.split())


# -- LaTeX ----------------------------------------------------------------------------------------


class _Source(NamedTuple):
    """A part of a LaTeX file, and where it starts."""

    text: str
    file: str
    start: int = 0

    def place(self, at: int) -> Place:
        before = self.text[: self.start + at]
        return Place(self.file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _latex(source: str, file: str) -> Iterator[Table]:
    """The outermost tabulars."""
    text = re.sub(r"(?<!\\)%.*", lambda comment: " " * len(comment[0]), source)
    depth = start = 0
    for found in _TABULAR.finditer(text):
        if found[1] == "begin":
            start = start if depth else _arguments(text, found)
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                yield _tabular(_Source(text, file, start), found.start())


def _arguments(text: str, begun: re.Match[str]) -> int:
    """Where the rows of a tabular start: behind its columns and, of some kinds, its width."""
    at = begun.end()
    groups = 2 if re.search(r"tabular[xy*]", begun[0]) else 1
    while (found := re.compile(r"\s*(\{|\[)").match(text, at)) and (groups or found[1] == "["):
        groups -= found[1] == "{"
        depth, at = 1, found.end()
        while at < len(text) and depth:
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(text[at], 0)
            at += 1
    return at


def _tabular(source: _Source, end: int) -> Table:
    """One tabular; all rows above the first with a number in it are its headings.

    :raises CostcalcError: a figure spans several columns.
    """
    body = _RULES.sub(lambda rule: " " * len(rule[0]), source.text[source.start : end])
    below: dict[int, tuple[int, Text]] = {}  # by column: for how many rows more, and what
    rows: list[Row] = []
    spans: list[list[int]] = []  # of each cell, how many columns it spans; 0 if another spans it
    for line in _split(body):
        row: Row = []
        widths: list[int] = []
        for at, cell in line:
            width, height, text = _spanning(cell)
            own = Text(source.place(at + len(cell) - len(cell.lstrip())), text)
            for i in range(width):
                rest, above = below.pop(len(row), (0, own))
                spanned = own if text else above
                if max(rest, height) > 1:
                    below[len(row)] = (max(rest, height) - 1, spanned)
                row.append(spanned)
                widths.append(0 if i else width)
        titled = len(row) > 1 and widths[0] == len(row)  # a title across the table
        if any(cell.text for cell in row) and not titled:
            rows.append(row)
            spans.append(widths)
    count = next((i for i, row in enumerate(rows) if i and _has_number(row)), len(rows))
    printed = [*map(_unspanned, rows[count:], spans[count:])]
    return _headed(rows[:count], printed)


def _headed(above: list[Row], rows: list[Row]) -> Table:
    """Rows below several rows of headings."""
    width = len(above[0]) if above else 0
    columns = [[row[i] for row in above if i < len(row)] for i in range(width)]
    return _table([[*map(_heading, columns)], *rows])


def _unspanned(row: Row, widths: list[int]) -> Row:
    """The row with what spans several columns below the headings in the first of them alone.

    :raises CostcalcError: it is a figure, and could be one of each.
    """
    for cell, width in zip(row, widths, strict=True):
        refuse_spanning(cell, width)
    return [c if width else Text(c.place) for c, width in zip(row, widths, strict=True)]


def _heading(cells: Row) -> Text:
    """What stands above a column, from the top, each once: ``Cost / Params``."""
    words = dict.fromkeys(cell.text for cell in cells if cell.text)
    place = next((cell.place for cell in reversed(cells) if cell.text), cells[0].place)
    return Text(place, " / ".join(words))


def _has_number(row: Row) -> bool:
    """Whether a row prints figures, or begins with a size, and is no heading."""
    figures = any(re.match(r"[~≈<>]?\s?[\d.]*\d", cell.text) for cell in row[1:] or row)
    return figures or re.match(r"\d+ ?[×x²]", row[0].text) is not None


def _split(body: str) -> Iterator[list[tuple[int, str]]]:
    """The rows of a tabular, each as cells with their offsets; braces, tabulars and matrices inside
    a cell are its own."""
    depth = start = at = 0
    row: list[tuple[int, str]] = []
    while at < len(body):
        inner = _TABULAR.match(body, at) or _MATRIX.match(body, at)
        broken = _BREAK.match(body, at)
        if inner:
            depth += 1 if inner[1] == "begin" else -1
            at = inner.end()
        elif broken and depth == 0:
            yield [*row, (start, body[start:at])]
            row, at = [], broken.end()
            start = at
        elif body[at] == "\\":
            at += 2
        elif body[at] == "&" and depth == 0:
            row.append((start, body[start:at]))
            at += 1
            start = at
        else:
            depth += {"{": 1, "}": -1}.get(body[at], 0)
            at += 1
    yield [*row, (start, body[start:])]


def _spanning(cell: str) -> tuple[int, int, str]:
    """How many columns and rows a cell spans, and what it says."""
    width = height = 1
    text = cell
    while found := _SPANS.search(text):
        number = found["number"].strip()
        size = min(int(number), 100) if re.fullmatch(r"\d{1,4}", number, re.ASCII) else 1
        if found["columns"]:
            width = size
        else:
            height = size
        text = text[: found.start()] + text[found.end() :]
    return width, height, plain_latex(text)


_LETTERS = {
    **{r"\times": "×", r"\%": "%", r"\#": "#", "~": " ", r"\&": "&", r"\_": "_", r"\,": ""},
    **{r"\alpha": "α", r"\delta": "δ", r"\rho": "ρ", r"\phi": "φ", r"\beta": "β", r"\gamma": "γ"},
    **{r"\dagger": "†", r"\ddagger": "‡", r"\ast": "*", r"\star": "*", r"\dag": "†"},
    **{r"\checkmark": "✓", r"\vdots": "⋮"},
    **{r"\sim": "~", r"\approx": "~", r"\cdot": "·", "{,}": ",", "--": "–"},
}
_LETTER = re.compile(
    "|".join(
        re.escape(name) + ("(?![A-Za-z])" if name[-1].isalpha() else "")
        for name in sorted(_LETTERS, key=len, reverse=True)
    )
)


def plain_latex(cell: str) -> str:
    """A LaTeX cell without its commands."""
    text = re.sub(r"\\begin\{tabular\}(\[\w\])?\{[^{}]*(\{[^{}]*\}[^{}]*)*\}", " ", cell)
    text = _TABULAR.sub(" ", text)
    text = _MATRIX.sub(lambda m: {"begin": "[", "end": "]"}[m[1]] * (m["kind"] != "array"), text)
    text = re.sub(
        r"\\(?:cite\w*|ref|footnote(?:mark)?|tnote|label)\s*(\[[^]]*\])*(\{[^{}]*\})?", "", text
    )
    text = _LETTER.sub(lambda name: _LETTERS[name[0]], _BREAK.sub(" ", text))
    text = re.sub(r"\^\s*(?:\{\s*2\s*\}|2(?!\d))", "²", text)
    text = re.sub(r"(?:\^|\\textsuperscript)\s*(?:\{\s*([†‡*§a-z])\s*\}|([†‡*§a-z]))", "*", text)
    text = re.sub(r"\\color(?:box)?\s*\{\w+\}|\\textcolor\s*\{\w+\}", "", text)
    text = re.sub(r"\\(?:[A-Za-z]+\*?|[ ;:!])", " ", text)
    return " ".join(re.sub(r"[${}]", "", text).split())
