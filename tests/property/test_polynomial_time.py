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
from typing import Any

import pytest
from conftest import spec

import costcalc as cc
from costcalc.analysis.condition import Condition
from costcalc.analysis.facts import Facts

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
    assert found.stderr == TOO_LONG
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


TOO_LONG = "the closed form of net is too long to write out (give a value to alpha)\n"


@pytest.mark.parametrize("out, error", [("alpha*in + 1", ""), ("alpha*in + max(in, 4)", TOO_LONG)])
def test_widths_that_are_rounded_again_and_again(out: str, error: str, tmp_path: Path) -> None:
    row = f"{{conv: 1x1, out: '{out}'}}"
    text = spec(f"- {{repeat: {ROUNDS + 5}, layers: [{row}]}}\n", f"channels: floor\n{ALPHA}")
    found = limited(tmp_path, text, "formula", "--rounded")
    assert found.stderr == error
    formula = cc.loads(text).formula()
    for alpha in (Fraction(1, 2), Fraction(9, 10), Fraction(1)):
        width, params = 8, 0
        for _ in range(ROUNDS + 5):
            into, width = width, floor(alpha * width + (max(width, 4) if "max" in out else 1))
            params += into * width
        assert formula.at(rounded=True, alpha=alpha) == (64 * params, params)


def test_each_rounding_is_held_against_what_is_known_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The width after 20 rounds has 20 roundings in it, each inside all that follow."""
    asked: list[object] = []
    imply = Facts.imply

    def noted(self: Facts, condition: Condition) -> bool:
        asked.append(condition)
        return imply(self, condition)

    monkeypatch.setattr(Facts, "imply", noted)
    row = f"- {{repeat: {ROUNDS}, layers: [{{conv: 1x1, out: 'alpha*in + 1'}}]}}\n"
    cc.loads(spec(row, f"channels: floor\n{ALPHA}")).formula()
    assert len(asked) <= 4 * ROUNDS


def test_a_condition_that_divides_by_0_does_not_hold() -> None:
    """How large maps may be is asked of a pooling that divides their sides by z."""
    head = "parameters: {resolution: 8, z: {default: 1, meaning: more, domain: whole number}}\n"
    net = cc.loads(spec("- {fmp: z}\n", f"{head}input: {{side: resolution, channels: 4}}\n"))
    limits = net.formula().limits
    assert [limit.holds({"resolution": 8, "z": 1}) for limit in limits] == [True] * len(limits)
    assert not all(limit.holds({"resolution": 8, "z": 0}) for limit in limits)


def nested(count: object, depth: int, row: str) -> str:
    """Repetitions in each other, as one row."""
    for _ in range(depth):
        row = f"{{repeat: {count}, layers: [{row}]}}"
    return f"- {row}\n"


TOO_MANY = "more than 500,000 rows, repetitions included (fewer repetitions)\n"


@pytest.mark.parametrize("row", ["relu", "{conv: 3x3, out: in + 1}"])
@pytest.mark.parametrize("depth", [6, 12, 20])
def test_nested_repetitions_are_multiplied_before_they_are_walked(
    depth: int, row: str, tmp_path: Path
) -> None:
    text = spec(nested(9, depth, row) + "- {conv: 1x1, out: 8*alpha}\n", ALPHA)
    network = cc.loads(text)
    for ask in (network.count, network.formula, network.compile, network.sweep):
        with pytest.raises(cc.CostcalcError) as error:
            ask()
        assert f"{error.value}\n".endswith(TOO_MANY)
    assert network.sweep(alpha=range(1, 200), skip=True).params.size == 0
    printed = text.replace("]}\n", "], input: 8x8x8}\n", 1)
    for command in ("count", "formula"):
        assert limited(tmp_path, printed, command).stderr.endswith(TOO_MANY)


def test_channels_that_grow_in_nested_repetitions_are_refused_at_any_depth(
    tmp_path: Path,
) -> None:
    head = "parameters: {n: {default: 1, meaning: depth}}\ninput: 8x8x8\n"
    row = "{conv: 1x1, out: in + 4}"
    n = 2
    widths = range(8, 8 + 4 * n**4 + 1, 4)
    deep = cc.loads(spec(nested("n", 4, row), head))
    assert deep.formula().at(n=n)[0] == 64 * sum(a * b for a, b in pairwise(widths))
    for depth in (5, 14):
        text = spec(nested("n", depth, row), head)
        error = "channels grow in more than 4 repetitions in each other (bind the count)\n"
        assert limited(tmp_path, text, "formula").stderr.endswith(f".repeat: {error}")
        assert cc.loads(text).count().mult_adds == 64 * 8 * 12


def test_rounds_that_settle_are_run_once_at_any_depth(tmp_path: Path) -> None:
    head = "parameters: {n: {default: 1, meaning: depth}}\ninput: 8x8x8\n"
    text = spec(nested("n", 18, "{conv: 1x1, out: 16}"), head)
    assert f"Mult-Adds     {64 * 16 * 16}·n¹⁸ − {64 * 16 * 8}\n" in (
        limited(tmp_path, text, "formula").stdout
    )
    assert cc.loads(text).count().mult_adds == 64 * 8 * 16


@pytest.mark.parametrize(
    ("rows", "axes", "fits", "beyond"),
    [
        ("- {repeat: n, layers: [{conv: 1x1, out: 8}]}\n", "n", 2, 500_000),
        ("- {repeat: n, layers: [{conv: 1x1, out: in + 1}]}\n", "n", 2, 500_000),
        ("- {repeat: 3, layers: [{repeat: n, layers: [{conv: 1x1, out: 8}]}]}\n", "n", 3, 166_666),
        ("- {conv: 1x1, out: 1000*n}\n", "n", 10**6, 10**6 + 1),
        (
            "- {tconv: 2x2, stride: n, out: 3}\n- {conv: 1x1, out: 3}\n",
            "n",
            125 * 10**6,
            125 * 10**6 + 1,
        ),
    ],
)
def test_limits_are_those_of_counting(rows: str, axes: str, fits: int, beyond: int) -> None:
    network = cc.loads(spec(rows, "parameters: {n: {default: 2, meaning: m}}\ninput: 8x8x8\n"))
    network.count(n=fits)
    formula, compiled = network.formula(), network.compile()
    formula.at(n=fits)
    assert network.sweep(n=[fits, beyond], skip=True).params.size == 1
    for refused in (
        lambda: network.count(n=beyond),
        lambda: formula.at(n=beyond),
        lambda: compiled(n=beyond),
        lambda: network.sweep(n=[fits, beyond]),
    ):
        with pytest.raises(cc.CostcalcError):
            refused()
    with pytest.raises(cc.CostcalcError) as counted:
        network.count(n=beyond)
    with pytest.raises(cc.CostcalcError) as swept:
        network.sweep(n=[beyond])
    assert str(swept.value) == str(counted.value)


def test_what_doubles_in_every_round_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels that hang on those before in each round have twice as many terms after it; a sweep
    tries that for each value of what decides the rounds, and then counts."""
    from costcalc.algebra import polynomial

    net = cc.loads("""
parameters:
  resolution: 16
  rho: 1
  classes: 3
  k: {default: 12, meaning: rounds}
  w: {default: 3/2, meaning: ratio}
input: {side: rho*resolution, channels: 4}
layers:
- repeat: 2*k
  layers:
  - {reflectpad: 1}
  - {conv: 1, out: whole(w + 12) if classes >= in + 3 else in}
""")
    made, times = 0, polynomial.times

    def counted(*args: Any) -> Any:
        nonlocal made
        made += 1
        return times(*args)

    monkeypatch.setattr(polynomial, "times", counted)
    with pytest.raises(cc.CostcalcError):
        net.formula(k=12)
    values = {"k": [2, 8, 12], "classes": [3, 10], "w": [1, 2], "resolution": [8, 16], "rho": 1}
    swept = net.sweep(values=values)
    assert swept.mult_adds.size == 3 * 2 * 2 * 2
    assert made < 100_000


def test_what_is_rounded_again_and_again_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form for reading has its factors in order, and one that stands in another stands there
    once: twelve widths that hang on each other, with twelve texts and those of the parameter."""
    from costcalc.algebra import notation
    from costcalc.algebra.numbers import nearest
    from costcalc.algebra.polynomial import parameter

    alpha = parameter("alpha", whole=False)
    width: Any = 4
    for _ in range(12):
        width = nearest(width * alpha)
    written, text = 0, notation.atom_text

    def counted(atom: Any) -> str:
        nonlocal written
        written += 1
        return text(atom)

    monkeypatch.setattr(notation, "atom_text", counted)
    inside = "4α"
    for _ in range(11):
        inside = f"α·nearest({inside})"
    assert notation.pretty(width) == f"nearest({inside})"
    assert written == 12 + 12
