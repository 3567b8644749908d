"""The library as its documentation uses it."""

from __future__ import annotations

import doctest

import pytest

import costcalc as cc


def test_the_docstring_s_example() -> None:
    result = doctest.testmod(cc)
    assert result.attempted >= 4
    assert result.failed == 0


def test_public_names_exist_and_are_documented() -> None:
    for name in cc.__all__:
        assert getattr(cc, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        cc.nothing  # noqa: B018


def test_dir_shows_what_is_public() -> None:
    assert dir(cc) == sorted([*cc.__all__, "__version__"])


def test_results_are_frozen() -> None:
    count = cc.count("mobilenet-v1")
    with pytest.raises(AttributeError):
        count.spec = "other"  # type: ignore[misc]
    assert cc.formula("mobilenet-v1").spec == cc.show("mobilenet-v1").spec == "mobilenet-v1"


def test_integers_of_any_size() -> None:
    net = cc.load("mobilenet-v1")
    big = net.count(alpha=10**5, resolution=10**6)
    assert big.mult_adds > 2**63
    assert (
        big.mult_adds
        == net.formula().at(
            alpha=10**5, resolution=10**6, delta=1, rho=1, classes=1000, rounded=True
        )[0]
    )


def test_a_float_is_refused() -> None:
    with pytest.raises(cc.CostcalcError, match=r"0\.35 is a float"):
        cc.load("mobilenet-v1").count(alpha=0.35)
