"""Readers of files held against what others know of the same networks."""

from __future__ import annotations

import inspect
import math
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import products
import pytest

import costcalc as cc
from costcalc.exchange.flat import flat
from costcalc.exchange.keras.model import read
from costcalc.exchange.reading import read_model
from costcalc.network import Network

os.environ.setdefault("KERAS_BACKEND", "torch")
keras: Any = None
with suppress(ImportError):
    import keras

pytestmark = pytest.mark.oracle

#: By ending: the reader, and what works out the products of the same file.
COUNTERS = {
    ".onnx": ("onnx.model", products.onnx),
    ".tflite": ("tflite.model", products.tflite),
    ".cfg": ("darknet", products.darknet),
    ".prototxt": ("caffe", products.caffe),
    ".param": ("ncnn.model", products.ncnn),
}
_MODELS = Path(os.environ.get("MODELS", os.devnull))
MODELS = sorted(path for path in _MODELS.rglob("*") if path.suffix in COUNTERS)
#: What a count says of files whose parameters are fewer than those of its rows.
ONCE = "equal vectors that the file has once, counted for each row"


@pytest.mark.parametrize("file", MODELS, ids=str)
def test_products_of_the_files_own_sizes(file: Path) -> None:
    """``MODELS`` names a folder of model files; ``SIZE``, channels first, what enters those that
    leave it open."""
    reader, counter = COUNTERS[file.suffix]
    size = os.environ.get("SIZE", "")
    try:
        network = Network(flat(read_model(file, reader, [size] if size else []), "net", str(file)))
    except cc.CostcalcError as refused:
        pytest.skip(str(refused))
    sides = tuple(map(int, size.split("x"))) if size else None
    wanted = counter(file, sides)
    count = network.count(convention="trainable")
    assert count.mult_adds == wanted.mult_adds
    assert count.params == wanted.learned or any(ONCE in said for said in network.spec.remarks)


#: NASNetMobile is refused by Keras itself where it runs on torch.
APPLICATIONS = [
    name
    for name, build in (inspect.getmembers(keras.applications, callable) if keras else ())
    if "weights" in inspect.signature(build).parameters and name != "NASNetMobile"
]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_keras_applications(tmp_path: Path, name: str) -> None:
    """Each layer leaves what Keras says, and all learn as many parameters."""
    shape = {"input_shape": (224, 224, 3)} if name.startswith("MobileNetV3") else {}
    model = getattr(keras.applications, name)(weights=None, **shape)
    file = tmp_path / f"{name}.json"
    file.write_text(model.to_json())
    translation = read(file)
    count = Network(flat(translation, name, str(file))).count(convention="trainable")
    assert count.params == sum(math.prod(weight.shape) for weight in model.trainable_weights)
    sizes = {row.name: row.form for row in translation.rows if not row.columns.keys() & {"bn"}}
    for layer in model.layers:
        given = getattr(layer, "output", None)
        if isinstance(layer, keras.layers.Conv2D) and given is not None:
            assert math.prod(sizes[layer.name]) == math.prod(given.shape[1:]), layer.name


#: Billions of operations that Darknet prints, two for each Mult-Add, of its own configurations.
BFLOPS = {
    "alexnet": "2.27", "darknet": "0.96", "darknet19": "7.29", "darknet53": "18.57",
    "densenet201": "10.85", "extraction": "8.52", "resnet18": "4.69", "resnet34": "9.52",
    "resnet50": "9.74", "resnet101": "19.70", "resnet152": "29.39", "resnext50": "10.11",
    "tiny": "0.98", "vgg-16": "30.94", "yolov2": "62.94", "yolov3": "140.69",
}  # fmt: skip


@pytest.mark.parametrize("name", BFLOPS)
def test_darknet_configurations(name: str) -> None:
    """Sources: the page of pretrained models of Darknet, and for YOLO its page; ``DARKNET`` names a
    checkout of the repository."""
    file = Path(os.environ.get("DARKNET", ".")) / "cfg" / f"{name}.cfg"
    if not file.is_file():
        pytest.skip(f"no file {file.name}")
    assert f"{2 * cc.load(file).count().mult_adds / 10**9:.2f}" == BFLOPS[name]


ULTRALYTICS = Path(os.environ.get("ULTRALYTICS", ".")) / "ultralytics/cfg/models"
PRINTED = re.compile(r"^  (\w): .*, ([\d,]+) gradients", re.M)
#: What is printed in the file of YOLO11's classifier is of 80 classes, and it has 1000.
FILES = [
    *("v8/yolov8.yaml", "v8/yolov8-obb.yaml", "v8/yolov8-p6.yaml", "26/yolo26-cls.yaml"),
    *("11/yolo11.yaml", "11/yolo11-obb.yaml", "11/yolo11-pose.yaml", "11/yolo11-seg.yaml"),
]


@pytest.mark.parametrize("name", FILES)
def test_ultralytics_models(tmp_path: Path, name: str) -> None:
    """What the files print of each scale; ``ULTRALYTICS`` names a checkout, or where the package
    is."""
    file = ULTRALYTICS / name
    if not file.is_file():
        pytest.skip(f"no file {file.name}")
    text = file.read_text()
    for scale, learned in PRINTED.findall(text):
        scaled = tmp_path / re.sub(r"(\d)(?=[-.])", rf"\g<1>{scale}", file.name, count=1)
        scaled.write_text(text)
        count = cc.load(scaled).count(convention="trainable")
        assert count.params == int(learned.replace(",", "")), scaled.name
