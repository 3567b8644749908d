"""What each row is in Keras: layers, and where Keras has none, operations on tensors.

Source: the reference of Keras 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from costcalc.export.geometry import SIDES, Pair, added, is_learned, kept, transposed, window
from costcalc.export.keras.code import Code, Expression, called
from costcalc.export.rows import Row, Unsaid, Writer, whole
from costcalc.graph.layers import INPUT
from costcalc.operators.extents import To

#: Gives the variable of what leaves.
Writing = Writer[Code, str]


def one(values: Sequence[int]) -> Any:
    """Rows and columns, one number where they are equal."""
    return values[0] if values[0] == values[1] else tuple(values)


def plain(word: str, kind: str, *given: object, **more: Any) -> Writing:
    """A layer that needs to know nothing of the row."""
    return lambda m, row: m.put(word, kind, row.x, *given, **more)


def shaped(m: Code, x: str) -> str:
    """The values as the map that the layer gives."""
    return m.put("", "Reshape", x, m.sizes)


def padded(x: str, *pads: Pair, how: str = "") -> str:
    return f"ops.pad({x}, ((0, 0), {', '.join(map(str, pads))}){how})"


# --- Convolutions, and what is fully connected --------------------------------------------------


def slid(m: Code, row: Row[str], pool: str = "") -> tuple[str, Any, dict[str, Any]]:
    """What a window slides over, its stride, and its other columns; where no word of Keras pads, a
    layer does. A mean with ``same`` is of what lies inside."""
    of, said = window(row), row.said["padding"]
    if max(of.dilation) > 1 and (max(of.stride) > 1 or pool):
        raise Unsaid("a dilation with a stride, or of a pool")
    pads = [axis.around for axis in of.axes]
    needed, word = any(map(any, pads)), of.named()
    if pool == "avgpool" and said != "same" and needed:
        word = ""
        if row.said["round"] == "up":
            raise Unsaid("a mean that rounds up")
    same = max(of.kernel) > 1 if said == "same" else needed and word
    columns = {"padding": "same" if same else "valid"}
    columns |= {} if pool else {"dilation_rate": one(of.dilation)}
    if word or not needed:
        return row.x, one(of.stride), columns
    if pool == "maxpool":
        x = padded(row.x, *pads, (0, 0), how=', constant_values=float("-inf")')
        return x, one(of.stride), columns
    return m.put("pad", "ZeroPadding2D", row.x, tuple(pads)), one(of.stride), columns


def conv(m: Code, row: Row[str]) -> str:
    """A depthwise convolution of Keras has equal strides; others are one in groups."""
    (x, strides, columns), out, kernel = (
        slid(m, row),
        row.leaving[2],
        whole(*row.layer.kernel or ()),
    )
    columns = {"strides": strides, **columns, "use_bias": learned_kernels(row)}
    if row.layer.operator == "conv" or isinstance(strides, tuple):
        columns["groups"] = row.groups
        return m.put("", "Conv2D", x, out, one(kernel), **columns)
    columns["depth_multiplier"] = out // row.arriving[2]
    return m.put("", "DepthwiseConv2D", x, one(kernel), **columns)


def learned_kernels(row: Row[str]) -> Any:
    """Whether a layer has a bias; its kernels are learned as they are."""
    if row.said.get("fixed") or row.said.get("gain"):
        raise Unsaid("kernels that are constant, or have a gain")
    return row.said["bias"]


def transposed_conv(m: Code, row: Row[str]) -> str:
    """All that the kernels reach, of which a layer cuts off what is padded."""
    of, same, cuts = transposed(row), row.said["padding"] == "same", list[Pair]()
    if row.groups > 1 or (max(of.dilation) > 1 and max(of.stride) > 1):
        raise Unsaid("transposed convolutions with groups, or with a dilation and a stride")
    for axis in of.axes:
        full = axis.to * axis.stride + (0 if same else max(axis.reach + 1 - axis.stride, 0))
        before = 0 if same else axis.before
        cuts.append((before, full - before - axis.side))
    if min(map(min, cuts)) < 0:
        raise Unsaid("transposed convolutions that give more than their kernels reach")
    columns = {"strides": one(of.stride), "padding": "same" if same else "valid"}
    columns |= {"dilation_rate": one(of.dilation), "use_bias": learned_kernels(row)}
    x = m.put("", "Conv2DTranspose", row.x, row.leaving[2], one(of.kernel), **columns)
    return m.put("cut", "Cropping2D", x, tuple(cuts)) if any(map(any, cuts)) else x


def dense(m: Code, row: Row[str]) -> str:
    return m.put("", "Dense", row.x, row.leaving[2], use_bias=row.said["bias"])


def recurrent(m: Code, row: Row[str], kind: str) -> str:
    """Over (batch, tokens, channels). A GRU has two biases or one, others have one."""
    biases, (tokens, groups, channels) = int(row.said["biases"]), row.arriving
    if groups > 1 or biases > (2 if kind == "GRU" else 1):
        raise Unsaid(f"{kind} with two biases, or over several columns")
    columns: dict[str, Any] = {"use_bias": biases > 0, "return_sequences": not row.said["last"]}
    columns |= {"reset_after": biases == 2} if kind == "GRU" and biases else {}
    x, given = m.put("steps", "Reshape", row.x, (tokens, channels)), [row.number("hidden")]
    if row.said["bidirectional"]:
        cells = Expression(called(kind, *given, **columns))
        return shaped(m, m.put("cells", "Bidirectional", x, cells))
    return shaped(m, m.put("cells", kind, x, *given, **columns))


# --- Norms, and what is learned for each channel -------------------------------------------------


def norm(m: Code, row: Row[str], word: str, kind: str) -> str:
    if word == "rmsnorm" and not row.said["scale"]:
        raise Unsaid("rmsnorm without a scale")
    groups = {"groupnorm": row.said.get("groups"), "instancenorm": -1}.get(word)
    columns = {"center": row.said.get("shift", True), "scale": row.said["scale"]}
    return m.put(word, f"{kind}Normalization", row.x, groups, **columns)


def l2_norm(m: Code, row: Row[str]) -> str:
    x = m.put("unit" if row.said["scale"] else "", "UnitNormalization", row.x)
    return by_one(m, row._replace(inputs=[x]), "Multiply", "ones") if row.said["scale"] else x


def by_one(m: Code, row: Row[str], kind: str, filled: str) -> str:
    """By what is learned for each channel, or for the layer."""
    channels = row.leaving[2] if row.said.get("per", "channel") == "channel" else 1
    made = m.layer_of("learned", "Learned", (1, 1, channels), filled)
    return m.put("", kind, [row.x, f"{made}({row.x})"])


def prelu(m: Code, row: Row[str]) -> str:
    axes = [1, 2] if row.said["per"] == "channel" else [1, 2, 3]
    return m.put("prelu", "PReLU", row.x, shared_axes=axes)


def softmax(m: Code, row: Row[str]) -> str:
    heads, (*outer, channels) = row.number("heads"), m.sizes
    if heads == 1:
        return m.put("softmax", "Softmax", row.x)
    x = m.put("heads", "Reshape", row.x, (*outer, heads, channels // heads))
    return shaped(m, m.put("each", "Softmax", x))


# --- Pools, and what meets ----------------------------------------------------------------------


def pool(m: Code, row: Row[str], kind: str) -> str:
    kernel = row.said["kernel"]
    if isinstance(kernel, str):
        function = {"Average": "mean", "Max": "max"}[kind]
        x = f"ops.{function}({row.x}, axis={SIDES.index(kernel) + 1}, keepdims=True)"
        return m.put("", "Identity", x)
    if kernel is None:
        return m.put("", f"Global{kind}Pooling2D", row.x, keepdims=not m.flat)
    if isinstance(kernel, To):
        return m.put("", f"Adaptive{kind}Pooling2D", row.x, one(row.leaving[:2]))
    x, strides, columns = slid(m, row, row.layer.operator)
    return m.put("", f"{kind}Pooling2D", x, one(whole(*kernel)), strides, **columns)


def merged(m: Code, row: Row[str], kind: str) -> str:
    if len(row.inputs) == 1:
        return m.put("", "Identity", row.x)
    along = row.said.get("along", "channels")
    return m.put("", kind, row.inputs, axis=-1 if along == "channels" else SIDES.index(along) + 1)


def matmul(m: Code, row: Row[str]) -> str:
    """Each group (g) and head (h) by itself: n tokens and m, c channels of each."""
    (tokens, groups, channels), out, heads = row.arriving, row.leaving[2], row.number("heads")
    first, second, made = "bnghc", (out // heads, groups, heads, channels // heads), "bnghm"
    if row.said["over"] == "tokens":
        first, second, made = "bnghm", (channels // heads, groups, heads, out // heads), "bnghc"
    sizes = ((tokens, groups, heads, channels // heads), second)
    apart = [f"{called('Reshape', s)}({x})" for s, x in zip(sizes, row.inputs, strict=True)]
    return shaped(m, f'ops.einsum("{first},bmghc->{made}", {", ".join(apart)})')


# --- Places -------------------------------------------------------------------------------------


def view(m: Code, row: Row[str]) -> str:
    return m.put("", "Flatten", row.x) if m.flat else shaped(m, row.x)


def turned(m: Code, row: Row[str]) -> str:
    return m.put("", "Permute", row.x, (2, 1, 3) if row.said["what"] == "sides" else (3, 2, 1))


def parted(m: Code, x: str, apart: tuple[int, ...], order: tuple[int, ...]) -> str:
    """Channels, or positions, in parts, and these in another order."""
    return shaped(m, m.put("order", "Permute", m.put("parts", "Reshape", x, apart), order))


def shuffle(m: Code, row: Row[str]) -> str:
    (height, width, channels), groups = row.arriving, row.number("groups")
    return parted(m, row.x, (height, width, groups, channels // groups), (1, 2, 4, 3))


def tiled(m: Code, row: Row[str], by: str, order: tuple[int, ...] = (1, 3, 2, 4, 5)) -> str:
    (height, width, channels), (rows, columns) = row.arriving, row.numbers(by)
    if row.layer.operator == "depth_to_space":
        apart = (height, width, rows, columns, channels // (rows * columns))
    else:
        apart = (height // rows, rows, width // columns, columns, channels)
    return parted(m, row.x, apart, order)


def resized(m: Code, row: Row[str]) -> str:
    pairs, mode = [*zip(row.arriving[:2], row.leaving[:2], strict=True)], row.said["mode"]
    if any(to % side for side, to in pairs):
        return m.put("", "Resizing", row.x, *row.leaving[:2], mode)
    return m.put("", "UpSampling2D", row.x, one([b // a for a, b in pairs]), interpolation=mode)


def pad(m: Code, row: Row[str], how: str = "") -> str:
    *sides, channels = added(row)
    if not any(map(any, (*sides, channels))):  # which PyTorch, below Keras, does not reflect
        return m.put("", "Identity", row.x)
    if row.layer.operator == "zeropad":
        return m.put("", "ZeroPadding2D", row.x, tuple(sides))
    return m.put("", "Identity", padded(row.x, *sides, channels, how=how))


def cut(m: Code, row: Row[str]) -> str:
    """A part of a map."""
    places = (
        f"{part.start or ''}:{'' if part.stop == side else part.stop}:{part.step}"
        for part, side in zip(kept(row), row.arriving, strict=True)
    )
    return m.put("", "Identity", f"{row.x}[:, {', '.join(p.removesuffix(':1') for p in places)}]")


def learned(m: Code, row: Row[str]) -> str:
    if not is_learned(row):
        raise Unsaid("a map that is constant")
    return m.put("", "Learned", m.values[INPUT], tuple(row.leaving))


_ACTIVATIONS: dict[str, tuple[Any, ...]] = {
    "relu": ("ReLU",),
    "relu6": ("ReLU", 6.0),
    "leaky": ("LeakyReLU", 0.1),
    "hardtanh": ("Activation", "hard_tanh"),
    "hswish": ("Activation", "hard_silu"),
    "hsigmoid": ("Activation", "hard_sigmoid"),
    "swish": ("Activation", "silu"),
    **{
        w: ("Activation", w) for w in ("sigmoid", "gelu", "elu", "selu", "tanh", "softplus", "mish")
    },
}
_NORMS = {"bn": "Batch", "layernorm": "Layer", "rmsnorm": "RMS"}
_NORMS |= dict.fromkeys(("groupnorm", "instancenorm"), "Group")
WRITERS: dict[str, Writing] = {
    **dict.fromkeys(("conv", "dwconv"), conv),
    "tconv": transposed_conv,
    **dict.fromkeys(("fc", "linear"), dense),
    "lstm": partial(recurrent, kind="LSTM"),
    "gru": partial(recurrent, kind="GRU"),
    "rnn": partial(recurrent, kind="SimpleRNN"),
    **{word: partial(norm, word=word, kind=kind) for word, kind in _NORMS.items()},
    "l2norm": l2_norm,
    **{word: plain(word, *given) for word, given in _ACTIVATIONS.items()},
    "prelu": prelu,
    "scale": partial(by_one, kind="Multiply", filled="ones"),
    "shift": partial(by_one, kind="Add", filled="zeros"),
    "softmax": softmax,
    "maxpool": partial(pool, kind="Max"),
    "avgpool": partial(pool, kind="Average"),
    "add": partial(merged, kind="Add"),
    "multiply": partial(merged, kind="Multiply"),
    "concat": partial(merged, kind="Concatenate"),
    "matmul": matmul,
    "dropout": plain("dropout", "Dropout", 0.5),
    **dict.fromkeys(("flatten", "tokens", "reshape"), view),
    "transpose": turned,
    "shuffle": shuffle,
    "windows": partial(tiled, by="window", order=(2, 4, 1, 3, 5)),
    **dict.fromkeys(("space_to_depth", "depth_to_space"), partial(tiled, by="block")),
    **dict.fromkeys(("upsample", "resize"), resized),
    **dict.fromkeys(("zeropad", "padchannels"), pad),
    "reflectpad": partial(pad, how=', mode="reflect"'),
    **dict.fromkeys(("crop", "subsample", "select"), cut),
    "learned": learned,
}
