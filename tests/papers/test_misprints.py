"""Misprints on purpose: the check must be able to fail, and to say why."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from misprints import (
    Outcome,
    columns,
    examine,
    noise,
    public_tables,
    seeded,
    spoil,
    study,
)

from costcalc.papers.claims.reading import read_paper
from costcalc.papers.run import find_paper
from costcalc.papers.verify.costs import Networks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "check.md"


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """Two papers with few and small networks, spoiled in every way."""
    return study([read_paper(find_paper(name)) for name in ("000", "002")], seed=1)


@pytest.mark.parametrize("mutation", ["swap", "neighbour", "double", "classifier"])
def test_the_right_cause_ranks_first(outcomes: list[Outcome], mutation: str) -> None:
    own = [o for o in outcomes if o.spoilt.mutation == mutation]
    assert len(own) >= 10
    first = sum(o.rank == 1 for o in own)
    assert first >= 0.9 * len(own), [o.spoilt.printed for o in own if o.rank != 1]


def test_what_holds_for_a_group_of_figures_is_seldom_chance(outcomes: list[Outcome]) -> None:
    own = [o for o in outcomes if o.spoilt.mutation in ("swap", "replace", "neighbour", "double")]
    assert len(own) > 150
    chance = [o for o in own if o.by_chance is not None]
    assert len(chance) <= 0.05 * len(own), [(o.spoilt, o.by_chance) for o in chance]


def test_every_misprint_is_noticed_or_explained_by_another_count(outcomes: list[Outcome]) -> None:
    noticed = sum(o.verdict == "differs" for o in outcomes)
    assert noticed >= 0.97 * len(outcomes)


def test_nothing_is_found_in_noise() -> None:
    papers = [read_paper(find_paper(name)) for name in ("000", "002")]
    wrong = [v for v in noise(papers, seed=1) if v.verdict == "differs"]
    assert len(wrong) > 50
    assert sum(bool(v.diagnosis) for v in wrong) > 20  # much fits one figure
    explained = [v.explained for v in wrong if v.explained is not None]
    assert len(explained) <= 0.03 * len(wrong), explained


def test_wrong_digits_in_public_tables_are_found() -> None:
    names = ("mobilenet-v2-slim.md", "ptflops-cadene.md", "shufflenet-v1.md", "torchvision.md")
    seeds = seeded([paper for paper in public_tables() if paper.file in names], seed=1)
    changed = [s for s in seeds if s.changed]
    # two costs of each row on a shipped network; that of SE-ResNet-50's work differs already
    assert len(seeds) == 2 * (22 + 8 + 4 + 7) - 1
    assert len(changed) >= 10
    assert all(s.verdict.differs for s in changed)
    assert not [s for s in seeds if s.verdict.differs and not s.changed]
    one = [s.verdict.diagnosis for s in changed if s.changed == 1]
    assert sum(d[0].kind == "replaced digit" for d in one if d) >= 0.7 * len(one)


def test_the_wrong_cause_would_be_seen() -> None:
    networks = Networks()
    column = next(columns(networks, read_paper(find_paper("002"))))
    spoilt = next(spoil(networks, column, 2, Random(0)))
    assert examine(networks, column, spoilt).rank == 1
    assert examine(networks, column, spoilt._replace(right="stride")).rank is None
    right = spoilt._replace(printed=spoilt.figure.printed)
    assert examine(networks, column, right).verdict == "rounds"


def test_the_documented_rates_reach_what_is_promised() -> None:
    rows = re.findall(r"^\| ([\w' ]+) \| (\d+) \| (\d+) \((\d+) %\)", PAGE.read_text(), re.M)
    assert len(rows) == 5
    for name, made, first, percent in rows:
        assert int(percent) == 100 * int(first) // int(made)
        if name != "one digit replaced":
            assert int(percent) >= 90, name
