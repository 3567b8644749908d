"""Readable ASCII for streams that can't hold the signs of the papers: alpha for α, <= for ≤.

A terminal or file that is not UTF-8 is no reason to fail, nor to print question marks where a name
is known.
"""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata
from collections.abc import Iterable

from costcalc.report.document import Cell, Document, Grid

_SIGNS = {
    **{"·": "*", "→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "−": "-", "—": "-"},
    **{"–": "-", "…": "...", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "∞": "infinity"},
    **{"─": "-", "√": "sqrt", "⋮": ":", "’": "'", "“": '"', "”": '"'},
}
_EXPONENTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_NAME = "costcalc-ascii"


def _replace(error: UnicodeError) -> tuple[str, int]:
    """A codec's error handler: what to write instead of what can't be encoded."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    places = range(error.start, error.end)
    return "".join(_spelled(error.object, i) for i in places), error.end


codecs.register_error(_NAME, _replace)


def _spelled(text: str, i: int) -> str:
    """The character at ``i`` in ASCII; a product of letters needs a sign between words."""
    sign = text[i]
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    if _is_greek(sign):
        factor = "*" if before.isalnum() or before in tuple(_EXPONENTS + ")⌋⌉") else ""
        further = "*" if after in tuple("(⌊⌈") or (after.isalpha() and not _is_greek(after)) else ""
        return factor + unicodedata.name(sign).split()[-1].lower() + further
    if sign == "×":
        return "*" if before.isalpha() else "x"  # of factors, or of sides
    if sign in _EXPONENTS:
        digits = "" if before in tuple(_EXPONENTS) else "^"
        return digits + str(_EXPONENTS.index(sign))
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return _SIGNS.get(sign) or plain or "?"


def _is_greek(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("GREEK SMALL LETTER")


def lenient(*streams: object) -> None:
    """Let streams spell what they can't encode instead of failing."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def is_unicode(stream: object = None) -> bool:
    """Whether a stream holds every sign; standard output if none is given."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").startswith("utf")


def spelled(document: Document) -> Document:
    """The document as standard output can hold it: spelt before columns are aligned."""
    if is_unicode():
        return document
    encoding = sys.stdout.encoding

    def text(written: str) -> str:
        return written.encode(encoding, _NAME).decode(encoding)

    def pairs(written: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((text(name), text(value)) for name, value in written)

    def cells(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(text(cell) if isinstance(cell, str) else cell for cell in row)

    grids = (
        Grid(
            tuple(column._replace(header=text(column.header)) for column in grid.columns),
            [cells(row) for row in grid.rows],
            None if grid.total is None else cells(grid.total),
        )
        for grid in document.grids
    )
    return Document(
        *(text(document.heading), pairs(document.facts), tuple(grids), pairs(document.told)),
        parts=tuple(map(spelled, document.parts)),
    )
