"""Ultralytics' YAML as networks: modules are rows, at the scale of the file's name."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc

TEXT = """
nc: 10
scales:
  n: [0.5, 0.25, 1024]
  s: [1.0, 0.50, 1024]
backbone:
  - [-1, 1, Conv, [64, 3, 2]] # 0
  - [-1, 2, C2f, [128, True]]
  - [-1, 1, SPPF, [128, 5]]
head:
  - [-1, 1, nn.Upsample, [None, 2, "nearest"]]
  - [-1, 1, nn.MaxPool2d, [2, 2, 0]]
  - [[-1, 0], 1, Concat, [1]]
  - [[1], 1, Detect, [nc]]
"""


def load(tmp_path: Path, name: str, text: str = TEXT) -> cc.Network:
    (tmp_path / name).write_text(text)
    return cc.load(tmp_path / name)


def params(width: int, rounds: int) -> int:
    """What the network of :data:`TEXT` learns, 64 channels being ``width``."""

    def conv(k: int, channels: int, out: int) -> int:
        return k * k * channels * out + 2 * out

    half, wide, boxes, scores = width, 2 * width, 64, max(2 * width, 10)
    found = conv(3, 3, width)
    found += conv(1, width, 2 * half) + conv(1, (2 + rounds) * half, wide)
    found += rounds * 2 * conv(3, half, half)
    found += conv(1, wide, width) + conv(1, 4 * width, wide)
    found += conv(3, wide, boxes) + conv(3, boxes, boxes) + (boxes * 64 + 64)
    return found + conv(3, wide, scores) + conv(3, scores, scores) + (scores * 10 + 10)


@pytest.mark.parametrize(
    ("name", "width", "rounds"),
    [("net8n.yaml", 16, 1), ("net8s.yaml", 32, 2), ("net8.yaml", 16, 1), ("net8x.yaml", 16, 1)],
)
def test_the_name_says_the_scale(tmp_path: Path, name: str, width: int, rounds: int) -> None:
    """Widths and depths; a scale that the file has not, or none, is the first."""
    network = load(tmp_path, name)
    assert network.count(convention="trainable").params == params(width, rounds)
    scale = "s" if width == 32 else "n"
    notes = f"from an Ultralytics model, scale {scale}, at its usual side of 640"
    assert network.spec.notes == notes
    first = network.count().layers[0]
    assert (first.type, first.mult_adds) == ("conv 3x3", 320 * 320 * 3 * 3 * 3 * width)


def test_attention_of_yolo11(tmp_path: Path) -> None:
    """Two heads of 32 keys and 64 values each over 8 x 8 positions."""
    text = (
        "nc: 4\nbackbone:\n- [-1, 1, Conv, [256, 1, 80]]\nhead:\n- [-1, 1, C2PSA, [256]]\n"
        "- [-1, 1, Classify, [nc]]\n"
    )
    count = load(tmp_path, "net.yaml", text).count()
    products = [layer.mult_adds for layer in count.layers if layer.type == "matmul"]
    assert products == [64 * 64 * 2 * 32, 64 * 64 * 2 * 64]
    assert count.layers[-1].mult_adds == 1280 * 4


#: Modules at 8 x 8 positions of 64 channels: products of kernels and channels, at each position.
MODULES = {
    "ADown, [128]": (16 / 64) * (9 * 32 * 64 + 32 * 64),
    "AConv, [128]": (16 / 64) * 9 * 64 * 128,
    "SPPELAN, [128, 32]": 64 * 32 + 4 * 32 * 128,
    "ELAN1, [128, 64, 32]": 64 * 64 + 2 * 9 * 32 * 32 + (64 + 2 * 32) * 128,
    "RepNCSPELAN4, [128, 64, 32, 1]": (
        64 * 64 + (64 + 2 * 32) * 128
        + 2 * (2 * 32 * 16 + 32 * 32 + (9 + 1 + 9) * 16 * 16 + 9 * 32 * 32)
    ),
    "C3Ghost, [64]": 2 * 64 * 32 + 64 * 64 + 32 * 8 + 25 * 8 + 16 * 16 + 25 * 16,
    "A2C2f, [64, True, 4]": (
        64 * 32 + 2 * 32 * 64
        + 2 * (32 * 96 + 32 * 32 + 49 * 32 + 2 * 32 * 64 + 2 * 16 * 32)
    ),
    "A2C2f, [64, False, -1]": (
        64 * 32 + 2 * 32 * 64 + 2 * 32 * 16 + 32 * 32 + 2 * 2 * 9 * 16 * 16
    ),
    "ResNetLayer, [64, 16, 2, False, 2]": (
        64 * 16 + (16 / 64) * (9 * 16 * 16 + 16 * 64 + 64 * 64 + 64 * 16 + 9 * 16 * 16 + 16 * 64)
    ),
    "SPPF, [64, 5, 3, True]": 64 * 32 + 4 * 32 * 64,
    "C3k2, [64, False, 0.5, True]": (
        64 * 64 + 3 * 32 * 64 + 2 * 9 * 32 * 16
        + (32 * 64 + 9 * 32 + 32 * 32 + 2 * 32 * 64 + 64 * (16 + 32))
    ),
}  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_modules(tmp_path: Path, module: str) -> None:
    text = f"nc: 10\nbackbone:\n- [-1, 1, Conv, [64, 1, 80]]\n- [-1, 1, {module}]\n"
    network = load(tmp_path, "net.yaml", text + "head:\n- [-1, 1, nn.Identity, []]\n")
    assert network.count().mult_adds == 8 * 8 * (3 * 64 + MODULES[module])
    assert (network.count().layers[-1].type == "add") == module.startswith("SPPF")


def test_what_a_file_says_of_all_modules(tmp_path: Path) -> None:
    """How many channels enter, and which activation is behind convolutions."""
    text = TEXT.replace("nc: 10", "nc: 10\nchannels: 4\nactivation: torch.nn.ReLU6()", 1)
    network = load(tmp_path, "net8n.yaml", text)
    layers = network.count().layers
    assert layers[0].mult_adds == 320 * 320 * 3 * 3 * 4 * 16
    assert {layer.type for layer in layers} & {"relu6", "swish"} == {"relu6"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("SPPF", "Mine", "not translated: module Mine (2.Mine)"),
        ("[-1, 0]", "[-1, 9]", "not translated: what no row before gives is read (5.Concat)"),
        ("[-1, 1, SPPF", "[SPPF", "not an Ultralytics model, or a damaged one"),
        ("[64, 3, 2]", "[64, 3, 2, 1, 1, 2]", "not translated: Conv with argument 6 (0.Conv)"),
        ("nc: 10", "nc: 10\nend2end: True", "end2end: True is not read"),
        ("nc: 10", "nc: 10\nactivation: nn.Mine()", "activation nn.Mine()"),
        ("nc: 10\n", "nc: many\n", "nc, and the scale of its name, are numbers above 0"),
    ],
)
def test_what_is_refused(run: Run, tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TEXT
    (tmp_path / "net8n.yaml").write_text(TEXT.replace(old, new, 1))
    result = run("count", "net8n.yaml", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"net8n.yaml: {message}\n"
