"""The syntax of expressions: papers' spellings as Python's, and the tree of a text.

``α δ ρ`` are names, ``32α`` and ``αδ`` products, ``×`` and ``·`` signs, ``=`` asks.
"""

from __future__ import annotations

import ast
import re

from costcalc.algebra.notation import LETTERS
from costcalc.errors import ExpressionError

#: Between factors, one of which is a letter: ``32α``, ``αδ``, ``α(in + 1)``, but not ``α if``.
_GREEK_RUN = re.compile(
    r"(?<=[\w)])(?<!\bif)(?<!\bor)(?<!\band)(?<!\bnot)(?<!\belse)\s*(?=[αδρ])"
    r"|(?<=[αδρ])\s*(?=[\w(])(?!(?:if|or|and|else)\b)"
)
_SIGNS = str.maketrans({"×": "*", "·": "*", "⋅": "*", "−": "-", "²": "**2", "³": "**3"})
_SIGNS |= str.maketrans({"≤": "<=", "≥": ">=", "≠": "!="})
_QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
#: What Python reads, with a warning: a number that a word follows at once, as in ``1if n else 3``.
_JOINED = re.compile(r"(?<!\w)[0-9][\w.]*?(and|else|for|if|in|is|not|or)")
_LEADING_ZERO = re.compile(r"(?<![\w.])0+([0-9][0-9.]*)")


def spelled(text: str) -> str:
    """Papers' spellings as Python's; quoted words stay as they are: ``width == "in"``.

    :raises ExpressionError: digits that Python reads otherwise than people do.
    """
    parts = _QUOTED.split(text)
    for part in parts[::2]:
        _check_digits(part)
    return "".join(part if i % 2 else _spelled(part) for i, part in enumerate(parts)).strip()


def syntax_tree(text: str) -> ast.expr | None:
    """The text as a tree of which nothing is checked yet; None where it has no syntax.

    The only place where text is parsed. A whitelist must have passed every node before it is used:
    that of the compiler, or that of printed formulas (:mod:`costcalc.papers.claims.formulas`).
    """
    if "\\" in text or _JOINED.search(_QUOTED.sub("''", text)):
        return None  # so that nothing is read with a warning
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _check_digits(text: str) -> None:
    if _FOREIGN_DIGIT.search(text):
        raise ExpressionError(f"{text!r} has other digits than 0 to 9", "write it with these")
    padded = _LEADING_ZERO.search(text)
    if padded:  # octal in C and in YAML 1.1, ten to others
        raise ExpressionError(f"{padded[0]!r} begins with a 0", f"write {padded[1]}")
    joined = _JOINED.search(text)
    if joined:
        hint = f"a space before {joined[1]}"
        raise ExpressionError(f"{joined[0]!r} is neither a number nor a word", hint)


def _spelled(text: str) -> str:
    """Papers' spellings as Python's."""
    text = _GREEK_RUN.sub("*", text.translate(_SIGNS))
    for letter in "αδρ":
        text = text.replace(letter, LETTERS[letter])
    text = re.sub(r"\bin\b", "_in", text)  # `in` is the papers' word and Python's
    return re.sub(r"(?<![=!<>])=(?!=)", "==", text)
