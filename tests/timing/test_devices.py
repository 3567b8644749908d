"""Devices: every figure has a source; what is wrong with a file is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc
from costcalc.hardware.elements import NAMED, as_elements
from costcalc.language import library
from costcalc.timing.devices import Figure, as_device

GOOD = """device: my-board
meaning: a board
ram:
  size: [2 KiB, a data sheet]
  bandwidth: [0.5 MB/s, a measurement]
flash: {size: [1 MiB, a data sheet]}
rates:
  int8: [8 M/s, a data sheet]
  int8 dwconv: [2 M/s, a measurement]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "board.yaml"
    file.write_text(text)
    return file


@pytest.mark.parametrize("name", library.device_names())
def test_a_device_that_ships_has_a_source_for_each_figure(name: str) -> None:
    device = as_device(name)
    assert device.name == name and device.meaning
    figures = [*device.ram, *device.flash, *device.rates.values()]
    known = [figure for figure in figures if figure is not None]
    assert len(known) >= 2 and device.rates
    assert all(figure.value > 0 and len(figure.source) > 10 for figure in known)


def test_a_dozen_devices_ship_and_are_listed(run: Run) -> None:
    names = library.device_names()
    assert len(names) >= 12
    lines = run("list", "devices", "--format", "csv").stdout.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["name", *names]
    (board,) = (line for line in lines if line.startswith("stm32h747i-disco"))
    assert board.startswith('stm32h747i-disco,1 MiB,2 MiB,3200 MB/s,"int8 800 M/s, int16 800 M/s"')


def test_what_nobody_read_in_its_source_says_so(run: Run, tmp_path: Path) -> None:
    """Figures from memory are marked in the file, in the list and wherever they are used."""
    text = GOOD.replace("[2 KiB, a data sheet]", "[2 KiB, a data sheet, not confirmed]")
    device = as_device(written(tmp_path, text))
    assert device.ram.size == Figure(2 * 1024, "2 KiB", "a data sheet", confirmed=False)
    said = run("roofline", "ds-cnn", "--device", "raspberry-pi-pico").stdout
    assert "data sheet, 2.6.2: one 32-bit access a cycle for each core; 133 MHz)\n" in said
    assert "two cores, 133 MHz; not confirmed)\n" in said
    (pico,) = (
        line
        for line in run("list", "devices", "--format", "csv").stdout.splitlines()
        if line.startswith("raspberry-pi-pico,")
    )
    assert pico.endswith(',"int8, int16"')


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    device = as_device(written(tmp_path, GOOD))
    assert device.ram.size == Figure(2 * 1024, "2 KiB", "a data sheet")
    assert device.bandwidth.value == 500_000
    assert device.flash.bandwidth is None
    int8 = NAMED["int8"]
    assert device.rate(int8, "conv").value == device.rate(int8).value == 8 * 10**6
    assert device.rate(int8, "dwconv").value == 2 * 10**6
    assert as_device(device) is device


def test_the_wider_type_decides_the_rate() -> None:
    board = as_device("esp32-s3")
    assert board.rate(as_elements("int8")).value == 16 * 2 * 240 * 10**6
    assert board.rate(as_elements("weights=int8,activations=int16")).value == 8 * 2 * 240 * 10**6
    assert board.rate(as_elements("weights=int4")).value == 16 * 2 * 240 * 10**6


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[2 KiB, a data sheet]",
            "2 KiB",
            "4:9: ram.size: expected [320 KiB, SOURCE], got '2 KiB'",
        ),
        (
            "[2 KiB, a data sheet]",
            "[2 KiB]",
            "4:9: ram.size: a figure has a value and its source ([320 KiB, SOURCE])",
        ),
        (
            "[2 KiB,",
            "[2 K,",
            "4:10: ram.size[0]: '2 K' is not like 320 KiB (units: bytes, KiB, MiB, GiB)",
        ),
        (
            "[8 M/s,",
            "[8 MAC/s,",
            "8:10: rates.int8[0]: '8 MAC/s' is not like 800 M/s (units: M/s, G/s, T/s)",
        ),
        (
            "  int8:",
            "  int9:",
            "8:3: rates: 'int9' is no type of number (did you mean 'int8'?)",
        ),
        (
            "int8 dwconv",
            "int8 dwcon",
            "9:3: rates: no operator 'dwcon' (did you mean 'dwconv'?)",
        ),
        ("flash:", "flesh:", "6:1: unknown key 'flesh' (did you mean 'flash'?)"),
        ("meaning: a board\n", "", "1:1: the file has no 'meaning'"),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    file = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(cc.CostcalcError) as error:
        as_device(file)
    assert str(error.value) == f"{file}:{message}"


def test_a_name_that_is_none(run: Run) -> None:
    told = run("roofline", "mobilenet-v1", "--device", "esp32").stderr
    assert told == "no device 'esp32' (did you mean 'esp32-s3'?)\n"
    with pytest.raises(cc.CostcalcError, match="an int is not a device"):
        as_device(3)
