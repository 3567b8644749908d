"""Networks in the text files of Darknet, Caffe and ncnn."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc

DARKNET = """
# a comment
[net]
height=64
width=64
channels=3

[convolutional]
batch_normalize=1
filters=16
size=3
stride=2
pad=1
activation=leaky

[maxpool]
size=2
stride=2

[convolutional]
filters=8
size=1
groups=8
activation=linear

[route]
layers = -1, 1

[shortcut]
from=-1
activation=relu

[upsample]
stride=2

[avgpool]

[connected]
output=10
activation=linear

[softmax]
"""
CAFFE = """
name: "net"  # a comment
input: "data" input_dim: 1 input_dim: 3 input_dim: 33 input_dim: 33
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 16 kernel_size: 3 stride: 2 bias_term: false } }
layer { name: "bn" type: 'BatchNorm' bottom: "conv" top: "conv" }
layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
  pooling_param { pool: MAX kernel_h: 3 kernel_w: 3 stride: 2 } }
layer { name: "dw" type: "Convolution" bottom: "pool" top: "dw"
  convolution_param { num_output: 16 group: 16 kernel_size: 3 pad: 1 } }
layer { name: "sum" type: "Eltwise" bottom: "dw" bottom: "pool" top: "sum" }
layer { name: "slice" type: "Slice" bottom: "sum" top: "a" top: "b" slice_param { slice_point: 4 } }
layer { name: "concat" type: "Concat" bottom: "b" bottom: "a" top: "concat" }
layer { name: "ip" type: "InnerProduct" bottom: "concat" top: "ip"
  inner_product_param { num_output: 10 } }
layer { name: "label" type: "Data" top: "label" include { phase: TRAIN } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" }
"""
NCNN = """7767517
9 10
Input data 0 1 data 0=32 1=32 2=3
Convolution conv 1 1 data conv -23330=4,3,16,16,16 0=16 1=3 3=2 4=-233 5=1 6=432 9=1
Split split 1 2 conv left right
ConvolutionDepthWise dw 1 1 left dw 0=16 1=3 4=1 5=0 6=144 7=16
BinaryOp gate 1 1 dw three 0=0 1=1 2=3.0
Clip clip 1 1 three six 0=0.0 1=6.0
BinaryOp sixth 1 1 six hs 0=3 1=1 2=6.0
Eltwise sum 2 1 hs right sum 0=1
InnerProduct ip 1 1 sum ip 0=10 1=1 2=40960
"""


def load(tmp_path: Path, name: str, text: str) -> cc.Network:
    (tmp_path / name).write_text(text)
    return cc.load(tmp_path / name)


def rows(network: cc.Network) -> list[str]:
    return [layer.type for layer in network.count().layers]


def test_darknet(tmp_path: Path) -> None:
    """A BN or a bias behind each layer that learns; routes name sections by where they stand."""
    network = load(tmp_path, "net.cfg", DARKNET)
    assert rows(network) == [
        "conv 3x3", "batch norm", "leaky", "max pool 2x2", "group conv 1x1", "concat", "add",
        "relu", "upsample", "global average pool", "fc", "softmax",
    ]  # fmt: skip
    count = network.count(convention="trainable")
    assert count.mult_adds == 32 * 32 * 3 * 3 * 3 * 16 + 16 * 16 * 16 * 8 // 8 + 24 * 10
    assert count.params == 3 * 3 * 3 * 16 + 2 * 16 + (2 * 8 + 8) + (24 * 10 + 10)


def test_caffe(tmp_path: Path) -> None:
    """Pools round up; BN and Scale are one row; what is there for training is left out."""
    network = load(tmp_path, "deploy.prototxt", CAFFE)
    assert rows(network) == [
        "conv 3x3", "batch norm", "relu", "max pool 3x3", "depthwise 3x3", "add", "select",
        "select", "concat", "flatten", "fc",
    ]  # fmt: skip
    count = network.count(convention="trainable")
    dense = 8 * 8 * 16 * 10
    assert count.mult_adds == 16 * 16 * 3 * 3 * 3 * 16 + 8 * 8 * 3 * 3 * 16 + dense
    assert count.params == 3 * 3 * 3 * 16 + 2 * 16 + (3 * 3 * 16 + 16) + dense + 10


def test_ncnn(tmp_path: Path) -> None:
    """Activations are fused, or taken apart, and weights are as many as the file says."""
    network = load(tmp_path, "net.param", NCNN)
    assert rows(network) == [
        "conv 3x3", "relu", "depthwise 3x3", "hsigmoid", "add", "flatten", "fc",
    ]  # fmt: skip
    count = network.count(convention="trainable")
    dense = 16 * 16 * 16 * 10
    assert count.mult_adds == 16 * 16 * (3 * 3 * 3 * 16 + 3 * 3 * 16) + dense
    assert count.params == (3 * 3 * 3 * 16 + 16) + 3 * 3 * 16 + (dense + 10)


# --- What is refused ------------------------------------------------------------------------------

REFUSED = {
    "unknown sections": (
        "net.cfg",
        DARKNET + "[local]\nfilters=3\n[lstm\x1b]\n",
        ["line 45 is no section and no option ([section], or key=value)"],
    ),
    "sections without a row": (
        "net.cfg",
        DARKNET + "[local]\nfilters=3\n[convolutional]\nactivation=ramp\n[gru]\n",
        ["not translated: section gru (gru11)", "not translated: section local (local9)"],
    ),
    "no size": (
        "net.cfg",
        "[net]\nbatch=1\n[softmax]\n",
        [
            "the network has no size of its input "
            "(`costcalc import FILE --input 3x224x224` says what one image has)"
        ],
    ),
    "routes ahead": (
        "net.cfg",
        DARKNET + "[route]\nlayers=40\n",
        ["not translated: a section that is not before it is read (route9)"],
    ),
    "numbers that are none": (
        "net.cfg",
        DARKNET.replace("filters=16", "filters=1e9"),
        ["not translated: filters=1e9: a whole number is needed (convolutional0)"],
    ),
    "a layer of Python": (
        "deploy.prototxt",
        CAFFE.replace('"Eltwise"', '"Python"').replace('"Slice"', '"Mine\x1b[1m"'),
        [r"not translated: layer mine\u001b[1m (slice)", "not translated: layer python (sum)"],
    ),
    "a text that ends": (
        "deploy.prototxt",
        CAFFE.rstrip().removesuffix("}"),
        ["a prototxt that ends within a message (a part of one?)"],
    ),
    "too many ends": (
        "deploy.prototxt",
        CAFFE + "}\n",
        ["line 20 is none of a prototxt (name: value, or name { … })"],
    ),
    "too deep": (
        "deploy.prototxt",
        "layer {" * 100_000,
        ["line 1 is none of a prototxt (name: value, or name { … })"],
    ),
    "circles": (
        "deploy.prototxt",
        CAFFE.replace('bottom: "data" top: "conv"', 'bottom: "sum" top: "conv"'),
        ["not translated: what no layer before gives is read (conv)"],
    ),
    "fewer layers": (
        "net.param",
        NCNN.rsplit("\n", 2)[0] + "\n",
        ["the file has fewer layers than it says (a part of one?)"],
    ),
    "other weights": (
        "net.param",
        NCNN.replace("6=432", "6=433"),
        ["not translated: Convolution of another number of weights than the file says (conv)"],
    ),
    "other sizes": (
        "net.param",
        NCNN.replace("4,3,16,16,16", "4,3,15,15,16"),
        ["not translated: Convolution that gives other sizes than the file says (conv)"],
    ),
    "a line that is none": ("net.param", NCNN + "\nConvolution\n", []),
    "another magic": ("net.param", NCNN[1:], ["an ncnn model begins with 7767517"]),
    "a word for a number": ("net.param", NCNN.replace("1 1 data conv", "x 1 data conv"),
                            ["line 4 is no layer"]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(run: Run, tmp_path: Path, case: str) -> None:
    name, text, messages = REFUSED[case]
    (tmp_path / name).write_text(text)
    result = run("count", name, cwd=tmp_path)
    assert result.stderr.splitlines() == [f"{name}: {message}" for message in messages]
    assert result.returncode == (2 if messages else 0)
