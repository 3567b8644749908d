"""A printed depth counts layers that others do not, or leaves out some that others count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from costcalc.graph.depth import WEIGHTED
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.cause import Cause, printed_of
from costcalc.papers.diagnosis.evidence import Claimed, groups, holds_for
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

PRIOR = Fraction(1, 4)
#: Other ways to count layers, as the operators that each counts wherever they stand.
_WAYS = {
    "every layer with weights is counted, those on shortcuts too": WEIGHTED,
    "every convolution is counted, those on shortcuts too, and no classifier": (
        "conv",
        "dwconv",
        "tconv",
    ),
}


def _depths(
    networks: Networks, column: Sequence[Verdict], verdict: Verdict
) -> Iterator[Hypothesis]:
    prior = PRIOR / len(_WAYS)
    for text, operators in _WAYS.items():
        gives = _counting(networks, operators)
        if gives(verdict.figure):
            given = [v.figure for v in column if v.differs and gives(v.figure)]
            claimed = Claimed(gives, gives, lambda missed: False, prior)
            holds = holds_for(verdict, groups(column), claimed)
            predicts = f"holds for {holds}" if holds else ""
            evidence = f"gives {' and '.join(figure.printed for figure in given)}"
            fits = () if holds else tuple(figure.row for figure in given)
            yield Hypothesis("layers", text, evidence, predicts, float(prior), holds, fits=fits)


def _counting(networks: Networks, operators: Sequence[str]) -> Callable[[Figure], bool]:
    def gives(figure: Figure) -> bool:
        graph = networks.graph(figure.of[0].spec, figure.of[0].at)
        count = sum(layer.operator in operators for layer in graph.layers)
        return printed_of(figure).shows(Fraction(count))

    return gives


CAUSE = Cause(depths=_depths)
