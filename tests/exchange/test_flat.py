"""Models of other programs as specs of one row for each operation."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from conftest import Run

import costcalc as cc
from costcalc.exchange.flat import legal
from costcalc.exchange.translation import Form, Translation
from costcalc.graph.loading import spec_text
from costcalc.source import kinds


def translated(leaves: Form = (4, 4, 8)) -> Translation:
    """A convolution, and a sum of its map and of that map after a ReLU."""
    translation = Translation(notes="made by hand")
    image = translation.row({}, form=(8, 8, 3), name="image")
    columns = {"conv": 3, "out": 8, "stride": 2, "bias": True}
    conv = translation.row(columns, image, form=leaves, name="/layer1/conv")
    relu = translation.row({"relu": None}, conv, form=(4, 4, 8), name="/layer1/relu")
    twice = translation.row({"relu": None}, relu, form=(4, 4, 8), name="/layer1/relu")
    translation.row({"add": None}, conv, twice, form=(4, 4, 8), merges=True)
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


def test_a_model_is_counted_where_a_spec_is(run: Run, model: Path) -> None:
    count = cc.load(model).count()
    assert [layer.name for layer in count.layers] == [
        "layer1.conv",
        "layer1.relu",
        "layer1.relu.2",
        "add4",
    ]
    assert count.mult_adds == 4 * 4 * 3 * 3 * 3 * 8
    assert run("count", str(model), "-f", "csv").returncode == 0


def test_its_spec_is_shown(run: Run, model: Path) -> None:
    """Rows name what they take, but for the map of the row above."""
    assert run("show", str(model), "--format", "yaml").stdout == (
        "network: net\n"
        "notes: made by hand\n"
        "defaults: {norm: none, activation: none, bias: false}\n"
        "input: {height: 8, width: 8, channels: 3}\n"
        "layers:\n"
        "- {conv: 3, out: 8, stride: 2, bias: true, name: layer1.conv}\n"
        "- {relu: , name: layer1.relu}\n"
        "- {relu: , name: layer1.relu.2}\n"
        "- {add: [[{from: layer1.conv}], [{from: layer1.relu.2}]]}\n"
    )


@pytest.mark.parametrize(
    "ask",
    [
        lambda model: cc.load(model).count(),
        lambda model: cc.load(model).formula(),
        lambda model: cc.count(pickle.loads(pickle.dumps(cc.load(model).spec))),
        spec_text,
    ],
)
def test_sizes_are_held_against_those_of_the_model(
    monkeypatch: pytest.MonkeyPatch, model: Path, ask: Callable[[Path], object]
) -> None:
    reader = sys.modules["costcalc.exchange.made"]
    monkeypatch.setattr(reader, "read", lambda path: translated((3, 3, 8)))
    with pytest.raises(cc.CostcalcError) as found:
        ask(model)
    assert str(found.value) == (
        f"{model}: /layer1/conv (row 1): leaves 4x4x8, where the model has 3x3x8 "
        "(nothing is counted that differs from the model)"
    )


def test_all_that_has_no_row_is_said_with_its_first_places(
    monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    translation = translated()
    for place in "abcde":
        translation.refuse("operator Foo", f"/block/{place}\x1b[1m")
    translation.refuse("control flow (If)")
    monkeypatch.setattr(sys.modules["costcalc.exchange.made"], "read", lambda path: translation)
    with pytest.raises(cc.CostcalcError) as found:
        cc.load(model)
    assert str(found.value).splitlines() == [
        f"{model}: not translated: control flow (If)",
        f"{model}: not translated: operator Foo "
        r"(5 times: /block/a\u001b[1m, /block/b\u001b[1m, /block/c\u001b[1m, …)",
    ]


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    def read(path: Path) -> Translation:
        raise ModuleNotFoundError(name="onnx.helper")

    monkeypatch.setattr(sys.modules["costcalc.exchange.made"], "read", read)
    with pytest.raises(cc.CostcalcError) as found:
        cc.load(model)
    message = "to read this, the package 'onnx' is needed (pip install onnx)"
    assert str(found.value) == f"{model}: {message}"


def test_a_file_that_can_not_be_read(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    def read(path: Path) -> Translation:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sys.modules["costcalc.exchange.made"], "read", read)
    with pytest.raises(cc.CostcalcError) as found:
        cc.load(model)
    assert str(found.value) == f"{model}: can't be read: Permission denied"


def test_models_without_layers_are_refused(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    monkeypatch.setattr(sys.modules["costcalc.exchange.made"], "read", lambda path: Translation())
    with pytest.raises(cc.CostcalcError) as found:
        cc.load(model)
    assert str(found.value) == f"{model}: the model has no layers"


def test_several_inputs_have_names(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    """One that nothing reads is none."""
    translation = Translation()
    translation.row({}, form=(8, 8, 1), name="idle")
    left = translation.row({}, form=(8, 8, 1), name="left:0")
    right = translation.row({}, form=(8, 8, 2), name="right:0")
    translation.row({"concat": None}, right, left, form=(8, 8, 3), merges=True)
    monkeypatch.setattr(sys.modules["costcalc.exchange.made"], "read", lambda path: translation)
    spec = cc.load(model).spec
    assert {name: str(size[2].evaluate({})) for name, size in spec.inputs.items()} == {
        "left.0": "1",
        "right.0": "2",
    }


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("/layer1/0/conv", "layer1.0.conv"),
        ("0", "_0"),
        ("größe", "gr.e"),
        ("a b:c", "a.b.c"),
        ("//", ""),
        ("x" * 70 + "/" + "y" * 54, "x." + "y" * 54),
    ],
)
def test_names_become_legal(name: str, word: str) -> None:
    assert legal(name) == word
