"""Which points of a grid keep budgets, and which of these no other one beats."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor

import numpy as np

from costcalc.design_space.sweep.blocks import chunks, compute
from costcalc.design_space.sweep.exact_array import Mask
from costcalc.design_space.sweep.structure import Plan


def fitting(plan: Plan, budgets: Mapping[str, int | Fraction]) -> tuple[int, Mask]:
    """How many points have a network, and which of them keep all budgets."""
    existing, fits = 0, np.zeros(plan.space.shape, bool)
    for picks in chunks(plan):
        block = compute(plan, picks, skip=True)
        there = np.ones(tuple(map(len, picks)), bool) if block.exists is None else block.exists
        existing += int(there.sum())
        for name, most in budgets.items():
            there = there & np.asarray(getattr(block.costs, name) <= floor(most), bool)
        fits[np.ix_(*picks)] = there
    return existing, fits


def highest(fits: Mask) -> list[list[int]]:
    """The places, the largest first, from which no other that fits lies upwards."""
    above = fits  # whether one fits here, or anywhere upwards
    for axis in range(fits.ndim):
        above = np.flip(np.logical_or.accumulate(np.flip(above, axis), axis), axis)
    left = fits.copy()
    for axis in range(fits.ndim):
        beside = np.moveaxis(left, axis, 0)
        beside[:-1] &= ~np.moveaxis(above, axis, 0)[1:]
    places: list[list[int]] = np.argwhere(left).tolist()
    return places[::-1]
