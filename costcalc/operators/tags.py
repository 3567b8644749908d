"""Tags: what kind of work, or of parameter, a number counts.

Operators emit terms under these tags and add nothing up; a convention gives each tag its weight.
To add a tag, add a member here; every convention must then say what it weighs. Tags that measure
the same work by different yardsticks (the inputs or the outputs of a pooling) are of one *kind*;
a convention that weighs one of them has spoken of all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property

from costcalc.algebra.numbers import Number


class Tag(StrEnum):
    """One kind of term. The value is the tag's name in convention files.

    Elements are the height·width·channels of a map; batch is 1.
    """

    # work
    CONV_MAC = "conv mac"  # multiply-accumulates, every output position, padding included
    CONV_VALID_MAC = "conv valid mac"  # those whose tap lies inside the map, not in the padding
    CONV_SLICE = "conv slice"  # kernels of one input and one output channel, where no bias is added
    TRANSPOSED_CONV_MAC = "transposed conv mac"  # every input position × every weight it meets
    TRANSPOSED_CONV_VALID_MAC = "transposed conv valid mac"  # those that land inside the output
    TRANSPOSED_CONV_OUTPUT_MAC = "transposed conv output mac"  # every *output* position × weights
    TRANSPOSED_CONV_MIXED_MAC = "transposed conv mixed mac"  # output × k·k × M, or M/groups
    TRANSPOSED_CONV_FILTER_MAC = "transposed conv filter mac"  # output elements × k·k × N/groups
    TRANSPOSED_CONV_TWICE_GROUPED_MAC = "transposed conv twice grouped mac"  # ⌊N/groups²⌋
    TRANSPOSED_CONV_BIAS_ADD = "transposed conv bias add"  # those of the conv bias adds
    TRANSPOSED_CONV_FORWARD_BIAS_ADD = "transposed conv forward bias add"  # N/groups × conv's map
    TRANSPOSED_CONV_INPUT = "transposed conv input"  # elements that arrive
    TRANSPOSED_CONV_LAYER = "transposed conv layer"  # 1
    FC_MAC = "fc mac"
    FC_REPEATED_MAC = "fc repeated mac"  # those of the fc mac at positions after the first
    FC_OUTPUT = "fc output"  # elements that leave each position without a bias added
    MATMUL_MAC = "matmul mac"  # of two maps
    LSTM_MAC = "lstm mac"
    LSTM_BIAS_ADD = "lstm bias add"  # one per bias and step
    LSTM_ELEMENT = "lstm element"  # hidden values, at each step, in both directions
    LSTM_HIDDEN = "lstm hidden"  # those of one direction
    GRU_MAC = "gru mac"
    GRU_BIAS_ADD = "gru bias add"
    GRU_ELEMENT = "gru element"
    GRU_HIDDEN = "gru hidden"
    RNN_MAC = "rnn mac"
    RNN_BIAS_ADD = "rnn bias add"
    RNN_ELEMENT = "rnn element"
    CONV_BIAS_ADD = "conv bias add"  # one per output element
    FC_BIAS_ADD = "fc bias add"
    FC_REPEATED_BIAS_ADD = "fc bias repeated add"  # at positions after the first
    BN_ELEMENT = "bn element"  # elements normalised
    BN_CHANNEL = "bn channel"  # channels normalised
    BN_KEPT_ELEMENT = "bn kept element"  # no convolution directly before it that could absorb it
    BN_FOLDED_BIAS_ADD = "bn folded bias add"  # output elements of a bias that folding it gives
    BN_UNSCALED = "bn unscaled element"  # those of the elements that no γ scales
    BN_PLAIN = "bn plain element"  # those with neither γ nor β
    BN_LEFT_OUT = "bn left out"  # γ and β that are left out: 1 per channel each
    LAYER_NORM_ELEMENT = "layer norm element"
    LAYER_NORM_CHANNEL = "layer norm channel"
    LAYER_NORM_ROW = "layer norm row"  # positions, each with a mean of its own
    LAYER_NORM_UNSCALED = "layer norm unscaled element"
    LAYER_NORM_PLAIN = "layer norm plain element"
    LAYER_NORM_LEFT_OUT = "layer norm left out"
    GROUP_NORM_ELEMENT = "group norm element"
    GROUP_NORM_CHANNEL = "group norm channel"
    GROUP_NORM_UNSCALED = "group norm unscaled element"
    GROUP_NORM_PLAIN = "group norm plain element"
    GROUP_NORM_LEFT_OUT = "group norm left out"
    INSTANCE_NORM_ELEMENT = "instance norm element"
    INSTANCE_NORM_CHANNEL = "instance norm channel"
    INSTANCE_NORM_UNSCALED = "instance norm unscaled element"
    INSTANCE_NORM_PLAIN = "instance norm plain element"
    INSTANCE_NORM_LEFT_OUT = "instance norm left out"
    RMS_NORM_ELEMENT = "rms norm element"
    RMS_NORM_CHANNEL = "rms norm channel"
    RMS_NORM_LEFT_OUT = "rms norm left out"
    LOCAL_RESPONSE_NORM_ELEMENT = "local response norm element"
    LOCAL_RESPONSE_NORM_WINDOW = "local response norm window"  # elements read: size × element
    LOCAL_RESPONSE_NORM_PADDING = "local response norm padding"  # zeros around: (size − 1) × H·W
    LOCAL_RESPONSE_NORM_POSITION = "local response norm position"  # H·W
    L2NORM_ELEMENT = "l2 norm element"  # elements normalised
    RELU = "relu element"
    RELU6 = "relu6 element"
    HSWISH = "hswish element"
    HSIGMOID = "hsigmoid element"
    SIGMOID = "sigmoid element"
    SWISH = "swish element"
    LEAKY_RELU = "leaky relu element"
    PRELU = "prelu element"
    PRELU_CHANNEL = "prelu channel"  # slopes: one per channel, or one
    GELU = "gelu element"
    ELU = "elu element"
    SELU = "selu element"
    TANH = "tanh element"
    SOFTPLUS = "softplus element"
    MISH = "mish element"
    HARDTANH = "hardtanh element"
    SOFTMAX = "softmax element"
    SOFTMAX_ROW = "softmax row"  # positions, each with a sum of its own
    MAX_POOL_INPUT = "max pool input"  # elements that arrive
    MAX_POOL_OUTPUT = "max pool output"  # elements that leave
    MAX_POOL_WINDOW = "max pool window"  # window elements read: kernel area × output
    MAX_POOL_SIDE = "max pool side"  # kernel side × output; a kernel with two sides: their area
    MAX_POOL_STRIDE = "max pool stride"  # stride area × output
    AVERAGE_POOL_INPUT = "average pool input"
    AVERAGE_POOL_OUTPUT = "average pool output"
    AVERAGE_POOL_WINDOW = "average pool window"
    AVERAGE_POOL_SIDE = "average pool side"
    AVERAGE_POOL_STRIDE = "average pool stride"
    GLOBAL_POOL_INPUT = "global pool input"
    GLOBAL_POOL_OUTPUT = "global pool output"
    GLOBAL_MAX_POOL_INPUT = "global max pool input"
    GLOBAL_MAX_POOL_OUTPUT = "global max pool output"
    ADAPTIVE_MAX_POOL_INPUT = "adaptive max pool input"
    ADAPTIVE_MAX_POOL_OUTPUT = "adaptive max pool output"
    ADAPTIVE_MAX_POOL_RATIO = "adaptive max pool ratio"  # n/m, or 1 + n mod m; × output
    ADAPTIVE_MAX_POOL_WHOLE = "adaptive max pool whole"  # the whole map for every output
    ADAPTIVE_AVERAGE_POOL_INPUT = "adaptive average pool input"
    ADAPTIVE_AVERAGE_POOL_OUTPUT = "adaptive average pool output"
    ADAPTIVE_AVERAGE_POOL_WINDOW = "adaptive average pool window"  # ⌊n/m⌋ × output
    ADAPTIVE_AVERAGE_POOL_RATIO = "adaptive average pool ratio"
    ADAPTIVE_AVERAGE_POOL_WHOLE = "adaptive average pool whole"
    MEAN_INPUT = "mean input"  # elements that a mean over the channels or one side reads
    MEAN_OUTPUT = "mean output"
    MAX_INPUT = "max input"
    FRACTIONAL_POOL_INPUT = "fractional pool input"
    FRACTIONAL_POOL_OUTPUT = "fractional pool output"
    ADD = "add element"  # one per addition: (branches − 1) × elements
    MULTIPLY = "multiply element"
    UPSAMPLE = "upsample element"  # elements that leave
    UPSAMPLE_INPUT = "upsample input"  # where sides are multiplied
    UPSAMPLE_CUT = "upsample cut element"  # input × factors − element, where sides are rounded
    UPSAMPLE_SIZED = "upsample sized element"  # elements that leave where the size is given
    UPSAMPLE_POSITION = "upsample position"  # height × width of a size that is given
    BILINEAR_UPSAMPLE = "bilinear upsample element"
    BILINEAR_UPSAMPLE_INPUT = "bilinear upsample input"
    BILINEAR_UPSAMPLE_CUT = "bilinear upsample cut element"
    BILINEAR_UPSAMPLE_SIZED = "bilinear upsample sized element"
    BILINEAR_UPSAMPLE_POSITION = "bilinear upsample position"
    DEPTH_TO_SPACE = "depth to space element"

    # parameters
    CONV_WEIGHT = "conv weight"
    CONV_BIAS = "conv bias"
    FC_WEIGHT = "fc weight"
    FC_BIAS = "fc bias"
    RECURRENT_WEIGHT = "recurrent weight"
    RECURRENT_BIAS = "recurrent bias"
    BN_AFFINE = "bn affine"  # γ and β, where they are learned: 1 per channel each
    BN_STATISTICS = "bn statistics"  # moving mean and variance: 2 per channel
    BN_KEPT_AFFINE = "bn kept affine"  # scale and shift where no convolution absorbs them: 2 each
    BN_FOLDED_BIAS = "bn folded bias"  # a bias that folding it gives: 1 per channel
    BN_FOLDED_COPY = "bn folded copy"  # what it is folded into, where others use that too
    LAYER_NORM_AFFINE = "layer norm affine"  # as of BN
    GROUP_NORM_AFFINE = "group norm affine"
    INSTANCE_NORM_AFFINE = "instance norm affine"
    RMS_NORM_SCALE = "rms norm scale"  # γ: one per channel
    L2NORM_SCALE = "l2 norm scale"  # one per channel
    PRELU_WEIGHT = "prelu weight"  # slopes: one per channel, or one
    LEARNED_WEIGHT = "learned weight"  # scales, shifts, and the values of maps that are learned

    @property
    def is_parameter(self) -> bool:
        """Whether it counts parameters; otherwise it counts work."""
        return self in PARAMETERS

    @cached_property
    def kind(self) -> str:
        """The work that it measures: ``max pool`` of ``max pool window``."""
        kinds = [kind for kind in KINDS if self.startswith(f"{kind} ")]
        return max(kinds, key=len, default=str(self))

    @cached_property
    def part(self) -> str:
        """What of a row learns the parameters that it counts: ``norm``, ``bias``, ``activation``,
        or its ``weights``."""
        if self.kind == "bn" or self.kind.endswith("norm"):
            return "norm"
        if self.kind == "prelu":
            return "activation"
        return "bias" if self.endswith(" bias") else "weights"


#: Kinds of work, in the order in which they are listed.
KINDS = (
    "conv",
    "conv bias",
    "transposed conv",
    "fc",
    "fc bias",
    "matmul",
    "lstm",
    "gru",
    "rnn",
    "bn",
    "layer norm",
    "group norm",
    "instance norm",
    "rms norm",
    "local response norm",
    "l2 norm",
    "relu",
    "relu6",
    "hswish",
    "hsigmoid",
    "sigmoid",
    "swish",
    "leaky relu",
    "prelu",
    "gelu",
    "elu",
    "selu",
    "tanh",
    "softplus",
    "mish",
    "hardtanh",
    "softmax",
    "max pool",
    "average pool",
    "global pool",
    "global max pool",
    "adaptive max pool",
    "adaptive average pool",
    "mean",
    "max",
    "fractional pool",
    "add",
    "multiply",
    "upsample",
    "bilinear upsample",
    "depth to space",
)

PARAMETERS = frozenset(
    {
        Tag.CONV_WEIGHT,
        Tag.CONV_BIAS,
        Tag.FC_WEIGHT,
        Tag.FC_BIAS,
        Tag.RECURRENT_WEIGHT,
        Tag.RECURRENT_BIAS,
        Tag.BN_AFFINE,
        Tag.BN_STATISTICS,
        Tag.BN_KEPT_AFFINE,
        Tag.BN_FOLDED_BIAS,
        Tag.BN_FOLDED_COPY,
        Tag.LAYER_NORM_AFFINE,
        Tag.GROUP_NORM_AFFINE,
        Tag.INSTANCE_NORM_AFFINE,
        Tag.RMS_NORM_SCALE,
        Tag.L2NORM_SCALE,
        Tag.PRELU_WEIGHT,
        Tag.LEARNED_WEIGHT,
    }
)

#: An amount, or a function that works it out where a convention asks for it.
Amount = Number | Callable[[], Number]
#: What an operator counts, by :class:`Tag`.
Amounts = dict[str, Amount]


class Terms(Amounts):
    """The amounts of one layer by :class:`Tag`; how it is coded stands beside them
    (:mod:`costcalc.operators.coded`).

    An amount that few conventions weigh may be a function; it is worked out when it is first asked
    for.
    """

    __slots__ = ()

    def amount(self, tag: str) -> Number:
        """The amount under a tag; 0 where there is none.

        :raises CostcalcError: it has no closed form in the free parameters.
        """
        amount = self.get(tag, 0)
        if callable(amount):
            amount = self[tag] = amount()
        return amount

    def map(
        self,
        function: Callable[[Number], Number],
        then: Callable[[Number], Number] | None = None,
    ) -> Terms:
        """``function`` of every amount; of what is not worked out yet, when it is, or ``then``."""

        def later(tag: str) -> Callable[[], Number]:
            return lambda: (then or function)(self.amount(tag))

        return Terms(
            (tag, later(tag) if callable(amount) else function(amount))
            for tag, amount in self.items()
        )

    def plus(self, others: Mapping[str, Amount]) -> Terms:
        """These and others, which go before where a tag stands in both."""
        return Terms({**self, **others})
