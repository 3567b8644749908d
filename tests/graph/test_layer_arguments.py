"""What layers keep of what their rows say, for those who write networks down elsewhere."""

from __future__ import annotations

import costcalc as cc
from costcalc.graph.build import build

TEXT = """\
network: net
input: 8x8x4
layers:
- {conv: 3x3, out: 8, stride: 2, padding: half, norm: {batch, scale: false}, activation: swish}
- {prelu: layer}
- {add: [[{conv: 1x1, out: 8, norm: none, activation: none}], []]}
- concat:
  - []
  - [{from: input}, {resize: 4x4}]
"""


def test_layers_keep_the_arguments_of_their_operators() -> None:
    spec = cc.loads(TEXT).spec
    layers = {layer.name: layer for layer in build(spec, {}).layers}
    assert layers["conv1"].arguments == {
        "kernel": (3, 3),
        "out": 8,
        "stride": (2, 2),
        "padding": "half",
    }
    assert layers["conv1"].fused == {"bn": {"scale": False}, "swish": {}}  # operators, not words
    assert layers["prelu2"].arguments == {"per": "layer"}
    assert layers["resize5"].arguments == {"to": (4, 4)}
    assert layers["concat6"].arguments == {} == layers["add4"].arguments
