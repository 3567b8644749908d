"""Sweeps give what `count` gives, at every point, for every shipped network."""

from __future__ import annotations

import os
import random
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from randompoints import random_axes

import costcalc as cc
from costcalc.design_space.sweep import structure
from costcalc.design_space.sweep.axes import Axis, Space
from costcalc.design_space.sweep.blocks import compute
from costcalc.design_space.sweep.structure import Plan
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.language import library

#: `COSTCALC_POINTS=1000 pytest tests/design_space/test_grid.py` for those of the documentation.
POINTS = int(os.environ.get("COSTCALC_POINTS", "12"))
SPECS = library.spec_names()


def counted(
    network: cc.Network, values: dict[str, Any], convention: str | cc.Convention
) -> tuple[int, int] | None:
    try:
        count = network.count(convention=convention, **values)
    except CostcalcError:
        return None
    return count.mult_adds, count.params


def test_networks_are_shipped() -> None:
    assert "mobilenet-v1" in SPECS


CASES = [(spec, convention) for spec in SPECS for convention in ("paper", "keras")]
# a network with all kinds of layers under every convention
CASES += [
    ("mobilenet-v3-small", name) for name in cc.all_conventions() if name not in ("paper", "keras")
]


@pytest.mark.parametrize(("spec", "convention"), CASES)
def test_random_points_of_grids(spec: str, convention: str) -> None:
    """Some grids of random values, and random points of each, held against `count`."""
    network = cc.load(spec)
    seed = int(os.environ.get("COSTCALC_SEED", "5"))
    rng = random.Random(seed)
    found = tried = 0
    while tried < POINTS or not found:
        axes = random_axes(network, rng.randrange(10**9), count=rng.choice([2, 3, 5]))
        space = Space(tuple(Axis({n: tuple(v)}) for n, v in axes.items()), {})
        block = compute(Plan(network.spec, cc.find_convention(convention), space), skip=True)
        for _ in range(min(max(POINTS // 12, 3), space.size)):
            tried += 1
            at = tuple(map(rng.randrange, space.shape))
            values = {name: v[i] for (name, v), i in zip(axes.items(), at, strict=True)}
            exists = block.exists is None or bool(block.exists[at])
            expected = counted(network, values, convention)
            assert exists == (expected is not None), values
            if expected is not None:
                found += 1
                assert (int(block.mult_adds[at]), int(block.params[at])) == expected, values


def test_what_surely_does_not_exist_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether C divides the channels does not hang on the rounds, the sides or the classes."""
    built: Counter[tuple[Any, ...]] = Counter()

    def noted(spec: Any, binding: dict[str, Any], **how: Any) -> Any:
        built[tuple(binding.get(name) for name in ("n", "k", "C", "classes"))] += 1
        return build(spec, binding, **how)

    network = cc.load("cifar-condensenet-light")
    axes: dict[str, tuple[Any, ...]] = {
        "n": tuple(range(1, 41)),
        "k": (8, 9, 12, 16),
        "C": (4, 3),
        "resolution": (32, 40, (32, 48)),
        "classes": (10, 100),
    }
    monkeypatch.setattr(structure, "build", noted)
    space = Space(tuple(Axis({n: v}) for n, v in axes.items()), {})
    plan = Plan(network.spec, cc.find_convention("paper"), space)
    block = compute(plan, skip=True)
    assert block.exists is not None
    there = {(4, 8), (4, 12), (4, 16), (3, 9), (3, 12)}  # C must divide 2k and k
    for (i, k), (j, c) in product(enumerate(axes["k"]), enumerate(axes["C"])):
        assert block.exists[:, i, j].all() == block.exists[:, i, j].any() == ((c, k) in there)
    # one side and two sides, where one alone is not enough
    assert built == {
        (None, None, None, None): 2,
        (None, None, 4, None): 1,
        (None, None, 3, None): 1,
        **{(None, k, c, None): 2 for k, c in ((9, 4), (8, 3), (16, 3))},
    }


def test_fractional_weights_are_refused_where_count_refuses(tmp_path: Path) -> None:
    file = tmp_path / "half.yaml"
    file.write_text(
        "half: {meaning: half, mult_adds: {conv mac: 1/2}, params: {fc weight: 1}, else: 0}\n"
    )
    network = cc.loads(
        "network: odd\nparameters: {alpha: 1, resolution: 4}\nchannels: floor\n"
        "input: {side: resolution, channels: 3}\nlayers:\n- {conv: 1x1, out: 4*alpha}\n"
    )
    convention = cc.find_convention(str(file))
    values = ["1/4", "1/2", "3/4", "1"]
    expected = [
        counted(network, {"alpha": a, "resolution": r}, convention) for a in values for r in (3, 4)
    ]
    assert None in expected
    sweep = network.sweep(alpha=values, resolution=[3, 4], convention=convention, skip=True)
    assert list(zip(sweep.mult_adds, sweep.params, strict=True)) == [c for c in expected if c]
    with pytest.raises(CostcalcError, match=r"^half counts 27/2 for layer conv1"):
        network.sweep(alpha=values, resolution=[3, 4], convention=convention)


def test_negative_costs(tmp_path: Path) -> None:
    """A convention may weigh with −1: what somebody wants taken off."""
    path = tmp_path / "minus.yaml"
    path.write_text(
        "minus:\n  meaning: less\n  else: 0\n"
        "  mult_adds: {conv mac: -1, fc mac: -1}\n  params: {conv weight: -1, fc weight: -1}\n"
    )
    (convention,) = cc.read_conventions(path).values()
    network = cc.load("mobilenet-v1")
    sides = [32, 64, 96, 128, 160]
    found = network.sweep(convention=convention, alpha=["1/4", "1/2", "1"], resolution=sides)
    for i, alpha in enumerate(("1/4", "1/2", "1")):
        for k, side in enumerate(sides):
            own = counted(network, {"alpha": alpha, "resolution": side}, convention)
            assert own == (found.mult_adds[i, k], found.params[i, k])
            assert own is not None and own[0] < 0 and own[1] < 0
