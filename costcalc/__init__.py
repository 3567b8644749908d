"""costcalc: what does this CNN cost, exactly, and how does that cost grow?

>>> import costcalc as cc
>>> net = cc.load("mobilenet-v1")
>>> net.count().mult_adds
568740352
>>> net.count(alpha="1/2", resolution=160).mult_adds
76524800
>>> net.formula().params
3139584*alpha**2*delta + 1024*alpha*classes + 44640*alpha*delta + 864*alpha
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costcalc.errors import CostcalcError, Place, Problem
from costcalc.network import Network, load, loads

if TYPE_CHECKING:
    from costcalc.conventions import (
        Convention,
        all_conventions,
        find_convention,
        read_conventions,
    )
    from costcalc.count import Count, GroupCount, LayerCount
    from costcalc.formula import Formula
    from costcalc.shipped import spec_names
    from costcalc.show import Table

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


#: Where the names live that are imported when they are first asked for (counting starts faster).
_LAZY = {
    "Convention": "conventions",
    "all_conventions": "conventions",
    "find_convention": "conventions",
    "read_conventions": "conventions",
    "Count": "count",
    "GroupCount": "count",
    "LayerCount": "count",
    "Formula": "formula",
    "Table": "show",
    "spec_names": "shipped",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f"costcalc.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'costcalc' has no attribute {name!r}")


def count(spec: str, **options: Any) -> Count:
    """``load(spec).count(…)``: what ``costcalc count`` does."""
    return load(spec).count(**options)


def formula(spec: str, **options: Any) -> Formula:
    """``load(spec).formula(…)``: what ``costcalc formula`` does."""
    return load(spec).formula(**options)


def show(spec: str, **options: Any) -> Table:
    """``load(spec).show(…)``: what ``costcalc show`` does."""
    return load(spec).show(**options)
