"""Text to arithmetic, through a whitelist.

``compile_expression("32*alpha")`` gives an :class:`Expression`; calling it with a scope
``{"alpha": Fraction(1, 2)}`` gives an exact number, or a polynomial where the scope holds free
parameters. Text from files and the command line is parsed by :mod:`ast` and every node is
checked; nothing is ever handed to ``eval``. Papers' spellings are accepted: ``α δ ρ``, ``×``,
``·``, ``32α``.
"""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from typing import Any

from costcalc.algebra.compiler import Compiler, Evaluator, Scope, is_settled
from costcalc.algebra.numbers import is_number
from costcalc.errors import ExpressionError

__all__ = [
    "COMMA_HINT",
    "Expression",
    "ExpressionError",
    "Scope",
    "compile_expression",
    "exact_number",
]

MAX_LENGTH = 400
#: For what YAML splits: in {out: max(8, alpha)} the value ends at the comma.
COMMA_HINT = 'quote what has a comma: "max(a, b)"'


class Expression:
    """Arithmetic that is ready to be evaluated; ``names`` and quoted ``words`` are what it uses.

    ``settled``: as a whole it is a call of a rounding function, as in ``floor(4*k)``.
    """

    __slots__ = ("_evaluate", "names", "settled", "text", "words")

    def __init__(
        self,
        text: str,
        names: frozenset[str],
        evaluate: Evaluator,
        words: frozenset[str] = frozenset(),
        settled: bool = False,
    ) -> None:
        self.text = text
        self.names = names
        self.words = words
        self.settled = settled
        self._evaluate = evaluate

    def __call__(self, scope: Scope) -> Any:
        """Its value: ``int``, ``Fraction``, ``bool``, ``str`` or a polynomial.

        :raises ExpressionError: a name without a value, a division by zero, a number too long.
        """
        return self._evaluate(scope)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


_GREEK = {"α": "alpha", "δ": "delta", "ρ": "rho"}
_GREEK_RUN = re.compile(r"(?<=[\w)])\s*(?=[αδρ])|(?<=[αδρ])\s*(?=[\w(])")
_SIGNS = str.maketrans(
    {
        "×": "*",
        "·": "*",
        "⋅": "*",
        "−": "-",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "²": "**2",
        "³": "**3",
    }
)
_QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_LEADING_ZERO = re.compile(r"(?<![\w.])0+([0-9][0-9.]*)")


def compile_expression(text: str) -> Expression:
    """Parse ``text``.

    :raises ExpressionError: not arithmetic, or beyond the limits (400 characters, 40 levels,
        powers up to 16).
    """
    if _PLAIN_NUMBER.fullmatch(text):  # the common case, and most of the time spent otherwise
        number = int(text)
        return Expression(text, frozenset(), lambda scope: number)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"expression of {len(text)} characters", f"at most {MAX_LENGTH}")
    # quoted words stay as they are: width == "in"
    parts = _QUOTED.split(text)
    for part in parts[::2]:
        _check_digits(part)
    spelled = "".join(part if i % 2 else _spelled(part) for i, part in enumerate(parts))
    try:
        tree = ast.parse(spelled.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        cut = text.count("(") > text.count(")")
        hint = COMMA_HINT if cut else "arithmetic such as 32*alpha or rho*resolution"
        raise ExpressionError(f"{text!r} is not arithmetic", hint) from None
    compiler = Compiler(text, spelled.strip())
    evaluate = compiler.compile(tree.body, 0)
    names, words = frozenset(compiler.names), frozenset(compiler.words)
    return Expression(text, names, evaluate, words, is_settled(tree.body))


def _check_digits(text: str) -> None:
    if _FOREIGN_DIGIT.search(text):
        raise ExpressionError(f"{text!r} has other digits than 0 to 9", "write it with these")
    padded = _LEADING_ZERO.search(text)
    if padded:  # octal in C and in YAML 1.1, ten to others
        raise ExpressionError(f"{padded[0]!r} begins with a 0", f"write {padded[1]}")


def _spelled(text: str) -> str:
    """Papers' spellings as Python's."""
    text = _GREEK_RUN.sub("*", text.translate(_SIGNS))
    for letter, name in _GREEK.items():
        text = text.replace(letter, name)
    text = re.sub(r"\bin\b", "_in", text)  # `in` is the papers' word and Python's
    return re.sub(r"(?<![=!<>])=(?!=)", "==", text)


def exact_number(text: str) -> int | Fraction:
    """The exact value of a constant: ``"0.35"`` is 7/20, ``"1/3"`` is 1/3.

    :raises ExpressionError: it is not a constant.
    """
    expression = compile_expression(text)
    if expression.names:
        raise ExpressionError(f"{text!r} is not a number", "such as 0.35, 7/20 or 224")
    value = expression({})
    if isinstance(value, bool) or not is_number(value):
        raise ExpressionError(f"{text!r} is not a number", "such as 0.35, 7/20 or 224")
    result: int | Fraction = value
    return result
