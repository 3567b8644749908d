"""Rooflines: held against layers by hand, and against times that were measured."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

import costcalc as cc

DATA = Path(__file__).parents[1] / "data"
BOARD = """device: board
meaning: a board
ram: {size: [2 KiB, s], bandwidth: [1 MB/s, s]}
rates:
  int8: [10 M/s, s]
  int8 dwconv: [1 M/s, s]
"""
NET = """network: net
input: 8x8x4
defaults: {padding: same, bias: false}
layers:
- {conv: 3x3, out: 8}
- {dwconv: 3x3, activation: relu}
- relu
- {avgpool: global}
- {fc: 10}
"""
#: Mult-Adds, and bytes in, out and of weights.
CONV = (8 * 8 * 3 * 3 * 4 * 8, 8 * 8 * 4 + 8 * 8 * 8 + 3 * 3 * 4 * 8)
DWCONV = (8 * 8 * 3 * 3 * 8, 8 * 8 * 8 + 8 * 8 * 8 + 3 * 3 * 8)
POOL = (0, 8 * 8 * 8 + 8)
FC = (8 * 10, 8 + 10 + 8 * 10)


def on(folder: Path, text: str = BOARD, **options: Any) -> cc.Roofline:
    (folder / "board.yaml").write_text(text)
    return cc.loads(NET).roofline(device=folder / "board.yaml", **options)


def test_layers_by_hand(tmp_path: Path) -> None:
    found = on(tmp_path)
    conv, dwconv, relu, pool, fc = found.layers
    assert conv.compute == Fraction(CONV[0], 10**7) and conv.moving == Fraction(CONV[1], 10**6)
    assert (conv.bound, conv.seconds) == ("compute", Fraction(CONV[0], 10**7))
    # one of its own rate
    assert (dwconv.bound, dwconv.seconds) == ("compute", Fraction(DWCONV[0], 10**6))
    assert (relu.bound, relu.seconds) == ("", 0)
    assert (pool.bound, pool.seconds) == ("memory", Fraction(POOL[1], 10**6))
    assert (fc.bound, fc.seconds) == ("memory", Fraction(FC[1], 10**6))
    assert found.seconds == Fraction(CONV[0], 10**7) + Fraction(DWCONV[0] + POOL[1] + FC[1], 10**6)
    assert found.balance == 2 * 10**7 / Fraction(10**6) == 20


def test_does_it_fit(tmp_path: Path) -> None:
    ram, flash = on(tmp_path).fits
    assert (ram.needed, ram.fits) == (8 * 8 * 8 + 8 * 8 * 8, True)
    assert (flash.needed, flash.fits) == (3 * 3 * 4 * 8 + 3 * 3 * 8 + 8 * 10, None)
    ram, _ = on(tmp_path, BOARD.replace("[2 KiB", "[1023 bytes")).fits
    assert ram.fits is False


def test_weights_in_a_flash_with_its_own_bandwidth_move_beside_the_maps(tmp_path: Path) -> None:
    text = BOARD + "flash: {bandwidth: [0.001 MB/s, s]}\n"
    conv = on(tmp_path, text).layers[0]
    assert conv.ram_bytes == 8 * 8 * 4 + 8 * 8 * 8
    assert (conv.bound, conv.seconds) == ("memory", Fraction(3 * 3 * 4 * 8, 10**3))


def test_energy_is_that_of_a_table(tmp_path: Path) -> None:
    """Horowitz 2014: an int8 multiplication 0.2 pJ, an int32 addition 0.1; of fp32 3.7 and 0.9;
    DRAM 1.3 to 2.6 nJ for 64 bits."""
    spent = on(tmp_path).energy
    assert spent is not None
    work, moved = (sum(layer[i] for layer in (CONV, DWCONV, POOL, FC)) for i in (0, 1))
    assert spent.operations == work * (Fraction("0.2") + Fraction("0.1"))
    low, high = Fraction(moved * 1300, 8), Fraction(moved * 2600, 8)
    assert spent.bytes[-1] == ("DRAM", low, high)
    floats = on(tmp_path, BOARD.replace("int8", "fp32"), elements="fp32").energy
    assert floats is not None
    assert floats.operations == work * (Fraction("3.7") + Fraction("0.9"))
    more = BOARD.replace("int8:", "int16:").replace("int8 dw", "int16 dw")
    assert on(tmp_path, more, elements="int16").energy is None


def test_no_measured_time_is_less() -> None:
    """ST's model zoo: the same board at the same clock."""
    with (DATA / "stm32h747.csv").open() as file:
        for row in csv.DictReader(file):
            values = {name: row[name] for name in ("alpha", "resolution", "classes")}
            bound = cc.roofline(row["spec"], device="stm32h747i-disco", values=values).seconds
            assert bound * 2300 < Fraction(row["ms"]) < bound * 4600


@pytest.mark.parametrize(
    ("device", "elements", "message"),
    [
        (
            "esp32-s3",
            "fp32",
            "no peak rate of esp32-s3 is known for fp32 (--elements int8, --elements int16)",
        ),
        (
            "coral-edge-tpu",
            "int8",
            "no bandwidth of coral-edge-tpu is known "
            "(ram: {bandwidth: [3.2 GB/s, SOURCE]} in a file of your own)",
        ),
    ],
)
def test_what_is_not_known_is_refused(run: Run, device: str, elements: str, message: str) -> None:
    told = run("roofline", "mobilenet-v1", "--device", device, "--elements", elements)
    assert (told.returncode, told.stdout, told.stderr) == (2, "", f"{message}\n")


def test_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(BOARD)
    (tmp_path / "net.yaml").write_text(NET)
    words = ("roofline", "net.yaml", "--device", "board.yaml")
    text = run(*words, cwd=tmp_path).stdout
    seconds = CONV[0] / 10**7 + (DWCONV[0] + POOL[1] + FC[1]) / 10**6
    assert f"{CONV[0]:,}" in text and f"at least {seconds * 1000:.2f} ms" in text
    assert "1,024 bytes (1 KiB) of arena: fits into 2 KiB" in text
    assert "440 bytes (0.4 KiB) of weights and biases; how much there is is not known" in text
    data = json.loads(run(*words, "--format", "json", cwd=tmp_path).stdout)
    assert data["fits"][0] == {"memory": "RAM", "needed": 1024, "size": 2048, "fits": True}
    layer = data["layers"][0]
    assert (layer["bound"], layer["mult_adds"]) == ("compute", CONV[0])
    assert Fraction(layer["seconds"]) == Fraction(CONV[0], 10**7)


def test_the_picture(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "roofline.svg"
    words = ("roofline", "mobilenet-v2", "--device", "ethos-u55-128", "--plot", str(picture))
    told = run(*words)
    assert told.stderr == f"{picture}: a picture of 53 layers\n"
    drawn = picture.read_text()
    assert "operations per byte of RAM, weights in flash apart" in drawn
    assert "64 G Mult-Adds/s" in drawn and "dwconv" in drawn
    assert f"{picture} exists" in run(*words).stderr
    assert run(*words, "--force").returncode == 0
    assert run(*words[:-1], "x.gif").stderr == "x.gif has no known ending (.svg, .png or .pdf)\n"
