"""Which conventions, at which bindings, give a number that somebody was told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice, product
from typing import NamedTuple

from costcalc.algebra.amounts import (
    DIFFERS,
    FIGURE,
    POWER,
    ROUNDS,
    SCALES,
    TRUNCATES,
    Printed,
    judge,
    printed,
)
from costcalc.algebra.numbers import constant
from costcalc.algebra.result import Json, Result, whole_or_text
from costcalc.analysis.survey import total_terms
from costcalc.conventions.convention import Convention
from costcalc.conventions.shelf import all_conventions
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.language import Spec
from costcalc.language.parameters import Binding, Bound, Parameter, texts_of
from costcalc.operators.tags import Terms

EXACT = "exact"
#: Bindings that are tried, those that change fewest parameters first.
MAX_BINDINGS = 400
#: What is listed where nothing fits.
NEAREST = 5
_VERDICTS = (EXACT, ROUNDS, TRUNCATES)
#: MACs are also told as FLOPs, two each, and FLOPs as MACs.
_READINGS = {
    "MAC": {"as counted": Fraction(1), "doubled": Fraction(2)},
    "FLOP": {"as counted": Fraction(1), "halved": Fraction(1, 2)},
}
_TOLD = re.compile(
    rf"(?P<number>{FIGURE}){POWER}\s*(?P<scale>[KMGBT]?)\s*"
    r"(?P<what>|flops?|macs?|madds?|mult-adds?|params?|parameters)",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """The number as it was written. ``metric`` is "mult_adds", "params", or "" where none is said.

    MACs and FLOPs are not told apart: what one tool calls FLOPs another calls MACs.
    """

    text: str
    printed: Printed
    metric: str

    def verdict(self, value: Fraction) -> str:
        """``exact``, ``rounds`` or ``truncates``; ``differs`` beyond the printed digits."""
        if value == self.printed.value * self.printed.scale:
            return EXACT
        return judge(self.printed, value)

    def distance(self, value: Fraction) -> Fraction:
        """How far a value is from the number, as a share of the number."""
        told = self.printed.value * self.printed.scale
        return abs(value - told) / told


def read_told(text: str) -> Told:
    """The number in a text. The printed digits are its tolerance.

    :raises CostcalcError: it is not one number, or it is 0.
    """
    match = _TOLD.fullmatch(text.strip().replace(" ", " "))
    if match is None:
        hint = "such as 589.0M, 1.15G, 568,740,352 or 4.2M params"
        raise CostcalcError(f"{text!r} is not a number to explain", hint)
    scale = 10 ** int(match["power"] or 0) * SCALES.get(match["scale"].upper(), 1)
    figure = printed(match["number"], Fraction(scale))
    if not figure.value:
        raise CostcalcError("0 needs no explanation", "the number that you were told")
    what = match["what"].lower()
    metric = "" if not what else "params" if what.startswith("param") else "mult_adds"
    return Told(text, figure, metric)


class Candidate(NamedTuple):
    """A value that gives the number, or comes near it.

    ``changed`` are the parameters that are not at their defaults; ``reading`` says whether MACs
    were doubled to FLOPs, or FLOPs halved.
    """

    value: Fraction
    metric: str
    conventions: tuple[str, ...]
    reading: str
    changed: Binding
    verdict: str

    def to_dict(self) -> Json:
        return {
            **self._asdict(),
            "value": whole_or_text(self.value),
            "conventions": list(self.conventions),
            "changed": texts_of(self.changed),
        }


@dataclass(frozen=True, repr=False)
class Attribution(Result, says="spec told parameters"):
    """What gives a number, best first; where nothing does, ``nearest`` is what comes closest.

    ``bindings`` and ``conventions`` say how many were tried: among many, some fit by chance.
    """

    spec: str
    told: str
    parameters: Mapping[str, Bound]
    candidates: tuple[Candidate, ...]
    nearest: tuple[Candidate, ...]
    bindings: int
    conventions: int

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc explain --number N --format json``."""
        return {
            "spec": self.spec,
            "number": self.told,
            "parameters": texts_of(self.parameters),
            "tried": {"bindings": self.bindings, "conventions": self.conventions},
            "candidates": [candidate.to_dict() for candidate in self.candidates],
            "nearest": [candidate.to_dict() for candidate in self.nearest],
        }


def attribute(spec: Spec, told: Told, bound: Mapping[str, Bound]) -> Attribution:
    """What gives the number, at the bound values and the usual ones of the other parameters.

    Ranked by how few parameters are changed, then as counted before doubled or halved, then exact
    before rounded before truncated, then by how many conventions agree.
    """
    conventions = all_conventions()
    by_value: dict[tuple[Fraction, str, str], list[Candidate]] = {}
    tried = 0
    for changed in bindings(spec, bound):
        try:
            graph = build(spec, {**spec.defaults(), **bound, **changed})
        except CostcalcError:
            continue  # the network does not exist there
        tried += 1
        terms = total_terms(graph)
        for convention in conventions.values():
            for metric, reading, value in _values(convention, terms, told.metric):
                same, name = by_value.setdefault((value, metric, reading), []), convention.name
                verdict = told.verdict(value)
                _join(same, Candidate(value, metric, (name,), reading, changed, verdict))
    every = [candidate for same in by_value.values() for candidate in same]
    fitting = sorted((c for c in every if c.verdict != DIFFERS), key=lambda c: _rank(c, told))
    nearest = [] if fitting else sorted(every, key=lambda c: told.distance(c.value))[:NEAREST]
    answers = tuple(fitting), tuple(nearest)
    return Attribution(spec.name, told.text, bound, *answers, tried, len(conventions))


def _join(same: list[Candidate], candidate: Candidate) -> None:
    """Adds to those of the same value what gives it at other bindings, or in other conventions."""
    for i, known in enumerate(same):
        if known.changed == candidate.changed:
            conventions = known.conventions + candidate.conventions
            same[i] = known._replace(conventions=conventions)
            return
        if known.changed.items() <= candidate.changed.items():
            return  # the further changes change nothing
    same.append(candidate)


def bindings(spec: Spec, bound: Mapping[str, Bound]) -> Iterator[Binding]:
    """What to change, nothing first: combinations of the usual values of the free parameters."""
    choices = {
        name: [value for value in _usual(parameter) if value != parameter.default]
        for name, parameter in spec.parameters.items()
        if name not in bound
    }
    names = [name for name, values in choices.items() if values]
    every = (
        dict(zip(group, values, strict=True))
        for number in range(len(names) + 1)
        for group in combinations(names, number)
        for values in product(*(choices[name] for name in group))
    )
    return islice(every, MAX_BINDINGS)


def _usual(parameter: Parameter) -> list[Bound]:
    texts = parameter.usual_values
    return list(dict.fromkeys(parameter.bind(text) for text in texts))


def _values(
    convention: Convention, terms: Terms, metric: str
) -> Iterator[tuple[str, str, Fraction]]:
    if metric != "params":
        work = Fraction(constant(convention.work(terms)))
        for reading, factor in _READINGS[convention.unit].items():
            yield "mult_adds", reading, work * factor
    if metric != "mult_adds":
        yield "params", "as counted", Fraction(constant(convention.parameters(terms)))


def _rank(candidate: Candidate, told: Told) -> tuple[int, bool, int, int, Fraction]:
    plain = candidate.reading == "as counted"
    verdict = _VERDICTS.index(candidate.verdict)
    agree = -len(candidate.conventions)
    return (len(candidate.changed), not plain, verdict, agree, told.distance(candidate.value))
