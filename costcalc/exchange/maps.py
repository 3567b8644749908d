"""Tensors as maps, height x width x channels: which map a shape is, and what a row makes of one."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from costcalc.errors import CostcalcError, Place, visible
from costcalc.exchange.translation import Form, Refused, Translation, reshaping
from costcalc.operators import OPERATORS, Mismatch, Shape
from costcalc.operators.columns import Channels, Kind
from costcalc.operators.elementwise import SPELLINGS
from costcalc.operators.merging import FIELDS, MERGES
from costcalc.source.nodes import marked

SIDES = ("height", "width", "channels")
#: The sizes of a tensor.
Sizes = tuple[int, ...]


class Value(NamedTuple):
    """The row that a tensor comes from, and the map that it leaves."""

    row: int
    form: Form


class Tensors(ABC):
    """The tensors of a model, by what its reader calls them, as maps: what readers ask and say."""

    translation: Translation
    last = False  # whether channels come last

    @abstractmethod
    def shape(self, key: Any) -> Sizes:
        """The sizes of a tensor."""

    @abstractmethod
    def is_map(self, key: Any) -> bool:
        """Whether a tensor hangs on an input of the model."""

    @abstractmethod
    def value(self, key: Any, form: Form | None = None) -> Value:
        """The value of a tensor, in a form if one is asked for: a row is written where it differs,
        and where the tensor comes from no map.

        :raises Refused: the form has other elements.
        """

    @abstractmethod
    def row(
        self,
        columns: Mapping[str, Any],
        *inputs: Value,
        form: Form | None = None,
        weights: Iterable[Any] = (),
        merges: bool = False,
    ) -> Value:
        """Write a row that reads the given ones, and learns the given weights. ``form`` is the map
        that the model says it leaves, which is held against the row's own when layers are built.

        :raises Refused: only some of its weights are those of another row.
        """

    def size(self, key: Any) -> int:
        """How many elements a tensor has."""
        return math.prod(self.shape(key))

    def place(self, key: Any, dim: int, form: Form) -> int | None:
        """Which of height, width and channels a dimension of a tensor is."""
        return axis(self.shape(key), dim, form, last=self.last)

    def map_of(self, shape: Sequence[int]) -> Form:
        """A tensor as a map, in the order of this model."""
        return (channels_last if self.last else channels_first)(shape)

    def reshaped(self, value: Value, form: Form) -> Value:
        """A value in another form of as many elements.

        :raises Refused: it has more or fewer.
        """
        if value.form == form:
            return value
        if math.prod(value.form) != math.prod(form):
            raise Refused("a tensor of another number of elements")
        return self.row(reshaping(value.form, form), value, form=form)

    def stands_in(self, what: str) -> None:
        """Note that a row says less than the network does."""
        self.translation.stand_ins[what] += 1


def channels_first(shape: Sequence[int]) -> Form:
    """The map of a (1, C, H, W), (1, C, L) or (1, C) tensor; of a batch, as windows are, the maps
    on top of each other.

    :raises Refused: it is none of these.
    """
    if len(shape) < 2:
        raise Refused("a tensor that has no batch and channels")
    batch, channels, *sides = shape
    if batch == 0 or len(sides) > 2:
        raise Refused("a map of three sides")
    return batch * (*sides, 1, 1)[0], (*sides, 1, 1)[1], channels


def channels_last(shape: Sequence[int]) -> Form:
    """The map of a (1, H, W, C), (1, N, C) or (1, C) tensor; of others, tokens x groups x C."""
    *outer, channels = shape or (1,)
    if len(outer) == 3 and outer[0] == 1:
        return outer[1], outer[2], channels
    return math.prod(outer[1:]), outer[0] if outer else 1, channels


def axis(shape: Sequence[int], dim: int, form: Form, *, last: bool = False) -> int | None:
    """Which of height, width and channels a dimension of a tensor is; None if it is no one. Where
    a shape can be read either way, ``last`` says where the channels stand."""
    dim %= len(shape)
    orders: list[tuple[int, ...]] = [(0, 1, 2), (2, 0, 1)] if last else [(2, 0, 1), (0, 1, 2)]
    for order in orders:  # of four dimensions, or three
        places = order if form[1] != 1 or len(shape) > 3 else tuple(i for i in order if i != 1)
        if shape[0] == 1 and dim > 0 and tuple(form[i] for i in places) == tuple(shape[1:]):
            return places[dim - 1]
    if shape[dim] == 1:
        return None
    sides = [size for size in shape if size != 1]
    for order in orders:  # sides of one left out, wherever they stand
        places = tuple(i for i in order if form[i] != 1)
        if [form[i] for i in places] == sides:
            return places[sum(size != 1 for size in shape[:dim])]
    return None


def replaced(form: Form, place: int, size: int) -> Form:
    """A map with another height, width or number of channels."""
    height, width, channels = (size if i == place else side for i, side in enumerate(form))
    return height, width, channels


def spread(a: Form, b: Form) -> Form | None:
    """The map that two maps meet in, sides and channels of 1 spread; None if they do not."""
    if any(i != j and 1 not in (i, j) for i, j in zip(a, b, strict=True)):
        return None
    height, width, channels = map(max, a, b)
    return height, width, channels


def around(
    form: Form, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int], upper: bool
) -> list[int]:
    """The padding with which a side is divided by the stride, rounded up: [top, bottom, left,
    right]. An odd one is behind where it is ``upper``, else before.

    :raises Refused: the stride is 0.
    """
    if min(*stride, *dilation) < 1:
        raise Refused(f"a stride or a dilation of {min(*stride, *dilation)}")
    found = []
    for side, k, s, d in zip(form, kernel, stride, dilation, strict=False):
        total = max((-(-side // s) - 1) * s + d * (k - 1) + 1 - side, 0)
        less, more = total // 2, total - total // 2
        found += [less, more] if upper else [more, less]
    return found


def joined(side: int) -> dict[str, Any]:
    """What a concatenation's row begins with."""
    return {"concat": None} if side == 2 else {"concat": None, "along": SIDES[side]}


def kernel(size: Sequence[int], out: int, groups: int, channels: int) -> dict[str, Any]:
    """What a convolution's row begins with: ``dwconv`` where each channel has its own filters.

    :raises Refused: there are no channels, or no groups.
    """
    if min(out, groups) < 1:
        raise Refused(f"a convolution of {out} output channels in {groups} groups")
    if groups == channels > 1 and out % groups == 0:
        return {"dwconv": [*size], "multiplier": out // groups}
    return {"conv": [*size], "out": out} | ({"groups": groups} if groups > 1 else {})


def form_after(columns: Mapping[str, Any], forms: Sequence[Form]) -> Form:
    """The map that a row leaves of the maps that it reads: what its operator says.

    :raises Refused: the operator can't be applied to them, or has no such column.
    """
    verb = next(iter(columns))
    verb = SPELLINGS.get(verb, verb)
    shapes = [Shape(*form) for form in forms]
    fields = FIELDS[verb] if verb in MERGES else OPERATORS[verb].fields
    main = None if verb in MERGES else OPERATORS[verb].main
    first = next(iter(columns.values()))
    written = {name: value for name, value in columns.items() if name in fields}
    if main is not None and first is not None:
        written[main.name] = first
    given = {name: argument(name, fields[name].kind, one) for name, one in written.items()}
    try:
        made = (
            MERGES[verb](shapes, **given)
            if verb in MERGES
            else OPERATORS[verb].function(shapes[0] if shapes else Shape(1, 1, 1), **given)
        )
    except Mismatch as error:
        raise Refused(str(error)) from None
    sides = [int(side) for side in made.shape if isinstance(side, int)]
    if len(sides) < 3 or min(sides) < 1:
        raise Refused(f"{verb} of {'x'.join(map(str, forms[0]))} leaves nothing")
    return sides[0], sides[1], sides[2]


def argument(name: str, kind: Kind, value: Any) -> Any:
    """A column's value as the operator takes it.

    :raises Refused: it is none of that kind.
    """
    try:
        if is_plain(value):
            return _argument(kind, _frozen(value))
    except Refused as refused:
        raise Refused(f"{name}: {refused}") from None
    except ValueError:
        pass
    raise Refused(f"{name}={visible(str(value))}: a whole number is needed")


def is_plain(value: Any) -> bool:
    """Whether a column holds words and whole numbers alone: no text of a file is an expression."""
    if isinstance(value, Mapping | list | tuple):
        return all(map(is_plain, value.values() if isinstance(value, Mapping) else value))
    words = isinstance(value, str) and re.fullmatch("[a-z_]+", value) is not None
    return words or value is None or isinstance(value, bool | int)


def _frozen(value: Any) -> Any:
    """A column's value, as a key of a cache, in which true is not 1."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ("", *((key, _frozen(own)) for key, own in value.items()))
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


@cache
def _argument(kind: Kind, value: Any) -> Any:
    """The same of a value that is a key.

    :raises Refused: it is none of that kind.
    :raises ValueError: it has a word for a number.
    """
    try:
        parsed = kind.parse(marked(_thawed(value), Place()))
    except CostcalcError as error:
        raise Refused(error.problems[0].message) from None
    try:
        found = parsed.evaluate({})
    except CostcalcError:
        raise ValueError(value) from None
    return found[0] if isinstance(kind, Channels) else found


def _thawed(value: Any) -> Any:
    if isinstance(value, tuple) and value[:1] == ("",):
        return {key: _thawed(own) for key, own in value[1:]}
    return [*map(_thawed, value)] if isinstance(value, tuple) else value
