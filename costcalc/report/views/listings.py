"""What is shipped, as documents: the listings of ``costcalc list``, and one convention."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from costcalc.algebra.result import whole_or_text
from costcalc.conventions.convention import Convention, Weight, work_name
from costcalc.conventions.shelf import all_conventions
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.exchange.operations import TABLES
from costcalc.exchange.operations import operations as operations_of
from costcalc.explorer.page import Page
from costcalc.export.writing import FORMATS
from costcalc.language import library
from costcalc.language.arguments import takes_text
from costcalc.language.columns import own_columns
from costcalc.language.parameters import KNOWN, text_of
from costcalc.language.parser import blocks_in, parse_file
from costcalc.operators import OPERATORS
from costcalc.operators.coded import Coded
from costcalc.operators.merging import FIELDS, MERGES
from costcalc.operators.tags import Tag
from costcalc.report.document import Cell, Document, Grid, numbers, said, texts
from costcalc.report.views import PARAMS
from costcalc.source.kinds import KINDS
from costcalc.timing.devices import as_device


def listing(what: str, of: str = "") -> Document:
    """The listing of ``specs``, ``operators``, ``blocks``, ``conventions``, ``parameters``,
    ``devices`` or ``formats``; of one of the formats, the operations.

    :raises CostcalcError: there is none of that name.
    """
    if of and what != "formats":
        message = f"list {what} takes no name, but {of!r} is given"
        raise CostcalcError(message, "`costcalc list formats onnx` lists what is read of ONNX")
    return operations(of) if of else _LISTINGS[what]()


def _document(title: str, headers: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> Document:
    return Document(title, (), (Grid(texts(*headers), rows),))


def specs() -> Document:
    rows = []
    for name in library.spec_names():
        spec = parse_file(library.SPECS / f"{name}.yaml", (library.BLOCKS,))
        parameters = ", ".join(f"{n}={text_of(p.default)}" for n, p in spec.parameters.items())
        rows.append((name, parameters, spec.source))
    return _document("Networks that ship with costcalc", ("name", "parameters", "source"), rows)


def operators() -> Document:
    rows = []
    for operator in OPERATORS.values():
        main = operator.main
        value = "" if main is None else main.name if main.required else f"({main.name})"
        columns = [column for column in own_columns(operator) if column != "coded"]
        rows.append((operator.name, value, ", ".join(columns), _unmarked(operator.summary)))
    for name, function in MERGES.items():
        summary = (function.__doc__ or "").splitlines()[0]
        rows.append((name, "branches", ", ".join(FIELDS[name]), _unmarked(summary)))
    headers = ("name", "value", "columns", "costs")
    return _document("Operators of the layer tables", headers, rows)


def _unmarked(text: str) -> str:
    """A docstring's line without its markup: names in quotes, no emphasis."""
    return re.sub(r"\*(\w+)\*", r"\1", re.sub("`+", "'", text))


def conventions() -> Document:
    rows = [
        (c.name, c.unit, c.meaning, counted(c.mult_adds), counted(c.params))
        for c in all_conventions().values()
    ]
    columns = (*texts("name", "unit", "meaning", "Mult-Adds"), PARAMS._replace(numeric=False))
    return Document("What can be counted", (), (Grid(columns, rows),))


def blocks() -> Document:
    rows = [
        (name, takes_text(takes), path.stem)
        for path in sorted(library.BLOCKS.glob("*.yaml"))
        for name, takes in blocks_in(path).items()
    ]
    headers = ("name", "takes", "include")
    return _document("Blocks that any network can include", headers, rows)


def parameters() -> Document:
    rows = [(p.name, p.symbol, p.domain, text_of(p.default), p.meaning) for p in KNOWN.values()]
    headers = ("name", "symbol", "domain", "default", "meaning")
    return _document("Parameters that every spec knows", headers, rows)


def devices() -> Document:
    rows = []
    for device in map(as_device, library.device_names()):
        figures = (device.ram.size, device.flash.size, device.ram.bandwidth)
        known = (figure.text if figure else "" for figure in figures)
        each = {" ".join(key).strip(): figure for key, figure in device.rates.items()}
        rates = ", ".join(f"{key} {figure.text}" for key, figure in each.items())
        each |= {n: f for n, f in zip(("RAM", "flash", "bandwidth"), figures, strict=True) if f}
        doubts = ", ".join(key for key, figure in each.items() if not figure.confirmed)
        rows.append((device.name, *known, rates, device.meaning, doubts))
    headers = ("name", "RAM", "flash", "bandwidth", "peak Mult-Adds", "meaning", "not confirmed")
    return _document("Devices whose figures are public", headers, rows)


def formats() -> Document:
    """The files of other programs that are read and written."""
    rows: list[tuple[Cell, ...]] = [
        (
            reader := kind.reader.partition(".")[0],
            kind.what,
            kind.endings or "by content",
            "read",
            kind.needs,
            len(operations_of(reader)),
        )
        for kind in KINDS
        if kind.reader
    ]
    rows += [
        (name, form.what, form.ending or f"by --format {name}", "written", form.library, None)
        for name, form in FORMATS.items()
    ]
    columns = (*texts("name", "format", "files", "is", "needs"), *numbers("operations"))
    return Document("Files of other programs", (), (Grid(columns, rows),))


def operations(reader: str) -> Document:
    """What is read of a format.

    :raises CostcalcError: there is none of that name.
    """
    if reader not in TABLES:
        message = f"no format {reader!r} that is read"
        raise CostcalcError(message, did_you_mean(reader, TABLES))
    rows = [(name,) for name in operations_of(reader)]
    return _document(f"Operations of {reader} that are read", ("operation",), rows)


_LISTINGS = {
    f.__name__: f for f in (specs, operators, blocks, conventions, parameters, devices, formats)
}


def counted(weights: Mapping[str, Weight]) -> str:
    """Weights in a line: ``conv mac, fc mac, bn element × 2``."""
    parts = [
        str(tag) if weight == 1 else f"{tag} × {weight}"
        for tag, weight in weights.items()
        if not isinstance(tag, Coded)
    ]
    return ", ".join(parts) or "nothing"


def convention_document(convention: Convention) -> Document:
    """What ``costcalc show-convention`` prints."""
    facts = said(
        ("meaning", convention.meaning),
        ("unit", convention.unit),
        ("version", convention.version),
        ("source", convention.source),
    )
    codings = list(convention.coded)
    columns = (*texts("of", "tag"), *numbers("weight", *(f"coded: {word}" for word in codings)))
    rows: list[tuple[Cell, ...]] = []
    for tag in Tag:
        usual = convention.weight(tag)
        others = [convention.weight(tag, word) for word in codings]
        if usual or any(others):
            cells = [whole_or_text(weight) if weight != usual else None for weight in others]
            metric = "parameters" if tag.is_parameter else work_name(convention.unit)
            rows.append((metric, tag.value, whole_or_text(usual), *cells))
    unknown = said(("no known rule", ", ".join(sorted(convention.unknown))))
    lines = (*unknown, *(("quirk", quirk) for quirk in convention.quirks))
    return Document(convention.name, facts, (Grid(columns, rows),), lines)


def page_document(page: Page) -> Document:
    """The networks of a page, with the values at which each starts."""
    rows = [
        (one["name"], p["symbol"], one["start"].get(p["name"], p["default"]), ", ".join(p["usual"]))
        for one in page.data["networks"]
        for p in one["parameters"]
    ]
    grid = Grid(texts("network", "parameter", "starts at", "usual"), rows)
    return Document(", ".join(page.networks), said(("convention", page.convention)), (grid,))
