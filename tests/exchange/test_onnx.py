"""ONNX files as networks: what their operations are in rows, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

import costcalc as cc

onnx = pytest.importorskip("onnx")
numpy = pytest.importorskip("numpy")

FLOAT = 1
LIGHT = Path(onnx.__file__).parent / "backend/test/data/light"
#: Of a ReLU6.
BOUNDS = {"l": numpy.array(0, "float32"), "h": numpy.array(6, "float32")}
#: A weight as a size; its values are zeros.
Sizes = tuple[int, ...]


def node(kind: str, reads: str, gives: str, **attributes: Any) -> Any:
    return onnx.helper.make_node(kind, reads.split(), gives.split(), name=gives, **attributes)


def model(
    nodes: list[Any],
    size: tuple[int | str, ...] = (1, 3, 32, 32),
    *,
    given: str = "y",
    opset: int = 20,
    **constants: Any,
) -> Any:
    """A model of one input ``x``; constants are sizes of weights, or numpy arrays."""
    arrays = {
        name: numpy.zeros(value, numpy.float32) if isinstance(value, tuple) else value
        for name, value in constants.items()
    }
    graph = onnx.helper.make_graph(
        nodes,
        "net",
        [onnx.helper.make_tensor_value_info("x", FLOAT, size)],
        [onnx.helper.make_tensor_value_info(one, FLOAT, None) for one in given.split()],
        [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    opsets = [onnx.helper.make_opsetid("", opset), onnx.helper.make_opsetid("com.mine", 1)]
    return onnx.helper.make_model(graph, opset_imports=opsets, producer_name="a test")


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """A model as a network, by way of a file."""

    def load(made: Any) -> cc.Network:
        (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
        return cc.load(tmp_path / "net.onnx")

    return load


def rows(network: cc.Network) -> list[str]:
    """What its rows are."""
    return [layer.type for layer in network.count().layers]


CONV = node("Conv", "x w b", "c", pads=[1, 1, 1, 1], strides=[2, 2])


def test_layers_and_their_parameters(load: Any) -> None:
    """Convolutions, BN, a pool and a dense layer; statistics are no parameters."""
    network = load(
        model(
            [
                CONV,
                node("BatchNormalization", "c g s m v", "n"),
                node("Relu", "n", "r"),
                node("Conv", "r d", "e", pads=[1, 1, 1, 1], group=16),
                node("GlobalAveragePool", "e", "p"),
                node("Flatten", "p", "f"),
                node("Gemm", "f k q", "y", transB=1),
            ],
            w=(16, 3, 3, 3),
            b=(16,),
            g=(16,),
            s=(16,),
            m=(16,),
            v=(16,),
            d=(16, 1, 3, 3),
            k=(10, 16),
            q=(10,),
        )
    )
    assert rows(network) == [
        "conv 3x3", "batch norm", "relu", "depthwise 3x3", "global average pool", "fc",
    ]  # fmt: skip
    count = network.count(convention="trainable")
    assert count.mult_adds == 16 * 16 * (3 * 3 * 3 * 16 + 3 * 3 * 16) + 16 * 10
    assert count.params == (3 * 3 * 3 * 16 + 16) + 2 * 16 + 3 * 3 * 16 + (16 * 10 + 10)
    assert network.spec.notes == "from an ONNX model of a test"


@pytest.mark.parametrize(
    ("name", "mult_adds", "learned"),
    [
        ("bvlc_alexnet", 654_560_384, 60_965_224),
        ("densenet121", 2_834_161_664, 8_062_504),
        ("inception_v1", 1_431_556_352, 6_998_552),
        ("inception_v2", 2_018_851_840, 11_214_888),
        ("resnet50", 4_089_184_256, 25_557_032),
        ("shufflenet", 124_664_528, 1_393_320),
        ("squeezenet", 349_151_936, 1_235_496),
        ("vgg19", 19_632_062_464, 143_667_240),
        ("zfnet512", 1_481_727_008, 87_250_536),
    ],
)
def test_models_that_come_with_onnx(name: str, mult_adds: int, learned: int) -> None:
    """Against the values of all initialisers but statistics, and the products of the sizes of
    weights and outputs, both read from the files."""
    count = cc.load(LIGHT / f"light_{name}.onnx").count(convention="trainable")
    assert (count.mult_adds, count.params) == (mult_adds, learned)


SQRT_HALF = numpy.float32(0.5**0.5)
PARTS: dict[str, list[tuple[str, str, Any]]] = {
    "swish": [("Sigmoid", "c", {}), ("Mul", "c v0", {})],
    "hswish": [
        ("Add", "c 3", {}), ("Clip", "v0 0 6", {}), ("Mul", "c v1", {}), ("Div", "v2 6", {}),
    ],
    "hsigmoid": [("Add", "c 3", {}), ("Clip", "v0 0 6", {}), ("Div", "v1 6", {})],
    "gelu": [
        ("Mul", "c h", {}), ("Erf", "v0", {}), ("Add", "v1 1", {}), ("Mul", "c v2", {}),
        ("Div", "v3 2", {}),
    ],
    "mish": [("Softplus", "c", {}), ("Tanh", "v0", {}), ("Mul", "c v1", {})],
    "relu6": [("Clip", "c 0 6", {})],
    "leaky": [("LeakyRelu", "c", {"alpha": 0.1})],
}  # fmt: skip


@pytest.mark.parametrize("word", PARTS)
def test_activations_that_exporters_take_apart(load: Any, word: str) -> None:
    """HardSwish, SiLU, GELU and others are known by what they do, and are one row."""
    numbers = {str(n): numpy.float32(n) for n in (0, 1, 2, 3, 6)}
    nodes = [
        node(kind, reads, f"v{i}", **attributes)
        for i, (kind, reads, attributes) in enumerate(PARTS[word])
    ]
    nodes = [CONV, *nodes, node("Conv", f"v{len(nodes) - 1} u", "y")]
    network = load(model(nodes, w=(8, 3, 3, 3), b=(8,), u=(4, 8, 1, 1), h=SQRT_HALF, **numbers))
    assert rows(network) == ["conv 3x3", word, "conv 1x1"]


def test_what_is_no_activation_stays_its_operations(load: Any) -> None:
    """c·sigmoid(2c): a scaling by a number is left out."""
    nodes = [CONV, node("Mul", "c two", "d"), node("Sigmoid", "d", "e"), node("Mul", "c e", "y")]
    network = load(model(nodes, w=(8, 3, 3, 3), b=(8,), two=numpy.float32(2)))
    assert rows(network) == ["conv 3x3", "sigmoid", "multiply"]


def test_weights_used_twice_are_counted_once(load: Any) -> None:
    nodes = [
        node("Conv", "x w", "a", pads=[1, 1, 1, 1]),
        node("Relu", "a", "r"),
        node("Conv", "r w", "b", pads=[1, 1, 1, 1]),
        node("Add", "a b", "y"),
    ]
    count = load(model(nodes, w=(3, 3, 3, 3))).count()
    assert count.mult_adds == 2 * 32 * 32 * 3 * 3 * 3 * 3
    assert count.params == 3 * 3 * 3 * 3


def test_equal_vectors_are_no_shared_weights(load: Any) -> None:
    """PyTorch writes equal biases, such as the zeros of what is not trained, once."""
    nodes = [
        node("Conv", "x w b", "c"),
        node("Conv", "c v b", "d"),
        node("BatchNormalization", "d g b m m", "e"),
        node("BatchNormalization", "e g b m m", "y"),
    ]
    weights = {"w": (8, 3, 1, 1), "v": (8, 8, 1, 1), "b": (8,), "g": (8,), "m": (8,)}
    count = load(model(nodes, **weights)).count(convention="trainable")
    assert count.params == (3 * 8 + 8) + (8 * 8 + 8) + 2 * 2 * 8


def test_sizes_that_are_computed_are_followed(load: Any) -> None:
    """A batch that is open is one image; its size, and what is made of it, are constants."""
    nodes = [
        CONV,
        node("Shape", "c", "s"),
        node("Gather", "s zero", "n", axis=0),
        node("Unsqueeze", "n zeros", "u"),
        node("Concat", "u rest", "t", axis=0),
        node("Reshape", "c t", "f"),
        node("MatMul", "f k", "l"),
        node("Add", "l q", "y"),
    ]
    zero = numpy.array(0)
    network = load(
        model(
            nodes,
            ("batch", 3, 32, 32),
            w=(8, 3, 3, 3),
            b=(8,),
            zero=zero,
            zeros=zero.reshape(1),
            rest=numpy.array([-1]),
            k=(8 * 16 * 16, 10),
            q=(10,),
        )
    )
    assert rows(network) == ["conv 3x3", "flatten", "fc"]
    assert network.count(convention="trainable").params == 3 * 3 * 3 * 8 + 8 + 8 * 16 * 16 * 10 + 10


def test_attention_of_tokens(load: Any) -> None:
    """6 tokens of 8 channels, in 2 heads: scores, softmax, values; a bias is in its row."""
    split = numpy.array([1, 6, 2, 4])
    nodes = [
        node("MatMul", "x a", "qk"), node("Add", "qk d", "q0"), node("Reshape", "q0 split", "q1"),
        node("Transpose", "q1", "q", perm=[0, 2, 1, 3]),
        node("Transpose", "q1", "k", perm=[0, 2, 3, 1]),
        node("MatMul", "q k", "s"), node("Softmax", "s", "p", axis=-1), node("MatMul", "p q", "y"),
    ]  # fmt: skip
    network = load(model(nodes, (1, 6, 8), a=(8, 8), d=(8,), split=split))
    assert rows(network) == ["linear", "matmul", "softmax", "matmul"]
    assert network.count().mult_adds == 6 * 8 * 8 + 2 * (6 * 6 * 8)
    assert network.count(convention="trainable").params == 8 * 8 + 8


def test_quantised_convolutions_are_convolutions(load: Any) -> None:
    zero, scale = numpy.uint8(0), numpy.float32(1)
    nodes = [
        node("QuantizeLinear", "x scale zero", "q"),
        node("QLinearConv", "q scale zero w scales zero scale zero b", "c"),
        node("DequantizeLinear", "c scale zero", "y"),
    ]
    made = model(
        nodes, w=numpy.zeros((8, 3, 1, 1), numpy.uint8), b=numpy.zeros(8, numpy.int32), scale=scale,
        zero=zero, scales=numpy.ones(8, numpy.float32),
    )  # fmt: skip
    count = load(made).count(convention="trainable")
    assert (count.mult_adds, count.params) == (32 * 32 * 3 * 8, 3 * 8 + 8)


def test_paddings_that_onnx_works_out(load: Any) -> None:
    """The odd one last, or first."""
    for word in ("SAME_UPPER", "SAME_LOWER"):
        conv = node("Conv", "x w", "c", auto_pad=word, strides=[2, 2])
        pool = node("MaxPool", "c", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        assert (
            load(model([conv, pool], w=(8, 3, 4, 4))).count().mult_adds == 16 * 16 * 4 * 4 * 3 * 8
        )


def test_cuts_joins_and_sizes(load: Any) -> None:
    two = {name: numpy.array(value) for name, value in {"a": [0], "b": [8], "i": [1]}.items()}
    nodes = [
        node("Conv", "x w", "c"),
        node("Split", "c", "l r", axis=1, num_outputs=2),
        node("Slice", "c a b i", "s"),
        node("Concat", "r l s", "j", axis=1),
        node("Resize", "j roi scales", "u"),
        node("Pad", "u pads", "p"),
        node("ConvTranspose", "p t", "y", strides=[2, 2]),
    ]
    made = model(
        nodes,
        pads=numpy.array([0, 0, 1, 0, 0, 0, 1, 0]),
        scales=numpy.array([1, 1, 2, 2], numpy.float32),
        **{"w": (16, 3, 1, 1), "t": (24, 5, 2, 2), "roi": (0,), **two},
    )
    network = load(made)
    assert rows(network) == [
        "conv 1x1", "select", "select", "select", "concat", "resize", "zero pad",
        "transposed conv 2x2",
    ]  # fmt: skip
    assert network.count().mult_adds == 32 * 32 * 3 * 16 + 66 * 64 * 2 * 2 * 24 * 5


# --- What is refused ------------------------------------------------------------------------------


def refusal(run: Run, tmp_path: Path, made: Any) -> list[str]:
    data = made if isinstance(made, bytes) else made.SerializeToString()
    (tmp_path / "bad.onnx").write_bytes(data)
    result = run("count", "bad.onnx", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    return result.stderr.splitlines()


def test_all_operations_without_a_row_are_named_at_once(run: Run, tmp_path: Path) -> None:
    nodes = [
        onnx.helper.make_node("Conv", ["x", "w"], ["c"], name="stem"),
        onnx.helper.make_node("Foo", ["c"], ["d"], name="\x1b[31mred\u202e", domain="com.mine"),
        onnx.helper.make_node("Foo", ["d"], ["e"], name="again", domain="com.mine"),
        onnx.helper.make_node("Det", ["e"], ["y"], name="det"),
    ]
    assert refusal(run, tmp_path, model(nodes, w=(8, 3, 1, 1))) == [
        "bad.onnx: not translated: operation Det (det)",
        r"bad.onnx: not translated: operation com.mine.Foo (2 times: \u001b[31mred\u202e, again)",
    ]


@pytest.mark.parametrize("kind", ["If", "Loop"])
def test_control_flow_is_refused(run: Run, tmp_path: Path, kind: str) -> None:
    made = model([node(kind, "x", "y")])
    assert refusal(run, tmp_path, made) == [f"bad.onnx: not translated: control flow: {kind} (y)"]


def test_control_flow_is_named_beside_open_sizes(run: Run, tmp_path: Path) -> None:
    """And no size is asked for where none can be said: of sounds, as in silero-vad."""
    made = model([node("If", "x", "a"), node("If", "a", "y")], ("n", 512, "t", 2, 2))
    assert refusal(run, tmp_path, made) == [
        "bad.onnx: the input 'x' leaves its sides open: 1x512x?x2x2 (a file in which it is fixed)",
        "bad.onnx: not translated: control flow: If (2 times)",
    ]


def test_names_are_given_once(run: Run, tmp_path: Path) -> None:
    named = "what it gives has the name of what is given before"
    conv = node("Conv", "x w", "y")
    for nodes, place in {
        "a": [node("Relu", "x", "a"), node("Tanh", "x", "a"), node("Relu", "x", "y")],
        "x": [node("Relu", "x", "x"), node("Relu", "x", "y")],
        "w": [node("Relu", "x", "w"), conv],
    }.items():
        said = refusal(run, tmp_path, model(place, w=(8, 3, 1, 1)))
        assert f"bad.onnx: not translated: {named} ({nodes})" in said
    for field, message in (
        ("initializer", "two constants have the name 'w'"),
        ("input", "two inputs have the name 'x'"),
    ):
        made = model([conv], w=(8, 3, 1, 1))
        getattr(made.graph, field).append(getattr(made.graph, field)[0])
        assert refusal(run, tmp_path, made) == [f"bad.onnx: {message}"]
    made = model([node("Relu", "x", "z")])
    assert refusal(run, tmp_path, made) == [
        "bad.onnx: not translated: an output that nothing gives (y)"
    ]


def test_functions_that_call_themselves(run: Run, tmp_path: Path) -> None:
    own = onnx.helper.make_node("F", ["x"], ["y"], domain="com.mine")
    made = model([own])
    opsets = [*made.opset_import]
    made.functions.append(onnx.helper.make_function("com.mine", "F", ["x"], ["y"], [own], opsets))
    message = "functions that call each other, or are damaged"
    assert refusal(run, tmp_path, made) == [f"bad.onnx: {message}"]


@pytest.mark.parametrize("channels", [3, 5_000])
@pytest.mark.parametrize("size", [0, -3, 7, 10**9])
def test_weights_that_are_not_what_they_say(
    run: Run, tmp_path: Path, channels: int, size: int
) -> None:
    """Also those that are stepped over: of 10,000 · 25 numbers."""
    made = model([node("Conv", "x w", "y")], (1, channels, 8, 8), w=(50, channels, 1, 1))
    made.graph.initializer[0].dims[0] = size
    assert refusal(run, tmp_path, made) == [
        "bad.onnx: the constant 'w' holds other values than it says"
    ]


def test_weights_of_a_gigabyte(tmp_path: Path) -> None:
    """They are a hole in the file, of which nobody reads a byte."""
    made, holes = model([node("MatMul", "x w", "y")], (1, 16384), w=(1, 1)), 2**30
    tensor = made.graph.initializer.pop()
    tensor.dims[:] = (16384, 16384)
    tensor.ClearField("raw_data")

    def field(number: int, content: bytes, more: int) -> bytes:
        length, size = len(content) + more, b""
        while length > 127:
            length, size = length >> 7, size + bytes([length & 127 | 128])
        return bytes([number << 3 | 2]) + size + bytes([length]) + content

    weights = tensor.SerializeToString() + field(9, b"", holes)
    graph = made.graph.SerializeToString() + field(5, weights, holes)
    made.ClearField("graph")
    data = made.SerializeToString() + field(7, graph, holes)
    with (tmp_path / "net.onnx").open("wb") as file:
        file.write(data)
        file.truncate(len(data) + holes)
    assert cc.load(tmp_path / "net.onnx").count().mult_adds == 16384 * 16384


def test_functions_of_elements_that_no_row_says(load: Any) -> None:
    """Floors, sines and the like change no Mult-Adds; log-softmax is said as softmax."""
    words = ("Floor", "Sin", "Softsign", "ReduceMin", "LogSoftmax")
    nodes = [node("Conv", "x w", "v0")]
    nodes += [node(word, f"v{i}", f"v{i + 1}") for i, word in enumerate(words)]
    network = load(model([*nodes, node("Relu", "v5", "y")], opset=11, w=(8, 3, 1, 1)))
    assert rows(network) == ["conv 1x1", "global max pool", "max over channels", "softmax", "relu"]
    assert network.spec.remarks == (
        "Floor, left out", "LogSoftmax, said as softmax", "ReduceMin, said as a maximum",
        "Sin, left out", "Softsign, left out",
    )  # fmt: skip


def test_circles_are_refused(run: Run, tmp_path: Path) -> None:
    made = model([node("Add", "x b", "a"), node("Relu", "a", "b"), node("Relu", "c", "y")])
    assert refusal(run, tmp_path, made) == [
        "bad.onnx: not translated: what a later node gives is read: a circle, or no order (a)",
        "bad.onnx: not translated: what nothing gives is read (y)",
    ]


def test_weights_that_no_row_holds_are_no_silence(run: Run, tmp_path: Path) -> None:
    """A convolution by a kernel that is the sum of two, and a table that is looked up."""
    nodes = [node("Add", "w v", "k"), node("Conv", "x k", "y")]
    big = (64, 3, 9, 9)
    assert refusal(run, tmp_path, model(nodes, w=big, v=big)) == [
        "bad.onnx: not translated: weights made of parts or of several constants (y)"
    ]
    nodes = [node("Cast", "x", "i", to=7), node("Gather", "w i", "y")]
    assert refusal(run, tmp_path, model(nodes, (1, 4), w=(100, 8))) == [
        "bad.onnx: not translated: an embedding, or a table that is looked up (y)"
    ]


def test_open_sides_are_the_resolution(run: Run, tmp_path: Path) -> None:
    """What a model says of any size is a spec of any, held against the model at three."""
    nodes = [
        node("Conv", "x w b", "c", pads=[1, 1, 1, 1], strides=[2, 2]),
        node("Relu", "c", "r"),
        node("GlobalAveragePool", "r", "p"),
        node("Shape", "p", "s", end=2),
        node("Reshape", "p s", "f"),
        node("Gemm", "f k q", "y", transB=1),
    ]
    sizes = {"w": (8, 3, 3, 3), "b": (8,), "k": (10, 8), "q": (10,)}
    made = model(nodes, ("n", 3, "h", "w"), **sizes)
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    network = cc.load(tmp_path / "net.onnx")
    for side, halves in ((224, 112), (352, 176), (65, 33)):
        found = network.count(resolution=side)
        assert found.mult_adds == halves * halves * 3 * 3 * 3 * 8 + 8 * 10
    assert str(network.formula().total.mult_adds) == "54*resolution**2 + 80"
    assert network.count(resolution="64x32").mult_adds == 32 * 16 * 3 * 3 * 3 * 8 + 8 * 10
    written = run("import", "net.onnx", cwd=tmp_path)
    assert written.stdout.splitlines()[2:] == [
        "parameters:",
        "  resolution: 224",
        "defaults: {norm: none, activation: relu, bias: true, padding: half}",
        "input: {side: resolution, channels: 3}",
        "layers:",
        "- {conv: 3x3, out: 8, stride: 2}",
        "- {avgpool: global}",
        "- {fc: 10}",
    ]
    fixed = run("import", "net.onnx", "--input", "3x64x32", cwd=tmp_path).stdout
    assert "input: {height: 64, width: 32, channels: 3}\n" in fixed
    family = run("import", "net.onnx", "net.onnx", *["--at", "n=1", "--at", "n=2"], cwd=tmp_path)
    assert family.stderr == (
        "the models leave the sides of their images open (--input 3x224x224, or one for each with "
        "--at resolution=224)\n"
    )


def test_inputs_that_leave_their_size_open(run: Run, tmp_path: Path) -> None:
    conv = [node("Conv", "x w", "y")]
    hint = "(`costcalc import FILE --input 3x224x224` says what one image has)"
    says = f"bad.onnx: the input 'x' leaves its sides open: 1x3x?x? {hint}"
    dense = [node("Flatten", "x", "f"), node("Gemm", "f w", "y")]
    assert refusal(run, tmp_path, model(dense, ("n", 3, "h", "w"), w=(3 * 224 * 224, 8))) == [says]
    parts = [node("Reshape", "x s", "f"), node("Softmax", "f", "y")]
    sizes = numpy.array([0, 3, -1, 224])  # is an image at 224 only
    assert refusal(run, tmp_path, model(parts, ("n", 3, "h", "w"), s=sizes)) == [says]
    assert refusal(run, tmp_path, model(conv, ("n", "c", "h", "w"), w=(8, 3, 1, 1))) == [
        says.replace("1x3x", "1x?x")
    ]
    assert refusal(run, tmp_path, model(conv, ("n", 3, 32, "w"), w=(8, 3, 1, 1))) == [
        says.replace("x?x?", "x32x?")
    ]
    mine = node("Mine", "x", "y", domain="com.mine")
    assert refusal(run, tmp_path, model([mine], ("n", 3, "h", "w"))) == [
        "bad.onnx: not translated: operation com.mine.Mine (y)"
    ]
    assert refusal(run, tmp_path, model(conv, (8, 3, 4, 4), w=(8, 3, 1, 1))) == [
        f"bad.onnx: the input 'x' is a batch: 8x3x4x4 {hint}"
    ]


def test_sizes_can_be_said(run: Run, tmp_path: Path) -> None:
    made = model([node("Conv", "x w", "y")], ("n", 3, "h", "w"), w=(8, 3, 1, 1))
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    result = run("import", str(tmp_path / "net.onnx"), "--input", "3x20x30")
    assert "input: {height: 20, width: 30, channels: 3}\n" in result.stdout
    assert f"{20 * 30 * 3 * 8:,} Mult-Adds" in result.stderr
    for size, message in {
        "3x20": "--input: '3x20' is not the size of an image "
        "(channels first, without the batch: 3x224x224)",
        "3x20x30 --input 3x4x4": "--input twice for a file (the sides of its images, 3x224x224)",
    }.items():
        result = run("import", str(tmp_path / "net.onnx"), "--input", *size.split())
        assert (result.returncode, result.stderr) == (2, f"{message}\n")


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_files_that_are_cut_off_are_refused(run: Run, tmp_path: Path, cut: int) -> None:
    whole = model([CONV, node("Relu", "c", "y")], w=(8, 3, 3, 3), b=(8,)).SerializeToString()
    (message,) = refusal(run, tmp_path, whole[: cut * len(whole) // 4])
    assert message in (
        "bad.onnx: not an ONNX model, or a part of one",
        "bad.onnx: an ONNX model without any node",
    )


def test_inputs_that_are_no_image(run: Run, tmp_path: Path) -> None:
    made = model([node("Relu", "x", "y")], (1, 3, 4, 4, 4))
    message = "bad.onnx: an input that is no image: a map of three sides"
    assert refusal(run, tmp_path, made) == [message]


def test_names_that_are_no_text(run: Run, tmp_path: Path) -> None:
    data = model([node("Relu", "x", "y")]).SerializeToString().replace(b"\x01y", b"\x01\xff")
    assert refusal(run, tmp_path, data) in (
        ["bad.onnx: an ONNX model that is damaged"],
        ["bad.onnx: not an ONNX model, or a part of one"],
    )


def test_other_files_are_refused(run: Run, tmp_path: Path) -> None:
    for data in (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, b"\x80\x02cos\nsystem\n.", b"layers: []\n"):
        assert refusal(run, tmp_path, data) == ["bad.onnx: not an ONNX model, or a part of one"]


def test_the_values_of_weights_are_not_read(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither those of 1 MB in the file, which are stepped over, nor is a byte of them kept."""
    from costcalc.exchange.onnx import model as reading

    kept = []
    load_model = reading.load
    monkeypatch.setattr(reading, "load", lambda path: kept.append(load_model(path)) or kept[-1])
    made = model([node("Gemm", "x w b", "y")], (1, 512), w=(512, 512), b=(512,))
    assert load(made).count().mult_adds == 512 * 512
    weight, bias = kept[0].graph.initializer
    assert (list(weight.dims), weight.raw_data) == ([512, 512], b"")
    assert len(bias.raw_data) == 4 * 512


def test_weights_beside_the_file_are_not_needed(load: Any) -> None:
    """Only how large they are is read, and the file that holds them need not be there."""
    made = model([CONV, node("Relu", "c", "y")], w=(8, 3, 3, 3), b=(8,))
    for tensor in made.graph.initializer:
        onnx.external_data_helper.set_external_data(tensor, "weights.bin")
        tensor.ClearField("raw_data")
    assert load(made).count().mult_adds == 16 * 16 * 3 * 3 * 3 * 8


def test_counting_runs_neither_the_rest_of_the_package_nor_numpy(load: Any, tmp_path: Path) -> None:
    load(model([node("Conv", "x w", "a"), node("Clip", "a l h", "y")], w=(8, 3, 3, 3), **BOUNDS))
    code = (
        "import sys, costcalc as cc\n"
        f"print(cc.count({str(tmp_path / 'net.onnx')!r}).mult_adds)\n"
        "print({'onnx', 'numpy'} & sys.modules.keys())\n"
        "import onnx.shape_inference\n"
        f"onnx.shape_inference.infer_shapes(onnx.load({str(tmp_path / 'net.onnx')!r}))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == (f"{30 * 30 * 3 * 3 * 3 * 8}\nset()\n", "")


@pytest.mark.parametrize("kind", ["float16", "float64", "int8", "uint8", "int16", "uint32", "bool"])
@pytest.mark.parametrize("raw", [True, False])
def test_constants_of_every_type_of_number(kind: str, raw: bool) -> None:
    from costcalc.exchange.onnx.tensors import is_whole, numbers

    values = numpy.array([[0, 1, 1], [1, 0, 1]], kind)
    type_ = onnx.helper.np_dtype_to_tensor_dtype(values.dtype)
    made = onnx.helper.make_tensor(
        "c", type_, (2, 3), values.tobytes() if raw else values.flatten(), raw=raw
    )
    assert is_whole(made)
    assert numbers(made) == [0, 1, 1, 1, 0, 1]
    made.dims[0] = 3
    assert not is_whole(made)


def test_what_rows_do_not_say_is_told_by_every_verb(load: Any, tmp_path: Path) -> None:
    one, two = numpy.array(1.5, "float32"), numpy.array([2.5], "float32")
    net = load(
        model(
            [
                node("Conv", "x w", "a"),
                node("Mul", "a blocks.0.gain", "b"),
                node("Constant", "", "half", value=onnx.numpy_helper.from_array(two)),
                node("Mul", "b half", "c"),
                node("MatMul", "c c", "y"),
            ],
            w=(8, 3, 1, 1),
            **{"blocks.0.gain": one},
        )
    )
    said = (
        "free, or said by another row: mul of 'blocks.0.gain', a single number among the weights, "
        "left out; if it is learned, parameters are 1 more; mul of a constant, left out"
    )
    counted = net.count()
    assert (counted.params, counted.notes) == (8 * 3, (said,))
    assert counted.to_dict()["notes"] == [said]
    for verb in ("count", "formula", "memory", "show"):
        words = [sys.executable, "-m", "costcalc", verb, "net.onnx"]
        result = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        assert (result.returncode, result.stderr) == (0, f"net.onnx: {said}\n")
    result = subprocess.run(
        [sys.executable, "-m", "costcalc", "import", "net.onnx"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert result.stderr.count("free, or said by another row: mul of") == 2
