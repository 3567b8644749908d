"""Tags: what kind of work, or of parameter, a number counts.

Operators emit terms under these tags and add nothing up; a convention gives each tag its weight.
To add a tag, add a member here; every convention must then say what it weighs.
"""

from __future__ import annotations

from enum import StrEnum

from costcalc.algebra import Number


class Tag(StrEnum):
    """One kind of term. The value is the tag's name in convention files.

    Elements are the height·width·channels of a map; batch is 1.
    """

    # work
    CONV_MAC = "conv mac"  # multiply-accumulates, every output position, padding included
    TRANSPOSED_CONV_MAC = "transposed conv mac"  # every input position × every weight it meets
    FC_MAC = "fc mac"
    CONV_BIAS_ADD = "conv bias add"  # one per output element
    FC_BIAS_ADD = "fc bias add"
    BN_ELEMENT = "bn element"  # elements normalised
    BN_CHANNEL = "bn channel"  # channels normalised
    RELU = "relu element"
    RELU6 = "relu6 element"
    HSWISH = "hswish element"
    HSIGMOID = "hsigmoid element"
    SIGMOID = "sigmoid element"
    SWISH = "swish element"
    PRELU = "prelu element"
    SOFTMAX = "softmax element"
    MAX_POOL_INPUT = "max pool input"  # elements that arrive
    MAX_POOL_OUTPUT = "max pool output"  # elements that leave
    MAX_POOL_WINDOW = "max pool window"  # window elements read: kernel area × output
    AVERAGE_POOL_INPUT = "average pool input"
    AVERAGE_POOL_OUTPUT = "average pool output"
    AVERAGE_POOL_WINDOW = "average pool window"
    GLOBAL_POOL_INPUT = "global pool input"
    GLOBAL_POOL_OUTPUT = "global pool output"
    FRACTIONAL_POOL_INPUT = "fractional pool input"
    FRACTIONAL_POOL_OUTPUT = "fractional pool output"
    ADD = "add element"  # one per addition: (branches − 1) × elements
    MULTIPLY = "multiply element"
    UPSAMPLE = "upsample element"  # elements that leave

    # parameters
    CONV_WEIGHT = "conv weight"
    CONV_BIAS = "conv bias"
    FC_WEIGHT = "fc weight"
    FC_BIAS = "fc bias"
    BN_AFFINE = "bn affine"  # γ and β: 2 per channel
    BN_STATISTICS = "bn statistics"  # moving mean and variance: 2 per channel
    PRELU_WEIGHT = "prelu weight"  # one slope per channel

    @property
    def is_parameter(self) -> bool:
        """Whether it counts parameters; otherwise it counts work."""
        return self in PARAMETERS


PARAMETERS = frozenset(
    {
        Tag.CONV_WEIGHT,
        Tag.CONV_BIAS,
        Tag.FC_WEIGHT,
        Tag.FC_BIAS,
        Tag.BN_AFFINE,
        Tag.BN_STATISTICS,
        Tag.PRELU_WEIGHT,
    }
)

#: The tagged terms of one layer.
Terms = dict[Tag, Number]
