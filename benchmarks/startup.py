"""Whole-process start-up of `costcalc count`, as ratios to importing its own dependencies.

    python benchmarks/startup.py [--torch]

Runs the commands in turn (A B A B …), so that a machine whose speed drifts does not decide, and
prints the median of each and the median of the pairwise ratios.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

COUNT = [sys.executable, "-m", "costcalc", "count", "mobilenet-v1"]
IMPORTS = [sys.executable, "-c", "import click, yaml, rich.table, rich.console"]
TORCH = [sys.executable, "-c", "import torch"]


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(a: list[str], b: list[str], runs: int) -> None:
    seconds(a), seconds(b)  # warm the caches
    pairs = [(seconds(a), seconds(b)) for _ in range(runs)]
    ratio = statistics.median(x / y for x, y in pairs)
    for name, times in ((a, [x for x, _ in pairs]), (b, [y for _, y in pairs])):
        shown = " ".join(name[1:])
        print(f"{statistics.median(times) * 1000:7.1f} ms  python {shown}")
    print(f"{ratio:7.2f}     ratio (median of {runs} pairs)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--torch", action="store_true", help="also against `import torch`")
    arguments = parser.parse_args()
    compare(COUNT, IMPORTS, arguments.runs)
    if arguments.torch:
        compare(COUNT, TORCH, arguments.runs)


if __name__ == "__main__":
    main()
