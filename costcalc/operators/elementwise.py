"""Fully connected layers, and what works on each value of a map: softmax, activations."""

from costcalc.algebra.numbers import Number, compare
from costcalc.operators.columns import FlagField, PerField, WholeField
from costcalc.operators.registry import Guard, Mismatch, Output, Shape, operator, share
from costcalc.operators.tags import Amounts, Tag


@operator("fc", codings=("module", "functional"))
def fully_connected(x: Shape, out: WholeField, bias: FlagField = False) -> Output:
    """Fully connected: M·N Mult-Adds, M·N weights, on a 1×1 map.

    The width must be whole as written: the rule for channels does not apply to classes.
    Source: Howard et al. 2017, Table 1 (FC / s1, 1024 × 1000).
    """
    y = Shape(1, 1, out)
    message = f"fc on a {x.height}x{x.width} map"
    if any(compare("!=", side, 1) is True for side in x[:2]):
        raise Mismatch(message, "pool or flatten first", y)
    guards = tuple(Guard(side - 1, message, relation="==") for side in x[:2] if side != 1)
    return Output(y, _connected(x._replace(height=1, width=1), out, bias), "fc", guards)


@operator("linear", codings=("module", "functional"))
def linear(x: Shape, out: WholeField, bias: FlagField = False) -> Output:
    """Fully connected at every position: H·W·M·N Mult-Adds, M·N weights; on tokens, or on a map.

    As ``fc``, it is never rounded. Source: PyTorch, ``nn.Linear``; Dosovitskiy et al. 2020.
    """
    return Output(x._replace(channels=out), _connected(x, out, bias), "linear")


def _connected(x: Shape, out: Number, bias: bool) -> Amounts:
    """What a fully connected layer is counted by, at every position of a map. Some counters take
    the positions after the first for a batch that they leave out."""
    weights, more = x.channels * out, x.area - 1
    terms: Amounts = {Tag.FC_MAC: x.area * weights, Tag.FC_WEIGHT: weights}
    if more != 0:
        terms[Tag.FC_REPEATED_MAC] = lambda: more * weights
    if not bias:
        return {**terms, Tag.FC_OUTPUT: out}
    if more != 0:
        terms[Tag.FC_REPEATED_BIAS_ADD] = lambda: more * out
    return {**terms, Tag.FC_BIAS: out, Tag.FC_BIAS_ADD: x.area * out}


@operator("softmax", codings=("module", "functional", "loss"))
def softmax(x: Shape, heads: WholeField = 1) -> Output:
    """Softmax over the channels, or those of each head: one element per value; no Mult-Adds."""
    _, divides = share(x.channels, heads, "channels", "heads")
    terms: Amounts = {Tag.SOFTMAX: x.elements, Tag.SOFTMAX_ROW: lambda: x.area * heads}
    return Output(x, terms, "softmax", (divides,))


@operator("dropout")
def dropout(x: Shape) -> Output:
    """Dropout: nothing at inference time."""
    return Output(x, {}, "dropout")


@operator("flatten")
def flatten(x: Shape) -> Output:
    """Flatten: H×W×C becomes 1×1×(H·W·C); costs nothing."""
    return Output(Shape(1, 1, x.elements), {}, "flatten")


_PLAIN = {
    "relu": (Tag.RELU, "ReLU: max(x, 0)"),
    "relu6": (Tag.RELU6, "ReLU6: min(max(x, 0), 6). Source: Sandler et al. 2018"),
    "hswish": (Tag.HSWISH, "h-swish: x·ReLU6(x + 3)/6. Source: Howard et al. 2019, section 5.2"),
    "hsigmoid": (Tag.HSIGMOID, "h-sigmoid: ReLU6(x + 3)/6. Source: Howard et al. 2019"),
    "sigmoid": (Tag.SIGMOID, "Sigmoid: 1/(1 + exp(−x))"),
    "swish": (Tag.SWISH, "Swish: x·sigmoid(x). Source: Ramachandran et al. 2017"),
    "leaky": (Tag.LEAKY_RELU, "Leaky ReLU: max(x, a·x), a fixed. Source: Maas et al. 2013"),
    "gelu": (Tag.GELU, "GELU: x·Φ(x). Source: Hendrycks and Gimpel 2016"),
    "elu": (Tag.ELU, "ELU: x, below 0 a·(exp(x) − 1). Source: Clevert et al. 2016"),
    "selu": (Tag.SELU, "SELU: an ELU times a constant. Source: Klambauer et al. 2017"),
    "tanh": (Tag.TANH, "Hyperbolic tangent"),
    "softplus": (Tag.SOFTPLUS, "Softplus: ln(1 + exp(x))"),
    "mish": (Tag.MISH, "Mish: x·tanh(softplus(x)). Source: Misra 2020"),
    "hardtanh": (Tag.HARDTANH, "Hard tanh: min(max(x, −1), 1)"),
}

#: Every activation, by the name that rows and the ``activation`` default use.
ACTIVATIONS = {name: tag for name, (tag, _) in _PLAIN.items()} | {"prelu": Tag.PRELU}

#: How the tables of MobileNetV3 abbreviate them, and what frameworks call them.
SPELLINGS = {
    "RE": "relu",
    "HS": "hswish",
    "silu": "swish",
    "hardswish": "hswish",
    "hard_swish": "hswish",
    "hard_silu": "hswish",
    "hardsigmoid": "hsigmoid",
    "hard_sigmoid": "hsigmoid",
    "leaky_relu": "leaky",
    "hard_tanh": "hardtanh",
}


def _activation(name: str, tag: Tag, summary: str) -> None:
    def activate(x: Shape) -> Output:
        return Output(x, {tag: x.elements}, name)

    activate.__name__ = name
    activate.__doc__ = f"{summary}; one element of work per value."
    operator(name, codings=("module", "functional"))(activate)


for _name, (_tag, _summary) in _PLAIN.items():
    _activation(_name, _tag, _summary)


@operator("prelu", codings=("module", "functional"))
def prelu(x: Shape, per: PerField = "channel") -> Output:
    """PReLU: one learned slope per channel, or one for the layer; one element of work per value.

    Source: He et al. 2015.
    """
    slopes = x.channels if per == "channel" else 1
    terms: Amounts = {
        Tag.PRELU: x.elements,
        Tag.PRELU_CHANNEL: slopes,
        Tag.PRELU_WEIGHT: slopes,
    }
    return Output(x, terms, "prelu")
