"""What is found wrong while a network is built, and how it came about.

A row of a block can be wrong in one of its calls only, because of what the network's rule made of
its channels: a problem says by which calls the row was reached, and what was rounded on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from costcalc.algebra.amounts import amount_text
from costcalc.errors import Place, Problem
from costcalc.language.model import Rule
from costcalc.operators.columns import Value

Exact: TypeAlias = int | Fraction
#: Roundings and calls that a problem lists, and written constants that a note does.
_LISTED = 5


class Called(NamedTuple):
    """A block, and the row that calls it."""

    block: str
    place: Place


class Rounding(NamedTuple):
    """Channels that the network's rule changed. ``layer`` has them; ``written`` is the path of the
    constant that they are, if they are one."""

    layer: int
    before: Exact
    after: Exact
    written: str

    def __str__(self) -> str:
        return f"{amount_text(self.before)} became {amount_text(self.after)}"


class Found(NamedTuple):
    """A problem, and the calls that led to its row, the outermost first. It is ``sure`` unless it
    may be only that a parameter is free."""

    problem: Problem
    calls: tuple[Called, ...]
    sure: bool


class Findings:
    """The problems and the roundings found so far. ``calls`` are those that are being walked
    through, and ``constants`` the arguments of the innermost that are written as numbers;
    ``began`` counts the roundings before the row that is at hand. What is found from now on is
    ``sure``, or may be right where free parameters have values."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.problems: list[Found] = []
        self.roundings: list[Rounding] = []
        self.calls: tuple[Called, ...] = ()
        self.constants: Mapping[str, Place] = {}
        self.began = 0
        self.sure = True

    @contextmanager
    def inside(self, call: Called, constants: Mapping[str, Place]) -> Iterator[None]:
        """Walks through the rows of a block."""
        before = self.calls, self.constants
        self.calls, self.constants = (*self.calls, call), constants
        yield
        self.calls, self.constants = before

    def written(self, value: Value) -> Place | None:
        """Where a value is written, if it is a constant: perhaps as the argument that it names."""
        if not value.names <= self.constants.keys():
            return None
        return self.constants.get(value.text, value.node.place)

    def rounded(self, value: Value, layer: int, before: Exact, after: Exact) -> None:
        """Notes what the rule made of a layer's channels."""
        place = self.written(value)
        self.roundings.append(Rounding(layer, before, after, place.path if place else ""))

    def note(self, *problems: Problem, sure: bool = True) -> None:
        self.problems += [Found(problem, self.calls, sure and self.sure) for problem in problems]

    def doubt(self, since: int) -> bool:
        """The problems after so many may be right. Returns whether there are any."""
        self.problems[since:] = [found._replace(sure=False) for found in self.problems[since:]]
        return len(self.problems) > since

    def misfit(self, problem: Problem, *sources: int) -> None:
        """Notes that shapes do not fit, with the roundings that may be why: those of this row, and
        of the layers that its maps come from."""
        channels = re.findall(r"\d+x\d+x(\d+)", problem.message)
        own = [r for i, r in enumerate(self.roundings) if i >= self.began or r.layer in sources]
        if own and (len(channels) < 2 or len(set(channels)) > 1):  # not where only sides differ
            changed = ", ".join(dict.fromkeys(map(str, own[:_LISTED])))
            message = f"{problem.message}; {changed} (channels: {self.rule})"
            problem = problem._replace(message=message)
        self.note(problem)

    def told(self) -> Iterator[Problem]:
        """Every problem once, with the calls by which it was first met."""
        calls: dict[Problem, dict[tuple[Called, ...], None]] = {}
        for problem, chain, _ in self.problems:
            calls.setdefault(problem, {})[chain] = None
        for problem, chains in calls.items():
            first = next(iter(chains))
            if not first or problem.place.path.startswith(first[0].place.path):
                yield problem  # of the table, or of what a row of it hands to a block
                continue
            blocks = [call.block for call in first]
            blocks[_LISTED:-1] = ["…"] if len(blocks) > _LISTED + 1 else blocks[_LISTED:-1]
            way = " → ".join((first[0].place.path, *blocks))
            others = f" and {len(chains) - 1} more" if len(chains) > 1 else ""
            place = _place(first[0].place, problem.place)
            yield problem._replace(message=f"{problem.message} [in {way}{place}{others}]")

    def notes(self) -> tuple[str, ...]:
        """That the rule rounds what is written as a number, if it does."""
        changed = [
            f"{amount_text(r.before)} is {amount_text(r.after)} ({r.written})"
            for r in self.roundings
            if r.written
        ]
        changed = list(dict.fromkeys(changed))
        if not changed:
            return ()
        if len(changed) > _LISTED:
            changed[_LISTED:] = [f"and {len(changed) - _LISTED} more"]
        return (f"channels: {self.rule} rounds written constants: {', '.join(changed)}",)


def _place(call: Place, row: Place) -> str:
    """Where a call stands, for a problem that has the place of a row."""
    if not call.line:
        return ""
    return f", line {call.line}" if call.file == row.file else f", {call.file}:{call.line}"
