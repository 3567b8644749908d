"""How numbers read: amounts, ratios, labels, sentences that count."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from costcalc.algebra.amounts import amount, amount_text
from costcalc.language import library
from costcalc.report.document import cell_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (40_000_000, "40,000,000"),
        (Fraction(2_000_001, 2), "1,000,000.5"),
        (Fraction(-5001, 4), "-1,250.25"),
        (Fraction(10_000, 3), "10,000/3"),
        (0, "0"),
    ],
)
def test_amounts_have_thousands(value: int | Fraction, text: str) -> None:
    assert amount_text(value) == text
    assert "/" in text or amount(text.replace(",", "")) == value


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (Fraction(999, 100), "999.00 %"),
        (Fraction(10), "10.0 ×"),
        (Fraction(1245, 100), "12.5 ×"),
        (Fraction(9996, 100), "100.0 ×"),
        (Fraction("214.0723"), "214 ×"),
        (Fraction(386_355, 2), "193,178 ×"),
    ],
)
def test_from_ten_times_on_a_ratio_is_said_in_times(ratio: Fraction, text: str) -> None:
    assert cell_text(ratio) == text


def test_limits_have_thousands(run: Any) -> None:
    words = ("compare", "mobilenet-v1", "fd-mobilenet", "--at-equal", "mult_adds=40M")
    assert " (Mult-Adds ≤ 40,000,000)\n" in run(*words).stdout
    words = ("solve", "mobilenet-v1", "--for", "alpha", "--mult-adds", "9999999.5")
    assert "\nMult-Adds   9,999,999.5  " in run(*words).stdout
    words = ("compare", "mobilenet-v1", "fd-mobilenet", "--at-equal", "mult_adds=0.5")
    assert run(*words).stderr == (
        "mobilenet-v1 costs too much at every alpha (mult_adds at most 0.5)\n"
    )


def test_a_budget_may_be_a_fraction(run: Any) -> None:
    budget = "alpha<=0.5,mult_adds<=6000000.5"
    found = run("sweep", "ehm-mobilenet", "--alpha", "0.25,0.5,1", "--budget", budget)
    assert found.stderr == ""
    assert "\nbudget: alpha <= 0.5 and mult_adds <= 6,000,000.5\n" in found.stdout


def test_one_point_is_no_points(run: Any) -> None:
    assert run("sweep", "vgg-16", "-r", "224").stdout.endswith("rows  1 of 1 point\n")
    assert run("sweep", "vgg-16", "-r", "224,256").stdout.endswith("rows  2 of 2 points\n")


def test_compare_names_networks_not_files(run: Any, tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        shutil.copy(library.SPECS / "fd-mobilenet.yaml", tmp_path / name)
    a, b = tmp_path / "a.yaml", tmp_path / "b.yaml"
    lines = run("compare", "vgg-16", f"{a}@alpha=0.5").stdout.splitlines()
    assert lines[0] == "vgg-16 and fd-mobilenet@alpha=0.5"
    alike = run("compare", str(a), str(b)).stdout.splitlines()
    assert alike[0] == f"{a} and {b}"
