"""Each operator's shape and cost: against a loop over every position, and as products."""

import itertools
from typing import Any

import pytest
from conftest import amounts
from hypothesis import assume, given
from hypothesis import strategies as st

from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.numbers import divide
from costcalc.algebra.polynomial import parameter
from costcalc.algebra.sums import stands, surely_stands
from costcalc.operators import OPERATORS, Guard, Mismatch, Output, Shape
from costcalc.operators.merging import MERGES, shortcut
from costcalc.operators.registry import Operator, share
from costcalc.operators.registry import operator as registered
from costcalc.operators.tags import PARAMETERS, Tag

conv = OPERATORS["conv"].function
dwconv = OPERATORS["dwconv"].function
tconv = OPERATORS["tconv"].function

MESSAGE = "12 input channels are not divisible by 5 groups"
HINT = "groups must divide input and output channels"


def positions(n: int, k: int, s: int, d: int, before: int, after: int) -> int:
    """Window positions by walking along the padded side."""
    reach = d * (k - 1) + 1
    return sum(1 for start in range(0, n + before + after - reach + 1, s))


@given(
    n=st.integers(1, 40),
    k=st.integers(1, 7),
    s=st.integers(1, 4),
    d=st.integers(1, 3),
    before=st.integers(0, 4),
    after=st.integers(0, 4),
)
def test_explicit_padding_counts_the_windows_that_fit(
    n: int, k: int, s: int, d: int, before: int, after: int
) -> None:
    expected = positions(n, k, s, d, before, after)
    assume(expected > 0)
    padding = ((before, after), (0, 0))
    out = conv(Shape(n, 1, 1), (k, 1), 1, stride=(s, 1), padding=padding, dilation=(d, 1))
    assert out.shape.height == expected


@given(n=st.integers(1, 60), k=st.integers(1, 7), s=st.integers(1, 4))
def test_same_padding_keeps_every_stride_th_position(n: int, k: int, s: int) -> None:
    out = conv(Shape(n, n, 1), (k, k), 1, stride=(s, s), padding="same")
    assert out.shape.height == len(range(0, n, s))


@given(n=st.integers(1, 40), k=st.integers(1, 5), s=st.integers(1, 5), p=st.integers(0, 2))
def test_pooling_that_rounds_up_never_begins_a_window_outside(
    n: int, k: int, s: int, p: int
) -> None:
    # Caffe's rule (pooling_layer.cpp): ceil, then drop a last window that begins past the input
    assume(p < k and n + 2 * p >= k)
    expected = -(-(n + 2 * p - k) // s) + 1
    if p and (expected - 1) * s >= n + p:
        expected -= 1
    assume(p or (expected - 1) * s < n)
    out = OPERATORS["maxpool"].function(
        Shape(n, n, 3), (k, k), stride=(s, s), padding=((p, p), (p, p)), round="up"
    )
    assert out.shape == (expected, expected, 3)
    symbolic = OPERATORS["maxpool"].function(
        Shape(parameter("n", whole=True), 1, 3),
        (k, 1),
        stride=(s, 1),
        padding=((p, p), (0, 0)),
        round="up",
    )
    assert evaluate(symbolic.shape.height, {"n": n}) == expected


def test_convolution_is_the_product_of_howard_2017() -> None:
    # D_K·D_K·M·N·D_F·D_F with M = 64, N = 128, D_F = 56
    out = conv(Shape(56, 56, 64), (3, 3), 128)
    assert amounts(out.terms) == {
        Tag.CONV_MAC: 3 * 3 * 64 * 128 * 56 * 56,
        Tag.CONV_WEIGHT: 3 * 3 * 64 * 128,
        # along each side, the first and the last position lose a tap
        Tag.CONV_VALID_MAC: (3 * 56 - 2) * (3 * 56 - 2) * 64 * 128,
        Tag.CONV_SLICE: 64 * 128,
    }
    assert out.type == "conv 3x3"


def test_groups_divide_the_input_channels_and_bias_adds_one_per_output() -> None:
    out = conv(Shape(28, 28, 240), (1, 1), 60, groups=3, bias=True, stride=(2, 1))
    assert out.shape == (14, 28, 60)
    assert amounts(out.terms) == {
        Tag.CONV_MAC: 80 * 60 * 14 * 28,
        Tag.CONV_WEIGHT: 80 * 60,
        Tag.CONV_BIAS: 60,
        Tag.CONV_BIAS_ADD: 14 * 28 * 60,
        Tag.CONV_VALID_MAC: 80 * 60 * 14 * 28,
    }
    assert out.type == "group conv 1x1"


def test_depthwise_convolution_with_a_multiplier() -> None:
    # Chen and Su 2018, equation 3: D_K·D_K·(αM·δ)·D_F·D_F
    out = dwconv(Shape(32, 32, 64), (3, 3), multiplier=2)
    assert out.shape == (32, 32, 128)
    assert amounts(out.terms) == {
        Tag.CONV_MAC: 3 * 3 * (64 * 2) * 32 * 32,
        Tag.CONV_WEIGHT: 3 * 3 * (64 * 2),
        Tag.CONV_VALID_MAC: (3 * 32 - 2) * (3 * 32 - 2) * (64 * 2),
        Tag.CONV_SLICE: 64 * 2,
    }


@pytest.mark.parametrize(
    ("padding", "expected"), [("same", 10), ("valid", 11), (((1, 1), (1, 1)), 9), ("half", 9)]
)
def test_transposed_convolution(padding: object, expected: int) -> None:
    # Dumoulin and Visin 2016, relationship 13: o' = s(i' − 1) + k − 2p
    out = tconv(Shape(5, 5, 8), (3, 3), 4, stride=(2, 2), padding=padding)
    assert out.shape == (expected, expected, 4)
    terms = amounts(out.terms)
    assert terms.pop(Tag.TRANSPOSED_CONV_VALID_MAC) <= terms[Tag.TRANSPOSED_CONV_MAC]
    assert terms == {
        Tag.TRANSPOSED_CONV_MAC: 5 * 5 * 3 * 3 * 8 * 4,
        Tag.CONV_WEIGHT: 3 * 3 * 8 * 4,
        Tag.TRANSPOSED_CONV_OUTPUT_MAC: expected * expected * 3 * 3 * 8 * 4,
        Tag.TRANSPOSED_CONV_MIXED_MAC: expected * expected * 3 * 3 * 8 * 4,
        Tag.TRANSPOSED_CONV_FILTER_MAC: expected * expected * 4 * 3 * 3 * 4,
        Tag.TRANSPOSED_CONV_TWICE_GROUPED_MAC: 5 * 5 * 3 * 3 * 8 * 4,
        Tag.TRANSPOSED_CONV_INPUT: 5 * 5 * 8,
        Tag.TRANSPOSED_CONV_LAYER: 1,
    }


@given(
    h=st.integers(1, 9),
    w=st.integers(1, 9),
    kernel=st.integers(1, 3),
    groups=st.integers(1, 3),
    m=st.integers(1, 3),
    n=st.integers(1, 3),
)
def test_a_convolution_multiplies_as_often_as_a_loop_does(
    h: int, w: int, kernel: tuple[int, int], groups: int, m: int, n: int
) -> None:
    x, out = Shape(h, w, m * groups), n * groups
    macs = 0
    for _ in itertools.product(range(h), range(w), range(out), range(kernel * kernel), range(m)):
        macs += 1
    assert conv(x, (kernel, kernel), out, groups=groups).terms[Tag.CONV_MAC] == macs


def test_fully_connected() -> None:
    out = OPERATORS["fc"].function(Shape(1, 1, 1024), 1000, bias=True)
    assert amounts(out.terms) == {
        Tag.FC_MAC: 1024 * 1000,
        Tag.FC_WEIGHT: 1024 * 1000,
        Tag.FC_BIAS: 1000,
        Tag.FC_BIAS_ADD: 1000,
    }
    with pytest.raises(Mismatch, match="fc on a 7x7 map"):
        OPERATORS["fc"].function(Shape(7, 7, 1024), 1000)


def test_pools() -> None:
    x = Shape(112, 112, 64)
    out = OPERATORS["maxpool"].function(x, (3, 3), stride=(2, 2), padding="same")
    assert out.shape == (56, 56, 64)
    assert out.terms[Tag.MAX_POOL_INPUT] == 112 * 112 * 64
    assert out.terms[Tag.MAX_POOL_WINDOW] == 3 * 3 * 56 * 56 * 64
    assert OPERATORS["avgpool"].function(x, (2, 2)).shape == (56, 56, 64)
    everything = OPERATORS["avgpool"].function(x, None)
    assert everything.shape == (1, 1, 64)
    assert amounts(everything.terms) == {
        Tag.GLOBAL_POOL_INPUT: 112 * 112 * 64,
        Tag.GLOBAL_POOL_OUTPUT: 64,
    }


def test_fractional_max_pooling_gives_the_printed_sides() -> None:
    # Chen and Su 2018, Table 3 prints 32-22-15-10-6-4-2-1 for one ratio. ⌊n / r⌋ gives them for
    # 10/7 < r ≤ 32/22 only; the printed "1.4" gives 7 after 10.
    def sides(ratio: Any) -> Any:
        found = [32]
        while found[-1] > 1:
            x = Shape(found[-1], found[-1], 1)
            found.append(OPERATORS["fmp"].function(x, ratio).shape.height)
        return found

    assert sides(divide(36, 25)) == [32, 22, 15, 10, 6, 4, 2, 1]
    assert sides(divide(7, 5))[:5] == [32, 22, 15, 10, 7]


def test_elementwise_operators_count_elements() -> None:
    x = Shape(7, 5, 3)
    norm = OPERATORS["bn"].function(x).terms
    assert norm[Tag.BN_AFFINE] == norm[Tag.BN_STATISTICS] == 2 * 3
    assert amounts(OPERATORS["prelu"].function(x).terms) == {
        Tag.PRELU: 7 * 5 * 3,
        Tag.PRELU_WEIGHT: 3,
        Tag.PRELU_CHANNEL: 3,
    }
    rows = amounts(OPERATORS["softmax"].function(x).terms)
    assert rows == {Tag.SOFTMAX: 7 * 5 * 3, Tag.SOFTMAX_ROW: 7 * 5}
    tags = (Tag.RELU, Tag.RELU6, Tag.HSWISH, Tag.HSIGMOID, Tag.SIGMOID, Tag.SWISH)
    names = ("relu", "relu6", "hswish", "hsigmoid", "sigmoid", "swish")
    for name, tag in zip(names, tags, strict=True):
        out = OPERATORS[name].function(x)
        assert out.shape == x
        assert amounts(out.terms) == {tag: 7 * 5 * 3}, name


def test_reshaping_costs_nothing() -> None:
    x = Shape(8, 6, 12)
    run = {name: OPERATORS[name].function for name in OPERATORS}
    assert run["space_to_depth"](x, (2, 2)).shape == (4, 3, 48)
    assert run["upsample"](x, (2, 3)).shape == (16, 18, 12)
    assert OPERATORS["dwconv"].function(x, (1, 7)).type == "depthwise 1x7"
    assert run["zeropad"](x, ((0, 1), (2, 3))).shape == (9, 11, 12)
    assert run["flatten"](x).shape == (1, 1, 8 * 6 * 12)
    assert run["padchannels"](x, 20).shape == (8, 6, 20)
    for name, *args in (("space_to_depth", (2, 2)), ("flatten",), ("shuffle", 3), ("dropout",)):
        assert run[name](x, *args).terms == {}
    with pytest.raises(Mismatch, match="padchannels to 4 of 12 channels"):
        run["padchannels"](x, 4)
    assert run["select"](x, 3).shape == (8, 6, 3)
    c = parameter("c", whole=True)
    free = x._replace(channels=c)
    for name, left in (("padchannels", 20 - c), ("select", c - 20)):  # what is not below 0
        (guard,) = run[name](free, 20).guards
        assert (guard.value, guard.relation) == (left, ">=")
    assert [
        g.message
        for g in run["space_to_depth"](x, (4, 4)).guards
        if not surely_stands(g.value, g.relation)
    ] == ["side 6 is not divisible by the block 4"]


@pytest.mark.parametrize(
    ("mode", "kind", "element", "arrives"),
    [
        ("nearest", "upsample", Tag.UPSAMPLE, Tag.UPSAMPLE_INPUT),
        (
            "bilinear",
            "upsample bilinear",
            Tag.BILINEAR_UPSAMPLE,
            Tag.BILINEAR_UPSAMPLE_INPUT,
        ),
    ],
)
def test_upsampling_is_told_by_its_mode(mode: str, kind: str, element: Tag, arrives: Tag) -> None:
    out = OPERATORS["upsample"].function(Shape(8, 6, 12), (2, 3), mode)
    assert out.type == kind
    assert amounts(out.terms) == {element: 16 * 18 * 12, arrives: 8 * 6 * 12}


def test_an_operator_has_one_name_and_a_docstring() -> None:
    def blur(x: Shape) -> Output:
        return Output(x, {}, "blur")

    with pytest.raises(ValueError, match="operator 'blur' has no docstring"):
        registered("blur")(blur)
    blur.__doc__ = """Blurs.

    Costs nothing.
    """
    with pytest.raises(ValueError, match="operator 'conv' is registered twice"):
        registered("conv")(blur)
    assert Operator("blur", blur, {}).summary == "Blurs."
    assert "blur" not in OPERATORS


@pytest.mark.parametrize(("groups", "message"), [(4, ""), (5, MESSAGE)])
def test_a_share_that_is_not_whole_says_so(groups: int, message: str) -> None:
    assert share(12, groups, "input channels") == (
        divide(12, groups),
        Guard(divide(12, groups), message, HINT if message else ""),
    )


def test_merges() -> None:
    x = Shape(7, 7, 16)
    assert MERGES["add"]([x, x, x]).terms == {Tag.ADD: 2 * 7 * 7 * 16}
    assert MERGES["concat"]([x, x._replace(channels=8)]).shape == (7, 7, 24)
    for kind, other in (("add", Shape(7, 7, 8)), ("concat", Shape(8, 7, 16))):
        with pytest.raises(Mismatch, match=f"{kind} of 7x7x16 and {other}"):
            MERGES[kind]([x, other])
    with pytest.raises(Mismatch, match="multiply of 7x7x16 and 1x1x8"):
        MERGES["multiply"]([x, Shape(1, 1, 8)])
    with pytest.raises(Mismatch, match="add of 7x7x16 and 1x2x16"):
        MERGES["add"]([x, Shape(1, 2, 16)])
    assert shortcut(x, x).terms == {Tag.ADD: 7 * 7 * 16}
    with pytest.raises(Mismatch, match="add of 7x7x16 and 1x1x16"):
        shortcut(x, Shape(1, 1, 16))


@pytest.mark.parametrize(("kind", "tag"), [("add", Tag.ADD), ("multiply", Tag.MULTIPLY)])
@pytest.mark.parametrize(
    "other", [(1, 1, 16), (7, 5, 1), (1, 5, 16), (7, 1, 16), (1, 1, 1), (7, 5, 16)]
)
def test_sides_and_channels_of_1_are_spread(kind: str, tag: Tag, other: tuple[int, ...]) -> None:
    """As in numpy and PyTorch: one operation for each element of the whole."""
    x = Shape(7, 5, 16)
    for shapes in ([x, Shape(*other)], [Shape(*other), x]):
        merged = MERGES[kind](shapes)
        assert (merged.shape, merged.guards) == (x, ())
        assert merged.terms == {tag: 7 * 5 * 16}
    both = MERGES[kind]([Shape(7, 1, 16), Shape(1, 5, 1), x])
    assert (both.shape, both.terms) == (x, {tag: 2 * 7 * 5 * 16})


def test_what_may_be_1_is_spread_where_it_is() -> None:
    """Where one is 1 and the other is not, it is asked only that the closed form is not theirs."""
    n, m = (parameter(name, whole=True, positive=True) for name in "nm")
    merged = MERGES["add"]([Shape(n, 1, 4), Shape(m, 7, n + 1)])
    assert merged.shape == (n, 7, 4)
    cases = {(3, 3): (3, 7, 4), (3, 1): "form", (1, 1): None, (2, 5): None, (7, 1): None}
    for at, shape in cases.items():
        binding = dict(zip("nm", at, strict=True))
        missed = [g for g in merged.guards if not stands(evaluate(g.value, binding), g.relation)]
        exists = all(guard.of_form for guard in missed)
        assert exists is (shape is not None), at
        assert bool(missed) is (shape in (None, "form")), at


def test_one_of_two_that_never_meet_is_1() -> None:
    n = parameter("n", whole=True, positive=True)
    merged = MERGES["add"]([Shape(7, 7, n), Shape(7, 7, n + 1)])
    (guard,) = merged.guards
    assert [stands(evaluate(guard.value, {"n": k}), "==") for k in (1, 2, 3)] == [1, 0, 0]
    assert evaluate(merged.shape.channels, {"n": 1}) == 2


def test_every_tag_is_work_or_a_parameter_and_every_operator_names_its_formula() -> None:
    assert {tag for tag in Tag if tag.is_parameter} == PARAMETERS
    for operator in OPERATORS.values():
        assert operator.summary.endswith((".", ":")), operator.name
