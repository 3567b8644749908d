"""Which conventions, at which bindings, give a number that somebody was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any, NamedTuple

from costcalc.algebra.amounts import ROUNDS, TRUNCATES
from costcalc.algebra.numbers import constant
from costcalc.algebra.result import Json, Result
from costcalc.analysis.survey import total_terms
from costcalc.analysis.told import EXACT, Told
from costcalc.conventions.convention import Convention
from costcalc.conventions.shelf import all_conventions
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.language import Spec
from costcalc.language.parameters import Parameter, text_of
from costcalc.operators.tags import Terms

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


class Candidate(NamedTuple):
    """A value that gives the number, or comes near it.

    ``changed`` are the parameters that are not at their defaults; ``reading`` says whether MACs
    were doubled to FLOPs, or FLOPs halved.
    """

    value: Fraction
    metric: str
    conventions: tuple[str, ...]
    reading: str
    changed: dict[str, Any]
    verdict: str


@dataclass(frozen=True)
class Attribution(Result):
    """What gives a number, best first; where nothing does, ``nearest`` is what comes closest.

    ``bindings`` and ``conventions`` say how many were tried: among many, some fit by chance.
    """

    spec: str
    told: str
    parameters: Mapping[str, Any]
    candidates: tuple[Candidate, ...]
    nearest: tuple[Candidate, ...]
    bindings: int
    conventions: int

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc explain --number N --format json``."""
        return {
            "spec": self.spec,
            "number": self.told,
            "parameters": {name: text_of(value) for name, value in self.parameters.items()},
            "tried": {"bindings": self.bindings, "conventions": self.conventions},
            "candidates": [_as_json(candidate) for candidate in self.candidates],
            "nearest": [_as_json(candidate) for candidate in self.nearest],
        }


def attribute(spec: Spec, told: Told, bound: Mapping[str, Any]) -> Attribution:
    """What gives the number, at the bound values and the usual ones of the other parameters.

    Ranked by how few parameters are changed, then as counted before doubled or halved, then exact
    before rounded before truncated, then by how many conventions agree.
    """
    conventions = all_conventions()
    fitting, missing = _Found(told), _Found(told)
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
                kind = fitting if told.fits(value) else missing
                kind.add(convention.name, metric, reading, value, changed)
    found = sorted(fitting.candidates(), key=lambda c: _rank(c, told))
    near = sorted(missing.candidates(), key=lambda c: told.distance(c.value))
    nearest = () if found else tuple(near[:NEAREST])
    return Attribution(spec.name, told.text, bound, tuple(found), nearest, tried, len(conventions))


class _Found:
    """Values with the conventions that give them, each at the bindings that change least for it."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.found: dict[tuple[Fraction, str, str], list[Candidate]] = {}

    def add(
        self, convention: str, metric: str, reading: str, value: Fraction, changed: dict[str, Any]
    ) -> None:
        same = self.found.setdefault((value, metric, reading), [])
        for i, known in enumerate(same):
            if known.changed == changed:
                same[i] = known._replace(conventions=(*known.conventions, convention))
                return
            if known.changed.items() <= changed.items():
                return  # the further changes change nothing
        verdict = self.told.verdict(value)
        same.append(Candidate(value, metric, (convention,), reading, changed, verdict))

    def candidates(self) -> Iterator[Candidate]:
        for same in self.found.values():
            yield from same


def bindings(spec: Spec, bound: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What to change, nothing first: combinations of the usual values of the free parameters."""
    choices = {
        name: [value for value in _usual(parameter) if value != parameter.default]
        for name, parameter in spec.parameters.items()
        if name not in bound
    }
    names = [name for name, values in choices.items() if values]
    left = MAX_BINDINGS
    for number in range(len(names) + 1):
        for group in combinations(names, number):
            for values in product(*(choices[name] for name in group)):
                if not left:
                    return
                left -= 1
                yield dict(zip(group, values, strict=True))


def _usual(parameter: Parameter) -> list[Any]:
    texts = parameter.choices or parameter.usual
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


def _rank(candidate: Candidate, told: Told) -> tuple[Any, ...]:
    plain = candidate.reading == "as counted"
    verdict = _VERDICTS.index(candidate.verdict)
    agree = -len(candidate.conventions)
    return (len(candidate.changed), not plain, verdict, agree, told.distance(candidate.value))


def _as_json(candidate: Candidate) -> Json:
    value = candidate.value
    return {
        "value": value.numerator if value.denominator == 1 else str(value),
        "metric": candidate.metric,
        "conventions": list(candidate.conventions),
        "reading": candidate.reading,
        "changed": {name: text_of(value) for name, value in candidate.changed.items()},
        "verdict": candidate.verdict,
    }
