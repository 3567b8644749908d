"""Words of other libraries: each in one place of one table, and none that the language has."""

from __future__ import annotations

import re

import pytest
from conftest import spec

import costcalc as cc
from costcalc.language.arguments import WORDS
from costcalc.language.columns import COLUMNS, OF_SOME
from costcalc.language.rows import STRUCTURES
from costcalc.operators import OPERATORS, foreign

VERBS = {*OPERATORS, *STRUCTURES}
TABLES = {"rows": foreign.ROWS, "words": foreign.WORDS, "columns": foreign.COLUMNS}


def problems(row: str, head: str = "input: 32x32x3\n") -> list[str]:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(spec(f"- {row}\n", head), "net.yaml")
    return [str(problem).removeprefix("net.yaml:") for problem in error.value.problems]


@pytest.mark.parametrize("table", TABLES)
def test_every_word_stands_once_and_as_it_is_looked_up(table: str) -> None:
    words = " ".join([*TABLES[table].values(), *foreign.NONE.values()]).split()
    if table != "words":  # of words the options tell which is meant
        assert len(words) == len(set(words))
    assert [word for word in words if foreign.plain(word) != word] == []


def test_no_word_of_the_language_is_foreign() -> None:
    assert VERBS.isdisjoint(" ".join([*foreign.ROWS.values(), *foreign.NONE.values()]).split())
    assert WORDS.isdisjoint(" ".join(foreign.NONE.values()).split())


def test_what_is_named_instead_exists() -> None:
    rows = [verb for here in foreign.ROWS for verb in re.findall(r"(?<!: )\{(\w+)", here) or [here]]
    assert {row for row in rows if " " not in row} <= VERBS
    assert set(foreign.WORDS) <= {*WORDS, "bilinear", "true", "false"}
    columns = {here for here in foreign.COLUMNS if " " not in here}
    assert columns <= {*COLUMNS, *OF_SOME}


@pytest.mark.parametrize(
    ("row", "hint"),
    [
        (
            "{dense: 10}",
            "unknown operator 'dense' (here it is {fc: 10}, or {linear: 10} at every position)",
        ),
        ("{nn.Linear: 10}", "unknown operator 'nn.Linear' (did you mean 'linear'?)"),
        ("window_partition", "unknown operator 'window_partition' (here it is {windows: 7x7}, and"
         " {reshape: 56x56} back)"),
        ("permute", "unknown operator 'permute' (here it is transpose)"),
        ("gap", "unknown operator 'gap' (here it is {avgpool: global})"),
        ("GlobalAvgPool", "unknown operator 'GlobalAvgPool' (here it is {avgpool: global})"),
        ("se", "unknown operator 'se' (here it is a block, which docs/spec-language.md has)"),
        ("{Conv2d: 3x3, out: 8}", "unknown operator 'Conv2d' (did you mean 'conv'?)"),
        ("{MaxPool2d: 2}", "unknown operator 'MaxPool2d' (did you mean 'maxpool'?)"),
        ("{Conv2DTranspose: 2}", "unknown operator 'Conv2DTranspose' (here it is "
         "{tconv: 2x2, stride: 2, out: 64})"),
        ("{conv1d: 3}", "unknown operator 'conv1d' (of a sequence it is the same row: "
         "input: {length: 100, channels: 8}, {conv: 3, out: 16})"),
        ("{conv3d: 3}", "unknown operator 'conv3d' (maps have two sides, height and width)"),
        ("nn.LayerNorm", "unknown operator 'nn.LayerNorm' (did you mean 'layernorm'?)"),
        ("BatchNorm2d", "unknown operator 'BatchNorm2d' (here it is bn)"),
        ("{gn: 32}", "unknown operator 'gn' (here it is {groupnorm: 32})"),
        ("LocalResponseNorm", "unknown operator 'LocalResponseNorm' (here it is lrn)"),
        ("F.normalize", "unknown operator 'F.normalize' (here it is {l2norm, scale: false})"),
        ("{pixel_shuffle: 2}",
         "unknown operator 'pixel_shuffle' (here it is {depth_to_space: 2})"),
        ("{nn.PixelShuffle: 2}",
         "unknown operator 'nn.PixelShuffle' (here it is {depth_to_space: 2})"),
        ("{F.interpolate: 2}", "unknown operator 'F.interpolate' "
         "(here it is {upsample: 2}, or {resize: 28x28})"),
        ("{nn.ReflectionPad2d: 2}",
         "unknown operator 'nn.ReflectionPad2d' (here it is {reflectpad: 1})"),
        ("{Cropping2D: 2}", "unknown operator 'Cropping2D' (here it is {crop: 28x28})"),
        ("{AdaptiveAvgPool2d: 7}", "unknown operator 'AdaptiveAvgPool2d' "
         "(here it is {avgpool: global}, or {avgpool: {to: 7x7}})"),
        ("GlobalMaxPooling2D",
         "unknown operator 'GlobalMaxPooling2D' (here it is {maxpool: global})"),
        ("nn.GELU", "unknown operator 'nn.GELU' (did you mean 'gelu'?)"),
        ("LeakyReLU", "unknown operator 'LeakyReLU' (here it is leaky)"),
        ("{glu: 2}", "unknown operator 'glu' (a gated unit has no row)"),
        ("identity", "unknown operator 'identity' (here it is nothing, since it costs nothing)"),
        ("conv-bn", "unknown operator 'conv-bn' (did you mean 'conv'?)"),
        ("brunch", "unknown operator 'brunch' (did you mean 'branch'?)"),
    ],
)  # fmt: skip
def test_rows(row: str, hint: str) -> None:
    (problem,) = problems(row)
    assert problem.rpartition("layers[0]: ")[2] == hint


@pytest.mark.parametrize(
    ("column", "hint"),
    [
        ("activation: SiLU", "did you mean 'silu'?"),
        ("activation: HardSwish", "did you mean 'hardswish'?"),
        ("activation: LeakyReLU", "did you mean 'leaky'?"),
        ("activation: geglu", "a gated unit has no row"),
        ("activation: linear", "did you mean 'none'?"),
        ("norm: bn", "did you mean 'batch'?"),
        ("bias: yes", "did you mean 'true'?"),
        ("bias: False", "did you mean 'false'?"),
        ("norm: GroupNorm", "did you mean 'group'?"),
        ("norm: ln", "did you mean 'layer'?"),
        ("norm: instance_norm", "did you mean 'instance'?"),
        ("norm: RMSNorm", "did you mean 'rms'?"),
        ("norm: {layer, gamma: false}", "did you mean 'scale'?"),
        ("norm: {layer, center: false}", "did you mean 'shift'?"),
        ("norm: {batch, affine: false}", "here it is scale: false and shift: false"),
        ("padding: SAME", "did you mean 'same'?"),
        ("padding: VALID", "did you mean 'valid'?"),
        ("filters: 8", "did you mean 'out'?"),
        ("kernel_size: 3", "here it is the value of the row, as in {conv: 3x3}"),
        ("in_channels: 3", "here it is nothing, since what arrives is known"),
        ("use_bias: true", "did you mean 'bias'?"),
        ("relu: true", "did you mean 'activation'?"),
        ("repeat: 3", "here it is a row of its own, {repeat: 3, layers: […]}"),
        ("group: 4", "groups: 4 splits channels; a group is a name to sum up by"),
    ],
)
def test_columns(column: str, hint: str) -> None:
    (problem,) = problems(f"{{conv: 3x3, out: 8, {column}}}")
    assert problem.endswith(f" ({hint})")


@pytest.mark.parametrize(
    ("kernel", "problem"),
    [
        ("3by3", "'3by3' is not rows x columns (write 3x3)"),
        ("'(3, 5)'", "'(3, 5)' is not rows x columns (write 3x5)"),
        ("3 3", "'3 3' is not rows x columns (write 3x3)"),
        ("3x3x3", "'3x3x3' is three sides (maps have two, height and width)"),
        ("2^5", "unknown operator in '2^5' (a power is **)"),
    ],
)
def test_windows(kernel: str, problem: str) -> None:
    assert problems(f"{{conv: {kernel}, out: 8}}") == [f"4:10: layers[0].conv: {problem}"]


@pytest.mark.parametrize(
    ("size", "problem"),
    [
        ("3x32x32", "'3x32x32' is 3 high, 32 wide, with 32 channels (channels come last: 32x32x3; "
         "if it is meant: {height: 3, width: 32, channels: 32})"),
        ("3×224×160", "'3×224×160' is 3 high, 224 wide, with 160 channels (channels come last: "
         "224x160x3; if it is meant: {height: 3, width: 224, channels: 160})"),
        ("1 x 28 x 28", "'1 x 28 x 28' is 1 high, 28 wide, with 28 channels (channels come last: "
         "28x28x1; if it is meant: {height: 1, width: 28, channels: 28})"),
        ("100x8", "'100x8' is not a size (of a sequence: {length: 100, channels: 8})"),
        ("16x112x112x3", "'16x112x112x3' is not a size (maps have two sides, height and width)"),
    ],
)  # fmt: skip
def test_sizes(size: str, problem: str) -> None:
    assert problems("relu", f"input: {size}\n") == [f"2:8: input: {problem}"]


@pytest.mark.parametrize(
    "size",
    [
        *("1x100x64", "100x1x64", "4x4x4", "2x2x2048", "3x3x3", "3x4x512", "49x10x1", "32x32x3"),
        "{height: 3, width: 32, channels: 32}",
    ],
)
def test_sizes_that_are_right(size: str) -> None:
    assert cc.loads(spec("- relu\n", f"input: {size}\n")).count().mult_adds == 0


@pytest.mark.parametrize(
    ("factor", "problem"),
    [
        ("28x28", "28x28 looks like a size, and upsample takes a factor "
         "(if it is meant: 28 or [28, 28])"),
        ("14x28", "14x28 looks like a size, and upsample takes a factor "
         "(if it is meant: [14, 28])"),
    ],
)  # fmt: skip
def test_a_size_is_no_factor(factor: str, problem: str) -> None:
    assert problems(f"{{upsample: {factor}}}") == [f"4:14: layers[0].upsample: {problem}"]


@pytest.mark.parametrize(
    ("factor", "side"), [("2", 64), ("4x4", 128), ("28", 896), ("[8, 8]", 256)]
)
def test_factors_that_are_right(factor: str, side: int) -> None:
    (layer,) = cc.loads(spec(f"- {{upsample: {factor}}}\n")).count().layers
    assert layer.output == (side, side, 3)


def test_a_parameter_is_used_where_a_row_could_not_be_read() -> None:
    head = (
        "input: 32x32x3\nparameters: {n: {default: 2, meaning: m}, k: {default: 2, meaning: m}}\n"
    )
    assert problems("{conv: 3x3, out: 8, repeat: n}", head) == [
        "3:43: parameters: parameter 'k' is never used (remove it)",
        "5:23: layers[0]: unknown key 'repeat' for conv "
        "(here it is a row of its own, {repeat: 3, layers: […]})",
    ]


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("{b: {act: nome}}", "5:13: layers[0].b.act: undefined name 'nome' "
         "(did you mean 'none'?)"),
        ("{b: {act: ReLU}}", "5:13: layers[0].b.act: undefined name 'ReLU' "
         "(did you mean 'relu'?)"),
        ("b", "3:27: blocks.b.takes.act: 'rleu' has no value here (known: in)"),
    ],
)  # fmt: skip
def test_a_word_that_is_no_word_as_an_argument(call: str, problem: str) -> None:
    block = "blocks: {b: {takes: {act: rleu}, layers: [{conv: 1x1, out: 8, activation: act}]}}\n"
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(spec(f"- {call}\n", f"input: 8x8x3\n{block}"), "net.yaml").count()
    assert str(error.value) == f"net.yaml:{problem}"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("11/10", "11/10 is outside its domain (a positive integer; `domain: positive number` "
         "in the spec allows it)"),
        ("0", "0 is outside its domain (a positive integer; `domain: whole number` in the spec "
         "allows it)"),
        ("-1", "-1 is outside its domain (a positive integer)"),
    ],
)  # fmt: skip
def test_the_domain_of_ones_own_parameter(value: str, problem: str) -> None:
    head = "input: 8x8x3\nparameters: {depth: {default: 1, meaning: m}}\n"
    net = cc.loads(spec("- {repeat: depth, layers: [relu]}\n", head))
    with pytest.raises(cc.CostcalcError) as error:
        net.count(depth=value)
    assert str(error.value) == f"depth: {problem}"
    with pytest.raises(cc.CostcalcError, match=r"delta: 1/2 .* \(a positive integer\)$"):
        cc.load("mobilenet-v1").count(delta="1/2")
