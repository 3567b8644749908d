"""How a network was coded, where counters tell it apart: a module or a function call, and so on.

The layer table of a paper does not say it, and the cost does not depend on it; but counters that
hook into modules do not see a function call, and some see a module twice. A row may state it in its
column ``coded``. The terms of such a row stand once under their tag, as those of any other row, and
once more under a :class:`Coded` key; a convention that counts the coding otherwise weighs that key
with the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial

from costcalc.operators.tags import KINDS as ALL_KINDS
from costcalc.operators.tags import Tag, Terms

#: What a row can state, and what it means.
CODINGS = {
    "module": "a module of its own: nn.ReLU6, nn.AvgPool2d, nn.Conv2d",
    "functional": "a function call: F.relu6, F.adaptive_avg_pool2d, torch.add",
    "operator": "an operator: x + y, x * y",
    "tuple": "a pooling module whose kernel is a tuple, nn.MaxPool2d((3, 3))",
    "loss": "a softmax that is left to the loss: the network ends before it",
    "linear": "a 1x1 convolution of a 1x1 map that is a fully connected layer, nn.Linear",
}
MERGE_CODINGS = ("operator", "functional")
#: What a network's default coding says of additions and products, for which there is no module.
MERGED = {"module": "operator", "functional": "functional"}

_SAME = {"conv", "conv bias", "transposed conv", "fc", "fc bias", "bn", "l2 norm"}
_SAME |= {"lstm", "gru", "rnn"}  # which are modules
#: No row states this: a kernel that is no parameter is given to a function, F.conv2d.
FIXED = "fixed"
#: Kinds of work that a coding may change.
KINDS: Mapping[str, frozenset[str]] = {
    FIXED: frozenset({"conv", "conv bias", "transposed conv"}),
    "functional": frozenset(ALL_KINDS) - _SAME,
    "tuple": frozenset({"max pool", "average pool"}),
    "loss": frozenset({"softmax"}),
    "linear": frozenset({"conv", "conv bias", "fc", "fc bias"}),
}
#: Parameters that ``linear`` moves from a convolution to a fully connected layer.
LINEAR_PARAMETERS = frozenset({Tag.CONV_WEIGHT, Tag.CONV_BIAS, Tag.FC_WEIGHT, Tag.FC_BIAS})


class Coded(str):
    """The key of a term whose row states its coding: ``global pool input (functional)``."""

    tag: Tag
    coding: str


@cache
def coded_key(tag: Tag, coding: str) -> Coded:
    """The key for a tag under a coding."""
    key = Coded(f"{tag} ({coding})")
    key.tag, key.coding = tag, coding
    return key


def concerns(tag: Tag, coding: str) -> bool:
    """Whether a coding may change what a counter makes of a tag."""
    if tag.is_parameter:
        return coding == "linear" and tag in LINEAR_PARAMETERS
    return tag.kind in KINDS.get(coding, ())


def is_convolution(tag: str) -> bool:
    """Whether a tag that ``linear`` concerns counts the convolution, not the layer it becomes."""
    return tag.startswith("conv ") and not isinstance(tag, Coded)


def stated(terms: Terms, coding: str) -> Terms:
    """The terms of a row that states its coding, with those under their coded keys added."""
    if coding not in KINDS:
        return terms
    return terms.plus(
        {
            coded_key(tag, coding): partial(terms.amount, tag)
            for tag in terms
            if isinstance(tag, Tag) and concerns(tag, coding)
        }
    )
