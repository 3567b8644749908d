"""Budgets of time: amounts with units, sweeps and searches that keep them, held against counts."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from conftest import Run

import costcalc as cc
from costcalc.algebra.amounts import time_amount

BOARD = "time on stm32h747i-disco"
MS = 10**12


@pytest.mark.parametrize(
    ("text", "femtoseconds"),
    [
        ("100ms", 100 * MS),
        ("1.5 s", 1500 * MS),
        ("250us", MS // 4),
        ("250 µs", MS // 4),
        ("7ns", 7 * 10**6),
        ("12fs", 12),
        ("3M", 3 * 10**6),
        (5, 5),
    ],
)
def test_a_time_has_a_unit(text: str | int, femtoseconds: int) -> None:
    assert time_amount(text) == femtoseconds


@pytest.mark.parametrize("text", ["3 min", "ms", "1..5s", "3KiB"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(cc.CostcalcError) as error:
        time_amount(text)
    assert str(error.value) == f"{text!r} is no time (such as 100ms, 1.5s or 250us)"


def test_a_sweep_keeps_a_budget_of_time(run: Run) -> None:
    alphas = [Fraction(n, 8) for n in range(1, 9)]
    fast = [a for a in alphas if _time(a) <= 300 * MS]
    assert 0 < len(fast) < 8
    words = ("sweep", "mobilenet-v1", "--alpha", "1/8:1:1/8", "--cost", BOARD, "--format", "csv")
    lines = run(*words, "--budget", "time<=300ms").stdout.splitlines()[1:]
    assert [Fraction(line.split(",")[1]) for line in lines] == fast


def _time(alpha: Fraction) -> int:
    return cc.count("mobilenet-v1", alpha=alpha, cost=BOARD).costs["time"]


def test_the_largest_width_within_a_time() -> None:
    found = cc.solve("mobilenet-v1", "alpha", multiple="1/32", cost=BOARD, budget="time<=300ms")
    assert isinstance(found.value, Fraction)
    assert _time(found.value) <= 300 * MS < _time(found.value + Fraction(1, 32))


def test_settings_within_a_time(run: Run) -> None:
    words = ("--for", "alpha,resolution", "--alpha", "0.25,0.5", "--resolution", "96,160,224")
    told = run("solve", "mobilenet-v1", *words, "--cost", BOARD, "--budget", "time<=120ms")
    assert told.returncode == 0, told.stderr
    kept = [
        (a, r)
        for a in ("1/4", "1/2")
        for r in (96, 160, 224)
        if cc.count("mobilenet-v1", alpha=a, resolution=r, cost=BOARD).costs["time"] <= 120 * MS
    ]
    assert kept == [("1/4", 96), ("1/4", 160), ("1/2", 96)]
    assert "0.25" in told.stdout and "160" in told.stdout and "0.5" in told.stdout


def test_a_budget_of_time_needs_a_device(run: Run) -> None:
    told = run("solve", "mobilenet-v1", "--for", "alpha", "--budget", "time<=300ms")
    assert told.stderr == (
        "a time is that on a device "
        "(time on FILE: a device that `costcalc calibrate` wrote, or that ships with times)\n"
    )


def test_rows_outside_of_what_was_measured_are_marked(run: Run) -> None:
    """α = 1 is one of the networks that the times were fitted to; α = 2 has more of all amounts."""
    words = ("sweep", "mobilenet-v1", "-a", "1,2", "--cost", "time on stm32h747i-disco")
    table = run(*words).stdout.splitlines()
    (at,) = (i for i, line in enumerate(table) if line.startswith("spec"))
    assert table[at].split()[-1] == "outside"
    assert table[at + 2].split()[-1] == "yes" and table[at + 1].split()[-1] != "yes"
    csv = run(*words, "--format", "csv").stdout.splitlines()
    assert [line.rpartition(",")[2] for line in csv] == ["outside", "", "yes"]
    rows = json.loads(run(*words, "--format", "json").stdout)["rows"]
    assert [row["outside"] for row in rows] == [False, True]
    many = run(*words[:2], "-a", "0.1:1:0.0005", "--top", "1", "--sort", "time", *words[4:]).stdout
    assert "more than 1,000 points: none is held against what was measured" in many
    assert "outside" not in run(*words[:4], "--cost", "flash").stdout
