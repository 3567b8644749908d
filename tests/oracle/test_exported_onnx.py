"""The ONNX models that ``costcalc export`` writes, run by onnxruntime: their shapes, and what is
read back."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

import costcalc as cc
from costcalc.graph.build import build

onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("name", cc.spec_names())
def test_a_shipped_network_runs_and_is_read_again(name: str, tmp_path: Path) -> None:
    net, file = cc.load(name), tmp_path / "net.onnx"
    net.export(file)
    onnx.checker.check_model(onnx.load(file), full_check=True)
    session = runtime.InferenceSession(file, providers=["CPUExecutionProvider"])
    graph = build(net.spec, net.spec.defaults())
    feeds = {
        one.name: numpy.full((1, channels, height, width), 0.1, "float32")
        for one, (height, width, channels) in zip(
            session.get_inputs(), graph.inputs.values(), strict=True
        )
    }
    found = session.run(None, feeds)
    read = {source for layer in graph.layers for source in layer.inputs}
    read -= {output.source for output in graph.outputs.values()}
    ends = [layer.output for i, layer in enumerate(graph.layers) if i not in read]
    sizes = [(1, c) if (h, w) == (1, 1) else (1, c, h, w) for h, w, c in ends]
    assert [one.shape for one in found] == sizes
    assert all(numpy.isfinite(one).all() for one in found)
    back = cc.load(file)
    for convention in ("paper", "trainable"):
        ours, theirs = net.count(convention=convention), back.count(convention=convention)
        assert (theirs.mult_adds, theirs.params) == (ours.mult_adds, ours.params), convention
