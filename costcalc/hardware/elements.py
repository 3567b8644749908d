"""Element sizes: how many bytes a weight, an activation and a bias take."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeAlias, overload

from costcalc.algebra.numbers import Number, ceil, divide, simplest
from costcalc.algebra.result import Json, whole_or_text
from costcalc.errors import CostcalcError, did_you_mean

#: Bits of each type of number.
TYPES = {
    "int4": 4,
    "int8": 8,
    "int16": 16,
    "int32": 32,
    "int64": 64,
    "fp16": 16,
    "bf16": 16,
    "fp32": 32,
}

#: What is stored, in the order in which types are written.
PARTS = ("weights", "activations", "biases")


class Elements(NamedTuple):
    """The type of each part, by name (:data:`TYPES`)."""

    weights: str = "int8"
    activations: str = "int8"
    biases: str = "int32"

    @overload
    def bytes(self, part: str, elements: int) -> int: ...
    @overload
    def bytes(self, part: str, elements: Number) -> Number: ...
    def bytes(self, part: str, elements: Number) -> Number:
        """What so many elements of a part take; those of less than a byte are packed."""
        return ceil(divide(elements * TYPES[getattr(self, part)], 8))

    def to_dict(self) -> Json:
        """Bytes of an element of each part."""
        sizes = zip(PARTS, self, strict=True)
        return {part: whole_or_text(simplest(Fraction(TYPES[type_], 8))) for part, type_ in sizes}

    @property
    def text(self) -> str:
        """``weights int8, activations int8, biases int32``."""
        return ", ".join(f"{part} {type_}" for part, type_ in zip(PARTS, self, strict=True))


#: What people call a precision. A bias is added to sums of products, so quantised networks keep it
#: wide: 32 bits, and 64 beside activations of 16 (TensorFlow Lite's quantisation specification).
NAMED = {
    "int8": Elements(),
    "int4": Elements("int4", "int8", "int32"),
    "int16": Elements("int8", "int16", "int64"),
    "fp16": Elements("fp16", "fp16", "fp16"),
    "bf16": Elements("bf16", "bf16", "bf16"),
    "fp32": Elements("fp32", "fp32", "fp32"),
}

Precision: TypeAlias = "Elements | str"


def as_elements(told: Precision) -> Elements:
    """The element sizes that a text names: ``fp32``, or ``weights=int4,activations=int8``, where
    parts that are not named are as in ``int8``.

    :raises CostcalcError: an unknown precision, part or type.
    """
    if isinstance(told, Elements):
        return told
    if "=" not in told:
        if told not in NAMED:
            message = f"no element sizes are called {told!r}"
            raise CostcalcError(message, did_you_mean(told, (*NAMED, "weights=int8,…")))
        return NAMED[told]
    types = {}
    for setting in told.split(","):
        part, _, type_ = (word.strip() for word in setting.partition("="))
        if part not in PARTS or part in types:
            hint = "each part once" if part in types else did_you_mean(part, PARTS)
            raise CostcalcError(f"elements: {part!r} is no part that is left", hint)
        if type_ not in TYPES:
            message = f"elements: {type_!r} is no type of number"
            raise CostcalcError(message, did_you_mean(type_, TYPES))
        types[part] = type_
    return Elements()._replace(**types)
