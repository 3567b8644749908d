"""Networks at bindings: what repeats is counted once, and it is what all rounds cost."""

from __future__ import annotations

import pytest

from costcalc.errors import Place
from costcalc.graph.selection import Target
from costcalc.language.library import spec_names
from costcalc.papers.verify import costs
from costcalc.papers.verify.costs import CONV_OUTPUT, Networks, vector

PLACE = Place("claims.yaml", 1, 1)


@pytest.mark.parametrize("name", spec_names())
def test_a_network_costs_what_its_rounds_cost_one_by_one(name: str) -> None:
    networks = Networks()
    target = Target(PLACE, name)
    unrolled = dict(vector(networks.layers(target)))
    assert dict(networks.vector(target)) == unrolled


def test_what_grows_from_round_to_round_gives_more_in_each() -> None:
    # DenseNet-BC, k = 12: three blocks of 16 rounds, each a 1×1 convolution to 48 channels and a
    # 3×3 one to 12 at 32², 16² and 8²; the first convolution gives 24, the transitions halve
    channels, outputs = 24, 24 * 32 * 32
    for side in (32, 16, 8):
        outputs += 16 * (48 + 12) * side * side
        channels += 16 * 12
        if side > 8:
            channels //= 2
            outputs += channels * side * side
    target = Target(PLACE, "cifar-densenet-bc", {"L": "100", "k": "12"})
    assert Networks().vector(target)[CONV_OUTPUT] == outputs


def test_a_binding_is_built_once_however_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    for name in ("build", "folded"):
        made = getattr(costs, name)
        monkeypatch.setattr(costs, name, lambda *a, made=made: built.append(a) or made(*a))
    networks = Networks()
    for at in ({}, {"alpha": "1"}, {"alpha": "1.0"}, {"classes": "10"}, {"alpha": "2/2"}):
        networks.vector(Target(PLACE, "mobilenet-v1", at))
    assert len(built) == 1
    for at in ({}, {"alpha": "1"}, {"alpha": "1.0"}):
        networks.graph("mobilenet-v1", at)
    assert len(built) == 2
