"""Pages have the network exactly where counting has it, and cost what it counts, or say that they
do not know: the cases of :mod:`test_existence`, and random specs."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import evaluator
import pytest
from random_specs import case, written
from test_existence import CASES, cost

from costcalc import CostcalcError, loads
from costcalc.explorer.page import TEMPLATE

Points = list[dict[str, Any]]
Found = list[tuple[int, int] | None]
#: Random specs of a run.
SPECS = 25


def asked(text: str, points: Points, convention: str) -> tuple[Any, Found]:
    """What the scripts are asked, and what counting gives; the data give the same, read here."""
    network = loads(text)
    page = network.explore(convention=convention)
    number = [one["name"] for one in page.data["conventions"]].index(page.convention)
    parameters = page.data["networks"][0]["parameters"]
    defaults = {one["name"]: one["default"] for one in parameters}
    settings = [{name: str(value) for name, value in at.items()} for at in points]
    counts = [cost(network, at, convention) for at in settings]
    for at, count in zip(settings, counts, strict=True):
        try:
            assert evaluator.totals(page.data, defaults | at, number) == count, (text, at)
        except LookupError:
            continue  # another structure than that of the page
    return {"data": page.data, "cases": [[at, number] for at in settings]}, counts


def held_against_the_scripts(pages: list[tuple[Any, Found]]) -> int:
    """At how many points the scripts know what counting gives; there they give the same."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    script = Path(evaluator.__file__).parent / "at.mjs"
    made = subprocess.run(
        [node, str(script), str(TEMPLATE)],
        input=json.dumps([page for page, _ in pages]),
        capture_output=True,
        text=True,
        check=True,
    )
    known = 0
    for (page, counts), results in zip(pages, json.loads(made.stdout), strict=True):
        for one, count, (exists, work, params) in zip(page["cases"], counts, results, strict=True):
            if exists is None or (exists and work is None):
                continue
            assert ((int(work), int(params)) if exists else None) == count, (page["data"], one)
            known += 1
    return known


def test_pages_exist_where_counting_does() -> None:
    pages = []
    for text, axes, convention in CASES.values():
        points = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
        pages.append(asked(text, points, convention))
    assert held_against_the_scripts(pages) > sum(len(counts) for _, counts in pages) * 3 / 4


def test_pages_of_random_specs() -> None:
    chosen = random.Random(16)
    pages = []
    for _ in range(SPECS):
        one = case(chosen.randint)
        try:
            square = [at for at in one.bindings if "x" not in str(at.get("resolution"))]
            pages.append(asked(written(one.spec), square, "paper"))
        except CostcalcError:  # at no binding a network
            continue
    assert held_against_the_scripts(pages) > SPECS
