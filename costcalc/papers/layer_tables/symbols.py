"""What a table says once, in its column Defaults, and its amounts as the language has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.algebra.expressions import compile_expression, exact_number
from costcalc.algebra.notation import LETTERS
from costcalc.algebra.numbers import FUNCTIONS, is_number
from costcalc.analysis.further import USUAL
from costcalc.errors import ExpressionError
from costcalc.language.parameters import KNOWN, value_text
from costcalc.source.nodes import Text

#: What the number of a round is called, which begins with 0; the language begins with 1.
ROUND, NUMBER = "i", "(i - 1)"
_SIGNS = {"×": "*", "·": "*", "−": "-", "²": "**2", "³": "**3"}
_SIGNS |= {"⌊": "floor(", "⌈": "ceil(", "⌋": ")", "⌉": ")"}
_SPACED = {"+": " + ", "-": " - ", ",": ", "}


class Symbols:
    """The words and values of a table; ``convolutions`` are those of a spec's ``defaults``, and
    ``used`` the parameters that amounts hang on.

    :raises CostcalcError: a default that is neither a word for convolutions nor a number.
    """

    def __init__(self, cells: Sequence[Text]) -> None:
        self.values = {name: Fraction(str(known.default)) for name, known in KNOWN.items()}
        self.convolutions = dict(USUAL)
        self.channels = ""
        self.inputs: dict[str, str] = {}  # several inputs with their sizes, as printed
        for cell in cells:
            for name, said in pairs(cell.text).items():
                self._default(name, said, cell)
        self.names = {**LETTERS, ROUND: ROUND, **{name: name for name in self.values}}
        self.used: dict[str, None] = {}
        words = sorted((*self.names, *FUNCTIONS), key=len, reverse=True)
        self.token = re.compile(rf"({'|'.join(words)})|(\d+(?:\.\d+)?)|(\S)")

    def _default(self, name: str, said: str, cell: Text) -> None:
        if name in USUAL:
            self.convolutions[name] = said
        elif name == "channels":
            self.channels = said
        elif name == "inputs" and " " in said:  # a parameter may be called so
            sizes = (size.split() for size in said.split(","))
            self.inputs = {size[0]: size[-1] for size in sizes if size}
        elif not re.fullmatch(r"[A-Za-z]\w*", name):
            raise cell.error(f"{name!r} is no name of a parameter", "as classes: 10; padding: half")
        else:
            try:
                self.values[name] = Fraction(exact_number(said))
            except ExpressionError as error:
                raise cell.error(f"{name}: {error}", error.hint) from None

    def amount(self, text: str, cell: Text) -> str:
        """An expression of the spec: ``128*SR`` for ``128SR``.

        :raises CostcalcError: a name that the table does not explain.
        """
        parts: list[str] = []
        before = ""
        for word, number, sign in self.token.findall(text):
            if sign.isalpha():
                hint = f"{sign}: 1 in a column Defaults"
                raise cell.error(f"{text!r}: nothing says what {sign!r} is", hint)
            factor = before[-1:].isalnum() or before[-1:] == ")"
            if factor and before not in FUNCTIONS and (word or number or sign in "(⌊⌈"):
                parts.append("*")
            name = self.names.get(word, word)
            self.used |= {name: None} if name in self.values else {}
            before = NUMBER if name == ROUND else name or number or _SIGNS.get(sign, sign)
            parts.append(before)
        return "".join([*parts[:1], *(_SPACED.get(part, part) for part in parts[1:])])

    def width(self, channels: str, cell: Text) -> str:
        """Channels that leave, as a row has them that the rule would change at the defaults."""
        found = re.fullmatch(r"divisible\((\d+).*\)", self.channels)
        if found and NUMBER not in channels:
            try:
                number = compile_expression(channels).number(self.values)
            except ExpressionError as error:
                raise cell.error(str(error), error.hint) from None
            if is_number(number) and number % int(found[1]):
                return f"whole({channels})"
        return channels

    @property
    def rule(self) -> str:
        """How channels become whole."""
        return self.channels or ("floor" if self.used.keys() - {"classes"} else "exact")

    def declared(self, resolution: str) -> Iterator[str]:
        """The declarations of what may vary; ``resolution`` is that of a square input."""
        for name in self.used:
            value = value_text(self.values[name])
            own = f'{{default: {value}, meaning: "{name} of the table"}}'
            yield f"  {name}: {value if name in KNOWN else own}"
        if resolution:
            yield f"  resolution: {resolution}"


def pairs(text: str) -> dict[str, str]:
    """``padding: 1; bias: true`` by name."""
    parts = (part.partition(":") for part in text.split(";") if part.strip())
    return {name.strip(): said.strip() for name, _, said in parts}
