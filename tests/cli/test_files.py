"""Files that are named: standard input, directories, names that are nearly right, and other kinds
of file than the one that is wanted."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc

NETWORK = "input: 8x8x4\ndefaults: {padding: same}\nlayers:\n- {conv: 3x3, out: 8}\n"
COST = 8 * 8 * 3 * 3 * 4 * 8
CLAIMS = (
    "paper: P\ntables:\n- table: T\n  spec: mobilenet-v1\n"
    "  columns: [row, mult_adds M]\n  rows:\n  - [a, 569]\n"
)
CONVENTIONS = "mine: {meaning: MACs, unit: MAC, mult_adds: {conv mac: 1}, params: {}, else: 0}\n"
TABLE = "Model,alpha,MACs (M)\na,1,569\n"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What stands at standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (NETWORK, "count - -f csv"),
        (NETWORK, "formula -"),
        (NETWORK, "show -"),
        (NETWORK, "sweep -"),
        (NETWORK, "compare mobilenet-v1 -"),
        (NETWORK, "explain - --to keras"),
        (CONVENTIONS, "count mobilenet-v1 --convention -"),
        (CONVENTIONS, "show-convention -"),
        (CLAIMS, "check -"),
        (TABLE, "claims new --from - --spec mobilenet-v1"),
        ("alpha,R\n1,96\n", "sweep mobilenet-v1 --points -"),
    ],
)
def test_every_verb_that_reads_a_file_reads_standard_input(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, words: str
) -> None:
    typed(monkeypatch, text)
    piped = run(*words.split())
    assert (piped.returncode, piped.stderr) == (0, "")
    stem = {NETWORK: "network", CLAIMS: "claims", TABLE: "table"}.get(text, "x")
    file = tmp_path / f"{stem}{'.csv' if ',' in text.split()[0] else '.yaml'}"
    file.write_text(text)
    named = [str(file) if word == "-" else word for word in words.split()]
    assert piped.stdout == run(*named).stdout


def test_standard_input_is_counted_and_called_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, NETWORK)
    data = json.loads(run("count", "-", "-f", "json").stdout)
    assert (data["spec"], data["totals"]["mult_adds"]) == ("network", COST)
    typed(monkeypatch, NETWORK.replace("out", "uot"))
    last = run("count", "-").stderr.splitlines()[-1]
    assert last == "<stdin>:4:15: layers[0]: unknown key 'uot' for conv (did you mean 'out'?)"
    typed(monkeypatch, "")
    assert run("count", "-").stderr == "<stdin>: the file is empty\n"


def test_pipes_are_files(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(NETWORK)
    count = f"{sys.executable} -m costcalc count"
    for command in (
        f"cat net.yaml | {count} -",
        f"{count} /dev/stdin < net.yaml",
        f"{count} <(cat net.yaml)",
    ):
        result = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, timeout=60
        )
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith("network\n")
        assert f"{COST:,}" in result.stdout


#: Files of other programs, as they begin.
ZIP = b"PK\x03\x04" + b"\0" * 26
TORCH = ZIP + b"archive/data.pkl\x80\x02"
FOREIGN = {
    "yolov3.cfg": (b"# YOLO\n[net]\nbatch=1\nwidth=416\n\n[convolutional]\n", "a Darknet network"),
    "deploy.prototxt": (b'name: "AlexNet"\nlayer {\n  name: "data"\n}\n', "a Caffe network"),
    "deploy.txt": (b'name: "AlexNet"\nlayers {\n  name: "data"\n}\n', "a Caffe network"),
    "yolov8.yaml": (
        b"nc: 80\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\nhead:\n  - [-1, 1, Detect, [nc]]\n",
        "an Ultralytics model",
    ),
    "regnet.yaml": (b"MODEL:\n  TYPE: regnet\nOPTIM: {LR: 1}\n", "a configuration of pycls"),
    "keras.json": (
        b'{"class_name": "Sequential", "config": {"layers": []}, "backend": "tensorflow"}',
        "a Keras model as JSON",
    ),
    "net.param": (b"7767517\n1 1\nInput data 0 1 data\n", "an ncnn model"),
    "model.onnx": (b"\x08\x07\x12\x07pytorch\x1a\x031.9", "an ONNX model"),
    "model.pt": (TORCH, "a PyTorch file"),
    "model.pth": (b"\x80\x02\x8a\nl\xfc", "a PyTorch file"),
    "model": (TORCH, "a PyTorch file"),
    "model.pt2": (b"PK\x03\x04\0\0model/data", "a program of torch.export"),
    "old": (ZIP + b"serialized_exported_program.json", "a program of torch.export"),
    "new": (ZIP + b"net/data/weights/weight_0", "a program of torch.export"),
    "model.tflite": (b"\x1c\0\0\0TFL3", "a TensorFlow Lite model"),
    "model.bin": (b"\x1c\0\0\0TFL3", "a TensorFlow Lite model"),
    "model.h5": (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    "model.keras": (b"PK\x03\x04\0\0config.json", "a Keras model"),
    "net.py": (b"import torch\n", "Python code"),
}
#: Those that have a reader; they are networks.
READ = (
    "yolov8.yaml",
    ".onnx",
    ".tflite",
    ".bin",
    ".json",
    ".h5",
    ".keras",
    ".cfg",
    ".prototxt",
    ".txt",
    ".param",
    ".pt2",
    "old",
    "new",
)
PICKLE = (
    "a pickle may hold any code and is never opened: `costcalc import package.module:function "
    "--input 3x224x224` runs what builds the network, and an ONNX file of it is read"
)
WRITE = "its layers have to be written as rows: `costcalc new NAME` starts a network"
COUNTED = "`costcalc count FILE` counts it, `costcalc import FILE` writes a network of it"
OWN = {
    "table.csv": (
        TABLE,
        "a table",
        "`costcalc claims new --from table.csv --spec SPEC` makes claims of it, and of a table of "
        "layers `costcalc new --from table.csv` a network",
    ),
    "paper.tex": (
        "\\documentclass{article}\n\\begin{document}\n",
        "a LaTeX file",
        "`costcalc claims new --from paper.tex --spec SPEC` makes claims of it, and of a table of "
        "layers `costcalc new --from paper.tex` a network",
    ),
    "net.yaml": (NETWORK, "a costcalc network", "`costcalc count net.yaml` counts it"),
    "broken.yaml": (
        "network: net\nlayers: 3\nblocks: {}\n",
        "a costcalc network",
        "`costcalc count broken.yaml` counts it",
    ),
    "claims.yaml": (CLAIMS, "a claims file", "`costcalc check claims.yaml` checks it"),
    "board.yaml": (
        "device: board\nmeaning: a board\n",
        "a device",
        "`costcalc roofline SPEC --device board.yaml` asks it",
    ),
    "conv.yaml": (
        CONVENTIONS,
        "a file of conventions",
        "`costcalc count SPEC --convention conv.yaml` counts by it",
    ),
    "blocks.yaml": (
        "blocks:\n  b: {takes: [c], layers: [{conv: 1x1, out: c}]}\n",
        "a file of blocks",
        "a network can include it",
    ),
}
#: A verb for each kind of file that is read.
WANTED = {
    "a costcalc network": ("count",),
    "a claims file": ("check",),
    "a file of conventions": ("count", "mobilenet-v1", "--convention"),
    "a device": ("roofline", "mobilenet-v1", "--device"),
}


def _advice(name: str, what: str) -> str:
    if what == "a PyTorch file":
        return PICKLE
    return COUNTED.replace("FILE", name) if name.endswith(READ) else WRITE


KINDS = {
    **{name: (content, what, _advice(name, what)) for name, (content, what) in FOREIGN.items()},
    **{name: (text.encode(), what, do) for name, (text, what, do) in OWN.items()},
}


@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("name", KINDS)
def test_another_kind_of_file_says_what_to_do(
    run: Run, tmp_path: Path, name: str, wanted: str
) -> None:
    content, what, do = KINDS[name]
    (tmp_path / name).write_bytes(content)
    read = wanted == "a costcalc network" and name.endswith(READ)
    if what == wanted or read:
        return
    file = f"./{name}"
    result = run(*WANTED[wanted], file, cwd=tmp_path)
    message = f"{name}: this is {what}, not {wanted} ({do})\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", message)


@pytest.mark.parametrize("name", ["claims.yaml", "model.onnx", "net.yaml"])
def test_a_table_is_csv_or_latex(run: Run, tmp_path: Path, name: str) -> None:
    content, what, do = KINDS[name]
    (tmp_path / name).write_bytes(content)
    result = run("claims", "new", "--from", name, "--spec", "vgg-16", cwd=tmp_path)
    if name == "model.onnx":
        assert result.stderr == f"{name}: this is {what}, not a table ({do})\n"
    assert (result.returncode, result.stdout) == (2, "")


def test_a_spec_that_only_has_mistakes_is_still_a_spec(run: Run, tmp_path: Path) -> None:
    (tmp_path / "n.yaml").write_text(NETWORK.replace("3x3", "3by3") + "blocks: {}\n")
    assert "this is" not in run("count", "n.yaml", cwd=tmp_path).stderr
    (tmp_path / "c.yaml").write_text(CLAIMS.replace("spec:", "specs:"))
    assert "this is" not in run("check", "c.yaml", cwd=tmp_path).stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("count phon.yaml", "phon.yaml: can't be read: No such file or directory "
         "(did you mean 'phone.yaml'?)"),
        ("count phone.yml", "phone.yml: can't be read: No such file or directory "
         "(did you mean 'phone.yaml'?)"),
        ("count phone", "no network 'phone' (did you mean 'phone.yaml'?)"),
        ("count nets/fon.yaml", "nets/fon.yaml: can't be read: No such file or directory "
         "(did you mean 'nets/fone.yaml'?)"),
        ("check clams.yaml", "clams.yaml: can't be read: No such file or directory "
         "(did you mean 'claims.yaml'?)"),
        ("claims new --from nope.csv --spec vgg-16",
         "nope.csv: can't be read: No such file or directory"),
        ("claims new --from tabel.csv --spec vgg-16",
         "tabel.csv: can't be read: No such file or directory (did you mean 'table.csv'?)"),
        ("claims new --from . --spec vgg-16", ".: is a directory (one file of it: table.csv)"),
        ("sweep vgg-16 --points tabel.csv",
         "tabel.csv: can't be read: No such file or directory (did you mean 'table.csv'?)"),
        ("count no.onnx", "no.onnx: can't be read: No such file or directory"),
        ("count nets", "nets: is a directory (one file of it: nets/fone.yaml)"),
        ("check .", ".: is a directory (one file of it: claims.yaml, phone.yaml)"),
        ("count empty", "empty: is a directory (it has no .yaml or .yml file)"),
        ("show-convention ./empty", "empty: is a directory (it has no .yaml or .yml file)"),
        ("check mobilenet-v1",
         "'mobilenet-v1' is a network (`costcalc count mobilenet-v1` counts it)"),
        ("count 004-pydmobilenet",
         "'004-pydmobilenet' is a paper (`costcalc check 004-pydmobilenet` checks its claims)"),
        ("count googlenet", "no network 'googlenet' (`costcalc list specs` names what "
         "ships; `costcalc new googlenet` starts one of your own)"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_right(run: Run, tmp_path: Path, words: str, message: str) -> None:
    (tmp_path / "phone.yaml").write_text(NETWORK)
    (tmp_path / "claims.yaml").write_text(CLAIMS)
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "empty").mkdir()
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "fone.yaml").write_text(NETWORK)
    result = run(*words.split(), cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", message + "\n")


def test_what_ships_goes_before_a_file_of_its_name(run: Run, tmp_path: Path) -> None:
    """A file called ``paper`` is no convention, a folder called ``vgg-16`` no network."""
    (tmp_path / "paper").write_text(TABLE)
    (tmp_path / "vgg-16").mkdir()
    result = run("count", "vgg-16", "-f", "json", cwd=tmp_path)
    assert json.loads(result.stdout)["totals"] == cc.count("vgg-16").to_dict()["totals"]


def test_standard_input_is_read_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, NETWORK)
    assert run("compare", "-", "-").stderr == "<stdin>: can be read once (a file for the others)\n"
    typed(monkeypatch, "")
    assert run("count", "-").stderr == "<stdin>: the file is empty\n"
