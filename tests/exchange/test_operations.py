"""The operations that each reader knows, by its own table."""

from __future__ import annotations

import json
import subprocess
import sys

from conftest import Run

from costcalc.exchange.operations import operations


def test_operations_are_those_that_are_read() -> None:
    """What a program does is among them, and what readers are called is not."""
    names = ["conv2d", "aten.batch_norm", "relu", "split", "mean", "linear"]
    assert {*names} <= {*operations("torch")}
    assert {"Conv", "Gemm", "Reshape", "com.microsoft.Gelu"} <= {*operations("onnx")}
    assert "If" not in operations("onnx")


def test_the_lists(run: Run) -> None:
    formats = json.loads(run("list", "formats", "-f", "json").stdout)
    read = {row["format"]: row for row in formats if row["is"] == "read"}
    for row in read.values():
        assert row["operations"] == len(operations(row["name"])) > 0
    assert {row["operations"] for row in formats if row["is"] == "written"} == {None}
    assert read["an ONNX model"] | {"operations": 0} == {
        "name": "onnx", "format": "an ONNX model", "files": ".onnx", "is": "read",
        "needs": "onnx", "operations": 0,
    }  # fmt: skip
    lines = run("list", "formats", "darknet", "-f", "csv").stdout.splitlines()
    assert lines[0] == "operation"
    assert {"avgpool", "convolutional", "shortcut"} <= {*lines}
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
from costcalc.exchange.operations import TABLES, operations
print(all(map(operations, TABLES)), {"google", "onnx", "tflite", "torch", "h5py"} & {*sys.modules})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True set()\n"
