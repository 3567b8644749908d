"""Positions inside the map: closed forms against a loop over every tap of every position."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from conftest import amounts
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import costcalc as cc
from costcalc.algebra.evaluation import evaluate, exact
from costcalc.algebra.polynomial import parameter
from costcalc.graph.build import build
from costcalc.operators import OPERATORS, Shape
from costcalc.operators.geometry import output_side, transposed_taps, valid_taps
from costcalc.operators.tags import Tag

PADDINGS = st.one_of(
    st.sampled_from(["same", "valid", "half"]), st.tuples(st.integers(0, 5), st.integers(0, 5))
)


def leading(padding: object, n: int, out: int, k: int, s: int, d: int) -> int:
    """Elements of padding before the map, as TensorFlow (same) and PyTorch (half) put them."""
    if padding == "same":
        return max((out - 1) * s + d * (k - 1) + 1 - n, 0) // 2
    if padding == "half":
        return d * (k - 1) // 2
    return 0 if padding == "valid" else padding[0]


def loop(n: int, out: int, k: int, s: int, d: int, before: int) -> int:
    """Taps inside, one by one."""
    return sum(0 <= i * s + j * d - before < n for i in range(out) for j in range(k))


@given(
    n=st.integers(1, 30),
    k=st.integers(1, 7),
    s=st.integers(1, 5),
    d=st.integers(1, 4),
    padding=PADDINGS,
)
@settings(max_examples=300)
def test_taps_along_an_axis(n: int, k: int, s: int, d: int, padding: Any) -> None:
    out = output_side(n, k, s, d, padding, False)
    assume(out >= 1)
    expected = loop(n, out, k, s, d, leading(padding, n, out, k, s, d))
    assert valid_taps(n, out, k, s, d, padding) == expected
    free = parameter("n", whole=True)
    symbolic = valid_taps(free, output_side(free, k, s, d, padding, False), k, s, d, padding)
    assert evaluate(symbolic, {"n": n}) == expected


@given(
    n=st.integers(1, 12),
    k=st.integers(1, 6),
    s=st.integers(1, 5),
    d=st.integers(1, 3),
    more=st.integers(0, 2),
    padding=PADDINGS,
)
@settings(max_examples=200)
def test_transposed_taps_along_an_axis(
    n: int, k: int, s: int, d: int, more: int, padding: Any
) -> None:
    run = OPERATORS["tconv"].function
    sides = padding if isinstance(padding, str) else (padding, (0, 0))
    more = 0 if padding == "same" else min(more, max(s, d) - 1)
    window = {"stride": (s, 1), "dilation": (d, 1), "output_padding": (more, 0)}
    side = run(Shape(n, 1, 1), (k, 1), 1, padding=sides, **window).shape.height
    assume(side >= 1)
    reach = d * (k - 1)
    if padding == "same":
        before = max(reach + 1 - s, 0) // 2
    elif padding == "half":
        before = reach // 2
    else:
        before = 0 if padding == "valid" else padding[0]
    inside = sum(0 <= i * s + d * j - before < side for i in range(n) for j in range(k))
    assert transposed_taps(n, side, k, s, d, padding) == inside


@given(
    h=st.integers(1, 9),
    w=st.integers(1, 9),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    groups=st.integers(1, 3),
)
@settings(max_examples=60)
def test_a_convolution_multiplies_inside_as_often_as_a_loop(
    h, w, kernel, stride, dilation, groups
) -> None:
    x, out = Shape(h, w, 2 * groups), 3 * groups
    y = OPERATORS["conv"].function(x, kernel, out, stride, "same", dilation, groups)
    products = 0
    tops = [leading("same", x[i], y.shape[i], kernel[i], stride[i], dilation[i]) for i in (0, 1)]
    for i, j, a, b in product(
        range(y.shape.height), range(y.shape.width), range(kernel[0]), range(kernel[1])
    ):
        row = i * stride[0] + a * dilation[0] - tops[0]
        column = j * stride[1] + b * dilation[1] - tops[1]
        products += (0 <= row < h and 0 <= column < w) * 2 * out
    assert amounts(y.terms)[Tag.CONV_VALID_MAC] == products


def test_a_measured_depthwise_convolution() -> None:
    # jax cost_analysis() of a 3×3 depthwise convolution of 112×112×32: 7,139,584 flops, where
    # 2·9·112·112·32 = 7,225,344 would meet the padding
    y = OPERATORS["dwconv"].function(Shape(112, 112, 32), (3, 3))
    assert 2 * y.terms[Tag.CONV_MAC] == 7_225_344
    assert 2 * amounts(y.terms)[Tag.CONV_VALID_MAC] == 7_139_584


def test_a_kernel_far_larger_than_its_map_is_asked_by_position() -> None:
    """Each of 9 positions along an axis meets all 9 elements: solving for a kernel asks such."""
    text = "parameters: {k: {default: 3, meaning: side}}\ninput: 9x9x8\n"
    network = cc.loads(f"network: net\n{text}layers:\n- {{conv: k, out: 8}}\n")
    inside = (9 * 9) ** 2 * 8 * 8
    assert network.count(k=10**9 - 1, convention="xla-valid").mult_adds == 2 * inside
    found = network.solve("k", mult_adds=2 * inside, convention="xla-valid")
    assert found.best is not None and found.best.high >= 17


def test_without_padding_every_tap_is_inside() -> None:
    y = OPERATORS["conv"].function(Shape(17, 9, 3), (3, 3), 8, stride=(2, 2), padding="valid")
    assert amounts(y.terms)[Tag.CONV_VALID_MAC] == y.terms[Tag.CONV_MAC]


def test_the_closed_form_drops_the_rounding() -> None:
    n = parameter("n", whole=True)
    taps = valid_taps(n, output_side(n, 3, 2, 1, "same", False), 3, 2, 1, "same")
    assert str(exact(taps)) == "3*n/2 - 1"  # an even side loses one tap at the back


def test_a_kernel_that_may_exceed_the_map_never_counts_below_zero() -> None:
    n = parameter("n", whole=True)
    taps = valid_taps(n, n, 7, 1, 1, "same")
    assert [evaluate(taps, {"n": side}) for side in (1, 2, 3, 8)] == [1, 4, 9, 7 * 8 - 12]


@pytest.mark.parametrize(
    "spec", ["mobilenet-v1", "mobilenet-v2", "resnet-50", "fd-mobilenet", "vgg-16"]
)
@pytest.mark.parametrize("resolution", [224, 160, 97])
def test_closed_forms_of_whole_networks(spec: str, resolution: int) -> None:
    net = cc.load(spec)
    form = net.formula(convention="xla-valid")
    known = {name: p.default for name, p in net.parameters.items() if name in form.parameters}
    known["resolution"] = resolution
    counted = net.count(convention="xla-valid", resolution=resolution)
    assert form.at(rounded=True, **known) == (counted.mult_adds, counted.params)
    if all(condition.holds(known) for condition in form.conditions):
        assert form.at(**known) == (counted.mult_adds, counted.params)


def test_a_kernel_of_free_size_has_no_closed_form_here_and_elsewhere_it_has() -> None:
    text = (
        "network: net\nparameters:\n  k: {default: 3, meaning: kernel}\ninput: 32x32x3\n"
        "layers:\n- {conv: k, out: 8}\n"
    )
    net = cc.loads(text)
    assert str(net.formula().total.mult_adds) == "24576*k**2"
    with pytest.raises(cc.CostcalcError) as caught:
        net.formula(convention="xla-valid")
    assert str(caught.value) == (
        "the taps of a window of free size that lie inside the map have no closed form "
        "(give values to the parameters of kernels, strides, dilations and paddings)"
    )
    assert net.count(convention="xla-valid", k=5).mult_adds == 2 * 3 * 8 * (5 * 32 - 6) ** 2
    assert net.formula(convention="xla-valid", k=5).at() == (2 * 3 * 8 * (5 * 32 - 6) ** 2, 600)


def test_counting_by_other_conventions_never_works_them_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*words: object) -> int:
        raise AssertionError("worked out")

    monkeypatch.setattr("costcalc.operators.convolution.valid_taps", refuse)
    net = cc.load("mobilenet-v1")
    assert net.count().mult_adds == 568_740_352
    assert net.explain(to="ptflops-0.7.5").mult_adds.difference == 20_272_104
    assert str(net.formula().total.params) != ""
    layer = build(net.spec, net.spec.defaults()).layers[0]
    with pytest.raises(AssertionError, match="worked out"):
        layer.terms.amount(Tag.CONV_VALID_MAC)
