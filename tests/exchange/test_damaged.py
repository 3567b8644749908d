"""Files that are not what their name says, of every kind: a message, and nothing is run."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from conftest import Run


class Ran:
    """What an unpickled file would do."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (Path("ran"),)


PICKLE = (
    "this is a PyTorch file, not a costcalc network (a pickle may hold any code and is never "
    "opened: `costcalc import package.module:function --input 3x224x224` runs what builds the "
    "network, and an ONNX file of it is read)"
)
#: By ending: the package that reads it, what an empty file is, and a pickle.
KINDS = {
    ".onnx": ("onnx", *["not an ONNX model, or a part of one"] * 2),
    ".tflite": ("tflite", *["not a TensorFlow Lite model"] * 2),
    ".keras": ("", "not a Keras model, or a damaged one", PICKLE),
    ".h5": ("h5py", *["not a Keras model, or a damaged one"] * 2),
    ".json": ("", "the file is empty", PICKLE),
    ".cfg": ("", "the file is empty", PICKLE),
    ".yaml": ("", "the file is empty", PICKLE),
    ".prototxt": ("", "the model has no layers", ":1:1: not UTF-8 (save the file as UTF-8)"),
    ".param": ("", "an ncnn model begins with 7767517", ":1:1: not UTF-8 (save the file as UTF-8)"),
    ".pt2": ("", *["not a program of torch.export, or a damaged one"] * 2),
    ".pt": ("", PICKLE, PICKLE),
    ".bin": ("", "the file is empty", PICKLE),
}


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("ending", KINDS)
def test_empty_files_and_pickles(run: Run, tmp_path: Path, ending: str, protocol: int) -> None:
    package, empty, pickled = KINDS[ending]
    if package:
        pytest.importorskip(package)
    for data, said in ((b"", empty), (pickle.dumps(Ran(), protocol), pickled)):
        (tmp_path / f"net{ending}").write_bytes(data)
        result = run("count", f"net{ending}", cwd=tmp_path)
        between = "" if said.startswith(":") else ": "
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"net{ending}{between}{said}\n"
    assert [path.name for path in tmp_path.iterdir()] == [f"net{ending}"]
