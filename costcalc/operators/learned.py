"""What is learned beside the kernels: scales, shifts, and maps that come from nowhere else."""

from typing import Annotated

from costcalc.algebra.numbers import Number
from costcalc.operators.columns import PerField, Whole
from costcalc.operators.extents import Form, To
from costcalc.operators.registry import Output, Shape, operator
from costcalc.operators.tags import Tag

_CODINGS = ("module", "operator", "functional")


@operator("scale", codings=_CODINGS)
def scale(x: Shape, per: PerField = "channel") -> Output:
    """Learned scale, one per channel (layer scale) or for the layer: as many products as elements.

    Sources: Touvron et al. 2021, "Going deeper with image transformers"; for the layer: Bachlechner
    et al. 2020, "ReZero".
    """
    return _by_one(x, per, Tag.MULTIPLY, "scale")


@operator("shift", codings=_CODINGS)
def shift(x: Shape, per: PerField = "channel") -> Output:
    """Learned shift, one per channel or for the layer: as many additions as elements."""
    return _by_one(x, per, Tag.ADD, "shift")


def _by_one(x: Shape, per: str, tag: Tag, name: str) -> Output:
    """One operation for each element, with a number that is learned."""
    learned = 1 if per == "layer" else x.channels
    return Output(x, {tag: x.elements, Tag.LEARNED_WEIGHT: learned}, name)


@operator("learned", source=True)
def learned(
    x: Shape,
    size: Annotated[To | tuple[Number, ...] | None, Form()] = None,
    params: Annotated[Number | None, Whole(0)] = None,
) -> Output:
    """A map that is learned, 14x14x768, or of what arrives; costs nothing but its values.

    Position tables, class tokens, prompts. ``params`` says how many values are learned where these
    are read out of a table, or repeated. Source: Dosovitskiy et al. 2020, equation 1.
    """
    y = x if size is None else Shape(*size, *x[len(size) :])
    return Output(y, {Tag.LEARNED_WEIGHT: y.elements if params is None else params}, "learned")
