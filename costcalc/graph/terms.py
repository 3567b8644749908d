"""The terms of one row: its operator's, those of its norm and activation, and how it is coded.

An exporter can fold a BN into the convolution directly before it, if nothing else reads what that
gives. What reads a map may hang on free parameters (a shortcut that exists at some widths only), so
the walk carries with each map whether it can be absorbed, as 0/1 indicators, and counts and closed
forms agree.
"""

from __future__ import annotations

from collections.abc import Mapping

from costcalc.algebra.numbers import Number, is_number
from costcalc.errors import Undecided
from costcalc.graph.layers import UNFOLDED, Folding
from costcalc.language.model import Operation
from costcalc.operators import OPERATORS, Mismatch, Output, Shape
from costcalc.operators.coded import Coded, stated
from costcalc.operators.tags import Tag, Terms

#: Operators that can absorb the BN that follows them.
ABSORBING = ("conv", "dwconv")
#: What hangs on whether a BN is folded.
FOLDING = (
    Tag.BN_KEPT_ELEMENT,
    Tag.BN_KEPT_AFFINE,
    Tag.BN_FOLDED_BIAS_ADD,
    Tag.BN_FOLDED_BIAS,
    Tag.BN_FOLDED_COPY,
)


def absorbs(terms: Terms, copied: Number = 0) -> Folding:
    """What becomes of the BN of the row after a convolution, of which so many numbers of each
    channel are ``copied``."""
    return 1, int(Tag.CONV_BIAS not in terms), copied


def _fold(terms: Terms, absorbed: Folding) -> None:
    """Adds what remains of a BN: what is kept, the bias, with its additions, that folding it
    gives to a convolution without one, and the copy of what others use too."""
    folded, bias, copied = absorbed
    elements, channels = terms.amount(Tag.BN_ELEMENT), terms.amount(Tag.BN_CHANNEL)
    amounts = (elements, 2 * channels, elements, channels, channels)
    shares = (1 - folded, 1 - folded, bias, bias, copied)
    for tag, share, amount in zip(FOLDING, shares, amounts, strict=True):
        if share != 0:
            terms[tag] = amount if share == 1 else share * amount


def row_terms(
    row: Operation,
    x: Shape,
    output: Output,
    fused: Mapping[str, Output],
    absorbed: Folding,
) -> Terms:
    """Everything that a row is counted by. ``fused``: what the operators give that it applies
    besides, by name; ``absorbed``: what can become of a BN that reads ``x``
    (:class:`~costcalc.graph.layers.FeatureMap`).

    :raises Mismatch: ``coded: linear`` on what is no fully connected layer.
    """
    terms = Terms(output.terms)
    bias = Tag.CONV_BIAS in terms
    if row.operator.name == "bn":
        _fold(terms, absorbed)
    for name, applied in fused.items():
        terms.update(applied.terms)
        if name == "bn":
            _fold(terms, absorbs(terms) if row.operator.name in ABSORBING else UNFOLDED)
    terms = stated(terms, row.coded)
    return terms.plus(_as_linear(x, output, bias)) if row.coded == "linear" else terms


def _as_linear(x: Shape, output: Output, bias: bool) -> Terms:
    """The coded terms of the fully connected layer that a 1×1 convolution of a 1×1 map is."""
    one = (x.height, x.width, *(output.kernel or ()), output.groups)
    if any(side != 1 for side in one):
        hint = "it says that a 1x1 convolution of a 1x1 map is a fully connected layer"
        message = f"coded: linear for a {output.type} of a {x.height}x{x.width} map"
        surely = any(is_number(side) and side != 1 for side in one)
        raise Mismatch(message, hint) if surely else Undecided(message, hint)
    layer = OPERATORS["fc"].function(x, output.shape.channels, bias)
    both = stated(Terms(layer.terms), "linear")
    return Terms((key, amount) for key, amount in both.items() if isinstance(key, Coded))
