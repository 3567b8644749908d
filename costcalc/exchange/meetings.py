"""Where the tensors of a model file meet: sums, products, products of matrices, concatenations."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from costcalc.exchange.flow import Flow, Key, Pending
from costcalc.exchange.maps import (
    Sizes,
    Tensors,
    Value,
    axis,
    channels_last,
    joined,
    replaced,
    spread,
)
from costcalc.exchange.translation import Form, Refused

#: By the word of an operation on two tensors: what it does, and the row.
OPERATIONS: dict[str, tuple[Callable[[float, float], float], str]] = {
    "add": (operator.add, "add"),
    "sub": (operator.sub, "add"),
    "mul": (operator.mul, "multiply"),
    "div": (operator.truediv, "multiply"),
    "pow": (operator.pow, "multiply"),
    "max": (max, "add"),
    "min": (min, "add"),
    "squared_difference": (lambda a, b: (a - b) ** 2, "add"),
}
#: Rows that may take a bias.
_BIASED = ("conv", "dwconv", "tconv", "fc", "linear")


def merge(flow: Flow, a: Key, b: Key, out: Sizes, word: str) -> Value | Pending:
    """Two tensors, element by element. With a single number it hangs on one of them; with a
    constant per channel it is a bias, a scale or a shift; else two maps meet."""
    function, row = OPERATIONS[word]
    if not flow.is_map(b) or not flow.is_map(a):
        x, other = (b, a) if flow.is_map(b) else (a, b)
        if flow.size(other) > 1:
            return by_weights(flow, x, other, out, row)
        flow.setting(other)
        key = flow.origin(other)
        said = f"{word} of {flow.single(key) or 'a constant, left out'}"
        number = flow.scalars.get(key)
        if number is None:
            flow.stands_in(said)
            return flow.value(x)
        sided = (lambda v: function(v, number)) if x == a else (lambda v: function(number, v))
        return flow.function(x, sided, "", said)

    def rows() -> Value:
        return meet(flow, a, b, out, row, word)

    first, second = flow.known[a], flow.known[b]
    if isinstance(first, Pending) or isinstance(second, Pending):
        (root, left), (other_root, right) = flow.sampled(a), flow.sampled(b)
        if root == other_root:
            try:
                made = tuple(map(function, left, right))
                length = 1 + max(flow.length(a), flow.length(b))
                return Pending(root, made, rows, flow.name, length)
            except (ZeroDivisionError, OverflowError):
                return rows()
    return rows()


def meet(flow: Flow, a: Key, b: Key, out: Sizes, row: str, word: str) -> Value:
    """Two maps."""
    first, second = flow.value(a), flow.value(b)
    form = spread(first.form, second.form)
    if form is None or math.prod(form) != math.prod(out):
        first, second, form = meeting(flow, a, b, out)
    if word not in ("add", "mul"):
        flow.stands_in(f"{word} of two maps, said as {row}")
    return flow.row({row: None}, first, second, form=form, merges=True)


def meeting(flow: Tensors, a: Any, b: Any, out: Sizes) -> tuple[Value, Value, Form]:
    """Two tensors as maps that meet, of which the second may be spread: over sides or channels that
    the first has, or else over the positions."""
    if flow.size(a) < flow.size(b):
        second, first, form = meeting(flow, b, a, out)
        return first, second, form
    x = flow.value(a)
    form, whole, part = x.form, math.prod(out), flow.size(b)
    if math.prod(form) != whole:
        form = flow.map_of(out)
        x = flow.value(a, form)
    if not flow.is_map(b) or flow.value(b).form != form:
        for keep in ((1, 1, 1), (0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 0), (1, 0, 0), (0, 1, 0)):
            height, width, channels = (s if k else 1 for s, k in zip(form, keep, strict=True))
            if height * width * channels == part:
                return x, flow.value(b, (height, width, channels)), form
        form = (whole // part, 1, part)
        return flow.value(a, form), flow.value(b, (1, 1, part)), form
    return x, flow.value(b), form


def by_weights(flow: Flow, x: Key, other: Key, out: Sizes, row: str) -> Value:
    """A map and a constant of several values."""
    value = flow.value(x)
    shape = flow.shapes[other]
    dims = [d - len(shape) for d, size in enumerate(shape) if size != 1]
    per_channel = len(dims) == 1 and math.prod(out) == flow.size(x)
    if per_channel and flow.place(x, dims[0], value.form) == 2:
        if row == "add" and biased(flow, x, other, value):
            return value
        columns: dict[str, Any] = {"scale" if row == "multiply" else "shift": None}
        return flow.row(columns, value, form=value.form, weights=(other,))
    if math.prod(out) != flow.size(x):
        raise Refused("a map that is spread over a constant")
    return meet(flow, x, other, out, row, "add" if row == "add" else "mul")


def biased(flow: Flow, x: Key, bias: Key, value: Value) -> bool:
    """Whether the row that a bias is added to takes it: it is read once, and has none yet."""
    row = flow.translation.rows[value.row]
    fits = next(iter(row.columns), "") in _BIASED and row.columns.get("bias") is False
    if not fits or "weights" in row.columns or flow.readers[x] != 1 or value.form != row.form:
        return False
    if flow.owners.setdefault(flow.origin(bias), value.row) != value.row:
        flow.stands_in("equal vectors that the file has once, counted for each row")
    flow.translation.rows[value.row] = row._replace(columns={**row.columns, "bias": True})
    return True


def linear(
    flow: Flow, x: Key, weight: Key, bias: Key | None, out: int, *, first: bool = False
) -> Value:
    """``fc`` of a vector, ``linear`` of a map or of tokens, over the last dimension of ``x``;
    ``first``: over the one before, as by a matrix from the left."""
    shape = flow.shapes[x]
    form = channels_last((*shape[:-2], shape[-1], shape[-2]) if first else shape)
    value = flow.value(x, form)
    verb = "fc" if form[:2] == (1, 1) else "linear"
    columns = {verb: out, "bias": bias is not None}
    return flow.row(columns, value, weights=(weight,) if bias is None else (weight, bias))


def product(flow: Flow, a: Key, b: Key, out: Sizes) -> Value:
    """A product of matrices; each tensor has the groups and heads of the result, or none."""
    if not flow.is_map(b):
        return linear(flow, a, b, None, flow.shapes[b][-1])
    if not flow.is_map(a) and len(flow.shapes[a]) == 2:
        return linear(flow, b, a, None, flow.shapes[a][0], first=True)
    (n, k), m = flow.shapes[a][-2:], flow.shapes[b][-1]
    groups, heads = math.prod(out) // (n * m), out[-3] if len(out) > 3 else 1
    if groups > 1 and flow.size(b) == k * m:
        n, groups, heads = n * groups, 1, 1
    elif groups > 1 and flow.size(a) == n * k:
        m, groups, heads = m * groups, 1, 1
    return contracted(flow, a, b, (groups // heads, heads, n, k, m))


def contracted(flow: Tensors, a: Any, b: Any, sizes: tuple[int, int, int, int, int]) -> Value:
    """The row ``matmul`` of tokens x groups x channels of all heads: over the channels of both, or
    over the tokens of the second."""
    width, heads, n, k, m = sizes
    if flow.size(a) != width * heads * n * k or flow.size(b) != width * heads * k * m:
        raise Refused("a product of matrices of which one is spread")
    over, form = "channels", (m, width, heads * k)
    if flow.is_map(b) and flow.value(b).form == (k, width, heads * m):
        over, form = "tokens", (k, width, heads * m)
    first, second = flow.value(a, (n, width, heads * k)), flow.value(b, form)
    columns = {"matmul": None, "over": over, "heads": heads}
    return flow.row(columns, first, second, form=(n, width, heads * m), merges=True)


def softmax(flow: Tensors, x: Any, dim: int, said: str = "") -> Value:
    """``softmax`` of the channels, or of those of each head."""
    if said:
        flow.stands_in(f"{said}, said as softmax")
    value, sizes = flow.value(x), flow.shape(x)
    size, last = sizes[dim], dim % len(sizes) == len(sizes) - 1  # as scores have theirs
    if axis(sizes, dim, value.form, last=last) in (0, 1):
        flow.stands_in("softmax over a side, said as over the channels")
    heads = value.form[2] // size if value.form[2] % size == 0 else 1
    return flow.row({"softmax": heads if heads > 1 else None}, value, form=value.form)


def concat(flow: Tensors, keys: Sequence[Any], dim: int) -> Value:
    """Along the channels or a side; along what is neither, with that dimension as channels."""
    keys = [key for key in keys if flow.size(key)]
    if len(keys) == 1:
        return flow.value(keys[0])
    known = next((key for key in keys if flow.is_map(key)), keys[0])
    first = flow.value(known).form
    place = flow.place(known, dim, first)
    if place is None:
        size = flow.shape(known)[dim]
        place, first = 2, (flow.size(known) // size, 1, size)
    values = []
    for key in keys:
        size = flow.size(key) * first[place] // flow.size(known)
        values.append(flow.value(key, replaced(first, place, size)))
    form = replaced(first, place, sum(value.form[place] for value in values))
    return flow.row(joined(place), *values, form=form, merges=True)
