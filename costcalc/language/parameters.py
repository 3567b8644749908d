"""The parameters of a network: names, domains, defaults, and exact bindings.

``alpha``, ``delta``, ``rho``, ``resolution`` and ``classes`` mean the same in every spec; a spec
declares which of them it has, and may add its own (depth ``n``, growth ``k``, …).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from contextvars import ContextVar
from fractions import Fraction
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeAlias, TypeVar

from costcalc.algebra.amounts import amount_text
from costcalc.algebra.expressions import exact_number
from costcalc.algebra.notation import LETTERS, SYMBOLS
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.polynomial import parameter as free_parameter
from costcalc.errors import CostcalcError, ExpressionError, Problem, did_you_mean

POSITIVE_INTEGER = "positive integer"
WHOLE_NUMBER = "whole number"
POSITIVE_NUMBER = "positive number"
DOMAINS = (POSITIVE_INTEGER, WHOLE_NUMBER, POSITIVE_NUMBER)

#: No binding may exceed this; costs themselves have no limit.
MAX_VALUE = 10**12
#: In place of values: those that the spec calls usual, which its paper prints.
USUAL = "usual"
#: A comma before a name and its value.
_NEXT = re.compile(r",(?=\s*\w*\s*=)")
_FORM = "NAME=VALUE,NAME=VALUE"
#: How papers print a square map.
_SQUARE = re.compile(r"\s*(\d+)\s*(?:²|\^2)\s*", re.ASCII)
#: What means a range, and is no subtraction.
_RANGE = re.compile(r"\s*\d+([./]\d+)?\s*(-|−|–|…|\.\.\.?|to)\s*\d+([./]\d+)?\s*", re.ASCII)
_PERCENT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*", re.ASCII)

#: An exact value of a parameter; a resolution may be height and width.
Bound: TypeAlias = int | Fraction | str | tuple[int, int]
#: Several values of one: a list, or a range as text.
Values: TypeAlias = Bound | Sequence[Bound]
#: Values by parameter.
Binding: TypeAlias = dict[str, Bound]


class Parameter(NamedTuple):
    """One parameter of a network.

    ``default`` is exact; for a parameter with ``choices`` it is one of them (text). ``usual`` is
    the range that papers use, a note and not a limit. A ``held`` parameter stays at its default in
    closed forms unless it is freed by name.
    """

    name: str
    default: Bound
    domain: str = POSITIVE_INTEGER
    meaning: str = ""
    usual: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    held: bool = False

    @property
    def symbol(self) -> str:
        """How papers print it."""
        return SYMBOLS.get(self.name, self.name)

    @property
    def usual_values(self) -> tuple[str, ...]:
        """What papers give it: the choices, or the usual values that are stated."""
        return self.choices or self.usual

    def free(self) -> Number:
        """The parameter as a variable."""
        return free_parameter(
            self.name,
            whole=self.domain != POSITIVE_NUMBER,
            positive=self.domain != WHOLE_NUMBER,
        )

    def bind(self, value: object) -> Bound:
        """``value`` (text, int, Fraction) as an exact value of this parameter.

        A resolution may be ``"224x160"``: height × width, a pair.

        :raises CostcalcError: outside the domain, or not exact (a float).
        """
        if self.choices:
            if str(value) not in self.choices:
                raise self.refuse(f"{value!r} is not a choice", f"one of {', '.join(self.choices)}")
            return str(value)
        if isinstance(value, str) and ("," in value or ":" in value):
            hint = "one value here; `costcalc sweep` takes lists and ranges"
            raise self.refuse(f"{value!r} is several values", hint)
        if self.name == "resolution":
            if isinstance(value, tuple) and len(value) == 2:
                return self._sides(*value)
            if isinstance(value, str):
                square = _SQUARE.fullmatch(value)
                sides = [square[1]] * 2 if square else re.split("[x×]", value.lower())
                if len(sides) > 2 or not all(s.strip() and "²" not in s for s in sides):
                    raise self.refuse(f"{value!r} is not a resolution", "N or HxW, such as 224x160")
                if len(sides) == 2:
                    height, width = self._sides(*sides)
                    return height if height == width else (height, width)
        return self._number(value)

    def _sides(self, height: object, width: object) -> tuple[int, int]:
        return int(self._number(height)), int(self._number(width))

    def _number(self, value: object) -> int | Fraction:
        """A number of the parameter's domain."""
        if isinstance(value, float):
            raise self.refuse(f"{value!r} is a float", 'write it as text: "0.35" is exactly 7/20')
        shown = value.strip() if isinstance(value, str) else value_text(value)
        if isinstance(value, str):
            value = self._read(value)
        if isinstance(value, bool) or not is_number(value):
            raise self.refuse(f"{value!r} is not a number", "an int, a Fraction or text")
        whole = Fraction(value).denominator == 1
        outside = value < 0 if self.domain == WHOLE_NUMBER else value <= 0
        if outside or not (whole or self.domain == POSITIVE_NUMBER):
            wider = POSITIVE_NUMBER if value > 0 else WHOLE_NUMBER
            may = self.own and (value > 0 or (value == 0 and self.domain == POSITIVE_INTEGER))
            hint = f"; `domain: {wider}` in the spec allows it" if may else ""
            raise self.refuse(f"{shown} is outside its domain", f"a {self.domain}{hint}")
        if value > MAX_VALUE or Fraction(value).denominator > MAX_VALUE:
            raise self.refuse("the value is too large", f"at most {MAX_VALUE:,}")
        return int(value) if whole else Fraction(value)

    def _read(self, text: str) -> int | Fraction:
        """The number in a text."""
        if _RANGE.fullmatch(text):
            hint = "`costcalc sweep` takes ranges, as in 0.25:1:0.25"
            raise self.refuse(f"{text.strip()!r} is not one value", hint)
        if percent := _PERCENT.fullmatch(text):
            hint = f"write {value_text(Fraction(percent[1]) / 100)}"
            raise self.refuse(f"{text.strip()!r} is not a number", hint)
        try:
            return exact_number(text)
        except ExpressionError as error:
            raise self.refuse(str(error), error.hint) from None

    @property
    def own(self) -> bool:
        """Whether it is a spec's own, and not one that all may use."""
        return self.name not in KNOWN

    def refuse(self, message: str, hint: str = "") -> CostcalcError:
        return CostcalcError(Problem(f"{self.name}: {message}", hint))


#: What every spec may use; a spec's own declaration changes default, meaning and usual values.
KNOWN: dict[str, Parameter] = {
    p.name: p
    for p in (
        Parameter("alpha", 1, POSITIVE_NUMBER, "width multiplier", ("1/4", "1/2", "3/4", "1")),
        Parameter("delta", 1, POSITIVE_INTEGER, "depth multiplier of depthwise convolutions"),
        Parameter("rho", 1, POSITIVE_NUMBER, "resolution multiplier"),
        Parameter("resolution", 224, POSITIVE_INTEGER, "side of the input in pixels, N or HxW"),
        Parameter("classes", 1000, POSITIVE_INTEGER, "number of classes"),
    )
}


T = TypeVar("T")
P = ParamSpec("P")


def name_of(word: str, parameters: Container[str]) -> str:
    """The name of a parameter, which may be given by its letter: ``α`` is alpha, and ``R`` the
    resolution unless ``parameters`` has one that is called R."""
    return word if word in parameters else LETTERS.get(word, word)


def by_name(values: Mapping[str, T], parameters: Container[str]) -> dict[str, T]:
    """Values under the names of their parameters.

    :raises CostcalcError: a parameter is given by its name and by its letter.
    """
    return _once((name_of(word, parameters), value) for word, value in values.items())


def _once(given: Iterable[tuple[str, T]], after: str = "") -> dict[str, T]:
    """:raises CostcalcError: a parameter is given twice."""
    bound: dict[str, T] = {}
    for name, value in given:
        if name in bound:
            raise CostcalcError(f"{name} is given twice{after}")
        bound[name] = value
    return bound


_ORDER: ContextVar[tuple[str, ...]] = ContextVar("names in the order of a call", default=())


def given(listed: Mapping[str, T] | None, *known: T | None, **own: T | None) -> dict[str, T]:
    """What was given (not None): in a mapping, of the parameters that every spec may have, in the
    order of :data:`KNOWN`, and of a spec's own; in the order of the call where :func:`as_called`
    sees it."""
    named = {**dict(zip(KNOWN, known, strict=True)), **own}
    values = {**(listed or {}), **{name: v for name, v in named.items() if v is not None}}
    places = {name: i for i, name in enumerate(_ORDER.get())}
    return dict(sorted(values.items(), key=lambda item: places.get(item[0], len(places))))


def as_called(function: Callable[P, T]) -> Callable[P, T]:
    """Keeps the order in which parameters are given by name, which is that of a sweep's axes.
    A function whose signature names them does not see it; what wraps the function does."""

    @wraps(function)
    def call(*args: P.args, **named: P.kwargs) -> T:
        before = _ORDER.set(tuple(named))
        try:
            return function(*args, **named)
        finally:
            _ORDER.reset(before)

    return call


def bind(parameters: Mapping[str, Parameter], values: Mapping[str, object], owner: str) -> Binding:
    """Exact values for the given names, each checked against its parameter.

    :raises CostcalcError: an unknown name or a bad value; all of them at once.
    """
    return read_values(parameters, values, owner, Parameter.bind)


def read_values(
    parameters: Mapping[str, Parameter],
    values: Mapping[str, object],
    owner: str,
    read: Callable[[Parameter, object], T],
) -> dict[str, T]:
    """What is read of what is given for each parameter.

    :raises CostcalcError: as :func:`bind`.
    """
    found: dict[str, T] = {}
    problems: list[Problem] = []
    for name, value in by_name(values, parameters).items():
        if name not in parameters:
            problems.append(lacks(owner, name, parameters))
            continue
        try:
            found[name] = read(parameters[name], value)
        except CostcalcError as error:
            problems.extend(error.problems)
    if problems:
        raise CostcalcError(problems)
    return found


def lacks(owner: str, name: str, known: Collection[str]) -> Problem:
    """That a network, which has those that are ``known``, has no such parameter."""
    hint = did_you_mean(name, known) or "it has no parameters"
    return Problem(f"{owner} has no parameter {name!r}", hint)


def numbers_of(binding: Mapping[str, Bound]) -> dict[str, int | Fraction]:
    """The values that are numbers: those that closed forms are evaluated at."""
    return {name: value for name, value in binding.items() if isinstance(value, int | Fraction)}


def text_of(value: object) -> str:
    """A bound value as exact text: ``7/20``, ``224``, ``224x160``."""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return str(value)


def texts_of(binding: Mapping[str, Bound]) -> dict[str, str]:
    """A binding as exact text."""
    return {name: text_of(value) for name, value in binding.items()}


def value_text(value: object) -> str:
    """A value as exact text that other programs read: ``0.35``, ``6/7``, ``224x160``.

    A decimal where one of up to twelve places is exact, otherwise a fraction.
    """
    return amount_text(value).replace(",", "") if isinstance(value, Fraction) else text_of(value)


def pairs(
    parts: str | Iterable[str], form: str = _FORM, *, before: str = "", after: str = ""
) -> dict[str, str]:
    """``alpha=1,delta=1`` as text by parameter name, or several such texts. A value goes on to the
    comma before the next name: ``n=3,6,k=12`` are two.

    ``form``, ``before`` and ``after`` say in messages where a part stands.

    :raises CostcalcError: a part without a value, or a parameter given twice.
    """
    given = []
    for text in [parts] if isinstance(parts, str) else parts:
        for part in _NEXT.split(text):
            name, equals, value = (word.strip() for word in part.partition("="))
            if not equals or not name or not value:
                raise CostcalcError(f"{before}{part.strip()!r}{after} has no value", form)
            given.append((name, value))
    return _once(given, after)
