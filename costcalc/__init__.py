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

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from costcalc.algebra.result import Result
from costcalc.analysis.count import Count, GroupCount, LayerCount, Survey
from costcalc.conventions.shelf import (
    Convention,
    all_conventions,
    find_convention,
    read_conventions,
)
from costcalc.errors import CostcalcError, Place, Problem
from costcalc.language import Spec
from costcalc.language.library import spec_names
from costcalc.network import Network, load, loads

if TYPE_CHECKING:
    from costcalc.analysis.attribute import Attribution
    from costcalc.analysis.explain import Explanation
    from costcalc.analysis.formula import Formula
    from costcalc.analysis.ratio import ratio
    from costcalc.analysis.table import Table
    from costcalc.design_space.comparison import Comparison, compare
    from costcalc.design_space.solve.solution import Solution
    from costcalc.design_space.sweep.result import Sweep
    from costcalc.design_space.sweep.run import Run
    from costcalc.papers.run import Report, check

__version__ = "0.1.0"

__all__ = [
    "Attribution",
    "Comparison",
    "Convention",
    "CostcalcError",
    "Count",
    "Explanation",
    "Formula",
    "GroupCount",
    "LayerCount",
    "Network",
    "Place",
    "Problem",
    "Report",
    "Run",
    "Solution",
    "Survey",
    "Sweep",
    "Table",
    "all_conventions",
    "check",
    "compare",
    "count",
    "count_all",
    "explain",
    "find_convention",
    "formula",
    "load",
    "loads",
    "ratio",
    "read_conventions",
    "show",
    "show_convention",
    "solve",
    "spec_names",
    "sweep",
]


#: Where the answers are that are imported when they are first asked for: counting starts faster.
_LAZY = {
    "Attribution": "analysis.attribute",
    "Comparison": "design_space.comparison",
    "Explanation": "analysis.explain",
    "Formula": "analysis.formula",
    "Report": "papers.run",
    "Run": "design_space.sweep.run",
    "Solution": "design_space.solve.solution",
    "Sweep": "design_space.sweep.result",
    "Table": "analysis.table",
    "check": "papers.run",
    "compare": "design_space.comparison",
    "ratio": "analysis.ratio",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f"costcalc.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'costcalc' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names; the modules are for the library itself."""
    return [*__all__, "__version__"]


def _view(result: Result, format: str) -> str:
    """What ``print``, or a notebook, shows of an answer."""
    from costcalc.report.notebook import shown

    return shown(result, format)


Result.view = _view

#: What ``costcalc show-convention`` prints.
show_convention = find_convention


def count(spec: str, **options: Any) -> Count:
    """``load(spec).count(…)``: what ``costcalc count`` does."""
    return load(spec).count(**options)


def formula(spec: str, **options: Any) -> Formula:
    """``load(spec).formula(…)``: what ``costcalc formula`` does."""
    return load(spec).formula(**options)


def count_all(spec: str, **options: Any) -> Survey:
    """``load(spec).count_all(…)``: what ``costcalc count --convention all`` does."""
    return load(spec).count_all(**options)


def explain(spec: str, **options: Any) -> Explanation | Attribution:
    """``load(spec).explain(…)``: what ``costcalc explain`` does."""
    explanation: Explanation | Attribution = load(spec).explain(**options)
    return explanation


def show(spec: str, **options: Any) -> Table:
    """``load(spec).show(…)``: what ``costcalc show`` does."""
    return load(spec).show(**options)


def sweep(specs: str | Sequence[str | Network] = (), *values: Any, **options: Any) -> Run:
    """Exact costs over a grid, as a table: what ``costcalc sweep`` does; see
    :func:`costcalc.design_space.sweep.run.sweep`. For numpy arrays see :meth:`Network.sweep`."""
    from costcalc.design_space.sweep.run import sweep as run

    listed = [specs] if isinstance(specs, str) else specs
    return run([_spec(one) for one in listed], *values, **options)


def solve(spec: str | Network, parameter: str, **options: Any) -> Solution:
    """The largest value of a parameter within budgets: what ``costcalc solve`` does; see
    :func:`costcalc.design_space.solve.solution.solve`."""
    from costcalc.design_space.solve.solution import solve as solving

    return solving(_spec(spec), parameter, **options)


def _spec(network: str | Network) -> str | Spec:
    return network.spec if isinstance(network, Network) else network
