"""Readers of the torch functions in which two maps meet: sums, products, products of matrices, and
attention."""

from __future__ import annotations

import math
from functools import partial
from itertools import zip_longest
from typing import Any

from costcalc.exchange import meetings
from costcalc.exchange.maps import Value, spread
from costcalc.exchange.torch.maps import Made, Tensor
from costcalc.exchange.torch.translator import Call, Reader
from costcalc.exchange.translation import Refused


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
    elif len(dims) != 1 or not whole or call.place(input, dims[0] - other.dim(), x.form) != 2:
        a, b, form = meetings.meeting(call, input, other, tuple(call.out.shape))
        return call.row({row: None}, a, b, form=form, merges=True)
    if call.out.numel() != math.prod(x.form):
        raise Refused("a map that is spread over what is learned")
    return call.row(columns, x, form=x.form, weights=(other,))


def addcmul(
    call: Call, input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1
) -> Value:
    """``input + tensor1 * tensor2``."""
    if not call.is_map(tensor1):
        tensor1, tensor2 = tensor2, tensor1
    sizes = zip_longest(tensor1.shape[::-1], tensor2.shape[::-1], fillvalue=1)
    shape = tuple(map(max, sizes))[::-1]
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
    return meetings.contracted(call, input, other, (groups // heads, heads, n, k, m))


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
    return meetings.contracted(call, operands[0], operands[1], (groups, 1, n, k, m))


def softmax(call: Call, input: Tensor, dim: int | None = None, *rest: Any, **options: Any) -> Value:
    return meetings.softmax(call, input, -1 if dim is None else dim)


def merge(call: Call, input: Any, other: Any, *rest: Any, row: str, **options: Any) -> Value:
    """``add`` or ``multiply`` of two maps; a constant costs nothing, and a map keeps its form."""
    if not call.is_map(input):
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
        a, b, form = meetings.meeting(call, input, other, tuple(call.out.shape))
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
    x = call.row(columns, x, form=packed, weights=(weight, bias))
    parts = [call.row({"select": channels}, x, form=form) for _ in range(3)]
    made = attended(call, parts[0], parts[1], parts[2], heads)
    columns = {"linear": channels, "bias": out_bias is not None}
    made = call.row(columns, made, form=form, weights=(out_weight, out_bias))
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
