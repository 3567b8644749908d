"""Keras models as networks: by their configuration, in its three kinds of file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

import costcalc as cc


def layer(kind: str, name: str, *reads: Any, **config: Any) -> dict[str, Any]:
    """A layer of Keras 3, called once with other layers and numbers."""
    call = [tensor(one) if isinstance(one, str) else one for one in reads]
    nodes = [{"args": [call] if len(call) > 1 and kind != "Sum" else call, "kwargs": {}}]
    given = {"name": name, **config}
    return {"class_name": kind, "config": given, "inbound_nodes": nodes if reads else []}


def tensor(name: str) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}


def image(*sizes: int | None) -> dict[str, Any]:
    return layer("InputLayer", "x", batch_shape=[None, *sizes])


def conv(name: str, reads: str, filters: int, **config: Any) -> dict[str, Any]:
    usual = {"kernel_size": [3, 3], "strides": [1, 1], "padding": "same", "use_bias": True}
    return layer("Conv2D", name, reads, **{**usual, "filters": filters, **config})


def model(*layers: dict[str, Any]) -> dict[str, Any]:
    ends = [layers[-1]["config"]["name"], 0, 0]
    config = {"layers": [*layers], "input_layers": ["x", 0, 0], "output_layers": ends}
    return {"class_name": "Functional", "config": config}


def load(tmp_path: Path, made: Any) -> cc.Network:
    (tmp_path / "net.json").write_text(json.dumps(made))
    return cc.load(tmp_path / "net.json")


def rows(network: cc.Network) -> list[str]:
    return [layer.type for layer in network.count().layers]


def test_layers_and_their_parameters(tmp_path: Path) -> None:
    network = load(
        tmp_path,
        model(
            image(32, 32, 3),
            layer("Rescaling", "r", "x", scale=1 / 255),
            layer("ZeroPadding2D", "p", "r", padding=[[0, 1], [0, 1]]),
            conv("c", "p", 16, strides=[2, 2], padding="valid", use_bias=False),
            layer("BatchNormalization", "n", "c", axis=[3], scale=False),
            layer("ReLU", "a", "n", max_value=6.0),
            layer("DepthwiseConv2D", "d", "a", kernel_size=[3, 3], padding="same", use_bias=True,
                  activation="silu"),
            layer("SeparableConv2D", "s", "d", filters=8, kernel_size=[3, 3], padding="same",
                  use_bias=True),
            layer("GlobalAveragePooling2D", "g", "s"),
            layer("Dense", "y", "g", units=10, use_bias=True, activation="softmax"),
        ),
    )  # fmt: skip
    assert rows(network) == [
        "zero pad", "conv 3x3", "batch norm", "relu6", "depthwise 3x3", "swish", "depthwise 3x3",
        "conv 1x1", "global average pool", "fc", "softmax",
    ]  # fmt: skip
    count = network.count(convention="trainable")
    convs = 3 * 3 * 3 * 16 + 2 * (3 * 3 * 16) + 16 * 8
    assert count.mult_adds == 16 * 16 * convs + 8 * 10
    assert count.params == convs + 16 + 16 + 8 + (8 * 10 + 10)


def test_activations_that_are_taken_apart(tmp_path: Path) -> None:
    """x · relu6(x + 3) / 6, as MobileNetV3 has it, is one row; so is what gates a map."""
    network = load(
        tmp_path,
        model(
            image(8, 8, 4),
            conv("c", "x", 4),
            layer("Add", "three", "c", 3.0),
            layer("ReLU", "six", "three", max_value=6.0),
            layer("Multiply", "h", "six", 1 / 6),
            layer("Multiply", "y", "c", "h"),
        ),
    )
    assert rows(network) == ["conv 3x3", "hsigmoid", "multiply"]
    assert network.count().mult_adds == 8 * 8 * 3 * 3 * 4 * 4


def test_layers_that_are_called_twice_share_their_weights(tmp_path: Path) -> None:
    count = load(tmp_path, twice()).count()
    assert count.mult_adds == 2 * 8 * 8 * 3 * 3 * 3 * 3
    assert count.params == 3 * 3 * 3 * 3


def twice() -> dict[str, Any]:
    """One convolution on two inputs."""
    shared = conv("c", "x", 3)
    shared["inbound_nodes"].append({"args": [tensor("z")], "kwargs": {}})
    other = layer("InputLayer", "z", batch_shape=[None, 8, 8, 3])
    add = layer("Add", "y", "c", "c")
    history = {"keras_history": ["c", 1, 0]}
    add["inbound_nodes"][0]["args"][0][1] = {"class_name": "__keras_tensor__", "config": history}
    return model(image(8, 8, 3), other, shared, add)


def test_a_layer_is_called_on_what_it_helped_to_make(tmp_path: Path) -> None:
    """It stands once in the file, with calls that read layers which stand behind it."""
    shared = conv("c", "x", 3)
    shared["inbound_nodes"].append({"args": [tensor("r")], "kwargs": {}})
    end = layer("ReLU", "y", "c")
    end["inbound_nodes"][0]["args"][0]["config"] = {"keras_history": ["c", 1, 0]}
    count = load(tmp_path, model(image(8, 8, 3), shared, layer("ReLU", "r", "c"), end)).count()
    assert [one.type for one in count.layers] == ["conv 3x3", "relu", "conv 3x3", "relu"]
    assert count.mult_adds == 2 * 8 * 8 * 3 * 3 * 3 * 3
    assert count.params == 3 * 3 * 3 * 3


def of(name: str, *sizes: int) -> dict[str, Any]:
    """A tensor with its sizes, as Keras 3 writes them."""
    config = {"shape": [None, *sizes], "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def slices(*ends: tuple[int | None, int | None, int | None]) -> list[dict[str, Any]]:
    words = ("start", "stop", "step")
    return [
        {"class_name": "__slice__", "config": dict(zip(words, one, strict=True))} for one in ends
    ]


def test_operations_on_tensors(tmp_path: Path) -> None:
    every = (None, None, None)
    cut = layer("GetItem", "s", of("x", 9, 9, 4))
    places = slices(every, (None, None, 2), (1, -1, None), (None, 3, None))
    cut["inbound_nodes"][0]["args"].append(places)
    pad = layer("Pad", "p", of("s", 5, 7, 3), mode="constant",
                pad_width=[[0, 0], [1, 0], [0, 0], [0, 2]])  # fmt: skip
    pad["inbound_nodes"][0]["kwargs"]["constant_values"] = float("-inf")  # before a maximum
    network = load(
        tmp_path,
        model(
            image(9, 9, 4),
            cut,
            pad,
            layer("Resizing", "r", of("p", 6, 7, 5), height=12, width=12, interpolation="bilinear"),
            layer("AdaptiveAveragePooling2D", "a", of("r", 12, 12, 5), output_size=[4, 3]),
            layer("UnitNormalization", "u", of("a", 4, 3, 5), axis=[-1]),
            layer("Permute", "t", of("u", 4, 3, 5), dims=[3, 2, 1]),
            layer("Mean", "m", of("t", 5, 3, 4), axis=-1, keepdims=True),
            layer("Max", "h", of("m", 5, 3, 1), axis=1, keepdims=True),
            layer("Conv2DTranspose", "y", of("h", 1, 3, 1), filters=2, kernel_size=[2, 2],
                  strides=[3, 3], padding="valid", use_bias=False),
        ),
    )  # fmt: skip
    layers = network.count(convention="trainable").layers
    assert [(one.type, one.output) for one in layers] == [
        ("crop", (5, 7, 4)),
        ("select", (5, 7, 3)),
        ("zero pad", (6, 7, 3)),
        ("pad channels", (6, 7, 5)),
        ("resize bilinear", (12, 12, 5)),
        ("adaptive average pool", (4, 3, 5)),
        ("L2 norm", (4, 3, 5)),
        ("transpose", (5, 3, 4)),
        ("mean over channels", (5, 3, 1)),
        ("max over height", (1, 3, 1)),
        ("transposed conv 2x2", (3, 9, 2)),
    ]
    assert sum(one.params for one in layers) == 2 * 2 * 2


def attention(behind: dict[str, Any]) -> dict[str, Any]:
    """Scores of 2 heads of 3 channels among 5 tokens, and what follows them."""
    parts = layer("Reshape", "p", of("x", 5, 1, 6), target_shape=[5, 1, 2, 3])
    heads = {"subscripts": "bnghc,bmghc->bnghm"}
    scores = layer("Einsum", "e", **heads)
    scores["inbound_nodes"] = [{"args": [of("p", 5, 1, 2, 3)] * 2, "kwargs": {}}]
    return model(image(5, 1, 6), parts, scores, behind)


def test_a_product_by_heads_is_read_from_maps_in_parts(tmp_path: Path) -> None:
    made = attention(layer("Softmax", "y", of("e", 5, 1, 2, 5), axis=-1))
    network = load(tmp_path, made)
    assert rows(network) == ["matmul", "softmax"]
    assert network.count().mult_adds == 5 * 5 * 6
    assert [layer.output for layer in network.count().layers] == [(5, 1, 2 * 5)] * 2


def test_of_a_map_in_parts_nothing_else_is_read(run: Run, tmp_path: Path) -> None:
    """A layer over the channels of each head is none over all channels."""
    made = attention(layer("Dense", "y", of("e", 5, 1, 2, 5), units=7, use_bias=False))
    (tmp_path / "net.json").write_text(json.dumps(made))
    said = run("count", "net.json", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (
        2, "net.json: not translated: a map of three sides (y)\n"
    )  # fmt: skip


def test_a_learned_map_is_read_of_code_that_export_writes(run: Run, tmp_path: Path) -> None:
    learned = layer("Learned", "l", of("x", 4, 4, 3), sizes=[1, 1, 3], initializer="ones")
    made = model(
        image(4, 4, 3), learned, layer("Multiply", "y", of("x", 4, 4, 3), of("l", 1, 1, 3))
    )
    (tmp_path / "net.json").write_text(json.dumps(made))
    said = run("count", "net.json", cwd=tmp_path)
    assert said.stderr == "net.json: not translated: layer Learned (l)\n"
    learned["registered_name"] = "costcalc>Learned"
    assert load(tmp_path, made).count(convention="trainable").params == 3


def test_chains_and_models_in_models(tmp_path: Path) -> None:
    """A Sequential as a layer, and Keras 2's way of writing what is called."""
    inner = [conv("a", "", 8), layer("ReLU", "b")]
    for one in inner:
        del one["inbound_nodes"]
    chain = {"class_name": "Sequential", "config": {"name": "stem", "layers": inner}}
    chain["inbound_nodes"] = [[["x", 0, 0, {}]]]
    flat = layer("Flatten", "f")
    flat["inbound_nodes"] = [[["stem", 1, 0, {}]]]
    chain_of_keras_3 = {**flat, "inbound_nodes": [[["stem", 0, 0, {}]]]}
    dense = layer("Dense", "y", "f", units=5, use_bias=False)
    network = load(tmp_path, model(image(4, 4, 3), chain, chain_of_keras_3, dense))
    assert rows(network) == ["conv 3x3", "relu", "flatten", "fc"]
    assert network.count().mult_adds == 4 * 4 * 3 * 3 * 3 * 8 + 4 * 4 * 8 * 5


def test_models_that_are_called_twice_share_their_weights(tmp_path: Path) -> None:
    """As the halves of a siamese network do."""
    made = twice()
    (shared,) = (one for one in made["config"]["layers"] if one["config"]["name"] == "c")
    calls = shared.pop("inbound_nodes")
    shared["config"]["name"] = "a"
    chain = {"class_name": "Sequential", "config": {"name": "c", "layers": [shared]}}
    made["config"]["layers"][2] = {**chain, "inbound_nodes": calls}
    count = load(tmp_path, made).count()
    assert count.mult_adds == 2 * 8 * 8 * 3 * 3 * 3 * 3
    assert count.params == 3 * 3 * 3 * 3


def test_models_in_models_end_somewhere(run: Run, tmp_path: Path) -> None:
    inner: dict[str, Any] = {"class_name": "Sequential", "config": {"name": "s", "layers": []}}
    for _ in range(30):
        inner = {"class_name": "Sequential", "config": {"name": "s", "layers": [inner]}}
    made = model(
        image(8, 8, 3), {**inner, "inbound_nodes": [{"args": [tensor("x")], "kwargs": {}}]}
    )
    message = "models in models, more than 20 deep"
    (said,) = refusal(run, tmp_path, "net.json", json.dumps(made).encode())
    assert said == f"net.json: not translated: {message} ({'/'.join('s' * 21)})"


def test_sequences(tmp_path: Path) -> None:
    network = load(
        tmp_path,
        model(
            image(20, 4),
            layer("Conv1D", "c", "x", filters=8, kernel_size=[3], strides=[1], padding="causal",
                  dilation_rate=[2], use_bias=True),
            layer("MaxPooling1D", "p", "c", pool_size=[2], strides=[2], padding="valid"),
            layer("GRU", "y", "p", units=6, use_bias=True, return_sequences=False),
        ),
    )  # fmt: skip
    count = network.count(convention="trainable")
    assert count.mult_adds == 20 * 3 * 4 * 8 + 10 * 3 * 6 * (8 + 6)
    assert count.params == (3 * 4 * 8 + 8) + 3 * 6 * (8 + 6) + 2 * 3 * 6


def test_the_three_kinds_of_file(tmp_path: Path) -> None:
    made = model(image(8, 8, 3), conv("y", "x", 4))
    cost = 8 * 8 * 3 * 3 * 3 * 4
    assert load(tmp_path, made).count().mult_adds == cost
    with zipfile.ZipFile(tmp_path / "net.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(made))
    assert cc.load(tmp_path / "net.keras").count().mult_adds == cost
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "net.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(made)
    assert cc.load(tmp_path / "net.h5").count().mult_adds == cost


# --- What is refused ------------------------------------------------------------------------------


def refusal(run: Run, tmp_path: Path, name: str, data: bytes) -> list[str]:
    (tmp_path / name).write_bytes(data)
    result = run("count", name, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    return result.stderr.splitlines()


def test_all_layers_without_a_row_are_named_at_once(run: Run, tmp_path: Path) -> None:
    """A Lambda is code, and is never run."""
    made = model(
        image(8, 8, 3),
        layer("Lambda", "l\x1b[1m", "x", function="import os"),
        conv("c", "x", 4, data_format="channels_first"),
        layer("Mine", "m", "c"),
    )
    assert refusal(run, tmp_path, "net.json", json.dumps(made).encode()) == [
        "net.json: not translated: channels that come first (c)",
        r"net.json: not translated: layer Lambda (l\u001b[1m)",
        "net.json: not translated: layer Mine (m)",
    ]


def test_sizes_that_are_open(run: Run, tmp_path: Path) -> None:
    network = load(tmp_path, model(image(None, None, 3), conv("y", "x", 4, strides=[2, 2])))
    assert network.count(resolution=33).mult_adds == 17 * 17 * 3 * 3 * 3 * 4
    dense = (layer("Flatten", "f", "x"), layer("Dense", "y", "f", units=4, use_bias=False))
    data = json.dumps(model(image(None, None, 3), *dense)).encode()  # has weights at one side only
    assert refusal(run, tmp_path, "net.json", data) == [
        "net.json: the input 'x' leaves its sides open "
        "(`costcalc import FILE --input 3x224x224` says what one image has)"
    ]
    data = json.dumps(model(image(None, None, None), conv("y", "x", 4))).encode()
    assert refusal(run, tmp_path, "net.json", data) == [
        "net.json: not translated: an input of open size: "
        "`costcalc import FILE --input 3x224x224` says what one image has (x)"
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("net.json", b'{"class_name": "Functional", "config": {"layers": [{"a": 1}]}}'),
        ("net.json", b'{"class_name": "Functional", "config": {"lay'),
        ("net.json", b'{"class_name": ' + b"[" * 100_000),
        ("net.keras", b"PK\x03\x04 and no more"),
        ("net.h5", b"\x80\x02cos\nsystem\n."),
    ],
)
def test_damaged_files(run: Run, tmp_path: Path, name: str, data: bytes) -> None:
    """Also pickles, which nobody opens."""
    message = f"{name}: not a Keras model, or a damaged one"
    assert refusal(run, tmp_path, name, data) == [message]


def test_archives_that_grow(run: Run, tmp_path: Path) -> None:
    """40 MB of blanks are 40 KB there."""
    with zipfile.ZipFile(tmp_path / "net.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * 40_000_000)
    assert refusal(run, tmp_path, "net.keras", (tmp_path / "net.keras").read_bytes()) == [
        "net.keras: the configuration in it is too large (at most 32,000,000 bytes)"
    ]


def test_files_of_weights_alone(run: Run, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "net.h5", "w") as file:
        file.attrs["layer_names"] = ["a"]
    assert refusal(run, tmp_path, "net.h5", (tmp_path / "net.h5").read_bytes()) == [
        "net.h5: a file of weights, without a model (model.save(…), or to_json())"
    ]
