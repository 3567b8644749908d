"""Congruences by residues: how many are tried."""

from __future__ import annotations

from fractions import Fraction

from costcalc.algebra.polynomial import parameter
from costcalc.algebra.residues import follows, prime_powers

N, K = (parameter(name, whole=True) for name in ("n", "k"))


def test_what_would_take_too_many_residues_is_not_said_to_follow() -> None:
    assert follows(Fraction(3, 64) * N * K, [Fraction(1, 64) * N * K])  # 64² residues
    assert not follows(Fraction(1, 128) * N * K, [Fraction(1, 128) * N * K])
    assert not follows(Fraction(1, 2) * N * K, [Fraction(1, 128) * N * K])


def test_prime_powers() -> None:
    assert prime_powers(1) == {}
    assert prime_powers(360) == {2: 8, 3: 9, 5: 5}
    assert prime_powers(2 * (2**31 - 1)) == {2: 2, 2**31 - 1: 2**31 - 1}  # found without a walk
