"""The kinds of file, costcalc's own and those of other programs: told apart when one is given where
another is wanted, and what to do with each. Nothing of a foreign file comes into a message."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from costcalc.errors import CostcalcError, Place, Problem
from costcalc.source.files import (
    BLOCKS,
    BUDGETS,
    CLAIMS,
    CONVENTIONS,
    DEVICES,
    NETWORK,
    TABLE,
    YAML,
    is_file,
    shown,
)
from costcalc.source.nodes import Mapping, Node


class Kind(NamedTuple):
    """One kind: what it is, and what to do with a FILE of it.

    It is known by the ending of its name, by how a line of its start begins, by a key at its top
    (both keys of ``a+b``), or by a key of the tables that stand there. ``reader`` is the module of
    :mod:`costcalc.exchange` that makes a network of it, if there is one, and ``needs`` the library
    without which it can't.
    """

    what: str
    do: str
    endings: str = ""
    begins: str = ""
    top: str = ""
    inside: str = ""
    reader: str = ""
    needs: str = ""


class OtherKind(CostcalcError):
    """A file is of another kind than is wanted."""

    def __init__(self, problem: Problem, kind: Kind) -> None:
        self.kind = kind
        super().__init__(problem)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (*self.problems, self.kind)


LATEX = "a LaTeX file"
#: Of those that have a reader.
READ = "`costcalc count FILE` counts it, `costcalc import FILE` writes a network of it"
_WRITE = "its layers have to be written as rows: `costcalc new NAME` starts a network"
_CLAIM = (
    "`costcalc claims new --from FILE --spec SPEC` makes claims of it, and of a table of layers "
    "`costcalc new --from FILE` a network"
)
_SAVE = "saved as .csv, its table makes claims: `costcalc claims new --from TABLE --spec SPEC`"
KINDS = (
    Kind(NETWORK, "`costcalc count FILE` counts it", top="layers input"),
    Kind(CLAIMS, "`costcalc check FILE` checks it", top="tables statements shapes formulas"),
    Kind(BLOCKS, "a network can include it", top="blocks"),
    Kind(DEVICES, "`costcalc roofline SPEC --device FILE` asks it", top="device"),
    Kind(BUDGETS, "`costcalc guard FILE` holds networks against it", top="budgets"),
    Kind(
        "a Keras model as JSON",
        READ,
        begins=r"\s*\{\s*\"(module|class_name|modelTopology|format)\":",
        top="class_name+config modelTopology",
        reader="keras.model",
    ),
    Kind("an Ultralytics model", READ, top="backbone+head backbone+nc", reader="ultralytics.model"),
    Kind("a configuration of pycls", _WRITE, top="MODEL"),
    Kind("a Darknet network", READ, begins=r"\[(net|network)\]", reader="darknet"),
    Kind("a Caffe network", READ, ".prototxt", r"layers? *\{", reader="caffe"),
    Kind("an ncnn model", READ, ".param", r"7767517\s", reader="ncnn.model"),
    Kind("an ONNX model", READ, ".onnx", reader="onnx.model", needs="onnx"),
    Kind(
        "a TensorFlow Lite model",
        READ,
        ".tflite",
        r"[\s\S]{4}TFL3",
        reader="tflite.model",
        needs="tflite",
    ),
    Kind("an HDF5 file", READ, ".h5 .hdf5", r"\x89HDF", reader="keras.model", needs="h5py"),
    Kind(
        "a program of torch.export",
        READ,
        ".pt2",
        r"PK\x03\x04[\s\S]{26}(serialized_exported_program\.json|[^/]+/data/weights/)",
        reader="torch.program",
    ),
    Kind(
        "a PyTorch file",
        "a pickle may hold any code and is never opened: `costcalc import package.module:function "
        "--input 3x224x224` runs what builds the network, and an ONNX file of it is read",
        ".pt .pth .ckpt",
        r"PK\x03\x04[\s\S]{26,200}?data\.pkl|\x80[\x02-\x05]",
    ),
    Kind("a Keras model", READ, ".keras", reader="keras.model"),
    Kind("a model of TensorFlow", _WRITE, ".pb"),
    Kind("a Core ML model", _WRITE, ".mlmodel"),
    Kind("a file of weights", _WRITE, ".safetensors .caffemodel .weights .npz"),
    Kind("Python code", _WRITE, ".py .ipynb"),
    Kind(LATEX, _CLAIM, ".tex", r"\\(documentclass|begin)\b"),
    Kind(TABLE, _CLAIM, ".csv .tsv"),
    Kind("a PDF", _SAVE, ".pdf", "%PDF-"),
    Kind("a spreadsheet", _SAVE, ".xlsx .xls .ods"),
    Kind(
        CONVENTIONS,
        "`costcalc count SPEC --convention FILE` counts by it",
        inside="meaning mult_adds params extends",
    ),
)
#: Endings of files that are none of costcalc's own: a word that has one names a file.
FOREIGN = tuple(ending for kind in KINDS for ending in kind.endings.split())


_START = 4096


def kind_of(path: Path, data: bytes, root: Node | None) -> Kind | None:
    """What a file is, by its name, its content and what was read of it; None if nothing tells."""
    start = data[:_START].decode("latin-1")
    values = root.values if isinstance(root, Mapping) else {}
    tables = [value for value in values.values() if isinstance(value, Mapping)]
    for kind in KINDS:
        if (
            path.suffix.lower() in kind.endings.split()
            or (kind.begins and re.search(f"^(?:{kind.begins})", start, re.M))
            or any(all(key in values for key in keys.split("+")) for keys in kind.top.split())
            or any(key in table.values for table in tables for key in kind.inside.split())
        ):
            return kind
    return None


def reader_of(path: Path) -> str:
    """The module that reads a file which is no YAML, as its name or its start tells; empty if there
    is none."""
    if path.suffix.lower() in YAML or not is_file(path):
        return ""
    try:
        with path.open("rb") as file:
            kind = kind_of(path, file.read(_START), None)
    except OSError:
        return ""  # whoever reads the file says what is wrong
    return kind.reader if kind else ""


def refuse(path: Path, data: bytes, wanted: str, root: Node | None = None) -> None:
    """:raises OtherKind: the file is known to be of another kind than is wanted."""
    kind = kind_of(path, data, root)
    if kind is not None and kind.what != wanted:
        message = f"this is {kind.what}, not {wanted}"
        problem = Problem(message, kind.do.replace("FILE", str(path)), Place(shown(path)))
        raise OtherKind(problem, kind)
