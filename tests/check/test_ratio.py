"""Symbolic ratios of networks and blocks."""

from __future__ import annotations

import json

import pytest
import sympy
from conftest import Run

import costcalc as cc
from costcalc.checking.ratio import ratio
from costcalc.errors import CostcalcError
from costcalc.report.ratios import _symbols


def test_every_separable_block_of_mobilenet_v1_costs_one_nth_and_one_kernelth() -> None:
    found = ratio("mobilenet-v1", block="separable", alpha=1, delta=1)
    # the 13 blocks are 9 rows, one of them five times
    assert len(found.blocks) == 9
    assert all(block.as_printed for block in found.blocks)
    widths = [64, 128, 128, 256, 256, 512, 512, 1024, 1024]
    assert [b.channels for b in found.blocks] == widths
    for block, n in zip(found.blocks, widths, strict=True):
        assert block.ratio == sympy.Rational(1, n) + sympy.Rational(1, 9)


@pytest.mark.parametrize("spec", ["mobilenet-v1-shallow", "fd-mobilenet", "ehm-mobilenet"])
def test_other_networks_too(spec: str) -> None:
    found = ratio(spec, block="separable")
    assert found.blocks
    assert all(block.as_printed for block in found.blocks)


def test_a_block_that_is_not_so_would_be_seen() -> None:
    # ShuffleNet's 1×1 convolutions are grouped: a third of the pointwise cost
    found = ratio("shufflenet-g3", block="separable", s=1)
    assert found.blocks
    assert not any(block.as_printed for block in found.blocks)


def test_two_networks_and_their_limit() -> None:
    values = {"resolution": 224, "rho": 1, "classes": 1000, "delta": 1}
    found = ratio("mobilenet-v1", against="mobilenet-v1-conv", **values)
    work = found.ratios[0]
    assert work.metric == "mult_adds"
    limits = {(x.parameter, x.towards): x.value for x in work.limits}
    assert limits[("alpha", "large")] == sympy.Rational(1, 9)
    (alpha,) = work.expression.free_symbols
    counts = [cc.load(name).count().mult_adds for name in ("mobilenet-v1", "mobilenet-v1-conv")]
    assert work.expression.subs(alpha, 1) == sympy.Rational(*counts)


def test_a_network_against_itself_grows_with_the_square_of_alpha() -> None:
    found = ratio("ehm-mobilenet", classes=10, resolution=32)
    limits = {(x.parameter, x.towards): str(x.value) for x in found.ratios[0].limits}
    # the pointwise convolutions' share of the whole: 11,010,048 of 11,596,288
    assert 21504 * 11_596_288 == 22649 * 11_010_048
    assert limits[("alpha", "large")] == "21504*alpha**2*delta/22649"


def test_messages() -> None:
    with pytest.raises(CostcalcError) as error:
        ratio("vgg-16", block="separable")
    assert str(error.value) == "vgg-16 has no separable blocks"
    with pytest.raises(CostcalcError) as error:
        ratio("mobilenet-v1", against="vgg-16", gamma=2)
    assert str(error.value) == (
        "mobilenet-v1 has no parameter 'gamma' (known: alpha, classes, delta, resolution, rho)"
    )


def test_the_command_line(run: Run) -> None:
    result = run("ratio", "fd-mobilenet", "--block", "separable", "--alpha", "1", "-f", "json")
    assert result.returncode == 0, result.stderr
    blocks = json.loads(result.stdout)["blocks"]
    assert all(block["is 1/N + 1/K^2"] for block in blocks)


def test_symbols_stand_for_whole_names_only() -> None:
    text = "alpha**2*alphabet/(rho_2 + delta**3) + delta**20"
    assert _symbols(text) == "α²*alphabet/(rho_2 + δ³) + δ**20"
