"""The terms of one row: its operator's, those of its norm and activation, and how it is coded."""

from __future__ import annotations

from costcalc.algebra.numbers import Number
from costcalc.graph.folding import ABSORBING, remainder
from costcalc.language.model import Operation
from costcalc.operators import OPERATORS, Mismatch, Output, Shape
from costcalc.operators.coded import Coded, stated
from costcalc.operators.tags import Tag, Terms


def row_terms(
    row: Operation, x: Shape, output: Output, activation: str, absorbed: tuple[Number, Number]
) -> Terms:
    """Everything that a row is counted by. ``absorbed``: what can become of a BN that reads ``x``
    (:mod:`costcalc.graph.folding`).

    :raises Mismatch: ``coded: linear`` on what is no fully connected layer.
    """
    terms = output.terms
    bias = Tag.CONV_BIAS in terms
    if row.operator.name == "bn":
        terms.update(remainder(terms.amount(Tag.BN_ELEMENT), absorbed))
    if row.norm == "batch":
        terms.update(OPERATORS["bn"].function(output.shape).terms)
        own = (1, int(not bias)) if row.operator.name in ABSORBING else (0, 0)
        terms.update(remainder(terms.amount(Tag.BN_ELEMENT), own))
    if activation != "none":
        terms.update(OPERATORS[activation].function(output.shape).terms)
    terms = stated(terms, row.coded)
    return terms.plus(_as_linear(x, output, bias)) if row.coded == "linear" else terms


def _as_linear(x: Shape, output: Output, bias: bool) -> Terms:
    """The coded terms of the fully connected layer that a 1×1 convolution of a 1×1 map is."""
    one = (x.height, x.width, *(output.kernel or ()), output.groups)
    if any(side != 1 for side in one):
        hint = "it says that a 1x1 convolution of a 1x1 map is a fully connected layer"
        raise Mismatch(f"coded: linear for a {output.type} of a {x.height}x{x.width} map", hint)
    layer = OPERATORS["fc"].function(x, output.shape.channels, bias)
    both = stated(layer.terms, "linear")
    return Terms((key, amount) for key, amount in both.items() if isinstance(key, Coded))
