"""How an operator is declared: one decorated function.

The signature is the schema of its YAML row, the first field being the value of the operator's key:
``{conv: 3x3, stride: 2, out: 64}`` calls ``conv(x, kernel=(3, 3), stride=(2, 2), out=64)``.
The docstring's first line is what ``costcalc list operators`` prints.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from costcalc.algebra.numbers import Number, divide, is_number, is_whole
from costcalc.operators.columns import Flag, Kind
from costcalc.operators.tags import Amounts


class Shape(NamedTuple):
    """A feature map: height × width × channels. Batch is always 1."""

    height: Number
    width: Number
    channels: Number

    @property
    def area(self) -> Number:
        return self.height * self.width

    @property
    def elements(self) -> Number:
        return self.height * self.width * self.channels

    def __str__(self) -> str:
        return f"{self.height}x{self.width}x{self.channels}"


class Guard(NamedTuple):
    """``value`` must be whole, or stand in ``relation`` to 0, for the layer to exist; otherwise
    ``message`` is said. ``of_form``: only closed forms need it; elsewhere the network is another
    one."""

    value: Number
    message: str
    hint: str = ""
    relation: str = "whole"
    of_form: bool = False


class Output(NamedTuple):
    """What an operator makes of its input; ``arguments`` are those that it was given."""

    shape: Shape
    terms: Amounts
    type: str
    guards: tuple[Guard, ...] = ()
    kernel: tuple[Number, Number] | None = None
    stride: tuple[Number, Number] | None = None
    groups: Number | None = None
    arguments: Mapping[str, Any] = {}


class Mismatch(Exception):
    """The operator can't be applied to what arrives. ``shape`` lets checking go on, if given."""

    def __init__(self, message: str, hint: str = "", shape: Shape | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.shape = shape


class Field(NamedTuple):
    """One column that an operator understands."""

    name: str
    kind: Kind
    required: bool = False


class Operator(NamedTuple):
    """A registered operator. ``fields`` are in the order of the signature, the main one first.

    ``normalised``: the network's ``norm`` and ``activation`` defaults apply to it. ``codings``: the
    ways to code it that counters tell apart (see :mod:`costcalc.operators.coded`). A ``source``
    reads no map: what arrives only says how large its own is. ``main`` is the field that its own
    key holds, if it takes one: the first that is no flag.
    """

    name: str
    function: Callable[..., Output]
    fields: dict[str, Field]
    normalised: bool = False
    codings: tuple[str, ...] = ()
    source: bool = False
    main: Field | None = None

    @property
    def summary(self) -> str:
        return (self.function.__doc__ or "").strip().splitlines()[0]


OPERATORS: dict[str, Operator] = {}


def operator(
    name: str, *, normalised: bool = False, codings: tuple[str, ...] = (), source: bool = False
) -> Callable[[Callable[..., Output]], Callable[..., Output]]:
    """Register the decorated function as the operator ``name``.

    :raises ValueError: the name is taken, or the function has no docstring.
    """

    def register(function: Callable[..., Output]) -> Callable[..., Output]:
        if name in OPERATORS:
            raise ValueError(f"operator {name!r} is registered twice")
        if not function.__doc__:
            raise ValueError(f"operator {name!r} has no docstring")
        fields = fields_of(function)
        first = next(iter(fields.values()), None)
        main = None if first is None or isinstance(first.kind, Flag) else first
        OPERATORS[name] = Operator(name, function, fields, normalised, codings, source, main)
        return function

    return register


def fields_of(function: Callable[..., Output]) -> dict[str, Field]:
    """The columns that a function's signature declares, after what arrives."""
    fields = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        (kind,) = parameter.annotation.__metadata__
        required = parameter.default is inspect.Parameter.empty
        fields[parameter.name] = Field(parameter.name, kind, required)
    return fields


def share(amount: Number, groups: Number, what: str, parts: str = "groups") -> tuple[Number, Guard]:
    """``amount / groups``, and the guard that it is whole; ``parts`` is what the groups are."""
    quotient = divide(amount, groups)
    if is_number(quotient) and is_whole(quotient):
        return quotient, Guard(quotient, "")
    message = f"{amount} {what} are not divisible by {groups} {parts}"
    divided = "input and output channels" if parts == "groups" else "the channels"
    return quotient, Guard(quotient, message, f"{parts} must divide {divided}")
