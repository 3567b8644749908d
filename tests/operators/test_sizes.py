"""Maps that are brought to a size: shapes as PyTorch gives them, and what is counted."""

from __future__ import annotations

import pytest
from conftest import amounts, spec

import costcalc as cc
from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.numbers import divide
from costcalc.graph.build import build
from costcalc.operators import OPERATORS, Shape
from costcalc.operators.extents import To
from costcalc.operators.tags import Tag

run = {name: operator.function for name, operator in OPERATORS.items()}


def shapes(layers: str, head: str = "input: 20x17x6\n") -> list[tuple[int, ...]]:
    return [tuple(layer.output) for layer in cc.loads(spec(layers, head)).count().layers]


def problems(layers: str) -> list[str]:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(spec(layers), "net.yaml").count()
    return [str(problem).removeprefix("net.yaml:") for problem in error.value.problems]


def test_pooling_to_a_size() -> None:
    out = run["avgpool"](Shape(20, 17, 6), To(5, 7))
    assert (out.shape, out.type) == ((5, 7, 6), "adaptive average pool")
    assert amounts(out.terms) == {
        Tag.ADAPTIVE_AVERAGE_POOL_INPUT: 20 * 17 * 6,
        Tag.ADAPTIVE_AVERAGE_POOL_OUTPUT: 5 * 7 * 6,
        Tag.ADAPTIVE_AVERAGE_POOL_WINDOW: (4 * 2) * 5 * 7 * 6,  # ⌊20/5⌋ and ⌊17/7⌋
        Tag.ADAPTIVE_AVERAGE_POOL_RATIO: (4 * 4) * 5 * 7 * 6,  # 20/5, and 17 mod 7 + 1
        Tag.ADAPTIVE_AVERAGE_POOL_WHOLE: (20 * 17) * 5 * 7 * 6,
    }
    out = run["maxpool"](Shape(20, 17, 6), To(10, 34))  # a map may also be stretched
    assert (out.shape, out.type) == ((10, 34, 6), "adaptive max pool")
    assert amounts(out.terms) == {
        Tag.ADAPTIVE_MAX_POOL_INPUT: 20 * 17 * 6,
        Tag.ADAPTIVE_MAX_POOL_OUTPUT: 10 * 34 * 6,
        Tag.ADAPTIVE_MAX_POOL_RATIO: (2 * 18) * 10 * 34 * 6,
        Tag.ADAPTIVE_MAX_POOL_WHOLE: (20 * 17) * 10 * 34 * 6,
    }


def test_global_max_pooling() -> None:
    out = run["maxpool"](Shape(20, 17, 6), None)
    assert (out.shape, out.type) == ((1, 1, 6), "global max pool")
    assert amounts(out.terms) == {
        Tag.GLOBAL_MAX_POOL_INPUT: 20 * 17 * 6,
        Tag.GLOBAL_MAX_POOL_OUTPUT: 6,
    }


#: Shapes as PyTorch 2.13 gives them for a map of 20x17x12.
SHAPES = {
    "{resize: {by: 1.5}}": (30, 25, 12),
    "{resize: {by: [1/4, 2]}}": (5, 34, 12),
    "{resize: {by: 0.3}, mode: bilinear}": (6, 5, 12),
    "{resize: 7x9}": (7, 9, 12),
    "{depth_to_space: 2}": (40, 34, 3),
    "{reflectpad: [3, 0, 1, 2]}": (23, 20, 12),
    "{reflectpad: [0, 19, 16, 0]}": (39, 33, 12),
    "{crop: {by: [1, 0, 2, 3]}}": (19, 12, 12),
    "{crop: 7x9}": (7, 9, 12),
    "{zeropad: {to: 24x17}}": (24, 17, 12),
    "{tconv: 3, out: 4, stride: 2, padding: 0, output_padding: 1}": (42, 36, 4),
    "{tconv: 3, out: 4, stride: 2, padding: half, output_padding: 1}": (40, 34, 4),
    "{tconv: 3, out: 4, stride: 3, padding: 1, output_padding: 2, dilation: 2}": (62, 53, 4),
    "{tconv: 2x4, out: 4, stride: 3x2, padding: [1, 0], output_padding: [2, 1], dilation: 1x2}": (
        *(59, 40),
        4,
    ),
    "{tconv: 4, out: 4, padding: valid, output_padding: 1, dilation: 2}": (27, 24, 4),
    "{tconv: 5, out: 4, stride: 2, padding: 2, dilation: 3}": (47, 41, 4),
    "{tconv: 3, out: 4, stride: 2, padding: valid, output_padding: 2, dilation: 3}": (47, 41, 4),
    "{maxpool: 3, stride: 2, dilation: 2}": (8, 7, 12),
    "{maxpool: 3, stride: 2, padding: 1, dilation: 2, round: up}": (10, 8, 12),
    "{maxpool: 2, stride: 3, padding: 1, dilation: 3}": (7, 6, 12),
    "{maxpool: 3, stride: 1, padding: 1, dilation: 4, round: up}": (14, 11, 12),
}


@pytest.mark.parametrize("row", SHAPES)
def test_shapes_of_resized_padded_and_cropped_maps(row: str) -> None:
    assert shapes(f"- {row}\n", "input: 20x17x12\n") == [SHAPES[row]]
    free = "parameters: {h: {default: 20, meaning: m}, w: {default: 17, meaning: m}}\n"
    net = cc.loads(spec(f"- {row}\n", f"{free}input: {{height: h, width: w, channels: 12}}\n"))
    (layer,) = build(net.spec, {}, unroll=False).layers
    assert tuple(evaluate(side, {"h": 20, "w": 17}) for side in layer.output) == SHAPES[row]


@pytest.mark.parametrize(("mode", "kind"), [("nearest", ""), ("bilinear", "bilinear ")])
def test_resizing_is_counted_as_upsampling_and_by_what_is_given(mode: str, kind: str) -> None:
    x = Shape(5, 7, 3)
    out = run["resize"](x, To(10, 9), mode)
    assert out.type == f"resize {kind}".strip()
    assert amounts(out.terms) == {
        f"{kind}upsample element": 10 * 9 * 3,
        f"{kind}upsample sized element": 10 * 9 * 3,
        f"{kind}upsample position": 10 * 9,
    }
    half = divide(3, 2)  # 7x10 of 7.5x10.5
    assert amounts(run["resize"](x, (half, half), mode).terms) == {
        f"{kind}upsample element": 7 * 10 * 3,
        f"{kind}upsample input": 5 * 7 * 3,
        f"{kind}upsample cut element": 236 - 7 * 10 * 3,  # 5·7·3·9/4 is 236.25
    }


def test_what_only_moves_values_costs_nothing() -> None:
    x = Shape(20, 17, 12)
    assert amounts(run["depth_to_space"](x, (2, 2)).terms) == {Tag.DEPTH_TO_SPACE: 20 * 17 * 12}
    around = ((1, 0), (2, 3))
    for name, *arguments in (("crop", around), ("crop", To(4, 4)), ("reflectpad", around)):
        assert run[name](x, *arguments).terms == {}
    rows = "- {conv: 1x1, out: 8}\n- {depth_to_space: 2}\n- {crop: 9x9}\n- {reflectpad: 2}\n"
    net = cc.loads(spec(rows))
    work = 32 * 32 * 3 * 8
    for name, mult_adds in (("paper", work), ("imgclsmob-flops", 2 * work - 3 * 8 + 32 * 32 * 8)):
        count = net.count(convention=name)
        assert (count.mult_adds, count.notes) == (mult_adds, ())
    assert net.count(convention="pycls").notes == (
        "pycls has no known rule for depth to space (1 layer): counted as 0",
    )


def test_a_mean_or_the_largest_over_the_channels_or_one_side() -> None:
    x = Shape(20, 17, 12)
    for over, left in (("channels", (20, 17, 1)), ("height", (1, 17, 12)), ("width", (20, 1, 12))):
        mean, most = run["avgpool"](x, over), run["maxpool"](x, over)
        assert mean.shape == most.shape == left
        assert (mean.type, most.type) == (f"mean over {over}", f"max over {over}")
        elements = left[0] * left[1] * left[2]
        assert mean.terms == {Tag.MEAN_INPUT: 20 * 17 * 12, Tag.MEAN_OUTPUT: elements}
        assert most.terms == {Tag.MAX_INPUT: 20 * 17 * 12}
    assert problems("- {avgpool: {over: depth}}\n") == [
        "4:20: layers[0].avgpool.over: expected channels, height or width, got 'depth' "
        "(known: channels, height, width)"
    ]


def test_output_padding() -> None:
    """It adds positions that no weight reaches: 2,304 Mult-Adds are 8·8·4 times 9 of one group."""
    row = "{tconv: 3x3, out: 4, stride: 2, padding: 0, output_padding: 1, groups: 4}"
    count = cc.loads(spec(f"- {row}\n", "input: 8x8x4\n")).count()
    assert count.layers[0].output == (18, 18, 4)
    assert (count.mult_adds, count.params) == (8 * 8 * 4 * 9, 4 * 9) == (2_304, 36)
    # as PyTorch says: "output padding must be smaller than either stride or dilation"
    rows = "- {tconv: 3, out: 4, stride: 2, output_padding: 2, padding: 0, from: a}\n"
    assert problems(f"- {{name: a}}\n{rows}{rows.replace('padding: 0, ', '')}") == [
        "5:3: layers[1]: an output padding of 2 (at most 1, less than the stride or the dilation)",
        "6:3: layers[2]: an output padding of 2 "
        "(padding: same gives n·s; say half, valid or a number)",
    ]


def test_a_size_that_can_not_be_reached() -> None:
    rows = (
        "- {crop: 33x4}\n- {zeropad: {to: 31x40}, from: a}\n- {crop: {by: 16}, from: a}\n"
        "- {reflectpad: [3, 32, 0, 0], from: a}\n- {depth_to_space: 2, from: a}\n"
        "- {resize: {by: 1/64}, from: a}\n- {resize: {by: 0}, from: a}\n"
        "- {zeropad: valid, from: a}\n- {crop: {by: half}, from: a}\n"
    )
    assert problems(f"- {{name: a}}\n{rows}") == [
        "5:3: layers[1]: crop to 33x4 of 32x32x3 (a crop only takes away)",
        "6:3: layers[2]: zeropad to 31x40 of 32x32x3 (it only adds)",
        "7:3: layers[3]: the height becomes 0 and the width becomes 0, from 32x32x3 "
        "(fewer strides or a larger input)",
        "8:3: layers[4]: reflectpad of 32 on a side of 32 (less than the side)",
        "9:3: layers[5]: 3 channels are not divisible by 4 "
        "(a block of 2 takes 2·2 for each that leaves)",
        "10:3: layers[6]: the height becomes 0 and the width becomes 0, from 32x32x3 "
        "(fewer strides or a larger input)",
        "11:17: layers[7].resize.by: expected a number above 0, such as 3/2, got 0",
        "12:3: layers[8]: zeropad takes numbers, not 'valid' (such as 1 or [0, 1, 0, 1])",
        "13:3: layers[9]: crop takes numbers, not 'half' (such as 1 or [0, 1, 0, 1])",
    ]


def test_how_a_size_is_written() -> None:
    head = "parameters: {k: {default: 5, meaning: side}}\ninput: 20x17x6\n"
    rows = "\n".join(
        f"- {{avgpool: {size}, from: start}}"
        for size in ("{to: 4x3}", "{to: k - 1}", "{to: [k, 2*k]}", "{like: wide}")
    )
    assert shapes(f"- {{name: start}}\n- {{zeropad: 1, name: wide}}\n{rows}\n", head)[1:] == [
        (4, 3, 6),
        (4, 4, 6),
        (5, 10, 6),
        (22, 19, 6),
    ]


def test_what_is_no_size() -> None:
    expected = "expected 3x3, a number for both, global, or {to: 7x7}, got"
    sides = "expected 3x3, 1x7, a number for both, or [rows, columns], got"
    rows = "".join(
        f"- {{avgpool: {size}}}\n"
        for size in (
            *("{too: 7x7}", "{to: 7x7, like: c}", "{}", "{to: 0x7}", "{to: }", "{like: [c]}"),
            *("{like: c}", "{to: 7, stride: 2}", "{to: 7}, stride: 2", "global, padding: 1"),
        )
    )
    assert problems(rows) == [
        f"4:13: layers[0].avgpool: {expected} 'too' (did you mean 'to'?)",
        f"5:13: layers[1].avgpool: {expected} 'to', 'like'",
        f"6:13: layers[2].avgpool: {expected} nothing",
        f"7:18: layers[3].avgpool.to: {sides} '0x7' (at least 1x1)",
        f"8:18: layers[4].avgpool.to: {sides} nothing",
        "9:20: layers[5].avgpool.like: expected the name of a row, got a list",
        "10:20: layers[6].avgpool.like: no row is named 'c' (`name: c` in the row that gives it)",
        f"11:13: layers[7].avgpool: {expected} 'to', 'stride'",
        "12:22: layers[8]: 'stride' has no effect on a pool without a window (remove it)",
        "13:21: layers[9]: 'padding' has no effect on a global pool (remove it)",
    ]
    assert problems("- {avgpool: {like: c}}\n- {conv: 3x3, out: 8, name: c}\n") == [
        "4:20: layers[0].avgpool.like: 'c' is named only further down (name it before it is used)"
    ]
