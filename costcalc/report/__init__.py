"""One neutral document, printed in one of several formats."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from costcalc.report.document import Document
from costcalc.report.formats import text
from costcalc.report.formats.spelling import is_unicode, spelled

if TYPE_CHECKING:
    from costcalc.report.formats.findings import Finding


def _latex(document: Document) -> str:
    from costcalc.report.formats import latex  # not on the way of `count`

    return latex.render(document)


def _html(document: Document) -> str:
    from costcalc.report.formats import html

    return html.page(document)


#: Formats for reviews: :data:`costcalc.report.formats.findings.FINDINGS`.
REVIEWS = ("sarif", "junit", "github")


def _review(format: str, found: Sequence[Finding]) -> str:
    from costcalc.report.formats.findings import FINDINGS

    return FINDINGS[format](found)


#: Formats of documents by name. ``table``, or ``text``, is :func:`text.render` or the terminal.
FORMATS: dict[str, Callable[[Document], str]] = {
    "csv": text.csv,
    "markdown": text.markdown,
    "latex": _latex,
    "html": _html,
}


def emit(
    document: Document,
    format: str,
    data: Callable[[], object] = dict,
    findings: Callable[[], Sequence[Finding]] = tuple,
) -> None:
    """Print in a format: ``table`` or ``text`` (rich on a terminal, plain text in a pipe),
    ``json`` (what ``data`` gives), one of :data:`FORMATS`, or one for reviews (``findings``)."""
    if format == "json":
        print(json.dumps(data(), ensure_ascii=not is_unicode(), indent=2))
        return
    if format in REVIEWS:
        sys.stdout.write(_review(format, findings()))
        return
    document = spelled(document)
    if format in FORMATS:
        sys.stdout.write(FORMATS[format](document))
    elif sys.stdout.isatty():
        from costcalc.report.formats import terminal

        terminal.show(document)
    else:
        sys.stdout.write(text.render(document))
