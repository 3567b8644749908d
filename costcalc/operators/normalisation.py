"""Normalisation: of a batch, a layer, groups, an instance; RMS, local response, L2.

Their work is tagged by element, and by channel; what tools count otherwise where the scale γ or the
shift β is left out stands beside it, so that a norm that has both needs no more tags.
"""

from typing import NamedTuple

from costcalc.operators.columns import FlagField, WholeField
from costcalc.operators.registry import Output, Shape, operator, share
from costcalc.operators.tags import Amounts, Tag

#: The operator of each norm, by the word that the column ``norm`` uses.
NORMS = {
    "batch": "bn",
    "layer": "layernorm",
    "group": "groupnorm",
    "instance": "instancenorm",
    "rms": "rmsnorm",
    "lrn": "lrn",
}
_MODULE = ("module", "functional")


class _Tags(NamedTuple):
    """The tags of one kind of norm."""

    element: Tag
    channel: Tag
    unscaled: Tag
    plain: Tag
    left_out: Tag
    affine: Tag


_BATCH, _LAYER, _GROUP, _INSTANCE = (
    _Tags(
        *(Tag(f"{kind} {what}") for what in ("element", "channel", "unscaled element")),
        *(Tag(f"{kind} {what}") for what in ("plain element", "left out", "affine")),
    )
    for kind in ("bn", "layer norm", "group norm", "instance norm")
)


def _terms(tags: _Tags, x: Shape, scale: bool, shift: bool) -> Amounts:
    """What a norm counts that learns γ (``scale``) and β (``shift``) per channel."""
    learned = scale + shift
    terms: Amounts = {tags.element: x.elements, tags.channel: x.channels}
    if learned:
        terms[tags.affine] = learned * x.channels
    else:
        terms[tags.plain] = x.elements
    if not scale:
        terms[tags.unscaled] = x.elements
    if learned < 2:
        terms[tags.left_out] = (2 - learned) * x.channels
    return terms


@operator("bn")
def batch_norm(x: Shape, scale: FlagField = True, shift: FlagField = True) -> Output:
    """Batch normalisation: γ and β (2·C, trained), mean and variance (2·C, statistics).

    Counters differ most here (0 to 31 per element). Source: Ioffe and Szegedy 2015.
    """
    terms = _terms(_BATCH, x, scale, shift)
    terms[Tag.BN_STATISTICS] = 2 * x.channels
    return Output(x, terms, "batch norm")


@operator("layernorm", codings=_MODULE)
def layer_norm(x: Shape, scale: FlagField = True, shift: FlagField = True) -> Output:
    """Layer normalisation of the channels at each position: γ and β (2·C, trained).

    Source: Ba et al. 2016; over the channels only: Liu et al. 2022, "A ConvNet for the 2020s".
    """
    terms = _terms(_LAYER, x, scale, shift)
    terms[Tag.LAYER_NORM_ROW] = lambda: x.area
    return Output(x, terms, "layer norm")


@operator("groupnorm", codings=_MODULE)
def group_norm(
    x: Shape, groups: WholeField, scale: FlagField = True, shift: FlagField = True
) -> Output:
    """Group normalisation, of C/groups channels together: γ and β (2·C, trained).

    Source: Wu and He 2018.
    """
    _, guard = share(x.channels, groups, "channels")
    return Output(x, _terms(_GROUP, x, scale, shift), "group norm", (guard,))


@operator("instancenorm", codings=_MODULE)
def instance_norm(x: Shape, scale: FlagField = True, shift: FlagField = True) -> Output:
    """Instance normalisation, of each channel by itself: γ and β (2·C, trained).

    nn.InstanceNorm2d of PyTorch has neither unless it is told so. Source: Ulyanov et al. 2016.
    """
    return Output(x, _terms(_INSTANCE, x, scale, shift), "instance norm")


@operator("rmsnorm", codings=_MODULE)
def rms_norm(x: Shape, scale: FlagField = True) -> Output:
    """RMS normalisation of the channels at each position: γ (C, trained), no mean, no β.

    Source: Zhang and Sennrich 2019.
    """
    learned = Tag.RMS_NORM_SCALE if scale else Tag.RMS_NORM_LEFT_OUT
    terms: Amounts = {
        Tag.RMS_NORM_ELEMENT: x.elements,
        Tag.RMS_NORM_CHANNEL: x.channels,
        learned: x.channels,
    }
    return Output(x, terms, "RMS norm")


@operator("lrn", codings=_MODULE)
def local_response_norm(x: Shape, size: WholeField = 5) -> Output:
    """Local response normalisation, over ``size`` channels (5); no parameters.

    Source: Krizhevsky et al. 2012, section 3.3.
    """
    terms: Amounts = {
        Tag.LOCAL_RESPONSE_NORM_ELEMENT: x.elements,
        Tag.LOCAL_RESPONSE_NORM_WINDOW: lambda: size * x.elements,
        Tag.LOCAL_RESPONSE_NORM_PADDING: lambda: (size - 1) * x.area,
        Tag.LOCAL_RESPONSE_NORM_POSITION: lambda: x.area,
    }
    return Output(x, terms, "local response norm")


@operator("l2norm")
def l2_norm(x: Shape, scale: FlagField = True) -> Output:
    """L2 normalisation of the channels at each position, and one learned scale per channel.

    Source: Liu et al. 2015, "ParseNet", section 3.3; SSD's conv4_3.
    """
    terms: Amounts = {Tag.L2NORM_ELEMENT: x.elements}
    if scale:
        terms[Tag.L2NORM_SCALE] = x.channels
    return Output(x, terms, "L2 norm")
