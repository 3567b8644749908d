"""Fully connected layers, and what works on each value of a map: softmax, norms, activations."""

from collections.abc import Callable

from costcalc.algebra.numbers import compare
from costcalc.operators.columns import FlagField, WholeField
from costcalc.operators.registry import Guard, Mismatch, Output, Shape, operator
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
    weights = x.channels * out
    terms: Amounts = {Tag.FC_MAC: weights, Tag.FC_WEIGHT: weights}
    terms.update({Tag.FC_BIAS: out, Tag.FC_BIAS_ADD: out} if bias else {Tag.FC_OUTPUT: out})
    return Output(y, terms, "fc", guards)


@operator("softmax", codings=("module", "functional", "loss"))
def softmax(x: Shape) -> Output:
    """Softmax over the channels: one element per value; no Mult-Adds, no parameters."""
    terms: Amounts = {Tag.SOFTMAX: x.elements, Tag.SOFTMAX_ROW: lambda: x.area}
    return Output(x, terms, "softmax")


@operator("dropout")
def dropout(x: Shape) -> Output:
    """Dropout: nothing at inference time."""
    return Output(x, {}, "dropout")


@operator("flatten")
def flatten(x: Shape) -> Output:
    """Flatten: H×W×C becomes 1×1×(H·W·C); costs nothing."""
    return Output(Shape(1, 1, x.elements), {}, "flatten")


@operator("bn")
def batch_norm(x: Shape) -> Output:
    """Batch normalisation: γ and β (2·C, trained), mean and variance (2·C, statistics).

    Work is tagged by element and by channel: counters differ most here (0 to 31 per element).
    Source: Ioffe and Szegedy 2015.
    """
    terms: Amounts = {
        Tag.BN_ELEMENT: x.elements,
        Tag.BN_CHANNEL: x.channels,
        Tag.BN_AFFINE: 2 * x.channels,
        Tag.BN_STATISTICS: 2 * x.channels,
    }
    return Output(x, terms, "batch norm")


@operator("l2norm")
def l2_norm(x: Shape) -> Output:
    """L2 normalisation of the channels at each position, and one learned scale per channel.

    Source: Liu et al. 2015, "ParseNet", section 3.3; SSD's conv4_3.
    """
    terms: Amounts = {Tag.L2NORM_ELEMENT: x.elements, Tag.L2NORM_SCALE: x.channels}
    return Output(x, terms, "L2 norm")


#: Every activation, by the name that rows and the ``activation`` default use.
ACTIVATIONS: dict[str, tuple[Tag, str]] = {
    "relu": (Tag.RELU, "ReLU: max(x, 0)"),
    "relu6": (Tag.RELU6, "ReLU6: min(max(x, 0), 6). Source: Sandler et al. 2018"),
    "hswish": (Tag.HSWISH, "h-swish: x·ReLU6(x + 3)/6. Source: Howard et al. 2019, section 5.2"),
    "hsigmoid": (Tag.HSIGMOID, "h-sigmoid: ReLU6(x + 3)/6. Source: Howard et al. 2019"),
    "sigmoid": (Tag.SIGMOID, "Sigmoid: 1/(1 + exp(−x))"),
    "swish": (Tag.SWISH, "Swish: x·sigmoid(x). Source: Ramachandran et al. 2017"),
    "leaky": (Tag.LEAKY_RELU, "Leaky ReLU: max(x, a·x), a fixed. Source: Maas et al. 2013"),
    "prelu": (Tag.PRELU, "PReLU: one learned slope per channel. Source: He et al. 2015"),
    "gelu": (Tag.GELU, "GELU: x·Φ(x). Source: Hendrycks and Gimpel 2016"),
    "elu": (Tag.ELU, "ELU: x, below 0 a·(exp(x) − 1). Source: Clevert et al. 2016"),
    "selu": (Tag.SELU, "SELU: an ELU times a constant. Source: Klambauer et al. 2017"),
    "tanh": (Tag.TANH, "Hyperbolic tangent"),
    "softplus": (Tag.SOFTPLUS, "Softplus: ln(1 + exp(x))"),
    "mish": (Tag.MISH, "Mish: x·tanh(softplus(x)). Source: Misra 2020"),
    "hardtanh": (Tag.HARDTANH, "Hard tanh: min(max(x, −1), 1)"),
}

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


def _activation(name: str, tag: Tag, summary: str) -> Callable[..., Output]:
    def activate(x: Shape) -> Output:
        terms: Amounts = {tag: x.elements}
        if tag is Tag.PRELU:
            terms.update({Tag.PRELU_WEIGHT: x.channels, Tag.PRELU_CHANNEL: x.channels})
        return Output(x, terms, name)

    activate.__name__ = name
    activate.__doc__ = f"{summary}; one element of work per value."
    return operator(name, codings=("module", "functional"))(activate)


ACTIVATION_FUNCTIONS = {
    name: _activation(name, tag, summary) for name, (tag, summary) in ACTIVATIONS.items()
}
