"""What is learned beside the kernels, and kernels that are not learned."""

from __future__ import annotations

import pytest
from conftest import spec

import costcalc as cc
from costcalc.conventions.shelf import all_conventions
from costcalc.graph.build import build
from costcalc.graph.depth import block_depth, depths

CONVNEXT = """
blocks:
  stage:
    takes: [c, n]
    layers:
    - repeat: n
      layers:
      - residual:
        - {dwconv: 7x7, bias: true, norm: layer}
        - {conv: 1x1, out: 4*c, bias: true, activation: gelu}
        - {conv: 1x1, out: c, bias: true}
        - SCALE
  narrower:
    takes: [c]
    layers:
    - layernorm
    - {conv: 2x2, stride: 2, out: c, bias: true}
input: 224x224x3
layers:
- {conv: 4x4, stride: 4, out: 96, bias: true, norm: layer}
- {stage: [96, 3]}
- {narrower: 192}
- {stage: [192, 3]}
- {narrower: 384}
- {stage: [384, 9]}
- {narrower: 768}
- {stage: [768, 3]}
- {avgpool: global}
- layernorm
- {fc: 1000, bias: true}
"""


def params(rows: str, size: str = "8x8x16", convention: str = "trainable") -> int:
    return cc.loads(spec(rows, f"input: {size}\n")).count(convention=convention).params


def work(rows: str, convention: str = "paper") -> int:
    return cc.loads(spec(rows, "input: 8x8x16\n")).count(convention=convention).mult_adds


def test_the_layer_scale_of_convnext() -> None:
    """Liu et al. 2022, ConvNeXt-T: torchvision has 28,589,128 parameters."""
    with_scale = cc.loads(CONVNEXT.replace("SCALE", "scale")).count(convention="trainable")
    without = cc.loads(CONVNEXT.replace("- SCALE", "- dropout")).count(convention="trainable")
    assert (with_scale.params, without.params) == (28_589_128, 28_582_504)
    assert 28_589_128 - 28_582_504 == 3 * 96 + 3 * 192 + 9 * 384 + 3 * 768


@pytest.mark.parametrize(("row", "learned"), [("scale", 16), ("{scale: layer}", 1)])
def test_a_scale_is_a_product_of_each_element(row: str, learned: int) -> None:
    assert params(f"- {row}\n") == learned
    assert work(f"- {row}\n", "torchprofile-0.1.0") == 8 * 8 * 16
    assert work(f"- {row}\n", "fvcore-0.1.5") == work(f"- {row}\n") == 0


def test_a_shift_is_an_addition_for_each_element() -> None:
    assert params("- shift\n- {shift: layer}\n") == 16 + 1
    assert work("- shift\n", "tf-profiler") == 8 * 8 * 16
    assert work("- {shift: , coded: functional}\n", "ptflops-0.7.5") == 8 * 8 * 16
    assert work("- {shift: , coded: operator}\n", "ptflops-0.7.5") == 0


def test_learned_maps_are_added_and_concatenated() -> None:
    """A table of positions, a token beside them, and a map as large as what arrives."""
    assert params("- add: [[], {learned: 8x8x16}]\n") == 8 * 8 * 16
    assert params("- add: [[], [learned]]\n") == 8 * 8 * 16
    assert params("- concat: [{learned: [8, 8, in/4]}, []]\n") == 8 * 8 * 4
    like = "- {avgpool: 2x2, name: c}\n- add: [[], {learned: {like: c}}]\n"
    assert params(like) == params("- avgpool: 2x2\n- add: [[], learned]\n") == 4 * 4 * 16
    rows = "- {conv: 3x3, out: 4, name: c}\n- {conv: 1x1, out: 2}\n- {learned: , from: c}\n"
    assert params(rows) == (9 * 16 * 4) + (4 * 2) + (8 * 8 * 4)


def test_a_table_that_is_looked_up() -> None:
    """Liu et al. 2021, Swin-T: 13·13 values for each of 3 heads are read 49·49 times."""
    net = cc.loads(spec("- add: [[], {learned: 49x49x3, params: 169*3}]\n", "input: 49x49x3\n"))
    count = net.count(convention="trainable")
    assert count.layers[0].output == (49, 49, 3)
    assert count.params == 13 * 13 * 3
    assert params("- {learned: 14x14x768, params: 0}\n") == 0  # sines and cosines


def test_a_learned_map_has_no_input() -> None:
    rows = "- repeat: n\n  layers:\n  - add: [[], {learned: [8, 8, in]}]\n"
    net = cc.loads(spec(rows, "parameters: {n: {default: 3, meaning: rounds}}\ninput: 8x8x16\n"))
    count = net.count(convention="trainable")
    assert [layer.inputs for layer in count.layers[:2]] == [(), ("input", "learned1")]
    assert count.params == 3 * 8 * 8 * 16
    assert depths(build(net.spec, {"n": 3})) == (0,) * 6
    formula = net.formula(convention="trainable")
    assert str(formula.total.params) == "1024*n"


def test_a_learned_map_s_size() -> None:
    for written, message in (
        ("14x14x8x8", "'14x14x8x8'"),
        ("14x14", "add of 8x8x16 and 14x14x16"),
        ("[14, 14, 0]", "expected a positive whole number, got 0"),
    ):
        with pytest.raises(cc.CostcalcError) as error:
            params(f"- add: [[], {{learned: {written}}}]\n")
        assert message in str(error.value)


BLUR = "- {dwconv: 3x3, padding: 1, fixed: true}\n"


def test_a_kernel_that_is_fixed() -> None:
    """A blur pool: no parameters, and 8·8·9·16 Mult-Adds."""
    for convention in all_conventions():
        assert params(BLUR, convention=convention) == 0
    assert work(BLUR) == 9216 == 8 * 8 * 9 * 16
    (layer,) = cc.loads(spec(BLUR, "input: 8x8x16\n")).count().layers
    assert layer.type == "fixed depthwise 3x3"


def test_counters_that_hook_into_modules_do_not_see_it() -> None:
    for convention in ("thop-0.1.1", "torchinfo-1.8.0", "torchscan-0.2.0", "ptflops-0.7.5"):
        assert work(BLUR, convention) == 0
    for convention in ("fvcore-0.1.5", "ptflops-aten", "deepspeed-macs", "torchprofile-0.1.0"):
        assert work(BLUR, convention) == 8 * 8 * 9 * 16
    tconv = "- {tconv: 4x4, out: 16, groups: 16, stride: 2, padding: 1, fixed: true, bias: true}\n"
    assert work(tconv, "thop-0.1.1") == 0
    assert (work(tconv), params(tconv)) == (8 * 8 * 16 * 16, 16)
    assert cc.loads(spec(BLUR, "input: 8x8x16\n")).count(convention="thop-0.1.1").notes == ()


def test_a_fixed_kernel_is_no_layer_with_weights() -> None:
    text = f"blocks:\n  down: {{layers: [{{conv: 3x3, out: 16}}, {BLUR[2:].strip()}]}}\n"
    net = cc.loads(spec("- down\n", f"{text}input: 8x8x16\n"))
    graph = build(net.spec, {})
    assert depths(graph) == (1, 1)
    assert block_depth(graph, "down") == 1


def test_a_gain_of_standardised_weights() -> None:
    """Brock et al. 2021, NFNets: one for each channel that leaves; no work on the map."""
    plain, gained = (
        f"- {{conv: 3x3, out: 24, bias: true{more}}}\n" for more in ("", ", gain: true")
    )
    assert params(gained) == params(plain) + 24
    for convention in all_conventions():
        assert work(gained, convention) == work(plain, convention)


def test_a_learned_map_lies_with_the_weights_and_not_in_memory() -> None:
    text = spec("- {conv: 1x1, out: 4}\n- add: [[], learned]\n", "input: 8x8x2\n")
    found = cc.loads(text).memory()
    assert [step.live_bytes for step in found.steps] == [64 * (2 + 4), 64 * 4, 64 * (4 + 4)]
    assert found.traffic_bytes == (64 * 2 + 64 * 4 + 8) + 64 * 4 + (64 * 4 + 64 * 4)
