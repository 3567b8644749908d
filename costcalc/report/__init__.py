"""One neutral document, one small module per output format."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from costcalc.report.document import Document
from costcalc.report.formats import csv, latex, markdown, text
from costcalc.report.formats.spelling import is_unicode, spelled

#: Text formats by name; ``table`` and ``json`` are handled by :func:`emit`.
FORMATS: dict[str, Callable[[Document], str]] = {
    "csv": csv.render,
    "markdown": markdown.render,
    "latex": latex.render,
}


def emit(document: Document, format: str, data: Any) -> None:
    """Print in a format: ``table`` (rich on a terminal, plain text in a pipe), ``json`` (``data``),
    or one of :data:`FORMATS`."""
    document = spelled(document)
    if format == "json":
        print(json.dumps(data, ensure_ascii=not is_unicode(), indent=2))
    elif format in FORMATS:
        sys.stdout.write(FORMATS[format](document))
    elif sys.stdout.isatty():
        from costcalc.report.formats import terminal

        terminal.show(document)
    else:
        sys.stdout.write(text.render(document))
