"""Where closed forms are exact: what a network needs in order to exist belongs to it."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest

import costcalc as cc
from costcalc.report.views.formulas import formula_remarks, python_module

#: Networks whose existence hangs on parameters that their cost does not contain:
#: rows of the spec, cost, its parameters, where it exists, and points at which it does and doesn't.
FORGOTTEN = {
    "pools by 5": (
        "input: {side: resolution, channels: 8}\n"
        "layers: [{maxpool: 5x5}, {maxpool: 5x5}, {avgpool: global}, {fc: 10}]\n",
        (8 * 10, 8 * 10),
        ("resolution",),
        ("resolution - 25 >= 0",),
        [{"resolution": 25}, {"resolution": 224}],
        [{"resolution": 24}, {"resolution": 18}, {"resolution": 4}],
    ),
    "a side that is rounded down": (
        "sides: floor\ninput: {side: rho * resolution, channels: 2}\n"
        "layers: [{avgpool: global}, {fc: 7}]\n",
        (2 * 7, 2 * 7),
        ("rho", "resolution"),
        ("resolution*rho - 1 >= 0",),
        [{"rho": "1/3", "resolution": 3}, {"rho": 1, "resolution": 1}],
        [{"rho": "1/4", "resolution": 3}],
    ),
    "blocks of pixels": (
        "input: {side: resolution, channels: 8}\n"
        "layers: [{space_to_depth: 2}, {avgpool: global}, {fc: 10}]\n",
        (4 * 8 * 10, 4 * 8 * 10),
        ("resolution",),
        ("resolution % 2 == 0",),
        [{"resolution": 2}, {"resolution": 224}],
        [{"resolution": 1}, {"resolution": 223}],
    ),
    "rounds that cost nothing": (
        "parameters: {n: {default: 3, meaning: rounds}}\ninput: 8x8x8\nlayers:\n"
        "- {repeat: n - 1, layers: [{maxpool: 3x3, stride: 1, padding: same}]}\n"
        "- {conv: 1x1, out: 8}\n",
        (64 * 8 * 8, 8 * 8),
        ("n",),
        ("n - 2 >= 0",),
        [{"n": 2}, {"n": 9}],
        [{"n": 1}],
    ),
}


@pytest.mark.parametrize("case", FORGOTTEN)
@pytest.mark.parametrize("rounded", [False, True])
def test_existence_is_asked_of_parameters_that_cost_nothing(case: str, rounded: bool) -> None:
    text, cost, names, exact_when, inside, outside = FORGOTTEN[case]
    network = cc.loads("network: net\n" + text)
    formula = network.formula()
    assert formula.parameters == names
    data = formula.to_dict(rounded=rounded)
    assert (data["parameters"], data["exact_when"]) == ([*names], [*exact_when])
    made: dict[str, Any] = {}
    exec(python_module(formula, "total", rounded), made)
    assert (made["mult_adds"](), made["params"]()) == cost  # at the defaults
    for at in inside:
        count = network.count(**at)
        assert (count.mult_adds, count.params) == cost == formula.at(rounded=rounded, **at)
        assert (made["mult_adds"](**at), made["params"](**at)) == cost
    for at in outside:
        with pytest.raises(cc.CostcalcError):
            network.count(**at)
        with pytest.raises(cc.CostcalcError, match="does not exist at this binding"):
            formula.at(rounded=rounded, **at)
        for function in (made["mult_adds"], made["params"]):
            with pytest.raises(ValueError, match="net does not exist here"):
                function(**at)


def test_everywhere_is_said_only_of_what_exists_everywhere() -> None:
    for case, text in {
        "pools by 5": "R ≥ 25",
        "a side that is rounded down": "Rρ ≥ 1",
        "blocks of pixels": "R is a multiple of 2",
        "rounds that cost nothing": "n ≥ 2",
    }.items():
        formula = cc.loads("network: net\n" + FORGOTTEN[case][0]).formula()
        assert formula_remarks(formula, rounded=False)[0] == ("exact when", text)
        kept = ("exact when", f"{text}: every rounding is kept")
        assert formula_remarks(formula, rounded=True) == [kept]
    everywhere = cc.load("fd-mobilenet").formula(alpha=1)
    kept = ("exact", "everywhere: every rounding is kept")
    assert formula_remarks(everywhere, rounded=True) == [kept]


@pytest.mark.parametrize(
    ("name", "free", "conditions"),
    [
        # 160·max(1, α) is whole where α is
        ("mobilenet-v2", (), ("resolution*rho % 32 == 0", "alpha % 1 == 0")),
        # L = 6m − 2: then Lk + 8k = 6(m + 1)k, a multiple of 12 where (3m − 1)k is one of 4
        ("cifar-densenet-bc", (), ("L*k % 8 == 0", "(L + 2) % 6 == 0", "L - 10 >= 0")),
        # k = 4m: kn + 2k is a multiple of 8 where mn is even; so is 3kn + 2k one of 16
        ("cifar-condensenet-light", (), ("k % 4 == 0", "(3*k*n + 2*k) % 16 == 0")),
        # a multiple of 32 is at least 4
        ("nasnet-a-mobile", (), ("resolution % 32 == 0", "F % 96 == 0", "N - 2 >= 0")),
        # s ≥ 1, so max(1/2, s) is s
        ("shufflenet-g3", (), ("resolution % 32 == 0", "s % 1 == 0")),
        # its last maps are 1×1 where ⌊R/32⌋ is 1
        (
            "cifar-fractalnet",
            ("resolution",),
            ("resolution % 16 == 0", "resolution - 32 >= 0", "-resolution + 63 >= 0"),
        ),
    ],
)
def test_conditions_that_others_imply_are_left_out(
    name: str, free: tuple[str, ...], conditions: tuple[str, ...]
) -> None:
    assert cc.load(name).formula(free=free).exact_when == conditions


def net(rows: str, head: str) -> cc.Network:
    """A network of rows in the parameters n and k that they name, 4 by default."""
    names = sorted(set(re.findall(r"\b[nk]\b", head + rows)))
    own = ", ".join(f"{name}: {{default: 4, meaning: m}}" for name in names)
    return cc.loads(f"network: net\nparameters: {{{own}}}\n{head}layers:\n{rows}")


def exists(network: cc.Network, **at: Any) -> bool:
    try:
        network.count(**at)
    except cc.CostcalcError:
        return False
    return True


def test_what_a_repetition_without_rounds_would_need_is_not_asked() -> None:
    rows = "- {repeat: n - 1, layers: [{select: k}, {conv: 1x1, out: 6}]}\n- {conv: 1x1, out: 2}\n"
    network = net(rows, "input: 4x4x16\n")
    formula = network.formula()
    # the first of n − 1 rounds selects from 16 channels, every later one from 6
    assert formula.exact_when == ("-k + 6 >= 0", "n - 2 >= 0")
    assert not exists(network, n=3, k=8)
    with pytest.raises(cc.CostcalcError, match="select3 needs k ≤ 6"):
        formula.at(n=3, k=8, rounded=True)
    cost = 16 * (8 * 6 + 6 * 2)
    assert network.count(n=2, k=8).mult_adds == cost
    assert formula.at(n=2, k=8, rounded=True)[0] == cost
    made: dict[str, Any] = {}
    exec(python_module(formula, "total", rounded=True), made)
    assert made["mult_adds"](n=2, k=8) == cost
    with pytest.raises(ValueError, match="select3 needs k ≤ 6"):
        made["mult_adds"](n=3, k=8)


def test_what_a_row_that_is_left_out_would_need_is_not_asked() -> None:
    rows = "- {conv: 3x3, out: k}\n- {conv: 1x1, out: in, groups: 3, when: %s}\n"
    head = "input: 8x8x3\n"
    assert net(rows % "k == 9", head).formula().exact_when == ()
    assert net(rows % "k > 4", head).formula().exact_when == ("(k - 4 > 0)*k % 3 == 0",)
    # it must not be there: no map of 8×8 has 3 channels in groups of 2
    rows = "- {conv: 3x3, out: 3}\n- {conv: 1x1, out: in, groups: 2, when: k > 4 and n > 1}\n"
    network = net(rows, head)
    with pytest.raises(cc.CostcalcError, match="input channels are not divisible by 2 groups"):
        network.formula()


def test_a_channel_count_of_a_row_that_is_left_out_may_be_below_0() -> None:
    head = (
        "channels: divisible(8)\ninput: 8x8x16\n"
        "blocks: {b: {layers: [{conv: 1x1, out: 24 - 4*k}, {conv: 1x1, out: 16}]}}\n"
    )
    network = net("- {b: , when: k == 4}\n- {conv: 1x1, out: 8}\n", head)
    formula = network.formula()
    assert formula.exact_when == ()  # 24 − 4·4 is 8
    for k in (4, 6, 20):
        extra = 64 * (16 * 8 + 8 * 16) if k == 4 else 0
        assert formula.at(rounded=True, k=k)[0] == extra + 64 * 16 * 8
        assert network.count(k=k).mult_adds == extra + 64 * 16 * 8


def test_a_polynomial_that_is_exact_nowhere_says_only_that() -> None:
    # R/2 rows and R/4 are the same where R is 1 or 2 and both are rounded
    rows = (
        "- {conv: 1x1, stride: 2, out: 4}\n"
        "- concat: [[], [{conv: 1x1, stride: 2, out: 4}]]\n- {conv: 1x1, out: k}\n"
    )
    network = net(rows, "input: {side: resolution, channels: 4}\n")
    formula = network.formula()
    assert formula.exact_when == ("resolution == 0",)
    assert network.count(resolution=2, k=3).mult_adds == 4 * 4 + 4 * 4 + 8 * 3
    assert formula.at(resolution=2, k=3, rounded=True)[0] == 4 * 4 + 4 * 4 + 8 * 3
    assert not exists(network, resolution=4)


def test_bounds_on_what_is_rounded_are_bounds_on_what_is_in_it() -> None:
    def bounds(width: str, rule: str = "floor") -> list[str]:
        network = net(f"- {{conv: 1x1, out: {width}}}\n", f"channels: {rule}\ninput: 1x1x1\n")
        texts: list[str] = network.formula().to_dict(rounded=True)["exact_when"]
        return texts

    assert bounds("3*alpha") == ["3*alpha - 1 >= 0"]  # ⌊3α⌋ ≥ 1
    assert bounds("3*alpha", "nearest") == ["6*alpha - 1 >= 0"]  # 3α + 1/2 ≥ 1
    assert bounds("3*alpha", "round") == ["6*alpha - 1 > 0"]  # 1/2 is 0
    assert bounds("3*alpha - 1", "round") == ["2*alpha - 1 > 0"]  # so is 3/2 - 1
    assert bounds("round(3*alpha) - 1") == ["2*alpha - 1 >= 0"]  # 3/2 is 2
    assert bounds("8 - round(alpha)") == ["-2*alpha + 15 > 0"]  # 15/2 is 8
    assert bounds("9 - round(alpha)") == ["-2*alpha + 17 >= 0"]  # 17/2 is 8
    assert bounds("ceil(3*alpha)") == []  # ⌈3α⌉ > 0
    assert bounds("ceil(k/3) - 4") == ["k - 13 >= 0"]  # ⌈k/3⌉ ≥ 5: k/3 > 4
    assert bounds("9 - floor(alpha)") == ["-alpha + 9 > 0"]  # ⌊α⌋ ≤ 8: α < 9
    assert bounds("9 - ceil(alpha)") == ["-alpha + 8 >= 0"]  # ⌈α⌉ ≤ 8
    assert bounds("9 - nearest(alpha)") == ["-2*alpha + 17 > 0"]  # ⌊α + 1/2⌋ ≤ 8
    assert bounds("floor(ceil(k/2)/3)") == ["k - 5 >= 0"]  # ⌈k/2⌉ ≥ 3: k/2 > 2
    assert bounds("ceil(floor(alpha)/3) - 1") == ["alpha - 4 >= 0"]  # ⌊α⌋/3 > 1: ⌊α⌋ ≥ 4
    assert bounds("2*floor(k/3) - 3") == ["k - 6 >= 0"]  # 2⌊k/3⌋ ≥ 4


def test_what_divides_is_asked_last() -> None:
    formula = cc.loads(
        "network: net\nparameters: {z: {default: 2, meaning: groups, domain: whole number}}\n"
        "input: 4x4x16\nlayers: [{shuffle: z}, {conv: 1x1, out: z}]\n"
    ).formula()
    assert formula.exact_when == ("z - 1 >= 0", "((16)/(z)) % 1 == 0")
    assert [all(eval(text, {"z": z}) for text in formula.exact_when) for z in (0, 3, 8)] == [
        False,
        False,
        True,
    ]


def test_what_a_row_divides_by_is_not_zero_also_where_the_row_does_not_exist() -> None:
    net = cc.loads(
        "parameters:\n"
        "  k: {default: 3, meaning: growth}\n"
        "  z: {default: 1, meaning: more, domain: whole number}\n"
        "input: 8x8x4\nlayers: [{shuffle: 2*z, when: k == 3}]\n"
    )
    assert net.formula().exact_when == (
        "2*(k - 3 == 0)*z - (k - 3 == 0) >= 0",
        "z != 0",
        "((4)/(2*z))*(k - 3 == 0) % 1 == 0",
    )
    # where the row surely exists, it needs as much by itself
    assert net.formula(k=3).exact_when == ("2*z - 1 >= 0", "((4)/(2*z)) % 1 == 0")


@pytest.mark.parametrize(
    ("when", "condition"),
    [
        ("floor(16*alpha) != 8*alpha", "(16*alpha//1) - 8*alpha != 0"),
        ("floor(16*alpha) > 16*alpha - 1", "(16*alpha//1) - 16*alpha + 1 > 0"),
        ("floor(16*alpha) < 16*alpha", "(16*alpha//1) - 16*alpha >= 0"),
        (
            "floor(16*alpha) == 16*alpha and floor(8*alpha) == 8*alpha",
            "((16*alpha//1) - 16*alpha == 0)*((8*alpha//1) - 8*alpha == 0) != 0",
        ),
    ],
)
def test_what_decided_the_structure_is_asked_as_it_was_decided(when: str, condition: str) -> None:
    head = "channels: floor\ninput: 4x4x16\n"
    network = net(f"- {{conv: 1x1, out: 16*alpha}}\n- {{conv: 3x3, out: 8, when: {when}}}\n", head)
    formula = network.formula()
    said = ["16*alpha - 1 >= 0", condition]
    assert formula.to_dict(rounded=True)["exact_when"] == said
    assert formula.at(rounded=True)[0] == network.count().mult_adds
    # ⌊16α⌋ is 1 there, and 16α is 3/2
    holds = eval(condition, {"alpha": Fraction(3, 32)})
    assert formula.rounded_conditions[-1].holds({"alpha": Fraction(3, 32)}) is holds
    if holds:
        assert formula.at(rounded=True, alpha="3/32")[0] == network.count(alpha="3/32").mult_adds
    else:
        with pytest.raises(cc.CostcalcError, match="the structure of net changes at this binding"):
            formula.at(rounded=True, alpha="3/32")


def test_more_than_24_conditions_are_left_as_they_are() -> None:
    def conditions(count: int) -> tuple[str, ...]:
        rows = "".join(f"- {{conv: 1x1, out: k + 1000 - {i}*n}}\n" for i in range(1, count + 1))
        return net(rows, "input: 1x1x1\n").formula().exact_when

    assert conditions(24) == ("k - 24*n + 999 >= 0",)  # which says all others
    each = [f"k - {i}*n + 999 >= 0".replace(" 1*", " ") for i in range(1, 26)]
    assert sorted(conditions(25)) == sorted(each)


@pytest.mark.parametrize(
    ("learned", "said"),
    [
        # (R/16)² positions of a table of 14·14, on maps whose sides divide
        ("196x1x8", ("resolution - 224 == 0",)),
        # no map has 200 positions
        (
            "200x1x8",
            (
                "resolution % 16 == 0",
                "(resolution**2/256 - 1 != 0)*resolution**2"
                " - 51200*(resolution**2/256 - 1 != 0) == 0",
                "resolution**2 - 51200 == 0",
            ),
        ),
    ],
)
def test_a_parameter_that_has_one_value(learned: str, said: tuple[str, ...]) -> None:
    form = cc.loads(
        "network: v\ninput: {side: resolution, channels: 3}\ndefaults: {padding: valid}\n"
        "layers: [{conv: 16x16, stride: 16, out: 8}, tokens, "
        f"{{add: [[], {{learned: {learned}}}]}}]\n"
    ).formula()
    assert form.exact_when == said
    exists = [form.exists({"resolution": n}) for n in (224, 208)]
    assert exists == [learned == "196x1x8", False]
