"""costcalc: what does this CNN cost, exactly, and how does that cost grow?

>>> import costcalc as cc
>>> net = cc.load("mobilenet-v1")
>>> net.count().mult_adds
568740352
>>> net.count(alpha="1/2", resolution=160).mult_adds
76524800
>>> net.formula().params
"""

from __future__ import annotations

from typing import Any

from costcalc.conventions import Convention, all_conventions, find_convention, read_conventions
from costcalc.count import Count, GroupCount, LayerCount
from costcalc.errors import CostcalcError, Place, Problem
from costcalc.formula import Formula
from costcalc.network import Network, load, loads
from costcalc.show import Table
from costcalc.shipped import spec_names

__version__ = "0.1.0"

__all__ = [
    "Convention",
    "CostcalcError",
    "Count",
    "Formula",
    "GroupCount",
    "LayerCount",
    "Network",
    "Place",
    "Problem",
    "Table",
    "all_conventions",
    "count",
    "find_convention",
    "formula",
    "load",
    "loads",
    "read_conventions",
    "show",
    "spec_names",
]


def count(spec: str, **options: Any) -> Count:
    """``load(spec).count(…)``: what ``costcalc count`` does."""
    return load(spec).count(**options)


def formula(spec: str, **options: Any) -> Formula:
    """``load(spec).formula(…)``: what ``costcalc formula`` does."""
    return load(spec).formula(**options)


def show(spec: str, **options: Any) -> Table:
    """``load(spec).show(…)``: what ``costcalc show`` does."""
    return load(spec).show(**options)
