"""How often the diagnosis finds a misprint that was made on purpose.

    python benchmarks/diagnosis.py [--seed N] [PAPER …]

Every printed cost of the shipped papers that agrees is spoiled in five ways: two neighbouring
digits swapped, one digit replaced, another row's figure, the double, the classifier left out. The
column is then checked from scratch. Prints per way how often the right hypothesis comes first, how
often it is among those that are told, and how often a wrong one is said to hold for a group of
figures. Last, every figure is made wrong by up to 10 % at random: nothing is there to be found.
"""

from __future__ import annotations

import argparse

from costcalc.algebra.printed import DIFFERS
from costcalc.papers.claims.reading import read_paper
from costcalc.papers.mutation import Outcome, noise, study
from costcalc.papers.run import claim_names, find_paper

MUTATIONS = ("swap", "replace", "neighbour", "double", "classifier")


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
    parser.add_argument("--missed", action="store_true", help="print those that were not first")
    arguments = parser.parse_args()
    papers = [read_paper(find_paper(name)) for name in arguments.papers or claim_names()]
    outcomes = study(papers, arguments.seed)
    print("\n".join(table(outcomes)))
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
