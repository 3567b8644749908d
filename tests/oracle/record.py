"""Run every comparison and write the table of docs/oracles.md.

Run as ``python tests/oracle/record.py``.
"""

from __future__ import annotations

import datetime
import platform
import re
from importlib.metadata import version
from pathlib import Path

from cases import Case
from tables import CASES

PAGE = Path(__file__).parents[2] / "docs" / "oracles.md"
LIBRARIES = ("torch", "pytorchcv", "timm", "keras")
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def compare(case: Case) -> tuple[int, bool]:
    """How many layers were compared, over all sizes, and whether everything was equal."""
    layers, equal = 0, True
    for size in case.sizes:
        found = case.measured(size)
        corrected = case.departs.corrected(found) if case.departs else found
        ours, totals = case.as_read(size)
        layers += len(corrected.rows()[: case.first])
        equal &= case.arranged(ours) == case.arranged(corrected.rows())
        equal &= case.first is not None or totals == corrected.totals()
    return layers, equal


def compared(case: Case) -> str:
    """What was compared, in words."""
    if case.first is not None:
        return f"the first {case.first} layers, in order"
    if case.any_order:
        return f"layers in any order ({case.any_order}), totals"
    return "layers in order, totals"


def bindings(cases: list[Case]) -> str:
    """What the parameters were: per parameter if there is only one, else per network."""
    names = {name for case in cases for name in case.values}
    if len(names) == 1 and all(case.values for case in cases):
        (name,) = names
        return f"{name} = {', '.join(str(case.values[name]) for case in cases)}"
    return "; ".join(dict.fromkeys(case.binding for case in cases))


def row(cases: list[Case]) -> tuple[str, int, int]:
    """One line of the table, with the numbers of comparisons and layers."""
    results = [compare(case) for case in cases]
    head, layers = cases[0], sum(found for found, _ in results)
    equal = all(same for _, same in results)
    verdict = "equal" if equal else "**unequal**"
    if head.departs:
        verdict = f"departs: {head.departs.note}. Given that: {verdict}"
    sizes = ", ".join(f"{height}x{width}" for height, width in head.sizes)
    networks = "; ".join(dict.fromkeys(case.oracle.family for case in cases))
    cells = (
        head.spec,
        bindings(cases),
        f"{head.oracle.library} {networks}",
        sizes,
        compared(head),
        f"{layers:,}",
        verdict,
    )
    return f"| {' | '.join(cells)} |", sum(len(case.sizes) for case in cases), layers


def main() -> None:
    """Compare, and replace what stands between the marks."""
    groups: dict[tuple[object, ...], list[Case]] = {}
    for case in CASES:
        note = case.departs.note if case.departs else ""
        key = (case.spec, case.oracle.library, case.sizes, case.any_order, case.first, note)
        groups.setdefault(key, []).append(case)
    rows = [row(cases) for cases in groups.values()]
    versions = ", ".join(f"{library} {version(library)}" for library in LIBRARIES)
    lines = [
        BEGIN,
        f"Run on {datetime.date.today().isoformat()} with Python {platform.python_version()}, "
        f"{versions}:",
        f"{sum(n for _, n, _ in rows)} comparisons, {sum(n for *_, n in rows):,} layers.",
        "",
        "| spec | bindings | oracle | inputs | compared | layers | result |",
        "|---|---|---|---|---|---|---|",
        *(line for line, *_ in rows),
        END,
    ]
    text = PAGE.read_text(encoding="utf-8")
    text, found = re.subn(f"{BEGIN}.*?{END}", lambda _: "\n".join(lines), text, flags=re.DOTALL)
    if not found:
        raise SystemExit(f"{PAGE} has no {BEGIN} … {END}")
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
