"""Models as specs that people read, proven equal to one row for each operation."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from conftest import Run

import costcalc as cc
from costcalc.exchange import readable as readables
from costcalc.exchange.translation import Translation
from costcalc.language import library
from costcalc.models import importing
from costcalc.models.families import several
from costcalc.models.importing import Read, imported
from costcalc.source import kinds


def translated() -> Translation:
    """A convolution with a BN and a ReLU, six times."""
    translation = Translation(notes="made by hand")
    x = translation.row({}, form=(8, 8, 4))
    for _ in range(6):
        columns = {"conv": [3, 3], "out": 4, "padding": [1, 1], "bias": False}
        x = translation.row(columns, x, form=(8, 8, 4))
        x = translation.row({"bn": None}, x, form=(8, 8, 4))
        x = translation.row({"relu": None}, x, form=(8, 8, 4))
    translation.stand_ins.update(["mul of a constant, left out"] * 2)
    return translation


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file of a kind that :func:`translated` reads."""
    reader = ModuleType("costcalc.exchange.made")
    reader.__dict__["read"] = lambda path: translated()
    monkeypatch.setitem(sys.modules, reader.__name__, reader)
    kind = kinds.Kind("a made model", kinds.READ, ".made", reader="made")
    monkeypatch.setattr(kinds, "KINDS", (kind, *kinds.KINDS))
    path = tmp_path / "net.made"
    path.write_bytes(b"\0\1\2")
    return path


SPEC = (
    "network: net\n"
    "notes: made by hand\n"
    "defaults: {norm: batch, activation: relu, bias: false, padding: half}\n"
    "input: {height: 8, width: 8, channels: 4}\n"
    "layers:\n"
    "- {repeat: 6, layers: [{conv: 3x3, out: 4}]}\n"
)


def test_a_model_is_imported(run: Run, model: Path) -> None:
    """The spec on standard output, and what there is to know of it on the other."""
    result = run("import", str(model))
    assert (result.returncode, result.stdout) == (0, SPEC)
    assert result.stderr.splitlines() == [
        f"net: 18 operations in 2 rows; both count {6 * 8 * 8 * 9 * 4 * 4:,} Mult-Adds and "
        f"{6 * (9 * 4 * 4 + 2 * 4)} parameters (convention trainable)",
        "free, or said by another row: mul of a constant, left out (2 times)",
    ]


def nested(depth: int) -> Translation:
    """Sums with what enters, each inside the next."""
    translation = Translation()
    x = y = translation.row({}, form=(8, 8, 4))
    for _ in range(depth):
        columns = {"conv": [1, 1], "out": 4, "bias": False}
        y = translation.row(columns, y, form=(8, 8, 4))
        y = translation.row({"add": None}, y, x, form=(8, 8, 4), merges=True)
    return translation


def test_what_stands_in_each_other_hundreds_of_times_stays_as_it_is() -> None:
    found = imported(nested(400), "net", "net.made")
    assert (found.level, cc.count(found.spec).mult_adds) == ("rows", 400 * 8 * 8 * 4 * 4)
    members = [Read("net", nested(400), "net.made")] * 2
    with pytest.raises(cc.CostcalcError) as caught:
        several(members, ["n=1", "n=2"], "net", verify=False)
    assert str(caught.value) == "the models are nested too deep (import them one by one)"


def test_it_can_be_written_and_named(run: Run, model: Path) -> None:
    target = model.with_name("mine.yaml")
    assert run("import", str(model), "--name", "mine", "-o", str(target)).returncode == 0
    assert target.read_text() == SPEC.replace("network: net", "network: mine")
    mine, theirs = (cc.load(path).count_all().to_dict() for path in (target, model))
    assert mine["conventions"] == theirs["conventions"]


def test_what_would_count_otherwise_is_folded_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of folding is no wrong number: here a repetition too many."""
    true = readables.Folding.fold

    def wrong(folding: readables.Folding) -> None:
        true(folding)
        folding.networks[0][0].columns["repeat"] = 7

    monkeypatch.setattr(readables.Folding, "fold", wrong)
    found = imported(translated(), "net", "model")
    assert (found.level, found.rows) == ("structure", 6)
    assert "not folded further: what that gave did not count the same" in found.said()


def test_a_spec_that_does_not_hold_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written then is one row for each operation."""

    def wrong(*given: object) -> None:
        raise cc.CostcalcError("no such network")

    monkeypatch.setattr(importing, "readable", wrong)
    found = imported(translated(), "net", "model")
    assert (found.level, found.rows, found.operations) == ("rows", 18, 18)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("nothing.here", "nothing.here: can't be read: No such file or directory"),
        (
            "specs/resnet-50.yaml",
            "specs/resnet-50.yaml is a costcalc network as it stands "
            "(`costcalc count specs/resnet-50.yaml` counts it)",
        ),
        ("package.module:build", "--input is needed to run a module (--input 3x224x224)"),
    ],
)
def test_what_can_not_be_imported(run: Run, words: str, message: str) -> None:
    result = run("import", *words.split(), cwd=library.SPECS.parent)
    assert (result.returncode, result.stderr) == (2, f"{message}\n")


def test_a_pickle_is_not_opened(run: Run, tmp_path: Path) -> None:
    """It may hold any code."""
    path = tmp_path / "net.pt"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 26 + b"archive/data.pkl\x80\x02")
    for verb in ("count", "import"):
        result = run(verb, str(path))
        assert (result.returncode, result.stderr) == (
            2,
            f"{path}: this is a PyTorch file, not a costcalc network (a pickle may hold any code "
            "and is never opened: `costcalc import package.module:function --input 3x224x224` runs "
            "what builds the network, and an ONNX file of it is read)\n",
        )
