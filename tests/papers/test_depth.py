"""Depth as papers count it: layers with weights on the longest way."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from costcalc.errors import Place
from costcalc.graph.depth import find_block
from costcalc.graph.selection import Cannot, Target
from costcalc.network import load
from costcalc.operators.tags import Tag
from costcalc.papers.claims.reading import read_claims
from costcalc.papers.run import check_papers
from costcalc.papers.verify.costs import Networks


@pytest.mark.parametrize(
    ("spec", "at", "depth"),
    [
        # He et al. 2016: 6n + 2; bottlenecks 9n + 2
        ("cifar-resnet", {"n": "18"}, 6 * 18 + 2),
        ("cifar-resnet", {"n": "200"}, 6 * 200 + 2),
        ("cifar-preresnet", {"n": "18"}, 9 * 18 + 2),
        ("resnet-18", {}, 18),
        ("resnet-50", {}, 50),
        ("vgg-16", {}, 16),
        # Larsson et al. 2017: five blocks of four columns, 4·5 + the classifier
        ("cifar-fractalnet", {}, 21),
        ("cifar-densenet-bc", {"L": "100", "k": "12"}, 100),
        # Howard et al. 2017: "MobileNet has 28 layers"
        ("mobilenet-v1", {}, 28),
        ("fd-mobilenet", {}, 24),
    ],
)
def test_depths(spec: str, at: dict[str, str], depth: int) -> None:
    target = Target(Place(), spec, at)
    assert Networks().structure(target, "depth") == depth


def test_depth_down_to_a_size() -> None:
    # Qin et al. 2018, section 2: /4 within 2 and 4 layers, /32 within 12 and 24
    networks = Networks()
    for spec, quarter, thirty_second in (("fd-mobilenet", 2, 12), ("mobilenet-v1", 4, 24)):
        for share, depth in ((Fraction(1, 4), quarter), (Fraction(1, 32), thirty_second)):
            target = Target(Place(), spec, until=share)
            assert networks.structure(target, "depth") == depth


def test_a_time_is_not_the_depth() -> None:
    text = """statements:
- {claim: t, kind: value, figures: {time: 28}, of: {spec: mobilenet-v1}}
- {claim: f, kind: ratio, figures: {time: 1}, of: {spec: mobilenet-v1}, against: {spec: vgg-16}}
"""
    verdicts = check_papers([read_claims(text)]).verdicts
    assert [(v.verdict, v.reason) for v in verdicts] == 2 * [
        ("unchecked", "time is not counted off the architecture")
    ]


@pytest.mark.parametrize(
    ("spec", "name", "block"),
    [
        ("pyd-resnet", "residual", "residual_block"),
        ("shufflenet-g3", "unit", "unit"),
        ("mobilenet-v2", "bottleneck", "bottleneck"),
        ("mobilenet-v2", "residual", "inverted_residual"),
        ("mobilenet-v2", "neck", None),
    ],
)
def test_a_block_is_known_by_a_word_of_its_name(spec: str, name: str, block: str | None) -> None:
    assert find_block(load(spec).spec, name) == block


def test_a_network_that_does_not_exist_costs_nothing_known(tmp_path: Path) -> None:
    """16 − 2·9 channels after nine rounds; the third has 10."""
    path = tmp_path / "net.yaml"
    path.write_text(
        "parameters: {n: {default: 3, meaning: rounds}}\ninput: 8x8x16\n"
        "layers: [{repeat: n, layers: [{conv: 1, out: in - 2}]}, {avgpool: global}, {fc: classes}]"
    )
    networks = Networks()
    costs = networks.vector(Target(Place(), str(path), {"n": "3", "classes": "7"}))
    assert costs[Tag.CONV_MAC] == 8 * 8 * (16 * 14 + 14 * 12 + 12 * 10)
    assert costs[Tag.FC_MAC] == 10 * 7
    with pytest.raises(Cannot, match=r"^0 channels \[at n = 9\]$"):
        networks.vector(Target(Place(), str(path), {"n": "9"}))
