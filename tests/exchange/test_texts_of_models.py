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


FORK = """
[net]
inputs=192
height=8
width=8
channels=3

[convolutional]
filters=8
filters=99
size=3
pad=1
dilation=2
stride_x=2
activation=ramp

[avgpool]

[convolutional]
filters=8
activation=logistic

[scale_channels]
from=-3

[convolutional]
filters=8
size=1
activation=linear

[convolutional]
share_index=4
filters=8
size=1
activation=linear

[sam]
from=-2

[local_avgpool]
size=2
stride=2

[batchnorm]

[reorg3d]
stride=2

[gaussian_yolo]
"""


def test_sections_of_a_fork_of_darknet(tmp_path: Path) -> None:
    """Dilated kernels are padded as much more, the first of equal options counts, and weights that
    are shared are learned once."""
    network = load(tmp_path, "net.cfg", FORK)
    assert rows(network) == [
        "conv 3x3", "leaky", "global average pool", "conv 1x1", "sigmoid", "multiply", "conv 1x1",
        "conv 1x1", "multiply", "average pool 2x2", "batch norm", "space to depth",
    ]  # fmt: skip
    count = network.count(convention="trainable")
    assert count.mult_adds == 8 * 4 * 3 * 3 * 3 * 8 + 8 * 8 + 2 * (8 * 4 * 8 * 8)
    assert count.params == (3 * 3 * 3 * 8 + 8) + 2 * (8 * 8 + 8) + 2 * 8
    assert network.spec.remarks == ("gaussian_yolo, left out", "ramp, said as leaky")


def test_sequences_of_darknet_have_inputs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.cfg").write_text("[net]\ninputs=256\n[rnn]\n[connected]\noutput=9\n")
    result = run("count", "net.cfg", cwd=tmp_path)
    assert result.stderr == "net.cfg: not translated: section rnn (rnn0)\n"


TRAINED = """
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN } }
layer { name: "a" type: "Convolution" bottom: "data" top: "a"
  convolution_param { num_output: 4 kernel_size: 2 stride: 2 } }
layer { name: "s" type: "SELU" bottom: "a" top: "a" }
layer { name: "i" type: "Interp" bottom: "a" top: "i" interp_param { height: 9 width: 7 } }
layer { name: "z" type: "Interp" bottom: "i" top: "z"
  interp_param { shrink_factor: 2 zoom_factor: 3 } }
layer { name: "b" type: "Convolution" bottom: "z" top: "b"
  convolution_param { num_output: 2 kernel_size: 1 bias_term: false } }
layer { name: "loss" type: "HingeLoss" bottom: "b" bottom: "label" top: "loss" }
"""


def test_caffe_networks_for_training(run: Run, tmp_path: Path) -> None:
    """The size of images is none of the file's; losses and labels are no part of the network."""
    (tmp_path / "train.prototxt").write_text(TRAINED)
    result = run("count", "train.prototxt", cwd=tmp_path)
    assert result.stderr == (
        "train.prototxt: not translated: an input of open size: "
        "`costcalc import FILE --input 3x224x224` says what one image has (data)\n"
    )
    result = run("import", "train.prototxt", "--input", "3x8x8", cwd=tmp_path)
    cost = 4 * 4 * 2 * 2 * 3 * 4 + 13 * 10 * 4 * 2
    assert f"both count {cost:,} Mult-Adds and {2 * 2 * 3 * 4 + 4 + 4 * 2:,}" in result.stderr


def test_solvers_of_caffe_are_no_networks(run: Run, tmp_path: Path) -> None:
    (tmp_path / "solver.prototxt").write_text('net: "train.prototxt"\nbase_lr: 0.01\n')
    result = run("count", "solver.prototxt", cwd=tmp_path)
    assert result.stderr == (
        "solver.prototxt: a solver of Caffe, which names the file of its network\n"
    )


VIEWS = """7767517
10 11
Input data 0 1 data 0=6 1=4 2=8
MemoryData m 0 1 m 0=8
BinaryOp add 2 1 data m sum 0=0
Reshape flat 1 1 sum flat 0=-1 1=8
Permute turn 1 1 flat turn 0=1
InnerProduct ip 1 1 turn ip 0=5 1=1 2=40
Slice cut 1 2 ip a b -23300=2,3,-233 1=1
Concat cat 2 1 b a cat 0=1
Crop crop 1 1 cat crop -23309=1,4 -23310=1,-1 -23311=1,0
Reduction mean 1 1 crop mean 0=3 1=1
"""


def test_views_of_ncnn(tmp_path: Path) -> None:
    """Rows and columns are tokens and their channels: 24 of 8."""
    network = load(tmp_path, "net.param", VIEWS)
    count = network.count(convention="trainable")
    assert (count.mult_adds, count.params) == (24 * 8 * 5, 8 + 8 * 5 + 5)
    assert rows(network)[-3:] == ["crop", "global average pool", "mean over channels"]


def test_a_product_of_a_map_is_of_all_of_it(run: Run, tmp_path: Path) -> None:
    """Not of its channels at every place, as where an image is larger than the weights are for."""
    (tmp_path / "net.param").write_text(NCNN.replace("2=40960", "2=160"))
    result = run("count", "net.param", cwd=tmp_path)
    assert result.stderr == (
        "net.param: not translated: InnerProduct of another number of weights than the file says "
        "(ip)\n"
    )


def test_inputs_that_nothing_reads(tmp_path: Path) -> None:
    """The others keep the names by which rows read them."""
    text = CAFFE.replace('input: "data"', 'input: "data" input: "info"', 1)
    text = text.replace(
        "input_dim: 1 ", "input_dim: 1 input_dim: 3 input_dim: 33 input_dim: 33 input_dim: 1 ", 1
    )
    text += 'layer { name: "more" type: "ReLU" bottom: "data" top: "more" }\n'
    assert load(tmp_path, "net.prototxt", text).count().layers[-1].type == "relu"


def test_long_chains_of_functions(tmp_path: Path) -> None:
    """They are no activation, and their rows are written all the same."""
    chain = [f"BinaryOp b{i} 1 1 v{i} v{i + 1} 0=2 1=1 2=1.5" for i in range(3000)]
    lines = ["7767517", "3002 3002", "Input v0 0 1 v0 0=4 1=4 2=8", *chain, "ReLU r 1 1 v3000 y"]
    assert rows(load(tmp_path, "net.param", "\n".join(lines))) == ["relu"]


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
