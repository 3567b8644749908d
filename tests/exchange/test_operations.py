"""The operations that each reader knows, by its own table, and what each becomes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import Run
from test_programs import NODES, SIZES, program

from costcalc.exchange.operations import TABLES, becoming, table
from costcalc.exchange.torch.program import Program
from costcalc.operators import OPERATORS
from costcalc.operators.merging import MERGES


@pytest.mark.parametrize("reader", TABLES)
def test_every_operation_becomes_rows_of_the_language(reader: str) -> None:
    found = becoming(reader)
    assert found.keys() == table(reader).keys()
    assert len([name for name, rows in found.items() if not rows]) <= len(found) // 8  # as it says
    rows = {row for text in found.values() for row in text.split(", ") if row}
    assert rows <= {*OPERATORS, *MERGES, "free"}


@pytest.mark.parametrize(
    ("reader", "operation", "rows"),
    [
        ("onnx", "Relu", "relu"),  # a table of functions says it
        ("onnx", "Sub", "add"),  # the table of words does
        ("onnx", "Conv", "dwconv, conv"),  # columns, in a function that it calls
        ("onnx", "Gemm", "fc, linear"),  # a name that is one or the other
        ("onnx", "LayerNormalization", "layernorm"),  # what an argument is if it is not given
        ("onnx", "HardSigmoid", "hsigmoid"),  # an argument of a function that it calls
        ("onnx", "Dropout", "free"),
        ("onnx", "Erf", "free"),  # or a part of GELU
        ("caffe", "shufflechannel", "shuffle"),  # a lambda
        ("darknet", "convolutional", "dwconv, conv, bn"),  # a method of the section
        ("torch", "aten.native_layer_norm", "layernorm"),  # another reader, for its first output
    ],
)
def test_rows_are_found_where_readers_write_them(reader: str, operation: str, rows: str) -> None:
    assert becoming(reader)[operation] == rows


def test_rows_that_are_written_are_those_that_are_listed() -> None:
    listed = becoming("torch")
    translation = Program(program(SIZES, NODES), {}).follow()
    written = [next(iter(row.columns)) for row in translation.rows if row.columns]
    names = ["conv2d", "aten.batch_norm", "relu", "split", "split", "mean", "linear"]
    for name, row in zip(names, written, strict=True):
        assert row in listed[name].split(", ")


def test_the_lists(run: Run) -> None:
    formats = json.loads(run("list", "formats", "-f", "json").stdout)
    read = {row["format"]: row for row in formats if row["is"] == "read"}
    for row in read.values():
        assert row["operations"] == len(table(row["name"])) > 0
    assert {row["operations"] for row in formats if row["is"] == "written"} == {None}
    assert read["an ONNX model"] | {"operations": 0} == {
        "name": "onnx", "format": "an ONNX model", "files": ".onnx", "is": "read",
        "needs": "onnx", "operations": 0,
    }  # fmt: skip
    lines = run("list", "formats", "darknet", "-f", "csv").stdout.splitlines()
    assert lines[0] == "operation,becomes"
    assert {"activation,", "avgpool,avgpool", 'convolutional,"dwconv, conv, bn"'} <= {*lines}
    assert len(lines) - 1 == read["a Darknet network"]["operations"]


def test_names_that_are_none(run: Run) -> None:
    messages = {
        ("formats", "cafe"): "no format 'cafe' that is read (did you mean 'caffe'?)\n",
        ("formats", "zigzag"): "no format 'zigzag' that is read (known: caffe, darknet, keras, "
        "ncnn, onnx, tflite, torch, ultralytics)\n",
        ("specs", "onnx"): "list specs takes no name, but 'onnx' is given (`costcalc list formats "
        "onnx` lists what is read of ONNX)\n",
    }
    for words, message in messages.items():
        result = run("list", *words)
        assert (result.returncode, result.stdout, result.stderr) == (2, "", message)


def test_no_library_of_others_is_imported() -> None:
    code = """
import sys
from costcalc.exchange.operations import TABLES, becoming
print(all(map(becoming, TABLES)), {"google", "onnx", "tflite", "torch", "h5py"} & {*sys.modules})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True set()\n"
