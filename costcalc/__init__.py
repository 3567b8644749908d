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

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from costcalc.algebra.result import Result
from costcalc.analysis.count import Count, GroupCount, LayerCount, count
from costcalc.conventions.shelf import (
    Convention,
    all_conventions,
    find_convention,
    read_conventions,
)
from costcalc.errors import CostcalcError, Place, Problem
from costcalc.language.library import spec_names
from costcalc.network import Network, load, loads
from costcalc.version import VERSION

if TYPE_CHECKING:
    from costcalc.analysis.attribute import Attribution
    from costcalc.analysis.closed_form import Formula
    from costcalc.analysis.explain import Explanation, explain
    from costcalc.analysis.formula import formula
    from costcalc.analysis.memory import Memory, memory
    from costcalc.analysis.peak import PeakFormula, peak_formula
    from costcalc.analysis.ratio import ratio
    from costcalc.analysis.roofline import Roofline, roofline
    from costcalc.analysis.survey import Survey, count_all
    from costcalc.analysis.table import Table, show
    from costcalc.design_space.comparison import Comparison, compare
    from costcalc.design_space.solve.settings import Settings, solve_grid
    from costcalc.design_space.solve.solution import Solution, solve
    from costcalc.design_space.sweep.result import Sweep
    from costcalc.design_space.sweep.run import Run, sweep
    from costcalc.explorer.page import Page, explore
    from costcalc.export.measuring import Measurement, measure
    from costcalc.export.writing import export
    from costcalc.models.importing import from_torch
    from costcalc.papers.run import Report, check
    from costcalc.review.difference import Difference, diff
    from costcalc.review.guard import Guard, guard
    from costcalc.review.sheet import Sheet, report
    from costcalc.timing.calibration import Calibration, calibrate

__version__ = VERSION

__all__ = [
    "Attribution",
    "Calibration",
    "Comparison",
    "Convention",
    "CostcalcError",
    "Count",
    "Difference",
    "Explanation",
    "Formula",
    "GroupCount",
    "Guard",
    "LayerCount",
    "Measurement",
    "Memory",
    "Network",
    "Page",
    "PeakFormula",
    "Place",
    "Problem",
    "Report",
    "Roofline",
    "Run",
    "Settings",
    "Sheet",
    "Solution",
    "Survey",
    "Sweep",
    "Table",
    "all_conventions",
    "calibrate",
    "check",
    "compare",
    "count",
    "count_all",
    "diff",
    "explain",
    "explore",
    "export",
    "find_convention",
    "formula",
    "from_torch",
    "guard",
    "load",
    "loads",
    "measure",
    "memory",
    "peak_formula",
    "ratio",
    "read_conventions",
    "report",
    "roofline",
    "show",
    "show_convention",
    "solve",
    "solve_grid",
    "spec_names",
    "sweep",
]


#: What is imported when it is first asked for, by its module: counting starts faster.
_LAZY = {
    "export.measuring": ("Measurement", "measure"),
    "export.writing": ("export",),
    "analysis.attribute": ("Attribution",),
    "analysis.closed_form": ("Formula",),
    "analysis.explain": ("Explanation", "explain"),
    "analysis.formula": ("formula",),
    "analysis.peak": ("PeakFormula", "peak_formula"),
    "analysis.ratio": ("ratio",),
    "analysis.survey": ("Survey", "count_all"),
    "analysis.table": ("Table", "show"),
    "design_space.comparison": ("Comparison", "compare"),
    "design_space.solve.settings": ("Settings", "solve_grid"),
    "design_space.solve.solution": ("Solution", "solve"),
    "design_space.sweep.result": ("Sweep",),
    "design_space.sweep.run": ("Run", "sweep"),
    "explorer.page": ("Page", "explore"),
    "models.importing": ("from_torch",),
    "analysis.memory": ("Memory", "memory"),
    "analysis.roofline": ("Roofline", "roofline"),
    "papers.run": ("Report", "check"),
    "timing.calibration": ("Calibration", "calibrate"),
    "review.difference": ("Difference", "diff"),
    "review.guard": ("Guard", "guard"),
    "review.sheet": ("Sheet", "report"),
}


def __getattr__(name: str) -> object:
    module = next((module for module, names in _LAZY.items() if name in names), None)
    if module is not None:
        from importlib import import_module

        return getattr(import_module(f"costcalc.{module}"), name)
    raise AttributeError(f"module 'costcalc' has no attribute {name!r}")


class _Package(ModuleType):
    """The package: what it offers stays what it is when a folder of that name is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in __all__ or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


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
