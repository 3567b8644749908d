"""How often the diagnosis finds a misprint that was made on purpose.

    python benchmarks/misprints.py [--seed N] [--public] [PAPER …]

Every printed cost of the shipped papers that agrees is spoiled in five ways: two neighbouring
digits swapped, one digit replaced, another row's figure, the double, the classifier left out. The
column is then checked from scratch, convention and all, and the first hypothesis is held against
what was done. Prints per way how often the right hypothesis comes first, how often it is among
those that are told, and how often a wrong one is said to hold for a group of figures. Then one
digit in ten of every column is changed at once: how many of these are found, with their cause
first, and how many other figures are accused. Last, every figure is made wrong by up to 10 % at
random: nothing is there to be found. ``--public`` takes the tables of READMEs in
``tests/papers/tables``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

from costcalc.algebra.amounts import DIFFERS, UNCHECKED, Printed, judge, read_printed
from costcalc.language.library import claim_names
from costcalc.papers.claims.claims import COSTS, Figure, Paper
from costcalc.papers.claims.new import new_claims
from costcalc.papers.claims.reading import read_claims, read_paper
from costcalc.papers.claims.references import Index
from costcalc.papers.diagnosis.cause import CostColumn
from costcalc.papers.diagnosis.causes.counting import without_classifier
from costcalc.papers.diagnosis.causes.digits import SMALL
from costcalc.papers.diagnosis.paper import diagnose_column, explain
from costcalc.papers.run import find_paper
from costcalc.papers.verify.columns import Candidate, subject
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.figures import Checker
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

TABLES = Path(__file__).resolve().parents[1] / "tests" / "papers" / "tables"
MUTATIONS = ("swap", "replace", "neighbour", "double", "classifier")


class Spoilt(NamedTuple):
    """A figure that was spoiled: how, what is printed now, and which hypothesis is right."""

    figure: Figure
    mutation: str
    printed: str
    right: str


class Outcome(NamedTuple):
    """What the check made of it. ``rank`` is the place of the right hypothesis, 1 the first;
    None if it is not among them, or if the figure did not even differ. ``by_chance`` is a wrong
    hypothesis that is said to hold for a group of figures, if there is one."""

    spoilt: Spoilt
    verdict: str
    rank: int | None
    by_chance: Hypothesis | None


class _Column(NamedTuple):
    """A column's figures that agree, with their exact values, and the paper's other columns of the
    metric as they are printed."""

    figures: tuple[Figure, ...]
    found: Candidate
    values: tuple[Fraction, ...]
    sisters: tuple[tuple[Verdict, ...], ...]


def columns(networks: Networks, paper: Paper, least: int = 3) -> Iterator[_Column]:
    """The paper's printed columns that have at least ``least`` figures of their own that agree."""
    checker = Checker(networks, Index([paper]))
    checker.find_conventions(paper, lambda: None)
    judged: dict[tuple[str, str, str], list[Verdict]] = {}
    for figure in paper.figures:
        if figure.key in checker.columns and not figure.repeats:
            judged.setdefault(figure.key, []).append(checker.judge(figure))
    for key, verdicts in judged.items():
        good = [v for v in verdicts if v.verdict not in (DIFFERS, UNCHECKED)]
        if key[2] in COSTS and len(good) >= least:
            values = tuple(v.computed for v in good if isinstance(v.computed, Fraction))
            sisters = tuple(
                tuple(v for v in others if v.verdict != UNCHECKED)
                for other, others in judged.items()
                if other != key and other[2] == key[2]
            )
            found = checker.columns[key].best
            yield _Column(tuple(v.figure for v in good), found, values, sisters)


def spoil(networks: Networks, column: _Column, position: int, rng: Random) -> Iterator[Spoilt]:
    """The figure at a position, spoiled in each way that shows."""
    figure = column.figures[position]
    printed = read_printed(figure.printed, figure.unit)
    assert printed is not None
    made: list[tuple[str, str, str]] = []
    made += [("swap", text, "swapped digits") for text in _swaps(printed, rng)[:1]]
    made.append(("replace", _replaced(printed, rng), "replaced digit"))
    others = [f.printed for f in column.figures if f.printed != figure.printed]
    if others:
        made.append(("neighbour", rng.choice(others), "other row"))
    made.append(
        ("double", printed.write(2 * column.values[position], column.found.mode), "double or half")
    )
    bare = _without_classifier(networks, column, position)
    if bare is not None:
        made.append(("classifier", printed.write(bare, column.found.mode), "classifier"))
    for mutation, text, right in made:
        changed = read_printed(text, figure.unit)
        if changed is not None and judge(changed, column.values[position]) == DIFFERS:
            yield Spoilt(figure, mutation, text, right)


def _swaps(printed: Printed, rng: Random) -> list[str]:
    """Two neighbouring digits exchanged (the point stays)."""
    places = [i for i, c in enumerate(printed.text) if c.isdigit()]
    found = []
    for i, j in pairwise(places):
        text = list(printed.text)
        if text[i] != text[j] and not (i == 0 and text[j] == "0"):
            text[i], text[j] = text[j], text[i]
            found.append("".join(text))
    rng.shuffle(found)
    return found


def _replaced(printed: Printed, rng: Random) -> str:
    """One digit replaced by another, so that more differs than a last digit by 1 % or less: that
    any small difference in counting would show too."""
    places = [i for i, c in enumerate(printed.text) if c.isdigit()]
    place = rng.choice(places)
    digits = [d for d in "0123456789" if d != printed.text[place] and not (place == 0 and d == "0")]
    text = printed.text[:place] + rng.choice(digits) + printed.text[place + 1 :]
    value = Fraction(text.replace(",", ""))
    if place == places[-1] and abs(value - printed.value) <= SMALL * printed.value:
        return _replaced(printed, rng)
    return text


def _without_classifier(networks: Networks, column: _Column, position: int) -> Fraction | None:
    way = column.found.way
    bare = without_classifier(way)
    figure = column.figures[position]
    if figure.share or len(bare.weights) == len(way.weights):
        return None
    return subject(networks, figure, column.found.binding).value(bare)


def examine(networks: Networks, column: _Column, spoilt: Spoilt) -> Outcome:
    """Check the column again with the spoiled figure in it."""
    figures = [
        f._replace(printed=spoilt.printed) if f.id == spoilt.figure.id else f
        for f in column.figures
    ]
    verdict, diagnosis = recheck(networks, figures, spoilt.figure, column.sisters)
    kinds = [hypothesis.kind for hypothesis in diagnosis]
    rank = kinds.index(spoilt.right) + 1 if spoilt.right in kinds else None
    chance = [h for h in diagnosis if h.holds and h.kind != spoilt.right]
    return Outcome(spoilt, verdict.verdict, rank, chance[0] if chance else None)


def recheck(
    networks: Networks,
    figures: Sequence[Figure],
    wanted: Figure,
    sisters: Sequence[Sequence[Verdict]] = (),
) -> tuple[Verdict, tuple[Hypothesis, ...]]:
    """Verdict and diagnosis of one figure of a column, with the convention found anew."""
    checked = recheck_all(networks, figures, sisters)
    (verdict,) = (v for v in checked if v.figure.id == wanted.id)
    return verdict, verdict.diagnosis


def recheck_all(
    networks: Networks, figures: Sequence[Figure], sisters: Sequence[Sequence[Verdict]]
) -> list[Verdict]:
    """A column's verdicts with their diagnoses, with the convention found anew."""
    paper = Paper(figures[0].paper, "", "", "", "", (), tuple(figures), (), ())
    checker = Checker(networks, Index([paper]))
    checker.find_conventions(paper, lambda: None)
    verdicts = [checker.judge(figure) for figure in figures]
    beside = [sister for sister in sisters if sister]
    column = CostColumn(networks, checker.columns[figures[0].key], verdicts, beside)
    explain(column)
    diagnoses = diagnose_column(column)
    return [v._replace(diagnosis=diagnoses.get(v.figure.id, ())) for v in verdicts]


def noise(papers: Sequence[Paper], seed: int, share: Fraction = Fraction(1, 10)) -> list[Verdict]:
    """The verdicts on columns whose figures are all off, each by up to ``share`` of itself at
    random: there is nothing to be found in them."""
    networks = Networks()
    rng = Random(seed)
    found = []
    for paper in papers:
        for column in columns(networks, paper):
            figures = []
            for figure, value in zip(column.figures, column.values, strict=True):
                printed = read_printed(figure.printed, figure.unit)
                assert printed is not None
                off = 1 + share * Fraction(rng.randint(-1000, 1000), 1000)
                figures.append(figure._replace(printed=printed.write(value * off)))
            found += recheck_all(networks, figures, column.sisters)
    return found


class Seeded(NamedTuple):
    """A figure of a column with changed digits: how many of its own are, and the verdict on it."""

    column: int
    changed: int
    verdict: Verdict


def seeded(papers: Sequence[Paper], seed: int, share: float = 0.1) -> list[Seeded]:
    """Each column with that share of its digits changed, all at once, checked from scratch; a
    changed figure that still rounds to its value counts as unchanged."""
    networks = Networks()
    rng = Random(seed)
    found = []
    for number, column in enumerate(c for paper in papers for c in columns(networks, paper)):
        figures, changes = [], []
        for figure, value in zip(column.figures, column.values, strict=True):
            text = "".join(_slip(c, rng) if rng.random() < share else c for c in figure.printed)
            printed = read_printed(text, figure.unit)
            wrong = printed is not None and judge(printed, value) == DIFFERS
            figures.append(figure._replace(printed=text) if wrong else figure)
            changes.append(sum(a != b for a, b in zip(text, figure.printed, strict=True)) * wrong)
        verdicts = recheck_all(networks, figures, column.sisters)
        found += map(Seeded, [number] * len(figures), changes, verdicts)
    return found


def _slip(digit: str, rng: Random) -> str:
    return rng.choice([d for d in "123456789" if d != digit]) if digit.isdigit() else digit


def found_of(seeds: Sequence[Seeded]) -> str:
    """How many changed digits are found, with their cause first, and who else is accused."""
    changed = [s for s in seeds if s.changed]
    one = [s for s in changed if s.changed == 1]
    found = sum(s.verdict.differs for s in changed)
    causes = [s.verdict.diagnosis[0].kind for s in one if s.verdict.diagnosis]
    accused = sum(s.verdict.differs for s in seeds if not s.changed)
    return (
        f"{len(changed)} of {len(seeds)} figures in {len({s.column for s in seeds})} columns "
        f"changed: {found} found; of {len(one)} with one wrong digit, that cause is first for "
        f"{causes.count('replaced digit')}; {accused} others accused"
    )


def public_tables() -> list[Paper]:
    """The tables of READMEs that are read, as claims."""
    index = yaml.safe_load((TABLES / "sources.yaml").read_text(encoding="utf-8"))
    read = [table for table in index if "refused" not in table]
    specs = [[s if "=" in s else str(TABLES / s) for s in t.get("spec", ())] for t in read]
    return [
        read_claims(new_claims(TABLES / table["file"], spec), table["file"])
        for table, spec in zip(read, specs, strict=True)
    ]


def study(
    papers: Sequence[Paper], seed: int, tell: Callable[[Outcome], None] = lambda outcome: None
) -> list[Outcome]:
    """Every figure that agrees, spoiled in every way: what the check makes of each."""
    networks = Networks()
    rng = Random(seed)
    outcomes = []
    for paper in papers:
        for column in columns(networks, paper):
            for position in range(len(column.figures)):
                for spoilt in spoil(networks, column, position, rng):
                    outcomes.append(examine(networks, column, spoilt))
                    tell(outcomes[-1])
    return outcomes


def table(outcomes: list[Outcome]) -> list[str]:
    """The result as lines of Markdown."""
    lines = ["| misprint | made | found first | told at all | another holds |"]
    lines.append("|---|---:|---:|---:|---:|")
    for name in MUTATIONS:
        own = [o for o in outcomes if o.spoilt.mutation == name]
        first = sum(o.rank == 1 for o in own)
        told = sum(o.rank is not None for o in own)
        chance = sum(o.by_chance is not None for o in own)
        made = len(own) or 1
        shares = " | ".join(f"{n} ({100 * n // made} %)" for n in (first, told, chance))
        lines.append(f"| {name} | {len(own)} | {shares} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("papers", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--public", action="store_true", help="the tables of READMEs")
    parser.add_argument("--missed", action="store_true", help="print those that were not first")
    arguments = parser.parse_args()
    names = arguments.papers or (() if arguments.public else claim_names())
    papers = [read_paper(find_paper(name)) for name in names]
    papers += public_tables() if arguments.public else []
    outcomes = study(papers, arguments.seed)
    print("\n".join(table(outcomes)))
    print(f"one digit in ten: {found_of(seeded(papers, arguments.seed))}")
    wrong = [v for v in noise(papers, arguments.seed) if v.verdict == DIFFERS]
    held = sum(v.explained is not None for v in wrong)
    fits = sum(bool(v.diagnosis) for v in wrong) - held
    print(f"noise: {len(wrong)} figures differ; something holds for {held}, fits {fits} more")
    if arguments.missed:
        for o in outcomes:
            if o.rank != 1:
                f = o.spoilt.figure
                print(
                    f"{f.paper[:3]} {f.table} | {f.row} | {f.metric} {f.printed} → "
                    f"{o.spoilt.printed} {o.spoilt.mutation}: {o.verdict}, rank {o.rank}"
                )


if __name__ == "__main__":
    main()
