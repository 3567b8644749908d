"""TensorFlow Lite files as networks: what their operations are in rows, and what is refused."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import Run

import costcalc as cc

tflite = pytest.importorskip("tflite")
flatbuffers = pytest.importorskip("flatbuffers")

FLOAT, INT32, INT8 = 0, 2, 9
RELU6 = 3
SAME, VALID = 0, 1


class Op(NamedTuple):
    """An operation: its name, what it reads and gives, and its options by the name of a field."""

    kind: str
    reads: str
    gives: str
    options: str = ""
    fields: dict[str, int] | None = None


def vector(builder: Any, start: Any, numbers: Sequence[int], put: str) -> int:
    start(builder, len(numbers))
    for number in reversed(numbers):
        getattr(builder, put)(number)
    return int(builder.EndVector())


def table(builder: Any, name: str, **fields: Any) -> int:
    """A table of the schema."""
    getattr(tflite, f"{name}Start")(builder)
    for field, value in fields.items():
        getattr(tflite, f"{name}Add{field}")(builder, value)
    return int(getattr(tflite, f"{name}End")(builder))


def model(ops: list[Op], sizes: dict[str, Sequence[int]], graphs: int = 1, **values: Any) -> bytes:
    """A file: the input is ``x``, the output ``y``; ``values`` are whole numbers of constants, and
    what is in capitals is a weight."""
    builder, names = flatbuffers.Builder(), list(sizes)
    kinds = list(dict.fromkeys(op.kind for op in ops))
    raw = [struct.pack(f"<{len(v)}i", *v) for v in values.values()]
    raw = [b"", *raw, *(bytes(4 * prod(sizes[n])) for n in names if n.isupper())]
    holders = ["", *values, *(n for n in names if n.isupper())]
    buffers = [table(builder, "Buffer", Data=builder.CreateByteVector(data)) for data in raw]
    tensors = []
    for name in names:
        label = builder.CreateString(name)
        shape = vector(builder, tflite.TensorStartShapeVector, sizes[name], "PrependInt32")
        kind = INT32 if name in values else FLOAT
        buffer = holders.index(name) if name in holders else 0
        tensors.append(table(builder, "Tensor", Name=label, Shape=shape, Type=kind, Buffer=buffer))
    operators = []
    for op in ops:
        reads = [names.index(name) for name in op.reads.split()]
        gives = [names.index(name) for name in op.gives.split()]
        given: dict[str, Any] = {
            "Inputs": vector(builder, tflite.OperatorStartInputsVector, reads, "PrependInt32"),
            "Outputs": vector(builder, tflite.OperatorStartOutputsVector, gives, "PrependInt32"),
            "OpcodeIndex": kinds.index(op.kind),
        }
        if op.options:
            given["BuiltinOptions"] = table(builder, op.options, **(op.fields or {}))
            given["BuiltinOptionsType"] = getattr(tflite.BuiltinOptions, op.options)
        operators.append(table(builder, "Operator", **given))
    codes = []
    for kind in kinds:
        code = getattr(tflite.BuiltinOperator, kind, tflite.BuiltinOperator.CUSTOM)
        custom = builder.CreateString(kind)
        byte = min(code, 127)
        codes.append(
            table(
                builder, "OperatorCode", BuiltinCode=code, DeprecatedBuiltinCode=byte,
                CustomCode=custom,
            )
        )  # fmt: skip
    ends = [
        vector(builder, start, [names.index(name)], "PrependInt32")
        for start, name in ((tflite.SubGraphStartInputsVector, "x"),
                            (tflite.SubGraphStartOutputsVector, "y"))
    ]  # fmt: skip
    offsets = "PrependUOffsetTRelative"
    graph = table(
        builder,
        "SubGraph",
        Tensors=vector(builder, tflite.SubGraphStartTensorsVector, tensors, offsets),
        Operators=vector(builder, tflite.SubGraphStartOperatorsVector, operators, offsets),
        Inputs=ends[0],
        Outputs=ends[1],
    )
    root = table(
        builder,
        "Model",
        Version=3,
        OperatorCodes=vector(builder, tflite.ModelStartOperatorCodesVector, codes, offsets),
        Subgraphs=vector(builder, tflite.ModelStartSubgraphsVector, [graph] * graphs, offsets),
        Buffers=vector(builder, tflite.ModelStartBuffersVector, buffers, offsets),
    )
    builder.Finish(root, b"TFL3")
    return bytes(builder.Output())


def conv(reads: str, gives: str, **fields: int) -> Op:
    given = {"StrideH": 2, "StrideW": 2, "DilationHFactor": 1, "DilationWFactor": 1, **fields}
    return Op("CONV_2D", reads, gives, "Conv2DOptions", given)


STEM = conv("x W B", "c", Padding=SAME, FusedActivationFunction=RELU6)
SIZES = {"x": (1, 32, 32, 3), "W": (8, 3, 3, 3), "B": (8,), "c": (1, 16, 16, 8)}


def counted(tmp_path: Path, data: bytes) -> cc.Count:
    (tmp_path / "net.tflite").write_bytes(data)
    return cc.load(tmp_path / "net.tflite").count(convention="trainable")


def test_layers_and_their_parameters(tmp_path: Path) -> None:
    """A fused activation is a row; weights that are decoded first are the same weights."""
    depthwise = {"StrideH": 1, "StrideW": 1, "DilationHFactor": 1, "DilationWFactor": 1}
    ops = [
        STEM,
        Op("DEQUANTIZE", "D", "d", "DequantizeOptions"),
        Op("DEPTHWISE_CONV_2D", "c d B", "e", "DepthwiseConv2DOptions",
           {**depthwise, "Padding": VALID}),
        Op("LOGISTIC", "e", "g"),
        Op("MUL", "e g", "s", "MulOptions"),
        Op("MEAN", "s axes", "m", "ReducerOptions"),
        Op("FULLY_CONNECTED", "m K Q", "y", "FullyConnectedOptions"),
    ]  # fmt: skip
    sizes = SIZES | {
        "D": (1, 3, 3, 8), "d": (1, 3, 3, 8), "e": (1, 14, 14, 8), "g": (1, 14, 14, 8),
        "s": (1, 14, 14, 8), "axes": (2,), "m": (1, 8), "K": (10, 8), "Q": (10,), "y": (1, 10),
    }  # fmt: skip
    count = counted(tmp_path, model(ops, sizes, axes=[1, 2]))  # B is the bias of both
    assert [layer.type for layer in count.layers] == [
        "conv 3x3", "relu6", "depthwise 3x3", "swish", "global average pool", "fc",
    ]  # fmt: skip
    assert count.mult_adds == 16 * 16 * 3 * 3 * 3 * 8 + 14 * 14 * 3 * 3 * 8 + 8 * 10
    assert count.params == (3 * 3 * 3 * 8 + 8) + (3 * 3 * 8 + 8) + (8 * 10 + 10)


def test_cuts_joins_and_sizes(tmp_path: Path) -> None:
    ops = [
        STEM,
        Op("SPLIT", "axis c", "l r", "SplitOptions", {"NumSplits": 2}),
        Op("CONCATENATION", "r l c", "j", "ConcatenationOptions", {"Axis": 3}),
        Op("PAD", "j around", "p", "PadOptions"),
        Op("RESIZE_BILINEAR", "p size", "u", "ResizeBilinearOptions"),
        Op("TRANSPOSE_CONV", "shape T u", "y", "TransposeConvOptions",
           {"StrideH": 2, "StrideW": 2, "Padding": SAME}),
    ]  # fmt: skip
    sizes = SIZES | {
        "axis": (), "l": (1, 16, 16, 4), "r": (1, 16, 16, 4), "j": (1, 16, 16, 16),
        "around": (4, 2), "p": (1, 18, 16, 16), "size": (2,), "u": (1, 20, 20, 16),
        "shape": (4,), "T": (5, 3, 3, 16), "y": (1, 40, 40, 5),
    }  # fmt: skip
    count = counted(
        tmp_path,
        model(ops, sizes, axis=[3], around=[0, 0, 1, 1, 0, 0, 0, 0], size=[20, 20],
              shape=[1, 40, 40, 5]),
    )  # fmt: skip
    assert [layer.type for layer in count.layers] == [
        "conv 3x3", "relu6", "select", "select", "concat", "zero pad", "resize bilinear",
        "transposed conv 3x3",
    ]  # fmt: skip
    assert count.mult_adds == 16 * 16 * 3 * 3 * 3 * 8 + 20 * 20 * 3 * 3 * 16 * 5


def test_sizes_are_held_against_the_file(tmp_path: Path) -> None:
    with pytest.raises(cc.CostcalcError) as found:
        counted(tmp_path, model([STEM._replace(gives="y")], SIZES | {"y": (1, 15, 15, 8)}))
    file = tmp_path / "net.tflite"
    assert str(found.value) == (
        f"{file}: y (row 1): leaves 16x16x8, where the model has 15x15x8 "
        "(nothing is counted that differs from the model)"
    )


def refusal(run: Run, tmp_path: Path, data: bytes) -> list[str]:
    (tmp_path / "bad.tflite").write_bytes(data)
    result = run("count", "bad.tflite", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    return result.stderr.splitlines()


def test_all_operations_without_a_row_are_named_at_once(run: Run, tmp_path: Path) -> None:
    ops = [STEM, Op("WHILE", "c", "v"), Op("\x1b[1mMine", "c", "w"), Op("CUMSUM", "w", "y")]
    sizes = SIZES | dict.fromkeys("vwy", (1, 16, 16, 8))
    assert refusal(run, tmp_path, model(ops, sizes)) == [
        "bad.tflite: not translated: control flow: WHILE (v)",
        "bad.tflite: not translated: operation CUMSUM (y)",
        r"bad.tflite: not translated: operation \u001b[1mMine (w)",
    ]


def test_order_and_circles(run: Run, tmp_path: Path) -> None:
    ops = [Op("ADD", "x v", "w", "AddOptions"), Op("RELU", "w", "v"), Op("RELU", "x", "y")]
    sizes = dict.fromkeys("xvwy", (1, 4, 4, 8))
    reason = "what nothing gives, or a later operation, is read"
    assert refusal(run, tmp_path, model(ops, sizes)) == [
        f"bad.tflite: not translated: {reason} (w)"
    ]


def test_names_are_given_once(run: Run, tmp_path: Path) -> None:
    sizes, named = SIZES | {"y": (1, 16, 16, 8)}, "what it gives has the name of what is given"
    ops = [STEM._replace(gives="y")] * 2
    said = f"bad.tflite: not translated: {named} before (y)"
    assert refusal(run, tmp_path, model(ops, sizes)) == [said]


@pytest.mark.parametrize("number", [-3, 5])
def test_activations_that_are_none(run: Run, tmp_path: Path, number: int) -> None:
    fields = {**(STEM.fields or {}), "FusedActivationFunction": number}
    data = model([STEM._replace(gives="y", fields=fields)], SIZES | {"y": (1, 16, 16, 8)})
    message = "CONV_2D with a fused activation of an unknown kind"
    assert refusal(run, tmp_path, data) == [f"bad.tflite: not translated: {message} (y)"]


def test_weights_that_are_not_what_they_say(run: Run, tmp_path: Path) -> None:
    data = model([STEM._replace(gives="y")], SIZES | {"y": (1, 16, 16, 8)})
    kernel = struct.pack("<5i", 4, *SIZES["W"])
    assert data.count(kernel) == 1
    data = data.replace(kernel, struct.pack("<5i", 4, 9, *SIZES["W"][1:]))
    message = "the constant 'W' holds other values than it says"
    assert refusal(run, tmp_path, data) == [f"bad.tflite: {message}"]


def test_weights_that_no_row_holds_are_no_silence(run: Run, tmp_path: Path) -> None:
    """The scale of a pool by a constant of its own size is learned, or so it is said."""
    sizes = {"x": (1, 4, 4, 8), "W": (5, 8), "a": (5, 8), "y": (1, 4, 4, 8)}
    ops = [Op("CAST", "W", "a", "CastOptions"), Op("RELU", "x", "y")]
    assert refusal(run, tmp_path, model(ops, sizes)) == [
        "bad.tflite: not translated: weights that no row holds (1 of a)"
    ]


def test_files_of_several_networks(run: Run, tmp_path: Path) -> None:
    data = model([STEM._replace(gives="y")], SIZES | {"y": (1, 16, 16, 8)}, graphs=2)
    message = "bad.tflite: it holds 2 networks (one network in a file)"
    assert refusal(run, tmp_path, data) == [message]


def test_files_that_are_damaged_are_refused(run: Run, tmp_path: Path) -> None:
    """Cut off, or with bytes that are others: a message, or another network."""
    data = model([STEM._replace(gives="y")], SIZES | {"y": (1, 16, 16, 8)})
    assert refusal(run, tmp_path, b"\x89PNG\r\n\x1a\n") == [
        "bad.tflite: not a TensorFlow Lite model"
    ]
    whole = "bad.tflite: a TensorFlow Lite model that is damaged, or a part of one"
    assert refusal(run, tmp_path, data[: len(data) // 4]) == [whole]
    chance = random.Random(1)
    for _ in range(60):
        bad = bytearray(data)
        for _ in range(5):
            bad[chance.randrange(8, len(bad))] = chance.randrange(256)
        (tmp_path / "bad.tflite").write_bytes(bad)
        assert run("count", "bad.tflite", cwd=tmp_path).returncode in (0, 2)
