"""The terms of one row: its operator's, those of its norm and activation, and how it is coded."""

from __future__ import annotations

from typing import NamedTuple

from costcalc.language.model import Operation
from costcalc.operators import OPERATORS, Mismatch, Output, Shape
from costcalc.operators.coded import Coded, stated
from costcalc.operators.tags import Tag, Terms

#: Operators into which an exporter can fold the BN that follows them.
_ABSORBING = ("conv", "dwconv")


class Bare(NamedTuple):
    """A convolution's output that nothing has normalised, activated, named or forked yet."""

    shape: Shape
    bias: bool


def bare(row: Operation, output: Output, activation: str) -> Bare | None:
    """The output, if a BN in the next row could be folded into this one."""
    named = row.columns.name or row.columns.output
    plain = row.norm == "none" and activation == "none"
    if row.operator.name not in _ABSORBING or named or not plain:
        return None
    return Bare(output.shape, Tag.CONV_BIAS in output.terms)


def usual_terms(row: Operation, x: Shape, output: Output, activation: str) -> Terms:
    """What a row is counted by, without the terms that few conventions ask for.

    :raises Mismatch: ``coded: linear`` on what is no fully connected layer.
    """
    terms = output.terms
    if row.coded == "linear":
        _as_linear(x, output)
    if row.norm == "batch":
        terms = terms | OPERATORS["bn"].function(output.shape).terms
    if activation != "none":
        terms = terms | OPERATORS[activation].function(output.shape).terms
    return terms


def all_terms(
    row: Operation, x: Shape, output: Output, activation: str, before: Bare | None
) -> Terms:
    """Everything that a row is counted by. ``before``: what the previous row left to be folded.

    :raises Mismatch: ``coded: linear`` on what is no fully connected layer.
    """
    terms = output.all_terms
    if row.operator.name == "bn":
        absorbed = before is not None and before.shape is x
        terms = terms | _folding(x, absorbed, before is not None and before.bias)
    if row.norm == "batch":
        absorbed = row.operator.name in _ABSORBING
        terms = terms | OPERATORS["bn"].function(output.shape).all_terms
        terms |= _folding(output.shape, absorbed, Tag.CONV_BIAS in output.terms)
    if activation != "none":
        terms = terms | OPERATORS[activation].function(output.shape).all_terms
    terms = stated(terms, row.coded)
    if row.coded == "linear":
        terms = terms | _as_linear(x, output)
    return terms


def _folding(y: Shape, absorbed: bool, bias: bool) -> Terms:
    """What remains of a BN when an exporter folds it into the convolution directly before it."""
    if not absorbed:
        return {Tag.BN_KEPT_ELEMENT: y.elements}
    return {} if bias else {Tag.BN_FOLDED_BIAS_ADD: y.elements}


def _as_linear(x: Shape, output: Output) -> Terms:
    """The coded terms of the fully connected layer that a 1×1 convolution of a 1×1 map is."""
    one = (x.height, x.width, *(output.kernel or ()), output.groups)
    if any(side != 1 for side in one):
        hint = "it says that a 1x1 convolution of a 1x1 map is a fully connected layer"
        raise Mismatch(f"coded: linear for a {output.type} of a {x.height}x{x.width} map", hint)
    bias = Tag.CONV_BIAS in output.terms
    layer = OPERATORS["fc"].function(x, output.shape.channels, bias)
    both = stated(layer.all_terms, "linear")
    return {key: amount for key, amount in both.items() if isinstance(key, Coded)}
