"""The guard: whether networks keep their budgets, and what is in the way where one does not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from costcalc.algebra.numbers import simplest
from costcalc.algebra.result import Json, Result, whole_or_text
from costcalc.analysis.costs import COSTS, MAIN, as_measures
from costcalc.analysis.count import Count, count_spec
from costcalc.errors import CostcalcError, Problem
from costcalc.graph.loading import as_spec
from costcalc.language import Spec
from costcalc.language.parameters import by_name, texts_of
from costcalc.review.budgets import Budget, Guarded, read_budgets
from costcalc.review.difference import difference
from costcalc.review.revisions import as_it_was
from costcalc.source.files import YAML


class Verdict(NamedTuple):
    """A budget, and what the network costs. ``most`` is the amount; ``blame`` says, of one that is
    broken, which layers grew most since the other network, or have most of the cost."""

    network: str
    asked: Mapping[str, str]
    counted: Count
    budget: Budget
    value: int
    most: int | Fraction
    blame: str

    @property
    def kept(self) -> bool:
        return self.value <= self.most

    @property
    def spent(self) -> Fraction | None:
        """The share of the budget that is spent; None of one of nothing."""
        return Fraction(self.value) / self.most if self.most else None

    def to_dict(self) -> Json:
        return {
            "network": self.network,
            "parameters": texts_of(self.counted.parameters),
            "convention": self.counted.convention,
            "budget": self.budget.text,
            "reason": self.budget.reason,
            "line": self.budget.place.line,
            "cost": self.budget.cost,
            "value": self.value,
            "most": whole_or_text(self.most),
            "kept": self.kept,
            **({"blame": self.blame} if self.blame else {}),
        }


@dataclass(frozen=True, repr=False)
class Guard(Result, says="file kept"):
    """The verdicts on all budgets of a file, in its order."""

    file: str
    verdicts: tuple[Verdict, ...]

    @property
    def broken(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if not verdict.kept)

    @property
    def kept(self) -> bool:
        """Whether all budgets are kept."""
        return not self.broken

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc guard --format json``."""
        verdicts = [verdict.to_dict() for verdict in self.verdicts]
        return {"file": self.file, "kept": self.kept, "budgets": verdicts}


def guard(budgets: str | Path) -> Guard:
    """Hold networks against the budgets in a file: what ``costcalc guard`` does. Networks that it
    names as files stand beside it.

    :raises CostcalcError: the file has problems, or a network can't be counted at its binding.
    """
    path = Path(budgets)
    found: list[Verdict] = []
    problems: list[Problem] = []
    with ExitStack() as stack:
        networks = _Networks(path.parent, stack)
        for guarded in read_budgets(path):
            try:
                found += networks.judged(guarded)
            except CostcalcError as error:
                problems += (_placed(problem, guarded) for problem in error.problems)
    if problems:
        raise CostcalcError(problems)
    return Guard(str(budgets), tuple(found))


def _placed(problem: Problem, guarded: Guarded) -> Problem:
    """A problem of a network where the budgets name it, unless it has a place of its own."""
    return problem if problem.place.file else problem._replace(place=guarded.place)


class _Networks:
    """The networks that are named, each read once."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.read: dict[str, Spec] = {}

    def network(self, word: str) -> Spec:
        """A shipped network, a file beside the budgets, or one of a revision."""
        if word not in self.read:
            told = self.stack.enter_context(as_it_was(word, self.folder))
            beside = self.folder / told
            self.read[word] = as_spec(beside if told.endswith(YAML) or beside.is_file() else told)
        return self.read[word]

    def judged(self, guarded: Guarded) -> list[Verdict]:
        """The verdicts on one network."""
        names = [budget.cost for budget in guarded.budgets if budget.cost not in MAIN]
        measures = as_measures(guarded.convention, names, guarded.elements)
        count = count_spec(self.network(guarded.network), guarded.values, measures)
        verdicts = []
        for budget in guarded.budgets:
            value, most, other = count.costs[budget.cost], budget.most, None
            if budget.than:
                spec = self.network(budget.than)
                values = by_name(guarded.values, spec.parameters)
                shared = {name: v for name, v in values.items() if name in spec.parameters}
                other = count_spec(spec, shared, measures)
                most = simplest(most * other.costs[budget.cost])
            blame = "" if value <= most else _blame(count, other, budget)
            verdicts.append(
                Verdict(guarded.network, guarded.values, count, budget, value, most, blame)
            )
        return verdicts


def _blame(count: Count, other: Count | None, budget: Budget) -> str:
    """Which layers grew most, or, where there is nothing to compare with, have most."""
    if other is not None and not COSTS[budget.cost].is_largest:
        change = difference(other, count, (budget.than, count.spec)).most(budget.cost)
        if change is not None:
            old, new = change.cost(budget.cost)
            first, *others = change.paths
            more = f" and {len(others)} more" if others else ""
            what = f" ({', '.join(change.what)})" if change.what else ""
            return f"grown most: {first}{more}{what} by {new - old:,}"
    most = max(count.layers, key=lambda layer: layer.cost(budget.cost))
    return f"most at {most.path}: {most.cost(budget.cost):,}"
