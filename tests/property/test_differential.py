"""Every route gives what a second calculator gives, which knows nothing of costcalc.

Some seconds of ``fuzz.py``, the same each time; and the calculator is itself held against all
shipped networks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from calculator import Walk, Word
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_specs import Case, cases, words
from routes import WEIGHTS, compare, own_convention
from typed import Typed, typed

import costcalc as cc

MIXED = "w4a4; first: int8; dwconv: w2a8; relu: activations=int3"
SPECS = Path(__file__).parents[2] / "specs"


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> str:
    return own_convention(tmp_path_factory.mktemp("conventions"))


@settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(one=cases(), convention=st.sampled_from(tuple(WEIGHTS)))
def test_every_route_gives_what_the_second_calculator_gives(
    every: str, one: Case, convention: str
) -> None:
    compare(one, convention, every)


class _Loader(yaml.SafeLoader):
    """Tells quoted words from names."""


def _text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return Word(node.value) if node.style in ("'", '"') else str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:str", _text)


def _shipped(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = yaml.load((SPECS / f"{name}.yaml").read_text(), _Loader)
    included = spec.get("include", [])
    for blocks in [included] if isinstance(included, str) else included:
        path = SPECS / "blocks" / f"{blocks}.yaml"
        spec.setdefault("blocks", {}).update(yaml.load(path.read_text(), _Loader)["blocks"])
    return spec


@pytest.mark.parametrize("name", cc.spec_names())
def test_the_second_calculator_gives_the_shipped_networks(every: str, name: str) -> None:
    walk = Walk(_shipped(name), {})
    terms = walk.run()
    for convention, tables in WEIGHTS.items():
        count = cc.count(name, convention=every if convention == "every" else convention)
        sums = (sum(terms[tag] * n for tag, n in table.items()) for table in tables)
        assert tuple(sums) == (count.mult_adds, count.params), convention
    if "weights" not in words(walk.spec):
        count = cc.count(name, cost=Typed._fields, elements=MIXED)
        found = typed(walk.layers, MIXED)
        assert found == tuple(count.costs[cost] for cost in Typed._fields)
