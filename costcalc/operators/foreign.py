"""What other libraries call things, and what they are called here: read for hints only.

One table for each place of a word: what begins a row, a value such as that of ``activation``, a
column. A new operator takes its words out of those that have none.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

#: What to write → the words for it; spelled without ``nn.``, case, ``_``, ``-`` and ``2d``.
ROWS = {
    "{conv: 3x3, out: 64}": "convolution",
    "{conv: 1x1, out: 64}": "pointwise pointwiseconv pwconv pw conv1x1",
    "{dwconv: 3x3}": "depthwise depthwiseconv depthconv dw convdw",
    "{dwconv: 3x3}, then {conv: 1x1, out: 64}": "separable separableconv sepconv dsconv",
    "{tconv: 2x2, stride: 2, out: 64}": "deconv deconvolution convtranspose convtransposed"
    " transposedconv transposeconv upconv",
    "{fc: 10}, or {linear: 10} at every position": "dense fullyconnected innerproduct gemm addmm",
    "{avgpool: global}": "gap globalavgpool globalaveragepool globalavgpooling"
    " globalaveragepooling globalpool",
    "{maxpool: global}": "gmp globalmaxpool globalmaxpooling",
    "{avgpool: global}, or {avgpool: {to: 7x7}}": "adaptiveavgpool adaptiveaveragepool",
    "{maxpool: global}, or {maxpool: {to: 7x7}}": "adaptivemaxpool",
    "{avgpool: 2x2}": "averagepool averagepooling avgpooling",
    "{maxpool: 2x2}": "maxpooling pool pooling",
    "bn": "batchnorm batchnormalization batchnormalisation syncbatchnorm",
    "layernorm": "layernormalization layernormalisation ln",
    "{groupnorm: 32}": "groupnormalization groupnormalisation gn",
    "instancenorm": "instancenormalization instancenormalisation",
    "rmsnorm": "rmsnormalization rmsnormalisation",
    "lrn": "localresponsenorm localresponsenormalization crossmapnormalization",
    "{l2norm, scale: false}": "normalize l2normalize l2normalization unitnormalization",
    "leaky": "leakyrelu lrelu",
    "{shuffle: 2}": "channelshuffle",
    "{depth_to_space: 2}": "depthtospace pixelshuffle subpixel",
    "{space_to_depth: 2}": "spacetodepth pixelunshuffle reorg passthrough focus",
    "{upsample: 2}": "upsampling upsamplenearest upsamplebilinear",
    "{upsample: 2}, or {resize: 28x28}": "interpolate interpolation resizing",
    "{zeropad: 1}": "zeropadding pad padding",
    "{reflectpad: 1}": "reflectionpad reflectpadding reflectionpadding",
    "{crop: 28x28}": "cropping centercrop",
    "{avgpool: {over: channels}}": "mean reducemean average",
    "{maxpool: {over: channels}}": "amax max reducemax",
    "{concat: [[…], […]]}": "cat concatenate concatenation route",
    "{add: [[…], […]]}, or {residual: […]}": "sum plus eltwise addition shortcut skip",
    "{multiply: [[…], […]]}": "mul product",
    "{select: 32}": "split slice chunk",
    "{rnn: 128}": "simplernn elman recurrent",
    "{lstm: 128, bidirectional: true}": "bidirectional bilstm bigru birnn",
    "{matmul: [[…], […]], over: channels}": "bmm batchmatmul einsum dot",
    "a block, attention: 8 heads, after include: attention": "attention selfattention"
    " multiheadattention multiheadselfattention mha msa scaleddotproductattention sdpa transformer",
    "tokens, {reshape: 14x14} or flatten": "view unflatten rearrange",
    "transpose": "permute swapaxes moveaxis",
    "{windows: 7x7}, and {reshape: 56x56} back": "windowpartition windowreverse",
    "scale": "layerscale rezero skipinit",
    "shift": "addbias biasadd",
    "{learned: 14x14x768}": "parameter posembed positionembedding positionalembedding clstoken"
    " classtoken prompt",
    "{dwconv: 3x3, stride: 2, fixed: true}": "blurpool blur",
    "{repeat: 3, layers: […]}": "loop times for stack",
    "a block, which docs/spec-language.md has": "se squeezeexcite squeezeexcitation"
    " squeezeandexcite squeezeandexcitation seblock selayer semodule",
    "nothing, since it costs nothing": "identity noop droppath dropblock stochasticdepth"
    " contiguous roll cyclicshift",
}
WORDS = {
    "leaky": "leakyrelu lrelu",
    "none": "linear identity no false null",
    "batch": "bn batchnorm batchnormalization batchnormalisation true",
    "layer": "ln layernorm layernormalization layernormalisation",
    "group": "gn groupnorm groupnormalization groupnormalisation",
    "instance": "instancenorm instancenormalization instancenormalisation",
    "rms": "rmsnorm rmsnormalization rmsnormalisation",
    "bilinear": "linear",
    "true": "yes on",
    "false": "no off none",
}
COLUMNS = {
    "out": "filters numfilters outchannels outputchannels channels cout units outfeatures features"
    " width",
    "stride": "strides",
    "padding": "pad pads",
    "dilation": "dilationrate atrousrate rate",
    "groups": "group ngroups numgroup numgroups",
    "bias": "usebias",
    "scale": "gamma",
    "shift": "center beta",
    "scale: false and shift: false": "affine elementwiseaffine",
    "multiplier": "depthmultiplier channelmultiplier",
    "activation": "act activationfn nonlinearity relu",
    "norm": "bn batchnorm normalization normalisation normalizer",
    "round": "ceilmode rounding",
    "from": "inputs bottom bottoms",
    "name": "id label top",
    "the value of the row, as in {conv: 3x3}": "kernel kernelsize ksize size k window poolsize",
    "nothing, since what arrives is known": "inchannels inputchannels infeatures inputshape cin",
    "a row of its own, {repeat: 3, layers: […]}": "repeat repeats times n",
}
#: What has no row, whatever it is called.
NONE = {
    "a gated unit": "glu swiglu geglu",
    "an embedding": "embedding",
}
_ONE = "of a sequence it is the same row: input: {length: 100, channels: 8}, {conv: 3, out: 16}"
_THREE = "maps have two sides, height and width"


def plain(word: str) -> str:
    """A word without what libraries add to it: ``nn.BatchNorm2d`` is ``batchnorm``."""
    letters = re.sub(r"[-_\s]", "", word.rpartition(".")[2].lower())
    return re.sub(r"[123]d(?=$|transpose)", "", letters)


def row_hint(word: str, verbs: Container[str]) -> str:
    """What to write for a row that another library calls so; nothing where that is not known."""
    sides = re.search(r"([13])d", word.lower())
    if sides and (plain(word) in verbs or _meant(ROWS, word)):
        return _ONE if sides[1] == "1" else _THREE
    if plain(word) in verbs:
        return f"did you mean {plain(word)!r}?"
    meant = _meant(ROWS, word)
    return f"here it is {meant}" if meant else _without(word)


def word_hint(word: str, options: Container[str]) -> str:
    """The option that another library calls so; nothing where that is not known."""
    names = [plain(word), *(here for here in WORDS if plain(word) in WORDS[here].split())]
    near = next((name for name in names if name in options), "")
    return f"did you mean {near!r}?" if near else _without(word)


def column_hint(word: str, columns: Container[str]) -> str:
    """The column that another library calls so; nothing where that is not known."""
    meant = _meant(COLUMNS, word)
    if " " in meant:
        return f"here it is {meant}"
    return f"did you mean {meant!r}?" if meant in columns else _without(word)


def _meant(table: Mapping[str, str], word: str) -> str:
    return next((here for here, words in table.items() if plain(word) in words.split()), "")


def _without(word: str) -> str:
    meant = _meant(NONE, word)
    return f"{meant} has no row" if meant else ""
