"""Networks side by side."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import costcalc as cc
from costcalc.errors import CostcalcError


def test_two_bindings_of_one_network() -> None:
    found = cc.compare(["ehm-mobilenet", "ehm-mobilenet@alpha=0.5,delta=2"], classes="100")
    a, b = (entry.count for entry in found.entries)
    network = cc.load("ehm-mobilenet")
    assert a == network.count(classes=100)
    assert b == network.count(classes=100, alpha="0.5", delta=2)
    work, params = found.totals()
    assert work.values == (a.mult_adds, b.mult_adds)
    assert work.differences == (b.mult_adds - a.mult_adds,)
    assert params.ratios == (Fraction(b.params, a.params),)


@pytest.mark.parametrize("cost", ["mult_adds", "params"])
@pytest.mark.parametrize("key", ["type", "stage"])
def test_parts_add_up_to_the_totals(key: str, cost: str) -> None:
    found = cc.compare(["mobilenet-v1", "fd-mobilenet", "vgg-16"])
    lines = found.by(key, cost)
    for i, entry in enumerate(found.entries):
        assert sum(line.values[i] or 0 for line in lines) == getattr(entry.count, cost)
    for j in range(2):
        totals = {line.name: line for line in found.totals()}
        assert sum(line.differences[j] for line in lines) == totals[cost].differences[j]


def test_at_equal_cost() -> None:
    """FD-MobileNet with what MobileNet costs, as 002 compares them."""
    found = cc.compare(["mobilenet-v1@alpha=0.5", "fd-mobilenet"], at_equal="mult_adds")
    first, second = found.entries
    assert first.solved is None and second.solved is not None
    budget = first.count.mult_adds
    assert second.count.mult_adds <= budget < second.solved.next.costs.mult_adds


@pytest.mark.parametrize("millions", [140, 40, 12])
def test_all_within_one_budget(millions: int) -> None:
    found = cc.compare(["mobilenet-v1", "fd-mobilenet"], at_equal=f"mult_adds={millions}M")
    for entry in found.entries:
        assert entry.solved is not None
        assert entry.count.mult_adds <= millions * 10**6 < entry.solved.next.costs.mult_adds


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (["mobilenet-v1"], {}, "one network has nothing to be compared with (compare A B)"),
        (
            ["mobilenet-v1@alpha", "vgg-16"],
            {},
            "'alpha' in 'mobilenet-v1@alpha' has no value (SPEC@NAME=VALUE,NAME=VALUE)",
        ),
        (
            ["mobilenet-v1@alpha=1,alpha=2", "vgg-16"],
            {},
            "alpha is given twice in 'mobilenet-v1@alpha=1,alpha=2'",
        ),
        (
            ["vgg-16", "a@b/none.yaml"],
            {},
            "a@b/none.yaml: can't be read: No such file or directory",
        ),
        (
            ["mobilenet-v1", "vgg-16"],
            {"at_equal": "flops"},
            "can't make 'flops' equal (mult_adds or params, or mult_adds=140M)",
        ),
        (
            ["vgg-16", "mobilenet-v1"],
            {"at_equal": "params=1k"},
            "vgg-16 has no parameter 'alpha' (known: classes, resolution)",
        ),
        (
            ["mobilenet-v1", "fd-mobilenet"],
            {"at_equal": "params=1k"},
            "mobilenet-v1 costs too much at every alpha (params at most 1,000)",
        ),
        (
            ["mobilenet-v1", "fd-mobilenet"],
            {"at_equal": "params=2001/2"},
            "mobilenet-v1 costs too much at every alpha (params at most 1,000.5)",
        ),
        (
            ["mobilenet-v1", "vgg-16"],
            {"beta": 1},
            "none of the networks has a parameter 'beta' (did you mean 'delta'?)",
        ),
    ],
)
def test_mistakes(names: list[str], options: dict[str, Any], message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        cc.compare(names, **options)
    assert str(caught.value) == message


def test_a_path_with_an_at_sign(tmp_path: Path) -> None:
    folder = tmp_path / "a@b"
    folder.mkdir()
    file = folder / "net.yaml"
    file.write_text(
        "network: net\nparameters: {alpha: 1}\nchannels: floor\ninput: 8x8x3\n"
        "layers:\n- {conv: 1x1, out: 8*alpha}\n"
    )
    found = cc.compare([str(file), f"{file}@alpha=0.5"])
    assert [entry.count.params for entry in found.entries] == [3 * 8, 3 * 4]


def test_how_far_was_searched_is_told(run: Any) -> None:
    words = ("compare", "mobilenet-v1", "mobilenet-v3-small", "--at-equal")
    found = run(*words, "mult_adds=20M")
    assert "(Mult-Adds ≤ 20,000,000; searched up to 5)" in found.stdout
    none = run("compare", "mobilenet-v3-small", "mobilenet-v1", "--at-equal", "mult_adds=1M")
    assert none.stderr == (
        "mobilenet-v3-small costs too much up to 5, as far as was searched, at every alpha "
        "(mult_adds at most 1,000,000)\n"
    )


def test_the_command(run: Any) -> None:
    found = run("compare", "mobilenet-v1", "fd-mobilenet", "--format", "json")
    data = json.loads(found.stdout)
    total = data["lines"][0]
    counts = [cc.load(name).count().mult_adds for name in ("mobilenet-v1", "fd-mobilenet")]
    assert total["values"] == counts
    assert Fraction(total["ratios"][0]) == Fraction(counts[1], counts[0])
    csv = run("compare", "mobilenet-v1", "fd-mobilenet", "--format", "csv").stdout.splitlines()
    assert csv[1].split(",")[:5] == ["total", "total", "mult_adds", *map(str, counts)]
