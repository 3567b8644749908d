"""A claims file from a table of one's own: CSV, Markdown or LaTeX in, YAML to look over out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from costcalc.errors import CostcalcError, Place, Problem, cut
from costcalc.language import library
from costcalc.language.parameters import Parameter
from costcalc.papers.claims.headings import (
    INFORMATION,
    METRIC,
    PARAMETER,
    STRANGE,
    Column,
    column,
    is_depth_multiplier,
)
from costcalc.papers.claims.labels import Networks, Row
from costcalc.papers.claims.printed import BYTES, FIGURES, NOTHING, RANGE, figures, plain, setting
from costcalc.papers.claims.reading import read_claims
from costcalc.papers.claims.tables import is_word
from costcalc.papers.claims.targets import load
from costcalc.source.files import shown, stem
from costcalc.source.nodes import Text
from costcalc.source.tables import Table, read_tables


def new_claims(table: Path, spec: str | Sequence[str] = (), title: str = "") -> str:
    """A claims file for the first table of a file that prints a cost. ``spec`` is the network of
    rows that name none, or several as ``NAME=FILE``; shipped networks are known by their names.

    :raises CostcalcError: the file holds no table, no column with a cost, or what can't be read.
    """
    networks = Networks([spec] if isinstance(spec, str) else spec)
    tables = read_tables(table)
    known = networks.involved([cell.text for t in tables for row in t.rows for cell in row])
    parameters = {name: p for network in known for name, p in network.parameters.items()}
    candidates = [(t, _columns(t, parameters, networks)) for t in tables]
    chosen = next((c for c in candidates if any(k.kind == METRIC for k in c[1])), None)
    if chosen is None:
        raise CostcalcError(_no_cost(*candidates[0], shown(table)))
    draft = _Draft(*chosen, networks)
    name = stem(table, "table")
    others = [t.headings[0] for t in tables if t is not chosen[0]]
    lines = [
        f"paper: {_quoted(title or name)}",
        *(f"# {_at(cell)}: another table; only one is read" for cell in others),
        *draft.written(name),
    ]
    text = "\n".join(lines) + "\n"
    try:
        read_claims(text, shown(table))  # what is written can be read
    except CostcalcError as error:  # in the user's table, not in what was made of it
        start = Place(shown(table), *chosen[0].headings[0].place[1:3])
        raise CostcalcError([p._replace(place=start) for p in error.problems]) from None
    return text


# -- columns --------------------------------------------------------------------------------------


def _columns(table: Table, parameters: Mapping[str, Parameter], networks: Networks) -> list[Column]:
    """What the columns hold; a cost without a figure in it, or of one network, rides along."""
    columns = []
    for i, heading in enumerate(table.headings):
        found = column(heading.text, parameters)
        cells = [plain(row[i].text) for row in table.rows]
        amounts = [cell for cell in cells if re.match(r"[~≈<>]?\s?\.?\d", cell)]
        reason = ""
        if found.kind == PARAMETER and not amounts and not parameters[found.name].choices:
            reason = STRANGE  # "full", "half"
        elif found.kind == METRIC and not amounts:
            reason = "prints no figures"
        elif found.kind != INFORMATION and amounts and all(map(BYTES.fullmatch, amounts)):
            reason = "prints bytes"
        elif found.kind == METRIC and networks.called(heading.text)[0]:
            reason = "is of one network"
        beside = Column(INFORMATION, f"other {found.name}", reason=reason)
        columns.append(beside if reason else found)
    bound = [c.name for c in columns if c.kind == PARAMETER]
    for heading, found in zip(table.headings, columns, strict=True):
        alike = found.kind == PARAMETER and found.name == "delta" and "alpha" in parameters
        if alike and "alpha" not in bound and is_depth_multiplier(heading.text):
            message = f"{heading.text!r} is another name of alpha in TensorFlow, and delta here"
            raise heading.error(message, "call it alpha or delta")
    for name, count in Counter(bound).items():
        if count > 1:
            second = [h for h, c in zip(table.headings, columns, strict=True) if c.name == name][1]
            raise second.error(f"two columns are the parameter {name!r}", "keep one of them")
    return columns


def _no_cost(table: Table, columns: list[Column], file: str) -> Iterator[Problem]:
    """That there is no column with a cost, and why each that could be one is none."""
    headings = cut(", ".join(heading.text for heading in table.headings))
    hint = f"headings: {headings}; name them Mult-Adds (M), Params (M), …"
    yield Problem("no column holds a cost", hint, Place(file))
    for heading, found in zip(table.headings, columns, strict=True):
        if found.reason and found.reason != STRANGE:
            yield heading.problem(f"{heading.text!r} {found.reason}")


# -- rows -----------------------------------------------------------------------------------------


class _Draft:
    """A table whose columns are known, as the rows of claims."""

    def __init__(self, table: Table, columns: list[Column], networks: Networks) -> None:
        self.table, self.columns = table, columns
        self.label = self._label_column()
        self.rows = self._read(networks)
        specs = dict.fromkeys(row.spec for row in self.rows if row.spec)
        if not specs:
            hint = "--spec FILE for all rows, --spec NAME=FILE for those that are called so"
            raise table.rows[0][self.label or 0].error(self.rows[0].unchecked, hint)
        self.specs = list(specs)
        bound = [c.name for c in columns if c.kind == PARAMETER]
        self.open = list(_versions(self.rows))
        #: Whether parameters can be columns of their own, and none is taken for a word of claims.
        self.plain = len(specs) == 1 and not any(map(is_word, bound))
        self.plain &= all(row.at.keys() <= set(bound) for row in self.rows if row.spec)
        self.bound = bound if self.plain else []

    def _label_column(self) -> int | None:
        """The first column that is nothing else and does not only print figures."""
        for i, found in enumerate(self.columns):
            if found.reason == STRANGE and not all(
                FIGURES.fullmatch(row[i].text) for row in self.table.rows
            ):
                return i
        return 0 if self.columns[0].reason == STRANGE else None

    def _read(self, networks: Networks) -> list[Row]:
        """The rows with what they bind, labels apart.

        :raises CostcalcError: with every value that its parameter can't have.
        """
        at = self.label
        texts = ["" if at is None else row[at].text for row in self.table.rows]
        others = networks.among(texts)
        problems: list[Problem] = []
        rows = []
        for cells, text in zip(self.table.rows, texts, strict=True):
            printed = {
                c.name: cell
                for c, cell in zip(self.columns, cells, strict=True)
                if c.kind == PARAMETER and plain(cell.text)
            }
            values = {name: setting(cell.text) for name, cell in printed.items()}
            of = networks.row(text, others, values)
            if of.spec:
                of, refused = _bindable(of, printed)
                problems += refused
            for cell in self._costs(cells):
                if RANGE.fullmatch(plain(cell.text)):
                    of = Row(unchecked=f"{plain(cell.text)!r} is a range")
            rows.append(of._replace(label=text, at={**of.at, **values}))
        if problems:
            raise CostcalcError(problems)
        return _apart(rows)

    def _costs(self, cells: Sequence[Text]) -> list[Text]:
        return [cell for c, cell in zip(self.columns, cells, strict=True) if c.kind == METRIC]

    def written(self, name: str) -> Iterator[str]:
        """The lines of the file below its title: a table, and one for each further column of the
        same cost."""
        taken: Counter[str] = Counter()
        again: list[list[int]] = []
        for i, found in enumerate(self.columns):
            if found.kind == METRIC:
                n = taken[found.name]
                taken[found.name] += 1
                again += [[]] if n >= len(again) else []
                again[n].append(i)
        yield from self._remarks()
        for n, metrics in enumerate(again):
            title = name if n == 0 else f"{name}, {self.table.headings[metrics[0]].text}"
            yield from self._table(title, metrics, first=n == 0)

    def _remarks(self) -> Iterator[str]:
        """What is not used, with its place in the user's file."""
        for i, (found, heading) in enumerate(zip(self.columns, self.table.headings, strict=True)):
            if found.reason and i != self.label:
                said = f"{heading.text!r} {found.reason}: it rides along"
                yield f"# {_at(heading)}: {said}"
        for row, cells in zip(self.rows, self.table.rows, strict=True):
            if row.unchecked:
                yield f"# {_at(cells[self.label or 0])}: {row.unchecked}: unchecked"

    def _table(self, title: str, metrics: list[int], *, first: bool) -> Iterator[str]:
        """One table of the claims."""
        columns = [*self._rows(), *self._printed(metrics, first=first)]
        names: list[str] = []
        for name, _, _ in columns:
            names.append(_other_than(name, names))
        printed = zip(names, columns, strict=True)
        headings = {name: heading for name, (_, _, heading) in printed if heading}
        said = f"headings: {_flow(headings)}"
        yield from (said, "tables:") if first else ()
        yield f"- table: {_quoted(title)}"
        yield from () if first else (f"  {said}",)
        yield from (f"  spec: {_quoted(self.specs[0])}",) if len(self.specs) == 1 else ()
        yield from (f"  open: {{{', '.join(self.open)}}}",) if self.open else ()
        yield f"  columns: [{', '.join(names)}]"
        yield "  rows:"
        yield from self._lines(names, [values for _, values, _ in columns])

    def _rows(self) -> Iterator[tuple[str, list[str], str]]:
        """Columns that say what the rows are: name and cells."""
        labelled = self.label is not None or not self.plain
        if labelled or len({row.label for row in self.rows}) < len(self.rows):
            yield "row", [_quoted(row.label) for row in self.rows], ""
        if len(self.specs) > 1:
            yield "spec", [_quoted(row.spec or NOTHING) for row in self.rows], ""
        if not self.plain:
            yield "at", [_flow(row.at) if row.spec else "{}" for row in self.rows], ""

    def _printed(self, metrics: list[int], *, first: bool) -> Iterator[tuple[str, list[str], str]]:
        """The columns of the user's table: name, cells and heading."""
        for i, (found, heading) in enumerate(zip(self.columns, self.table.headings, strict=True)):
            name, column = found.name, [row[i] for row in self.table.rows]
            if i in metrics:
                unit, values = figures(heading, found, column)
                name = f"{name} {unit}".strip()
            elif name in self.bound:
                values = [row.at.get(name, NOTHING) for row in self.rows]
            elif found.kind == INFORMATION and i != self.label and first:
                values = [plain(cell.text) or NOTHING for cell in column]
            else:
                continue
            yield name, list(map(_quoted, values)), heading.text

    def _lines(self, names: list[str], columns: list[list[str]]) -> Iterator[str]:
        """The rows: in line below each other, and those that stay unchecked as mappings."""
        widths = [max(map(len, column)) for column in columns]
        for row, cells in zip(self.rows, zip(*columns, strict=True), strict=True):
            if row.unchecked:
                kept = {n: c for n, c in zip(names, cells, strict=True) if n not in ("at", "spec")}
                kept = {n: c for n, c in kept.items() if n not in self.bound}
                kept["unchecked"] = _quoted(row.unchecked)
                yield f"  - {{{', '.join(f'{name}: {cell}' for name, cell in kept.items())}}}"
                continue
            padded = [f"{c}, ".ljust(w + 2) for c, w in zip(cells[:-1], widths, strict=False)]
            yield f"  - [{''.join(padded)}{cells[-1]}]"


def _versions(rows: Sequence[Row]) -> Iterator[str]:
    """What no row says of shipped networks that have versions, as ``name: [default, …]``: a page
    leaves it open."""
    said = {name for row in rows for name in row.at}
    specs = {row.spec: None for row in rows if row.spec in library.spec_names()}
    for name, parameter in ((n, p) for spec in specs for n, p in load(spec).parameters.items()):
        if parameter.choices and name not in said:
            said.add(name)
            words = dict.fromkeys((str(parameter.default), *parameter.choices))
            yield f"{name}: [{', '.join(map(_quoted, words))}]"


def _bindable(of: Row, printed: Mapping[str, Text]) -> tuple[Row, list[Problem]]:
    """The row with values that its network can have: one without the parameter is not checked.

    Beside it the problems of values that are none.
    """
    parameters = load(of.spec).parameters
    problems = []
    for name, cell in printed.items():
        if name not in parameters:
            return Row(unchecked=f"{of.spec} has no parameter {name!r}"), []
        try:
            parameters[name].bind(setting(cell.text))
        except CostcalcError as error:
            problems.append(error.problems[0]._replace(place=cell.place))
    for name, value in of.at.items():
        try:
            parameters[name].bind(value)
        except CostcalcError as error:
            return Row(unchecked=error.problems[0].message), []
    return of, problems


def _apart(rows: list[Row]) -> list[Row]:
    """The rows with labels that are theirs alone: repeated ones say what the rows bind. A row with
    nothing that tells it from one before is not checked."""
    rows = [row._replace(label=row.label or _bindings(row.at, " ", "=")) for row in rows]
    count = Counter(row.label for row in rows)
    seen: list[str] = []
    named = []
    for row in rows:
        said = _bindings(row.at, ", ", " = ")
        label = f"{row.label} ({said})" if count[row.label] > 1 and said else row.label
        if label in seen:
            said = f"nothing tells it from another row {label!r}"
            row = row._replace(spec="", unchecked=said)
        seen.append(_other_than(label, seen))
        named.append(row._replace(label=seen[-1]))
    return named


def _bindings(at: Mapping[str, str], between: str, equals: str) -> str:
    return between.join(f"{name}{equals}{value}" for name, value in at.items())


def _other_than(name: str, taken: Sequence[str]) -> str:
    """The name, numbered if it is taken."""
    numbers = range(2, len(taken) + 2)
    return next(n for n in (name, *(f"{name} {i}" for i in numbers)) if n not in taken)


# -- YAML -----------------------------------------------------------------------------------------


def _at(cell: Text) -> str:
    return f"{cell.place.file}:{cell.place.line}:{cell.place.column}"


def _flow(words: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{name}: {_quoted(word)}' for name, word in words.items())}}}"


def _quoted(text: str) -> str:
    plain = re.fullmatch(r"[\w.][\w ./×α-]*", text) and text.lower() not in ("no", "yes", "null")
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
