"""Markdown and HTML as they are shown: the text of a cell, and the tables of HTML in a README."""

from __future__ import annotations

import html
import re
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate, takewhile
from typing import NamedTuple

from costcalc.errors import Place
from costcalc.source.nodes import Text

_TAG = re.compile(r"<!--|-->|<(?P<end>/?)(?P<name>table|tr|th|td)\b(?P<given>[^<>]*)>", re.I)
_SPAN = re.compile(r"\b(col|row)span\s*=\s*[\"']?\s*(\d{1,3})", re.I)
_REFERENCE = r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\([^)]*\)|\[[^\[\]]*\])"


def shown(cell: str) -> str:
    """A Markdown or HTML cell as it is shown, on one line."""
    text = re.sub(r"^\s*\[([^\[\]]*[A-Za-z][^\[\]]*)\]\s*$", r"\1", re.sub(_REFERENCE, r"\1", cell))
    text = re.sub(r"<sup>\s*2\s*</sup>", "²", text)
    text = re.sub(r"<sup>[^<>]*</sup>", "", text)
    text = re.sub(r"</?br\s*/?>", " ", text)
    text = html.unescape(re.sub(r"</?\w+[^<>]*>|`", "", text))
    text = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])\*(?=[^\s*])([^*]*)(?<=\S)\*(?![\w*])", r"\1", text)
    return " ".join(re.sub(r"\\([*_|#~\[\]])", r"\1", text).split())


def refuse_spanning(cell: Text, width: int) -> None:
    """:raises CostcalcError: a figure spans several columns, and could be one of each."""
    if width > 1 and re.fullmatch(r"[\d.,]+ ?[KMGB%]?", cell.text):
        raise cell.error(f"{cell.text!r} spans {width} columns", "write it once in each of them")


class _Cell(NamedTuple):
    """One cell: where it starts and what it shows, how many columns and rows it spans."""

    text: Text
    width: int
    height: int
    heading: bool


class _Open:
    """A table that is being read: its rows, and the cell that is open, by its tag."""

    def __init__(self) -> None:
        self.rows: list[list[_Cell]] = [[]]
        self.cell: re.Match[str] | None = None

    def grid(self) -> list[tuple[bool, list[Text]]]:
        """Its rows, as wide as they are shown, and whether each has headings alone. A heading
        stands in each column that it spans, any other cell in the first; in each row both do."""
        below: dict[int, tuple[int, Text]] = {}  # by column: for how many rows more, and what

        def above(row: list[Text]) -> None:
            while len(row) in below:
                left, text = below.pop(len(row))
                if left > 1:
                    below[len(row)] = (left - 1, text)
                row.append(text)

        rows = []
        for cells in filter(None, self.rows):
            row: list[Text] = []
            above(row)
            for cell in cells:
                refuse_spanning(cell.text, 0 if cell.heading else cell.width)
                for i in range(cell.width):
                    text = cell.text if cell.heading or not i else Text(cell.text.place)
                    if cell.height > 1:
                        below[len(row)] = (cell.height - 1, text)
                    row.append(text)
                above(row)
            rows.append((all(cell.heading for cell in cells), row))
        return [(heading, row) for heading, row in rows if any(cell.text for cell in row)]


def html_tables(source: str, file: str) -> Iterator[tuple[list[list[Text]], list[list[Text]]]]:
    """The tables of HTML, inner ones first: the rows of headings, one at least, and the others."""
    starts = [0, *accumulate(len(line) for line in source.splitlines(keepends=True))]
    tables: list[_Open] = []
    comment = False
    for tag in _TAG.finditer(source):
        comment = tag[0] == "<!--" if tag["name"] is None else comment
        name = (tag["name"] or "").lower()
        if comment or not name or not (tables or name == "table"):
            continue
        opens = not tag["end"]
        if name == "table" and opens:
            tables.append(_Open())
            continue
        table = tables[-1]
        if table.cell is not None:
            start = table.cell.end()
            line = bisect(starts, start)
            text = Text(
                Place(file, line, start - starts[line - 1] + 1), shown(source[start : tag.start()])
            )
            spans = {word.lower(): int(n) for word, n in _SPAN.findall(table.cell["given"])}
            width, height = max(spans.get("col", 1), 1), max(spans.get("row", 1), 1)
            heading = table.cell["name"].lower() == "th"
            table.rows[-1].append(_Cell(text, min(width, 100), min(height, 100), heading))
        table.cell = tag if opens and name in ("th", "td") else None
        if name == "tr":
            table.rows.append([])
        elif name == "table":
            grid = tables.pop().grid()
            above = max(sum(1 for _ in takewhile(lambda row: row[0], grid)), 1)
            rows = [row for _, row in grid]
            for row in rows:  # as browsers show them: cells that lack are empty
                behind = row[-1].place._replace(column=row[-1].place.column + 1)
                row += [Text(behind) for _ in range(len(rows[0]) - len(row))]
            yield rows[:above], rows[above:]
