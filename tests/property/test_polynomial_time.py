"""Closed forms and refusals in a time that grows with what is written, not with what it unfolds to.

What took minutes runs in a process that may use some seconds of its processor; it needs less than
one.
"""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from math import floor
from pathlib import Path

import pytest
from conftest import spec

import costcalc as cc

SECONDS = 15
_LIMITED = (
    f"import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))\n"
    "from costcalc.cli import main\nmain(sys.argv[1:], prog_name='costcalc')"
)

ROUNDS = 20
ALPHA = "parameters: {alpha: 1}\ninput: 8x8x8\n"
SIDE = "parameters: {resolution: 1048576}\ninput: {side: resolution, channels: 3}\n"
WIDER = f"- {{repeat: {ROUNDS}, layers: [{{conv: 1x1, out: 'max(alpha*in, in/2)'}}]}}\n"
SMALLER = f"- {{repeat: {ROUNDS}, layers: [{{maxpool: 1x1, stride: 2, round: up}}]}}\n"


def limited(folder: Path, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A command about a network of this text, within some seconds of CPU."""
    (folder / "net.yaml").write_text(text)
    command, *options = words
    words = (command, "net.yaml", *options)
    return subprocess.run(
        [sys.executable, "-c", _LIMITED, *words], capture_output=True, text=True, cwd=folder
    )


def test_sides_that_round_up_again_and_again(tmp_path: Path) -> None:
    text = spec(SMALLER + "- {conv: 1x1, out: 2}\n", SIDE)
    found = limited(tmp_path, text, "formula", "--rounded")
    assert "Mult-Adds   6·⌈R/1048576⌉²\n" in found.stdout
    formula = cc.loads(text).formula()
    assert formula.exact_when == ("resolution % 1048576 == 0",)
    for side in (1, 2**20 - 1, 2**20, 2**20 + 1, 10**9):
        assert formula.at(rounded=True, resolution=side)[0] == 6 * (-(-side // 2**20)) ** 2


def test_a_factor_above_0_comes_out_of_max(tmp_path: Path) -> None:
    text = spec(WIDER, ALPHA)
    found = limited(tmp_path, text, "formula")
    assert (
        "Mult-Adds     64·max(8α, 4)²·max(α, 1/2)³⁷ + 64·max(8α, 4)²·max(α, 1/2)³⁵" in found.stdout
    )
    formula = cc.loads(text).formula()
    widths = [8 * 2**i for i in range(ROUNDS + 1)]
    params = sum(a * b for a, b in pairwise(widths))
    assert formula.at(alpha=2) == (64 * params, params)


def test_what_no_factor_shortens_is_evaluated_but_not_written(tmp_path: Path) -> None:
    text = spec(WIDER, f"channels: floor\n{ALPHA}")
    found = limited(tmp_path, text, "formula", "--rounded")
    assert found.returncode == 2
    assert found.stderr == (
        "the closed form of net is too long to write out (give a value to alpha)\n"
    )
    network = cc.loads(text)
    formula = network.formula()
    swept = network.sweep(alpha=["11/10", "3/2"])
    for i, alpha in enumerate((Fraction(11, 10), Fraction(3, 2))):
        width, params = 8, 0
        for _ in range(ROUNDS):
            out = floor(max(alpha * width, Fraction(width, 2)))
            width, params = out, params + width * out
        assert formula.at(rounded=True, alpha=alpha) == (64 * params, params)
        assert (swept.mult_adds[i], swept.params[i]) == (64 * params, params)
    with pytest.raises(cc.CostcalcError, match=r"needs ⌊max\(8α, 8/9\)⌋ ≥ 1$"):
        cc.loads(text.replace("in/2", "in/9")).formula().at(rounded=True, alpha="1/9")


def test_nested_roundings() -> None:
    rounds = 30
    rows = f"- {{repeat: {rounds}, layers: [{{conv: 1x1, out: 'alpha*in + 1'}}]}}\n"
    formula = cc.loads(spec(rows, f"channels: floor\n{ALPHA}")).formula()
    width, params = 8, 0
    for _ in range(rounds):
        out = floor(Fraction(9, 10) * width + 1)
        width, params = out, params + width * out
    assert formula.at(rounded=True, alpha="9/10") == (64 * params, params)
