"""Diagnoses that reach beyond their column: to the row's other figure, to repeats elsewhere."""

from __future__ import annotations

from costcalc.checking.figures import DIFFERS
from costcalc.checking.references import Index
from costcalc.checking.verdicts import Hypothesis, Verdict


def shared(verdicts: list[Verdict]) -> list[Verdict]:
    """The verdicts, where a hypothesis that also explains the row's other figure, or the same
    network in another table, says so: then it holds for more than this column."""
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in verdicts:
        figure = verdict.figure
        if verdict.verdict == DIFFERS and not figure.repeats and figure.of:
            for h in verdict.diagnosis[:1]:
                if h.kind in ("double or half", "other classes"):
                    key = (figure.paper, figure.of[0].spec, h.text)
                    groups.setdefault(key, []).append(verdict)
    told = {}
    for members in groups.values():
        for verdict in members:
            others = [v for v in members if v is not verdict]
            first = verdict.diagnosis[0]
            if others and not first.whole:
                where = f"{others[0].figure.table}, {others[0].figure.row}"
                named = f"{first.evidence}, as for {others[0].figure.metric} in {where}"
                better = first._replace(evidence=named, whole=True)
                told[verdict.figure.id] = (better, *verdict.diagnosis[1:])
    return [v._replace(diagnosis=told[v.figure.id]) if v.figure.id in told else v for v in verdicts]


def repeated(index: Index, verdicts: list[Verdict]) -> list[Verdict]:
    """The verdicts, where a repeated figure that differs takes the diagnosis of the original; or
    says that it was copied wrong."""
    by_id = {verdict.figure.id: verdict for verdict in verdicts}
    result = []
    for verdict in verdicts:
        figure = verdict.figure
        if verdict.verdict == DIFFERS and figure.repeats and figure.metric != "shape":
            original = index.original(figure)
            first = by_id.get(original.id) if original is not None else None
            if first is not None and first.figure.printed != figure.printed:
                text = f"copied wrong: {figure.repeats} prints {first.figure.printed}"
                slip = Hypothesis("copied wrong", text, "it is said to be the same", "", 1.0)
                verdict = verdict._replace(diagnosis=(slip, *verdict.diagnosis))
            elif first is not None and first.verdict == DIFFERS:
                verdict = verdict._replace(diagnosis=first.diagnosis)
        result.append(verdict)
    return result
