"""Mutated specs, claims and conventions: an answer or a message within 10 s, and only one answer.

    python benchmarks/mutants.py --count 4000

The files that ship, and a spec with every structure, lose, gain, double and swap words, signs and
lines. Of claims and conventions two entries of a kind are kept, so that many can be read. Each is
counted, brought to closed form, swept and shown, or checked. Faults are exceptions other than
CostcalcError, more than 10 s of CPU time, and a closed form or a sweep with another number than
`count`, or with one where `count` refuses. `--only NUMBER` prints one mutant and runs it.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from itertools import product
from multiprocessing import Pool
from pathlib import Path
from typing import Any, TypeVar

import costcalc as cc
from costcalc.conventions.shelf import read_conventions
from costcalc.language.library import SPECS
from costcalc.papers.run import check
from costcalc.report.formats import text
from costcalc.report.views import checks, counts, formulas

T = TypeVar("T")
COSTS = ("mult_adds", "params")
SECONDS = 10
FOLDERS = {"specs": SPECS, "claims": SPECS / "claims", "conventions": SPECS / "conventions"}
SYNTHETIC = """
channels: floor
parameters:
  {alpha: 1, n: {default: 3, meaning: m}, mode: {default: a, choices: [a, b], meaning: m}}
blocks: {b: {takes: {c: , k: 3}, layers: [{conv: k, out: c}, {dwconv: k, stride: 2}]}}
input: {side: resolution, channels: 3}
layers:
- {conv: 3x3, out: 8*alpha, stride: 2, name: stem, activation: relu}
- {repeat: n, layers: [{residual: [{conv: 3x3, out: in}, {conv: 1x1, out: in}], when: in > 2}]}
- {b: {c: 16*alpha}, when: mode == "a"}
- concat: [[], [{maxpool: 3x3, stride: 1, padding: same}, {conv: 1x1, out: "max(4, in//2)"}]]
- {repeat: 2, layers: [{dwconv: 3x3}, {conv: 1x1, out: in + 4, groups: 2}]}
- {avgpool: global}
- {fc: classes}
"""
#: Other values than the defaults at which numbers are compared.
BESIDE = {"alpha": "1/3", "resolution": 33, "n": 2, "delta": 2}
WORD = re.compile(r'"[^"]*"|[^\s,:{}\[\]"]+')
WORDS = ["", "0", "-1", "1/3", "0.5", "7/2", "1024", "9" * 40, "9**9", "1/0", "3x3", "1x7", "same"]
WORDS += ["in", "out", "n", "alpha", "true", "a", '"max(in, 8)"', "floor(alpha*in)", "[]", "é"]
SIGNS = ["", *"0012459.-*/(,= éαx%[]{}:&!|>'\"#@\t\n\0", "**9", " if in else ", "\u2066", "[" * 300]


@cache
def sources(kind: str) -> list[str]:
    texts = [path.read_text("utf-8") for path in sorted(FOLDERS[kind].glob("*.yaml"))]
    return texts + [SYNTHETIC] * (len(texts) if kind == "specs" else 0)


def part(kind: str, rng: random.Random) -> str:
    """A file, without what would take long: two entries of each list or, of conventions, two."""
    source = rng.choice(sources(kind))
    source = re.sub(r"(, )?(repeats|restored): [^,}\n]*", "", source)  # of what is cut off
    sections = re.split(r"^(?=\w)", source, flags=re.M)
    if kind == "conventions":
        return "".join(rng.sample(sections[1:], min(2, len(sections) - 1)))
    if kind == "claims":
        for i, section in enumerate(sections):
            first, *entries = re.split(r"^(?=- )", section, flags=re.M)
            kept = rng.sample(entries, min(2, len(entries)))
            sections[i] = first + "".join(kept) if kept or not entries else ""
    return "".join(sections)


def mutated(source: str, rng: random.Random) -> str:
    """One word or line is removed, replaced, doubled or swapped, or a sign comes or goes."""
    pieces = [*re.finditer(WORD, source)] if rng.random() < 0.8 else [*re.finditer(".*\n", source)]
    if not pieces:
        return source
    piece, other = rng.choice(pieces), rng.choice(pieces)[0]
    (start, end), at = piece.span(), rng.randint(*piece.span())
    new = rng.choice(("", other, other, piece[0] * 2, rng.choice(WORDS), other * 50))
    if rng.random() < 0.2:
        start, end, new = at, at + rng.randint(0, 1), rng.choice(SIGNS)
    return source[:start] + new + source[end:]


def mutant(kind: str, number: str) -> str:
    rng = random.Random(f"{kind} {number}")
    source = part(kind, rng)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 4))):
        source = mutated(source, rng)
    return source


def answer(ask: Callable[[], T]) -> T | None:
    """What a question gives; None where it is refused."""
    try:
        return ask()
    except cc.CostcalcError:
        return None


def disagreements(net: cc.Network, **options: Any) -> list[str]:
    """Where the closed form or a sweep has another number than `count`, or one that it lacks."""
    axes = {n: [net.parameters[n].default, v] for n, v in BESIDE.items() if n in net.parameters}
    found, costs = [], []
    form = answer(partial(net.formula, **options))
    if form is not None:
        formulas.python_module(form, "layer", rounded=True)
    for point in product(*axes.values()):
        values = dict(zip(axes, point, strict=True))
        count = answer(partial(net.count, **options, **values))
        cost = None if count is None else (count.mult_adds, count.params)
        costs += [cost] if cost else []
        bound = net.spec.binding(values)
        if form is not None and form.bound.items() <= bound.items():
            own = {name: bound[name] for name in form.parameters}
            given = answer(partial(form.at, rounded=True, **own))
            found += (
                [f"at {values}: count {cost}, form {given}"] if given not in (None, cost) else []
            )
    swept = answer(partial(net.sweep, skip=True, **options, **axes)) if axes else None
    if swept is not None:
        pairs = sorted(zip(*(map(int, swept[cost].flat) for cost in COSTS), strict=True))
        found += [f"count {costs}, sweep {pairs}"] if pairs != sorted(costs) else []
    return found


def run(kind: str, source: str) -> list[str]:
    """What a mutant's answers disagree on."""
    if kind == "specs":
        net = cc.loads(source)
        text.render(counts.show_document(net.show()))
        return disagreements(net)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant.yaml"
        path.write_text(source, "utf-8")
        if kind == "claims":
            text.render(checks.check_document(check([str(path)]), everything=True))
            return []
        read = read_conventions(path).values()
    return [line for c in read for line in disagreements(cc.loads(SYNTHETIC), convention=c)]


def judged(kind: str, number: str) -> tuple[str, str, str]:
    """A mutant's number, the verdict on it, and what there is to say."""

    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        found = run(kind, mutant(kind, number))
        return number, "disagrees" if found else "answered", "\n".join(found)
    except cc.CostcalcError:
        return number, "refused", ""
    except TimeoutError:
        return number, "late", traceback.format_exc()
    except Exception:
        return number, "traceback", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="mutants of each kind")
    parser.add_argument("--kind", choices=FOLDERS, nargs="*", default=list(FOLDERS))
    parser.add_argument("--seed", default="1")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", metavar="NUMBER", help="print one mutant of --kind, and run it")
    given = parser.parse_args()
    for kind in given.kind:
        if given.only:
            print(mutant(kind, given.only), *judged(kind, given.only)[1:], sep="\n")
            continue
        tally: Counter[str] = Counter()
        with Pool(given.workers, maxtasksperchild=500) as pool:
            numbers = (f"{given.seed}.{i}" for i in range(given.count))
            for number, verdict, told in pool.imap_unordered(partial(judged, kind), numbers):
                tally[verdict] += 1
                if told:
                    print(f"{kind} {number} {verdict}: {told.strip()[-200:]}", flush=True)
        print(f"{kind}: {given.count} mutants, {dict(tally)}", flush=True)


if __name__ == "__main__":
    main()
