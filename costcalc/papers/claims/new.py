"""A claims file from a table of one's own: CSV or LaTeX in, YAML to look over out."""

from __future__ import annotations

import csv
import re
from collections.abc import Container, Sequence
from pathlib import Path

from costcalc.errors import CostcalcError, Place, Problem, cut
from costcalc.graph.loading import load_spec
from costcalc.papers.claims.claims import COSTS
from costcalc.papers.claims.reading import read_claims
from costcalc.source.files import TABLE, plain_text, read_bytes, shown, stem
from costcalc.source.kinds import LATEX, kind_of, refuse

#: Words in a heading that name a metric or a unit.
_METRICS = (
    ("mult_adds", r"mult.?adds?|madds?|m?flops?|macs?|gflops?"),
    ("params", r"param(eter)?s?|#param|weights"),
    ("depth", r"depth|layers"),
)
_UNITS = (
    ("M", r"million|\(m\)|\bm\b|mflops?|mmacs?|mparams?"),
    ("B", r"billion|\(b\)|\(g\)|\bg\b|\bb\b|gflops?|gmacs?"),
    ("K", r"\(k\)|\bk\b|thousand"),
    ("%", r"%|percent|share"),
)
_INFORMATION = re.compile(r"acc|top.?[15]|error|map\b|latency", re.I)
_GREEK = {
    "α": "alpha",
    "δ": "delta",
    "ρ": "rho",
    r"$\alpha$": "alpha",
    r"$\delta$": "delta",
    r"$\rho$": "rho",
    "width multiplier": "alpha",
    "image size": "resolution",
    "input size": "resolution",
    "input": "resolution",
}


def new_claims(table: Path, spec: str, title: str = "") -> str:
    """A claims file for the table in a CSV or LaTeX file, about the network ``spec``.

    Columns are recognised by their headings: metrics with their units, the network's parameters,
    accuracies; the first column that is none of them names the rows.

    :raises CostcalcError: the file holds no table, or no column with a cost.
    """
    data = read_bytes(table, (".csv", ".tex"))
    kind = kind_of(table, data, None)
    if kind is not None and kind.what not in (TABLE, LATEX):
        refuse(table, data, TABLE)
    source = plain_text(table, data)
    rows = _latex(source) if kind is not None and kind.what == LATEX else _separated(source)
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        hint = "a heading and at least one row"
        raise CostcalcError(Problem("there is no table", hint, Place(shown(table))))
    parameters = load_spec(spec).parameters
    columns = [_column(heading, parameters) for heading in rows[0]]
    for row in rows[1:]:
        if len(row) != len(columns):
            message = (
                f"the row {cut(' | '.join(row))} has {len(row)} cells for {len(columns)} columns"
            )
            raise CostcalcError(Problem(message, "", Place(shown(table))))
    _units_in_cells(columns, rows, table)
    if not any(c.split(" ")[0] in ("mult_adds", "params", "depth") for c in columns):
        hint = f"headings: {cut(', '.join(rows[0]))}; name them Mult-Adds (M), Params (M), …"
        raise CostcalcError(Problem("no column holds a cost", hint, Place(shown(table))))
    columns = _row_labels(columns)
    name = stem(table, "table")
    text = _yaml(name, title or name, spec, rows[0], columns, rows[1:])
    read_claims(text, shown(table))  # what is written can be read
    return text


def _column(heading: str, parameters: Container[str]) -> str:
    """The name of a column in a claims file; empty where the heading says nothing known."""
    lowered = heading.lower()
    name = _GREEK.get(lowered, lowered)
    if name in parameters:
        return name
    for metric, words in _METRICS:
        if re.search(rf"(?<![a-z])({words})(?![a-z])", lowered.replace("\\#", "#")):
            unit = next((u for u, pattern in _UNITS if re.search(pattern, lowered)), "")
            said = re.search(r"\(([^)]*)\)|\[([^]]*)\]", heading)
            if said is not None and not unit:
                hint = "(K), (M), (B), (G), (%), or none for whole numbers"
                raise CostcalcError(f"the unit {said[0]!r} of {heading!r} is unknown", hint)
            return metric if metric == "depth" else f"{metric} {unit}".strip()
    if _INFORMATION.search(heading):
        return f"accuracy {re.sub(r'[^A-Za-z0-9]+', ' ', heading).strip()}"
    return ""


def _separated(source: str) -> list[list[str]]:
    """The rows of a CSV file; its heading tells commas, semicolons and tabs apart."""
    lines = source.removeprefix("\ufeff").splitlines()
    heading = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=heading.count)
    return list(csv.reader(lines, delimiter=delimiter))


def _units_in_cells(columns: list[str], rows: list[list[str]], table: Path) -> None:
    """Moves a unit that every cell of a cost without one carries (``10.02M``) to the column.

    :raises CostcalcError: the cells of a column carry different units, or say one again.
    """
    for i, column in enumerate(columns):
        if column.split(" ")[0] not in COSTS:
            continue
        cells = [row[i] for row in rows[1:] if row[i] not in ("", "-", "?")]
        ends = [re.fullmatch(r"(.*\d)\s?([KMGB%])", cell) for cell in cells]
        units = {end[2].replace("G", "B") if end else "" for end in ends}
        if not units - {""}:
            continue
        if len(units) > 1 or " " in column:
            odd = next(cell for cell, end in zip(cells, ends, strict=True) if end)
            message = f"the cell {odd!r} of {rows[0][i]!r} has a unit of its own"
            raise CostcalcError(Problem(message, "one unit for the column", Place(shown(table))))
        columns[i] = f"{column} {units.pop()}"
        for row in rows[1:]:
            row[i] = re.sub(r"(?<=\d)\s?[KMGB%]$", "", row[i])


def _row_labels(columns: list[str]) -> list[str]:
    """The first unknown column names the rows; further ones have no place."""
    unknown = [i for i, column in enumerate(columns) if not column]
    if len(unknown) > 1:
        raise CostcalcError(
            f"{len(unknown)} columns are neither a parameter, a cost nor an accuracy",
            "rename or remove them; parameters are called as in the spec",
        )
    return ["row" if i in unknown else column for i, column in enumerate(columns)]


def _yaml(
    name: str,
    title: str,
    spec: str,
    headings: Sequence[str],
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> str:
    quoted = [[_quoted(cell or "-") for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in quoted) for i in range(len(columns))]
    said = ", ".join(
        f"{column}: {_quoted(heading)}"
        for column, heading in zip(columns, headings, strict=True)
        if column != "row"
    )
    lines = [
        f"paper: {_quoted(title)}",
        f"headings: {{{said}}}",
        "tables:",
        f"- table: {_quoted(name)}",
        f"  spec: {_quoted(spec)}",
        f"  columns: [{', '.join(columns)}]",
        "  rows:",
    ]
    for row in quoted:
        cells = [f"{cell}, ".ljust(w + 2) for cell, w in zip(row[:-1], widths[:-1], strict=True)]
        lines.append(f"  - [{''.join(cells)}{row[-1]}]")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    plain = re.fullmatch(r"[\w.][\w ./×α-]*", text) and text.lower() not in ("no", "yes", "null")
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _latex(source: str) -> list[list[str]]:
    """The rows of the first tabular."""
    match = re.search(r"\\begin\{tabular\*?\}(.*?)\\end\{tabular\*?\}", source, re.S)
    if match is None:
        raise CostcalcError("there is no tabular in the file", r"\begin{tabular} … \end{tabular}")
    body = re.sub(r"(?<!\\)%.*", "", match[1])
    spanning = re.search(r"\\multi(?:column|row)\b", body)
    if spanning is not None:
        hint = "write what spans several cells once in each of them"
        raise CostcalcError(f"{spanning[0]} can't be read: its cells have no column", hint)
    body = re.sub(r"^\s*(\[[^]]*\])?\s*\{(?:[^{}]|\{[^{}]*\})*\}", "", body)
    body = re.sub(
        r"\\(top|mid|bottom|h)(rule|line)|\\c(mid)?(rule|line)(\(\w+\))?\{[^}]*\}", "", body
    )
    rows = [row for row in re.split(r"\\\\(?:\[[^]]*\])?", body) if row.strip()]
    return [[_plain(cell) for cell in re.split(r"(?<!\\)&", row)] for row in rows]


def _plain(cell: str) -> str:
    """A LaTeX cell without its commands."""
    text = cell.strip()
    text = text.replace(r"\times", "×").replace(r"\%", "%").replace(r"\#", "#").replace("~", " ")
    for name, letter in ((r"\alpha", "α"), (r"\delta", "δ"), (r"\rho", "ρ")):
        text = text.replace(name, letter)
    text = re.sub(
        r"\\(?:textbf|textit|emph|mathbf|text|underline|bf|num)\s*\{([^{}]*)\}", r"\1", text
    )
    return text.replace("$", "").replace("{", "").replace("}", "").replace("{,}", ",").strip()
