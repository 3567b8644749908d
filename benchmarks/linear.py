"""Counting is linear in the number of rows: 10 × the layers take at most 12 × the time.

    python benchmarks/linear.py

Writes specs of 1,000, 10,000 and 100,000 rows to a temporary folder and times
`costcalc count` on each as a whole process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def spec(rows: int) -> str:
    """A network of ``rows`` written rows, no repetition."""
    head = "input: 32x32x3\ndefaults: {norm: batch, activation: relu}\nlayers:\n"
    pair = "- {dwconv: 3x3, stride: 1}\n- {conv: 1x1, out: 64}\n"
    return head + pair * (rows // 2)


def seconds(path: Path, runs: int) -> float:
    command = [sys.executable, "-m", "costcalc", "count", str(path)]
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        previous = 0.0
        for rows in (1_000, 10_000, 100_000):
            path = Path(folder) / f"rows{rows}.yaml"
            path.write_text(spec(rows))
            took = seconds(path, 3 if rows > 10_000 else 5)
            growth = f"   {took / previous:5.1f} × the time of a tenth" if previous else ""
            print(f"{rows:8,} rows  {took:7.2f} s{growth}")
            previous = took


if __name__ == "__main__":
    main()
