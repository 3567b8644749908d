"""Readers of the torch functions in which two maps meet: sums, products, products of matrices, and
attention."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import torch
from torch import Tensor

from costcalc.exchange.torch.maps import Made, Value, axis, channels_last
from costcalc.exchange.torch.translator import Call, Reader
from costcalc.exchange.translation import Form, Refused


def spread(a: Form, b: Form) -> Form | None:
    """The map that two maps meet in, sides and channels of 1 spread; None if they do not."""
    if any(i != j and 1 not in (i, j) for i, j in zip(a, b, strict=True)):
        return None
    height, width, channels = map(max, a, b)
    return height, width, channels


def meeting(call: Call, a: Tensor, b: Tensor) -> tuple[Value, Value, Form]:
    """Two tensors as maps that meet, of which the second may be spread: over sides or channels that
    the first has, or else over the positions."""
    if a.numel() < b.numel():
        second, first, form = meeting(call, b, a)
        return first, second, form
    x, form = call.value(a), call.value(a).form
    whole, part = call.out.numel(), b.numel()
    if math.prod(form) != whole:
        form = channels_last(call.out)
        x = call.value(a, form)
    if not isinstance(call.known(b), Value) or call.value(b).form != form:
        for keep in ((1, 1, 1), (0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 0), (1, 0, 0), (0, 1, 0)):
            height, width, channels = (s if k else 1 for s, k in zip(form, keep, strict=True))
            if height * width * channels == part:
                return x, call.value(b, (height, width, channels)), form
        form = (whole // part, 1, part)
        return call.value(a, form), call.value(b, (1, 1, part)), form
    return x, call.value(b), form


def by_learned(call: Call, input: Tensor, other: Tensor, row: str) -> Value:
    """``scale`` or ``shift`` by one number per channel or in all; by a learned map else."""
    x = call.value(input)
    dims = [d for d, size in enumerate(other.shape) if size != 1]
    columns: dict[str, Any] = {"scale" if row == "multiply" else "shift": None}
    made, used = call.known(other), call.translator.used
    whole = isinstance(made, Made) and call.translator.is_one(made, other)
    if isinstance(made, Made) and whole and made.parameters[0] in used:  # by another kind of row?
        lender = call.translator.translation.rows[used[made.parameters[0]]]
        whole = lender.columns.keys() >= columns.keys()
    if not dims and whole:
        columns = dict.fromkeys(columns, "layer")
    elif len(dims) != 1 or not whole or axis(input, dims[0] - other.dim(), x.form) != 2:
        a, b, form = meeting(call, input, other)
        return call.row({row: None}, a, b, form=form, merges=True)
    if call.out.numel() != math.prod(x.form):
        raise Refused("a map that is spread over what is learned")
    return call.row(columns, x, form=x.form, parameters=(other,))


def addcmul(
    call: Call, input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1
) -> Value:
    """``input + tensor1 * tensor2``."""
    if not isinstance(call.known(tensor1), Value):
        tensor1, tensor2 = tensor2, tensor1
    shape = torch.broadcast_shapes(tensor1.shape, tensor2.shape)
    inner = Call(call.translator, "mul", call.held(call.value(tensor1), shape))
    multiplied = call.held(merge(inner, tensor1, tensor2, row="multiply"), shape)
    return merge(Call(call.translator, "add", call.out), multiplied, input, row="add")


def product(call: Call, input: Tensor, other: Tensor, *rest: Any, **options: Any) -> Value:
    """``matmul`` of two tensors, each with the groups and heads of the result, or with none."""
    n, k = input.shape[-2:]
    m, groups = other.shape[-1], call.out.numel() // (input.shape[-2] * other.shape[-1])
    heads = call.out.shape[-3] if call.out.dim() > 3 else 1
    if groups > 1 and other.numel() == k * m:
        n, groups, heads = n * groups, 1, 1
    elif groups > 1 and input.numel() == n * k:
        m, groups, heads = m * groups, 1, 1
    return contracted(call, input, other, (groups // heads, heads, n, k, m))


def einsum(call: Call, equation: str, *operands: Any) -> Value:
    """Of two tensors: letters of both and of the result are groups, of both alone are summed."""
    operands = tuple(operands[0]) if isinstance(operands[0], list | tuple) else operands
    terms, arrow, result = equation.replace(" ", "").partition("->")
    letters = terms.split(",")
    if not arrow or len(letters) != 2 or "." in terms:
        raise Refused(f"einsum {equation}")
    left, right = map(set, letters)
    sizes: dict[str, int] = {}
    for word, tensor in zip(letters, operands, strict=True):
        sizes |= dict(zip(word, tensor.shape, strict=True))
    if (left ^ right) - set(result):
        raise Refused(f"einsum {equation}")
    parts = (left & right & set(result), left - right, left & right - set(result), right - left)
    groups, n, k, m = (math.prod(sizes[letter] for letter in part) for part in parts)
    return contracted(call, operands[0], operands[1], (groups, 1, n, k, m))


def contracted(call: Call, a: Tensor, b: Tensor, sizes: tuple[int, int, int, int, int]) -> Value:
    """The row ``matmul`` of tokens x groups x channels of all heads: over the channels of both, or
    over the tokens of the second."""
    width, heads, n, k, m = sizes
    if a.numel() != width * heads * n * k or b.numel() != width * heads * k * m:
        raise Refused("a product of matrices of which one is spread")
    over, form = "channels", (m, width, heads * k)
    known = call.known(b)
    if isinstance(known, Value) and known.form == (k, width, heads * m):
        over, form = "tokens", known.form
    first, second = call.value(a, (n, width, heads * k)), call.value(b, form)
    columns = {"matmul": None, "over": over, "heads": heads}
    return call.row(columns, first, second, form=(n, width, heads * m), merges=True)


def softmax(call: Call, input: Tensor, dim: int | None = None, *rest: Any, **options: Any) -> Value:
    """``softmax`` of the channels, or of those of each head."""
    x = call.value(input)
    size = input.shape[-1 if dim is None else dim]
    heads = x.form[2] // size if x.form[2] % size == 0 else 1
    return call.row({"softmax": heads if heads > 1 else None}, x, form=x.form)


def merge(call: Call, input: Any, other: Any, *rest: Any, row: str, **options: Any) -> Value:
    """``add`` or ``multiply`` of two maps; a constant costs nothing, and a map keeps its form."""
    if not isinstance(call.known(input), Value):
        input, other = other, input
    a, b = call.value(input), call.known(other)
    if isinstance(b, Made):
        return by_learned(call, input, other, row)
    if b is None:
        if call.out.shape != input.shape:
            raise Refused("a constant that a map is spread over")
        call.stands_in(f"{call.name.strip('_')} of a constant, left out")
        return a
    form = spread(a.form, b.form)
    if form is None or math.prod(form) != call.out.numel():
        a, b, form = meeting(call, input, other)
    if call.name.strip("_") not in ("add", "iadd", "radd", "mul", "imul", "rmul", "multiply"):
        call.stands_in(f"{call.name.strip('_')} of two maps, said as {row}")
    return call.row({row: None}, a, b, form=form, merges=True)


def scaled(
    call: Call,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    *rest: Any,
    **options: Any,
) -> Value:
    """``scaled_dot_product_attention``: (groups, heads, tokens, channels) each."""
    if attn_mask is not None and call.known(attn_mask) is not None:
        raise Refused("attention with a mask that is learned or computed")
    width, heads, n, k = query.shape
    a = call.value(query, (n, width, heads * k))
    return attended(
        call,
        a,
        call.value(key, (key.shape[2], width, heads * k)),
        call.value(value, (value.shape[2], width, heads * value.shape[3])),
        heads,
    )


def attended(call: Call, query: Value, key: Value, value: Value, heads: int) -> Value:
    """Scores, their softmax, and the sum of the values."""
    tokens, width, _ = query.form
    scores = (tokens, width, heads * key.form[0])
    columns = {"matmul": None, "over": "channels", "heads": heads}
    made = call.row(columns, query, key, form=scores, merges=True)
    made = call.row({"softmax": heads if heads > 1 else None}, made, form=scores)
    out = (tokens, width, value.form[2])
    return call.row({**columns, "over": "tokens"}, made, value, form=out, merges=True)


def multi_head(
    call: Call,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    width: int,
    heads: int,
    weight: Tensor | None,
    bias: Tensor | None,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: bool,
    dropout_p: float,
    out_weight: Tensor,
    out_bias: Tensor | None,
    **options: Any,
) -> list[Value | None]:
    """``nn.MultiheadAttention`` of one sequence with itself: (tokens, groups, channels)."""
    strange = weight is None or bias_k is not None or add_zero_attn
    if strange or key is not query or value is not query or options.get("need_weights"):
        raise Refused("multi-head attention other than of one sequence with itself")
    tokens, groups, channels = query.shape
    form = (tokens, groups, channels)
    x = call.value(query, form)
    columns = {"linear": 3 * channels, "bias": bias is not None}
    packed = (tokens, groups, 3 * channels)
    x = call.row(columns, x, form=packed, parameters=(weight, bias))
    parts = [call.row({"select": channels}, x, form=form) for _ in range(3)]
    made = attended(call, parts[0], parts[1], parts[2], heads)
    columns = {"linear": channels, "bias": out_bias is not None}
    made = call.row(columns, made, form=form, parameters=(out_weight, out_bias))
    return [made, None][: 1 + isinstance(call.out[1], Tensor)]


_ADD = ("add", "__add__", "__radd__", "__iadd__", "sub", "__sub__", "__rsub__", "__isub__")
_MULTIPLY = (
    "mul", "__mul__", "__rmul__", "__imul__", "multiply",
    "div", "true_divide", "__truediv__", "__rtruediv__", "__div__", "__itruediv__",
)  # fmt: skip

#: By the name of the torch function.
MEETINGS: dict[str, Reader] = {
    **{name: partial(merge, row="add") for name in _ADD},
    **{name: partial(merge, row="multiply") for name in _MULTIPLY},
    "addcmul": addcmul,
    "matmul": product,
    "__matmul__": product,
    "bmm": product,
    "einsum": einsum,
    "softmax": softmax,
    "scaled_dot_product_attention": scaled,
    "multi_head_attention_forward": multi_head,
}
