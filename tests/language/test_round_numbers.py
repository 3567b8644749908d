"""The number of the round of a repetition, by the name that ``index`` gives it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

import costcalc as cc
from costcalc.errors import CostcalcError

HEAD = "network: net\ninput: 32x32x3\nparameters:\n"
PARAMETERS = "  a: {default: 10, meaning: widening}\n  N: {default: 4, meaning: blocks}\n"


def net(rows: str, head: str = "", out: int = 16) -> cc.Network:
    return cc.loads(f"{HEAD}{PARAMETERS}{head}layers:\n- {{conv: 3x3, out: {out}}}\n{rows}")


def chain(widths: list[int]) -> int:
    return sum(3 * 3 * before * after for before, after in pairwise([3, *widths]))


#: The widths of PyramidNet (Han et al. 2017): the k-th block has ⌊16 + a·k/N⌋ channels.
PYRAMID = "- repeat: N\n  index: k\n  layers: [{conv: 3x3, out: 16 + a*k/N}]\n"


def test_pyramidnet_widens_with_the_number_of_its_block() -> None:
    pyramid = net(PYRAMID, "channels: floor\n")
    assert pyramid.count().mult_adds == 16_542_720
    assert pyramid.count().params == 16_155 == chain([16, 18, 21, 23, 26])
    for blocks in range(1, 9):
        params = chain([16, *(16 + 10 * k // blocks for k in range(1, blocks + 1))])
        assert pyramid.count(N=blocks).params == params
        assert pyramid.formula(N=blocks).at(a=10, rounded=True) == (32 * 32 * params, params)
    swept = pyramid.sweep(N="1:8:1", a=[7, 10])
    assert swept["params"].ravel().tolist() == [
        chain([16, *(16 + a * k // n for k in range(1, n + 1))])
        for n in range(1, 9)
        for a in (7, 10)
    ]


def test_a_form_says_which_parameter_to_bind() -> None:
    with pytest.raises(CostcalcError) as caught:
        net(PYRAMID, "channels: floor\n").formula()
    assert str(caught.value) == (
        "<text>:9:11: layers[1].repeat: what hangs on the number of the round has no closed form "
        "(give a value to N)"
    )


def nested(n: int, a: int) -> int:
    """1×1 rows: a, then k times 2k and a."""
    total, arrives = 3 * 3 * 3 * 16, 16
    for k in range(1, n + 1):
        total, arrives = total + arrives * a, a
        for _ in range(k):
            total, arrives = total + arrives * 2 * k + 2 * k * a, a
    return total


FOLDED: dict[str, tuple[str, Callable[[int, int], int]]] = {
    "channels": (
        "- repeat: N\n  index: k\n  layers: [{conv: 3x3, out: 16 + a*k}]\n",
        lambda n, a: chain([16 + a * k for k in range(n + 1)]),
    ),
    "kernels": (
        "- {repeat: N, index: k, layers: [{conv: k, out: a}]}\n",
        lambda n, a: 3 * 3 * 3 * 16 + 16 * a + sum(k * k * a * a for k in range(2, n + 1)),
    ),
    "repetitions": (
        "- repeat: N\n  index: k\n  layers:\n  - {conv: 1x1, out: a}\n"
        "  - {repeat: k, layers: [{conv: 1x1, out: 2*k}, {conv: 1x1, out: a}]}\n",
        nested,
    ),
    "of two repetitions": (
        "- repeat: N\n  index: k\n  layers:\n  - {conv: 1x1, out: a}\n"
        "  - {repeat: a, index: j, layers: [{conv: 1x1, out: k + j}, {conv: 1x1, out: a}]}\n",
        lambda n, a: (
            3 * 3 * 3 * 16
            + 16 * a
            + (n - 1) * a * a
            + sum(2 * a * (k + j) for k in range(1, n + 1) for j in range(1, a + 1))
        ),
    ),
}


@pytest.mark.parametrize(("rows", "expected"), FOLDED.values(), ids=FOLDED)
def test_polynomials_in_the_number_are_summed(
    rows: str, expected: Callable[[int, int], int]
) -> None:
    found = net(rows, out=16)
    form, swept = found.formula(), found.sweep(N="1:6:1", a="1:5:1")["params"]
    points = [(n, a) for n in range(1, 7) for a in range(1, 6)]
    assert swept.ravel().tolist() == [expected(n, a) for n, a in points]
    for n, a in points:
        costs = (32 * 32 * expected(n, a), expected(n, a))
        count = found.count(N=n, a=a)
        assert (count.mult_adds, count.params) == costs
        assert form.at(N=n, a=a, rounded=True) == costs


def test_arguments_of_blocks_have_it() -> None:
    found = net(
        "- {b: {c: a*k}, repeat: N, index: k, first: {c: 7*k}}\n",
        "blocks: {b: {takes: [c], let: {k: 2*c}, layers: [{conv: 3x3, out: k}]}}\n",
    )
    widths = [16, 14, *(2 * 10 * k for k in range(2, 5))]
    assert found.count().params == chain(widths)
    assert found.formula().at(N=4, a=10, rounded=True)[1] == chain(widths)
    assert found.count(N=1).params == chain(widths[:2])


def test_a_condition_on_it_is_told_round_by_round() -> None:
    found = net("- repeat: N\n  index: k\n  layers: [{conv: 3x3, out: a, when: k != 2}]\n")
    assert found.count().params == chain([16, 10, 10, 10])
    assert found.formula(N=4).at(a=10, rounded=True)[1] == chain([16, 10, 10, 10])
    swept = found.sweep(N=[1, 2, 3, 4], a=[10])["params"]
    assert swept.ravel().tolist() == [chain([16, *[10] * n]) for n in (1, 1, 2, 3)]


def test_every_round_must_exist() -> None:
    found = net("- {repeat: N, index: k, layers: [{conv: 1x1, out: a - 2*k}]}\n")
    form = found.formula()
    for n, a in [(1, 3), (4, 9), (4, 10), (3, 8)]:
        widths = [16, *(a - 2 * k for k in range(1, n + 1))]
        params = 3 * 3 * 3 * 16 + sum(b * c for b, c in pairwise(widths))
        assert form.at(N=n, a=a, rounded=True)[1] == found.count(N=n, a=a).params == params
    for n, a in [(1, 2), (4, 8), (5, 10)]:
        with pytest.raises(CostcalcError):
            found.count(N=n, a=a)
        with pytest.raises(CostcalcError):
            form.at(N=n, a=a, rounded=True)


MISTAKES = {
    "unused": (
        "- {repeat: N, index: k, layers: [{conv: 3x3, out: a}]}",
        "9:22: layers[1].index: index 'k' is never used (remove it)",
    ),
    "a parameter": (
        "- {repeat: N, index: a, layers: [{conv: 3x3, out: a}]}",
        "9:22: layers[1].index: 'a' is taken (choose another name)",
    ),
    "twice": (
        "- {repeat: N, index: k, layers: [{repeat: k, index: k, layers: [{conv: 3, out: a*k}]}]}",
        "9:53: layers[1].layers[0].index: 'k' is taken (choose another name)",
    ),
    "reserved": (
        "- {repeat: N, index: in, layers: [{conv: 3x3, out: a*in}]}",
        "9:22: layers[1].index: 'in' is reserved (another name for the round)",
    ),
    "outside": (
        "- {repeat: N, index: k, layers: [{conv: 3x3, out: a*k}]}\n- {conv: 3x3, out: k}",
        "10:20: layers[2].out: undefined name 'k' "
        "(known: N, a, alpha, classes, delta, resolution, rho)",
    ),
    "no repetition": (
        "- {b: N, index: k}\n- {conv: 1x1, out: a}",
        "9:10: layers[1]: index without repeat (repeat: n)",
    ),
}


@pytest.mark.parametrize(("rows", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(rows: str, message: str) -> None:
    block = "blocks: {b: {takes: [c], layers: [{conv: 3x3, out: c}]}}\n"
    with pytest.raises(CostcalcError) as caught:
        net(rows, block if "{b:" in rows else "channels: exact\n")
    assert str(caught.value.problems[0]) == f"<text>:{message}"
