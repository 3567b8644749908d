"""Networks whose maps follow a size, at any side: known networks, edges, and closed forms."""

from __future__ import annotations

from conftest import spec

import costcalc as cc
from costcalc.graph.build import build

RESOLUTION = "input: {side: resolution, channels: 3}\n"

ALEXNET = """defaults: {bias: true, activation: relu}
input: {side: resolution, channels: 3}
layers:
- {conv: 11x11, out: 64, stride: 4, padding: 2}
- {maxpool: 3x3, stride: 2}
- {conv: 5x5, out: 192, padding: 2}
- {maxpool: 3x3, stride: 2}
- {conv: 3x3, out: 384, padding: 1}
- {conv: 3x3, out: 256, padding: 1}
- {conv: 3x3, out: 256, padding: 1}
- {maxpool: 3x3, stride: 2}
- {avgpool: {to: 6x6}}
- flatten
- {fc: 4096, activation: relu}
- {fc: 4096, activation: relu}
- {fc: 1000}
"""


def test_alexnet_at_other_sides() -> None:
    """torchvision's: 714,188,480 at 224, and the classifier is the same at any other side."""
    net = cc.loads(ALEXNET)
    for side, mult_adds in ((224, 714_188_480), (256, 927_124_160)):
        count = net.count(resolution=side, convention="trainable")
        assert (count.mult_adds, count.params) == (mult_adds, 61_100_840)
    formula = net.formula()
    assert formula.at(rounded=True, resolution=256)[0] == 927_124_160
    assert formula.exact_when == ("(resolution + 1) % 16 == 0", "resolution - 63 >= 0")


def test_a_size_that_is_followed_is_no_edge() -> None:
    text = spec("- {conv: 3x3, out: 8, name: c}\n- {maxpool: 2x2}\n- {avgpool: {like: c}}\n")
    own = cc.loads(text).spec
    assert [layer.inputs for layer in build(own, {}).layers] == [(-1,), (0,), (1,)]
