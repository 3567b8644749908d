"""How the columns of a layer table are read.

A kind parses a node once into a :class:`Value`; evaluating the value in a scope gives what the
operator receives. Operators name these kinds in their signatures, so that the schema of the YAML is
the signature of the function.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self

from costcalc.algebra.expressions import Expression, Scope, compile_expression
from costcalc.algebra.numbers import Form, Number, compare, is_number, is_whole
from costcalc.algebra.values import can_be_number, is_truth, shown, unquoted
from costcalc.errors import CostcalcError, ExpressionError, Problem, Undecided, did_you_mean
from costcalc.source.nodes import List, Node, Text

#: No channel count and no side of a map may be larger.
MAX_EXTENT = 10**9


class Value(NamedTuple):
    """A parsed column: how to evaluate it, and the names that it uses."""

    evaluate: Callable[[Scope], Any]
    names: frozenset[str]
    node: Node
    constant: bool = False
    words: frozenset[str] = frozenset()  # quoted words, which must be choices of a parameter
    perhaps: frozenset[str] = frozenset()  # names that it uses if it is a number and not a word
    follows: str = ""  # the named row whose map it has the size of

    def without(self, name: str) -> Value:
        """The value, of a name that means nothing outside."""
        return self._replace(names=self.names - {name}, perhaps=self.perhaps - {name})

    @property
    def text(self) -> str:
        """What is written, where it is one text."""
        return self.node.text if isinstance(self.node, Text) else ""


class Kind(ABC):
    """How one kind of column is written and read.

    A value that hangs on free parameters must be ``whole`` and stand in ``least`` to a number.
    """

    describe = ""
    whole = True
    least: tuple[str, int] = (">=", 1)
    along = False  # where the input has a length, and no more sides

    @cached_property
    def of_length(self) -> Self:
        """The kind where the input has a length: one number is of that side alone."""
        kind = copy(self)
        kind.along = True
        return kind

    @abstractmethod
    def parse(self, node: Node) -> Value:
        """The column's value, ready to be evaluated.

        :raises CostcalcError: it is not written as ``describe`` says.
        """

    def asks(self, value: Any) -> Kind:
        """The kind that asks something of a value, where it may be one of several."""
        return self


def expression(node: Node, what: str) -> Expression:
    """The node's text as an expression.

    :raises CostcalcError: with the node's place.
    """
    if not isinstance(node, Text) or not node.text:
        raise node.error(f"expected {what}, got {node.got}")
    try:
        return compile_expression(node.text)
    except ExpressionError as error:
        raise node.error(str(error), error.hint) from None


def evaluated(expr: Expression, scope: Scope, node: Node) -> Any:
    """The value in a scope; errors get the node's place.

    :raises Undecided: what goes wrong may hang on the value of a free parameter.
    """
    try:
        return expr(scope)
    except (ExpressionError, CostcalcError) as error:
        own = [Problem(str(error), error.hint)] if isinstance(error, ExpressionError) else []
        problems = error.problems if isinstance(error, CostcalcError) else own
        free = any(_is_free(scope.get(name)) for name in expr.names)
        kind = Undecided if free or isinstance(error, Undecided) else CostcalcError
        raise kind(p if p.place.line else p._replace(place=node.place) for p in problems) from None


def _is_free(value: Any) -> bool:
    """Whether a value hangs on free parameters, also as an argument in quotes."""
    try:
        return isinstance(unquoted(value), Form)
    except CostcalcError as error:
        return isinstance(error, Undecided)


def number(value: Any, node: Node, what: str) -> Number:
    """``value`` if it is a number or a closed form of one.

    :raises CostcalcError: it is a word, a window, or true or false.
    """
    value = unquoted(value)
    if not can_be_number(value):
        raise node.error(f"expected {what}, got {shown(value)}")
    return value


def whole_number(
    value: Any, node: Node, what: str = "a positive whole number", least: int = 1
) -> Number:
    """``value`` if it is a whole number of at least ``least``, or a closed form that may be one."""
    given = number(value, node, what)
    if is_number(given):
        if not is_whole(given) or given < least:
            raise node.error(f"expected {what}, got {given}")
        if given > MAX_EXTENT:
            raise node.error(f"{given} is too large", f"at most {MAX_EXTENT:,}")
    return given


class Whole(Kind):
    """A whole number of at least ``lowest``."""

    def __init__(self, lowest: int = 1) -> None:
        self.lowest = lowest
        self.least = (">=", lowest)
        self.what = "a positive whole number" if lowest else "a whole number, 0 or more"
        self.describe = f"{self.what}, or an expression"

    def parse(self, node: Node) -> Value:
        expr = expression(node, self.describe)

        def evaluate(scope: Scope) -> Any:
            return whole_number(evaluated(expr, scope, node), node, self.what, self.lowest)

        if not expr.names:
            whole = evaluate({})
            return Value(lambda scope: whole, expr.names, node, True)
        return Value(evaluate, expr.names, node, words=expr.words)


class Channels(Kind):
    """A channel count. The network's ``channels`` rule makes α·C whole, unless a rounding
    function such as ``floor(…)`` or ``whole(…)`` already did. Evaluates to (value, settled)."""

    describe = "a channel count; the network's rule makes it whole"

    def parse(self, node: Node) -> Value:
        expr = expression(node, "a channel count")

        def evaluate(scope: Scope) -> Any:
            return number(evaluated(expr, scope, node), node, "a number of channels"), expr.settled

        return Value(evaluate, expr.names, node, words=expr.words)


class Ratio(Kind):
    describe = "a number of at least 1, such as 1.44"
    whole = False

    def parse(self, node: Node) -> Value:
        expr = expression(node, self.describe)

        def evaluate(scope: Scope) -> Any:
            value = number(evaluated(expr, scope, node), node, self.describe)
            if is_number(value) and not self.stands(value):
                raise node.error(f"expected {self.describe}, got {value}")
            return value

        return Value(evaluate, expr.names, node)

    def stands(self, value: Number) -> bool:
        """Whether the number is one of these."""
        return bool(compare(self.least[0], value, self.least[1]))


class Scale(Ratio):
    describe = "a number above 0, such as 3/2"
    least = (">", 0)


class Choice(Kind):
    """One of a few words. ``spellings`` are other ways to write some of them."""

    def __init__(self, *options: str, spellings: Mapping[str, str] | None = None) -> None:
        self.options = options
        self.spellings = spellings or {}
        self.describe = " or ".join(filter(None, (", ".join(options[:-1]), options[-1])))

    def parse(self, node: Node) -> Value:
        if not isinstance(node, Text) or not node.text:
            raise node.error(f"expected {self.describe}, got {node.got}")
        word = self.word(node.text, node)
        return Value(lambda scope: word, frozenset(), node, True)

    def named(self, argument: str, node: Node) -> Value:
        """The word that a block's ``argument`` holds."""
        return Value(lambda scope: self.word(scope[argument], node), frozenset({argument}), node)

    def word(self, written: Any, node: Node) -> str:
        if isinstance(written, CostcalcError):  # why the argument has no value
            raise written
        word = self.spellings.get(written, written)
        if word not in self.options:
            from costcalc.operators.foreign import word_hint  # on the way to an error

            if not isinstance(written, str):
                raise node.error(f"expected {self.describe}, got {written}")
            words = (*self.options, *self.spellings)
            hint = word_hint(written, words) or did_you_mean(written, words)
            raise node.error(f"expected {self.describe}, got {written!r}", hint)
        return str(word)


class Flag(Kind):
    describe = "true or false"

    def parse(self, node: Node) -> Value:
        if not isinstance(node, Text) or node.text not in ("true", "false"):
            from costcalc.operators.foreign import word_hint  # on the way to an error

            hint = word_hint(node.text, ("true", "false")) if isinstance(node, Text) else ""
            raise node.error(f"expected true or false, got {node.got}", hint)
        flag = node.text == "true"
        return Value(lambda scope: flag, frozenset(), node, True)


class Condition(Kind):
    """A comparison such as ``s == 1 and in == out``: a bool, or a 0/1 indicator when symbolic."""

    describe = "a condition such as s == 1 and in == out"

    def parse(self, node: Node) -> Value:
        if isinstance(node, Text) and node.text in ("true", "false"):
            return Flag().parse(node)
        expr = expression(node, self.describe)

        def evaluate(scope: Scope) -> Any:
            value = evaluated(expr, scope, node)
            if not is_truth(value):
                raise node.error(f"expected {self.describe}, got {expr.text!r}")
            return value

        return Value(evaluate, expr.names, node, words=expr.words)


class Both(Kind):
    """What is said of both sides at once, or of ``[rows, columns]``. Of a length it is said alone,
    and of the other side ``still``."""

    def __init__(self, each: Kind, still: int) -> None:
        self.each = each
        self.still = still
        self.whole, self.least = each.whole, each.least
        self.describe = f"{each.describe}, for both sides, or [rows, columns]"

    def parse(self, node: Node) -> Value:
        other = Text(node.place, str(self.still)) if self.along else node
        items = node.items if isinstance(node, List) else [node, other]
        if len(items) != 2:
            raise node.error(f"expected {self.describe}, got {len(items)} of them")
        rows, columns = map(self.each.parse, items)
        return Value(
            lambda scope: (rows.evaluate(scope), columns.evaluate(scope)),
            rows.names | columns.names,
            node,
            rows.constant and columns.constant,
            rows.words | columns.words,
        )


#: What operators annotate their columns with.
WholeField = Annotated[Number, Whole()]
ChannelsField = Annotated[Number, Channels()]
RatioField = Annotated[Number, Ratio()]
FlagField = Annotated[bool, Flag()]
RoundingField = Annotated[str, Choice("up", "down")]
PerField = Annotated[str, Choice("channel", "layer")]
ExtraField = Annotated[tuple[Number, Number], Both(Whole(0), 0)]
InterpolationField = Annotated[str, Choice("nearest", "bilinear")]
