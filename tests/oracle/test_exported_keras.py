"""The Keras code that ``costcalc export`` writes, run under Keras: its maps layer by layer, what
Keras counts, and what is read back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from exported import HEAD, ROWS

import costcalc as cc
from costcalc.export.keras.module import module
from costcalc.graph.build import build
from costcalc.graph.layers import Graph

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
numpy = pytest.importorskip("numpy")

pytestmark = pytest.mark.oracle
#: What Keras has no word for.
REFUSED = {
    "ehm-mobilenet-fmp": "fmp",
    "swin-t": "a learned map that is read out of another",
}
#: Instead of rows of which a part is refused, the other parts.
ROWS = {
    **ROWS,
    "conv": "- {conv: 3x1, out: 6, stride: 2, padding: [1, 0, 0, 2], bias: true}\n"
    "- {conv: 3x1, out: 6, padding: [1, 0, 0, 2], dilation: [2, 1]}\n",
    "norms": ROWS["norms"].replace("- {lrn: 5}\n", "- l2norm\n"),
    "recurrent": "- tokens\n- {lstm: 5, bidirectional: true, biases: 1}\n- {gru: 6, biases: 2}\n"
    "- {gru: 7, biases: 1, bidirectional: true}\n- {rnn: 4, biases: 0, last: true}\n",
    "tconv": ROWS["tconv"] + "- {tconv: 2x3, out: 6, stride: 3, padding: valid}\n"
    "- {tconv: 3x3, out: 4, padding: half, dilation: 2}\n",
}
EVERY = (Path(__file__).with_name("every_operator.yaml")).read_text()
GROUPED = "- {tconv: 2x2, out: 20, stride: 2, padding: same, groups: 4, bias: true}\n"


def built(graph: Graph) -> Any:
    names: dict[str, Any] = {}
    exec(module(graph), names)
    keras.backend.clear_session()
    return names["network"]()


def same_maps(graph: Graph, model: Any) -> None:
    """Whether the layers with the rows' names leave the maps that these say, or (batch, channels)
    of one position; rows that use the weights of others have no layer."""
    found = {layer.name: layer for layer in model.layers}
    missing = []
    for layer in graph.layers:
        name = layer.path.replace("/", "_").replace("-", "_")
        made = found.get(f"{name}_cut", found.get(name))  # a transposed convolution is cut
        if made is None or len(made._inbound_nodes) > 1:
            missing.append(layer)
            continue
        _, *sizes = made.output.shape
        assert tuple(sizes) in (layer.output, layer.output[2:]), layer.path
        assert len(sizes) == 3 or layer.output[:2] == (1, 1)
    shared = {i for i in (layer.weights for layer in graph.layers) if i is not None}
    lenders = [graph.layers[i] for i in shared]
    assert all(layer.weights is not None or layer in lenders for layer in missing)


def ends(net: cc.Network) -> list[tuple[int, ...]]:
    """The maps that nothing reads."""
    layers = net.count().layers
    read = {name for layer in layers for name in layer.inputs}
    return sorted(tuple(layer.output) for layer in layers if layer.name not in read)


def same(net: cc.Network, path: Path, run: bool = False) -> None:
    """Whether a spec's code makes a model that has its maps and its costs."""
    graph = build(net.spec, net.spec.defaults())
    model = built(graph)
    same_maps(graph, model)
    assert model.count_params() == net.count(convention="keras").params
    if run:
        images = [numpy.zeros((2, *size), "float32") for size in graph.inputs.values()]
        given = model(images if len(images) > 1 else images[0])
        outputs = given.values() if isinstance(given, dict) else [given]
        assert all(tuple(one.shape[:1]) == (2,) for one in outputs)
    path.write_text(model.to_json())
    back = cc.load(path)
    assert ends(back) == ends(net)
    for convention in ("paper", "trainable"):
        ours, theirs = net.count(convention=convention), back.count(convention=convention)
        assert (theirs.mult_adds, theirs.params) == (ours.mult_adds, ours.params), convention


@pytest.mark.parametrize("name", cc.spec_names())
def test_a_shipped_network_is_built_and_read_again(name: str, tmp_path: Path) -> None:
    if name in REFUSED:
        with pytest.raises(cc.CostcalcError, match=REFUSED[name]):
            same(cc.load(name), tmp_path / "net.json")
    else:
        same(cc.load(name), tmp_path / "net.json")


@pytest.mark.parametrize("name", ROWS)
def test_a_row_runs_and_is_read_again(name: str, tmp_path: Path) -> None:
    same(cc.loads(HEAD + ROWS[name]), tmp_path / "net.json", run=True)


def test_every_operator_runs_and_is_read_again(tmp_path: Path) -> None:
    assert GROUPED in EVERY
    same(cc.loads(EVERY.replace(GROUPED, "")), tmp_path / "net.json", run=True)


def test_a_model_is_saved_and_loaded(tmp_path: Path) -> None:
    """With what is learned by itself, which is a layer of the code's own."""
    net = cc.loads(HEAD + ROWS["learned"] + ROWS["scale"])
    built(build(net.spec, {})).save(tmp_path / "net.keras")
    again = keras.saving.load_model(tmp_path / "net.keras")
    assert again.count_params() == net.count(convention="keras").params
    assert cc.load(tmp_path / "net.keras").count(convention="trainable").params == sum(
        (8 * 12 * 4, 12 * 4, 4, 4)
    )
