"""The operations of other programs that are read: those that the tables of the readers have."""

from __future__ import annotations

from importlib import import_module

#: Where the tables stand, by the first word of what reads a kind of file.
TABLES = {
    "caffe": ("caffe.READERS",),
    "darknet": ("darknet.READERS",),
    "keras": ("keras.model.READERS",),
    "ncnn": ("ncnn.model.READERS",),
    "onnx": ("onnx.layers.LAYERS", "onnx.places.PLACES"),
    "tflite": ("tflite.model.READERS",),
    "torch": ("torch.aten.READERS",),
    "ultralytics": ("ultralytics.model.READERS",),
}


def operations(reader: str) -> list[str]:
    """What a reader knows by name, in the order of the alphabet."""
    found = set[str]()
    for path in TABLES[reader]:
        module, _, name = path.rpartition(".")
        found |= getattr(import_module(f"costcalc.exchange.{module}"), name).keys()
    return sorted(found, key=str.lower)
