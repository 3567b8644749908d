"""The difference between two conventions, as terms that add up exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, overload

from costcalc.algebra.numbers import Number, simplest
from costcalc.algebra.result import Json, Result, whole_or_text
from costcalc.analysis.attribute import Attribution, attribute, read_told
from costcalc.analysis.count import whole
from costcalc.analysis.survey import total_terms
from costcalc.conventions.convention import Convention, Weight, counting_notes
from costcalc.conventions.shelf import DEFAULT, Weighing, as_convention
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.graph.loading import Source, as_spec
from costcalc.language.parameters import Bound, given, texts_of
from costcalc.operators.coded import KINDS, Coded, coded_key, is_convolution
from costcalc.operators.tags import Tag, Terms


class Term(NamedTuple):
    """``amount`` of a tag weighs ``before`` in one convention and ``after`` in the other."""

    tag: str
    amount: int
    before: Weight
    after: Weight

    @property
    def difference(self) -> int:
        return _whole(simplest(self.amount * (self.after - self.before)))

    @property
    def sentence(self) -> str:
        """``counted twice``, ``not counted``, ``counted 4 times instead of 2``."""
        if not self.after:
            return f"not counted, instead of {_often(self.before)}"
        instead = f", instead of {_often(self.before)}" if self.before else ""
        return f"counted {_often(self.after)}{instead}"


class TypeDifference(NamedTuple):
    """What the layers of one type differ by."""

    type: str
    layers: int
    difference: int


class Balance(NamedTuple):
    """One metric: ``terms`` and ``types`` each add up to ``after − before``."""

    before: int
    after: int
    terms: tuple[Term, ...]
    types: tuple[TypeDifference, ...]

    @property
    def difference(self) -> int:
        return self.after - self.before

    def to_dict(self) -> Json:
        return {
            "from": self.before,
            "to": self.after,
            "difference": self.difference,
            "terms": [
                {
                    "tag": term.tag,
                    "amount": term.amount,
                    "from": whole_or_text(term.before),
                    "to": whole_or_text(term.after),
                    "difference": term.difference,
                }
                for term in self.terms
            ],
            "types": [row._asdict() for row in self.types],
        }


@dataclass(frozen=True, repr=False)
class Explanation(Result, says="spec before after parameters"):
    """Why two conventions give two numbers for one network at one binding."""

    spec: str
    parameters: Mapping[str, Bound]
    before: Convention
    after: Convention
    mult_adds: Balance
    params: Balance
    notes: tuple[str, ...]

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc explain --to NAME --format json``."""
        return {
            "spec": self.spec,
            "parameters": texts_of(self.parameters),
            "from": {"convention": self.before.name, "unit": self.before.unit},
            "to": {"convention": self.after.name, "unit": self.after.unit},
            "mult_adds": self.mult_adds.to_dict(),
            "params": self.params.to_dict(),
            "notes": list(self.notes),
        }


@overload
def explain(
    spec: Source,
    *,
    to: Weighing,
    from_: Weighing = DEFAULT,
    number: None = None,
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Explanation: ...
@overload
def explain(
    spec: Source,
    *,
    to: None = None,
    from_: Weighing = DEFAULT,
    number: str,
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Attribution: ...
def explain(
    spec: Source,
    *,
    to: Weighing | None = None,
    from_: Weighing = DEFAULT,
    number: str | None = None,
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Explanation | Attribution:
    """Why two conventions differ, or which of them give a number that somebody was told: what
    ``costcalc explain`` does.

    ``to="ptflops-0.7.5"`` gives terms that add up to the difference exactly, by tag and by layer
    type. ``number="589.0M"`` gives conventions and bindings, best first; the printed digits are the
    tolerance, and parameters that are not given are tried at their usual values.

    :raises CostcalcError: a bad value or convention, no number, or not one of ``to`` and
        ``number``.
    """
    network = as_spec(spec)
    bound = network.bind(given(values, alpha, delta, rho, resolution, classes, **parameters))
    if number is not None and to is None:
        return attribute(network, read_told(number), bound)
    if to is None or number is not None:
        raise CostcalcError("explain needs `to` or `number`", "one of them")
    graph = build(network, {**network.defaults(), **bound})
    return explain_graph(graph, as_convention(from_), as_convention(to))


def explain_graph(graph: Graph, before: Convention, after: Convention) -> Explanation:
    """The difference between two conventions for a fully bound, unrolled graph."""
    pair = (before, after)
    notes = (note for convention in pair for note in _notes(graph, convention))
    return Explanation(
        graph.spec.name,
        graph.binding,
        before,
        after,
        _balance(graph, pair, Convention.work, parameters=False),
        _balance(graph, pair, Convention.parameters, parameters=True),
        tuple(dict.fromkeys((*graph.notes, *notes))),
    )


def _notes(graph: Graph, convention: Convention) -> Iterable[str]:
    for note in counting_notes(graph.layers, convention):
        yield note if convention.name in note else f"{convention.name}: {note}"


def _balance(
    graph: Graph,
    pair: tuple[Convention, Convention],
    total: Callable[[Convention, Terms], Number],
    *,
    parameters: bool,
) -> Balance:
    before, after = (_whole(total(convention, total_terms(graph))) for convention in pair)
    weights = {
        (tag, word): (pair[0].weight(tag, word), pair[1].weight(tag, word))
        for tag in Tag
        if tag.is_parameter is parameters
        for word in ("", *KINDS)
    }
    amounts: dict[tuple[Tag, str], Number] = {}
    types: dict[str, list[int]] = {}
    for layer in graph.layers:
        row = types.setdefault(layer.type, [0, 0])
        row[0] += 1
        row[1] += _whole(total(pair[1], layer.terms) - total(pair[0], layer.terms))
        for key, amount in _apart(layer.terms, weights).items():
            amounts[key] = amounts.get(key, 0) + amount
    terms = [
        Term(coded_key(tag, word) if word else tag, _whole(amount), *weights[tag, word])
        for (tag, word), amount in amounts.items()
        if amount and weights[tag, word][0] != weights[tag, word][1]
    ]
    terms.sort(key=lambda term: -abs(term.difference))
    differences = [TypeDifference(name, n, d) for name, (n, d) in types.items() if d]
    differences.sort(key=lambda row: -abs(row.difference))
    return Balance(before, after, tuple(terms), tuple(differences))


def _apart(
    terms: Terms, weights: Mapping[tuple[Tag, str], tuple[Weight, Weight]]
) -> dict[tuple[Tag, str], Number]:
    """A layer's amounts by tag and coding, each counted once.

    The terms of a row that states its coding stand twice in its ledger: under their tag, and under
    the coded key. Tags that neither convention weighs are left out, and never worked out.
    """
    amounts: dict[tuple[Tag, str], Number] = {}
    for key in terms:
        tag, word = (key.tag, key.coding) if isinstance(key, Coded) else (Tag(key), "")
        if not any(any(weights.get((tag, w), ())) for w in ("", word)):
            continue
        usual, amount = amounts.get((tag, ""), 0), terms.amount(key)
        # where it is coded linear, the convolution's tags go, the fully connected layer's come
        gone = bool(word) and (word != "linear" or is_convolution(tag))
        amounts[tag, ""] = usual - amount if gone else usual + amount
        if word not in ("", "linear"):
            amounts[tag, word] = amounts.get((tag, word), 0) + amount
    return amounts


def _whole(value: Number) -> int:
    return whole(value, "a convention", whose="the")


def _often(weight: Weight) -> str:
    if weight in (1, 2):
        return "once" if weight == 1 else "twice"
    return f"{weight} times" if weight else "not at all"
