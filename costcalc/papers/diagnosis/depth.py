"""Why a printed depth differs: layers that papers count, or do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from costcalc.algebra.printed import DIFFERS
from costcalc.graph.depth import WEIGHTED
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.fits import printed_of
from costcalc.papers.diagnosis.groups import Claimed, groups, holds_for
from costcalc.papers.diagnosis.hypotheses import PRIORS
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

#: Other ways to count layers, as the operators that each counts wherever they stand.
WAYS = {
    "every layer with weights is counted, those on shortcuts too": WEIGHTED,
    "every convolution is counted, those on shortcuts too, and no classifier": (
        "conv",
        "dwconv",
        "tconv",
    ),
}


def diagnose_depth(
    networks: Networks, verdicts: Sequence[Verdict]
) -> dict[tuple[str, str, str, str], tuple[Hypothesis, ...]]:
    """Hypotheses for the figures of a depth column that differ."""
    found: dict[tuple[str, str, str, str], tuple[Hypothesis, ...]] = {}
    wrong = [v for v in verdicts if v.verdict == DIFFERS and v.figure.of]
    if not wrong:
        return {}
    marked = groups(verdicts)
    for text, operators in WAYS.items():
        gives = _counting(networks, operators)
        given = [v for v in wrong if gives(v.figure)]
        for verdict in given:
            evidence = f"gives {' and '.join(v.figure.printed for v in given)}"
            prior = PRIORS["layers"] / len(WAYS)
            holds = holds_for(verdict, marked, Claimed(gives, gives, lambda missed: "", prior))
            predicts = f"holds for {holds}" if holds else ""
            hypothesis = Hypothesis("layers", text, evidence, predicts, float(prior), holds)
            found[verdict.figure.id] = (*found.get(verdict.figure.id, ()), hypothesis)
    return found


def _counting(networks: Networks, operators: Sequence[str]) -> Callable[[Figure], bool]:
    def gives(figure: Figure) -> bool:
        if not figure.of:
            return False
        graph = networks.graph(figure.of[0].spec, figure.of[0].at)
        count = sum(layer.operator in operators for layer in graph.layers)
        return printed_of(figure).shows(Fraction(count))

    return gives
