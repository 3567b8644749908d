"""Folding: what remains of a BN when an exporter folds it into the convolution directly before it.

A convolution can absorb the BN that follows it if nothing else reads what it gives. What reads a
map may hang on free parameters (a shortcut that exists at some widths only), so the walk carries
with each map whether it can be absorbed, as 0/1 indicators, and counts and closed forms agree.
"""

from __future__ import annotations

from costcalc.algebra.numbers import Number
from costcalc.operators.tags import Amount, Tag, Terms

#: Operators that can absorb the BN that follows them.
ABSORBING = ("conv", "dwconv")


def absorbs(operator: str, fused: tuple[str, ...], terms: Terms) -> tuple[Number, Number]:
    """Whether a layer can absorb the BN of the row after it, and whether that gives it a bias."""
    if operator not in ABSORBING or fused:
        return 0, 0
    return 1, int(Tag.CONV_BIAS not in terms)


def remainder(elements: Number, absorbed: tuple[Number, Number]) -> dict[str, Amount]:
    """The terms of a BN of so many elements beside its own: those that are kept, and the additions
    of the bias that folding it gives to a convolution without one."""
    folded, bias = absorbed
    terms: dict[str, Amount] = {}
    if folded != 1:
        terms[Tag.BN_KEPT_ELEMENT] = elements if folded == 0 else (1 - folded) * elements
    if bias != 0:
        terms[Tag.BN_FOLDED_BIAS_ADD] = elements if bias == 1 else bias * elements
    return terms
