"""A network: a spec with everything that can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import MethodType
from typing import TYPE_CHECKING, Any

from costcalc.algebra.result import Result
from costcalc.graph.loading import Source, as_spec, loads_spec
from costcalc.language import Spec
from costcalc.language.parameters import Parameter

if TYPE_CHECKING:
    from costcalc.analysis import count as counts
    from costcalc.analysis import explain as explanations
    from costcalc.analysis import formula as formulas
    from costcalc.analysis import memory as memories
    from costcalc.analysis import peak as peaks
    from costcalc.analysis import ratio as ratios
    from costcalc.analysis import roofline as rooflines
    from costcalc.analysis import survey as surveys
    from costcalc.analysis import table as tables
    from costcalc.design_space import comparison as comparisons
    from costcalc.design_space.solve import settings
    from costcalc.design_space.solve import solution as solutions
    from costcalc.design_space.sweep import compiled as compiling
    from costcalc.design_space.sweep import result as sweeps
    from costcalc.explorer import page as pages
    from costcalc.export import writing
    from costcalc.review import difference as differences
    from costcalc.review import sheet as sheets


class _Verb:
    """A function of another module as a method: its first argument is the network. The module is
    imported when it is first asked for, so that counting does not wait for all."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __get__(self, network: Network | None, owner: type) -> Any:
        function = getattr(import_module(f"costcalc.{self.module}"), self.name)
        return function if network is None else MethodType(function, network)


@dataclass(frozen=True, repr=False)
class Network(Result, says="name parameters"):
    """A network that was read and checked. Made by :func:`load` or :func:`loads`.

    Its methods are the functions of their names in the package, each said once, in its module.
    """

    spec: Spec

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Its parameters by name, with defaults, domains and meanings."""
        return dict(self.spec.parameters)

    if TYPE_CHECKING:
        count = counts.count
        count_all = surveys.count_all
        explain = explanations.explain
        formula = formulas.formula
        peak_formula = peaks.peak_formula
        show = tables.show
        ratio = ratios.ratio
        sweep, compile = sweeps.sweep, compiling.compile
        solve = solutions.solve
        solve_grid = settings.solve_grid
        compare = comparisons.compare
        explore = pages.explore
        memory = memories.memory
        diff = differences.diff
        report = sheets.report
        export = writing.export
        roofline = rooflines.roofline
    else:
        count = _Verb("analysis.count", "count")
        count_all = _Verb("analysis.survey", "count_all")
        explain = _Verb("analysis.explain", "explain")
        formula = _Verb("analysis.formula", "formula")
        peak_formula = _Verb("analysis.peak", "peak_formula")
        show = _Verb("analysis.table", "show")
        ratio = _Verb("analysis.ratio", "ratio")
        sweep = _Verb("design_space.sweep.result", "sweep")
        compile = _Verb("design_space.sweep.compiled", "compile")
        solve = _Verb("design_space.solve.solution", "solve")
        solve_grid = _Verb("design_space.solve.settings", "solve_grid")
        compare = _Verb("design_space.comparison", "compare")
        explore = _Verb("explorer.page", "explore")
        memory = _Verb("analysis.memory", "memory")
        diff = _Verb("review.difference", "diff")
        report = _Verb("review.sheet", "report")
        export = _Verb("export.writing", "export")
        roofline = _Verb("analysis.roofline", "roofline")


def load(name_or_file: Source) -> Network:
    """A shipped network by name, or the one in a file; a network that is loaded is given back.

    :raises CostcalcError: no such network, or a file with problems (all of them at once).
    """
    return Network(as_spec(name_or_file))


def loads(text: str, file: str = "<text>") -> Network:
    """The network in a YAML text; ``file`` is the name that problems give."""
    return Network(loads_spec(text, file))
