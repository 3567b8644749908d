"""Whole-process start-up of `costcalc count`, as ratios to importing its own dependencies.

    python benchmarks/startup.py [--torch] [--model FILE.onnx]

Runs the commands in turn (A B A B …), so that a machine whose speed drifts does not decide, and
prints the median of the CPU time of each, and the median of the pairwise ratios.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
from importlib.util import find_spec

COUNT = [sys.executable, "-m", "costcalc", "count", "mobilenet-v1"]
IMPORTS = [sys.executable, "-c", "import click, yaml, rich.table, rich.console"]
TORCH = [sys.executable, "-c", "import torch"]
PARSED = "import sys, onnx; onnx.load(sys.argv[1])"
PROFILED = "import sys, onnx_tool; onnx_tool.model_profile(sys.argv[1])"


def seconds(command: list[str]) -> float:
    """Of CPU time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


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
    parser.add_argument("--model", help="an ONNX file, against onnx and, if there, onnx-tool")
    arguments = parser.parse_args()
    if arguments.model:
        count = [*COUNT[:-1], arguments.model]
        compare(count, [sys.executable, "-c", PARSED, arguments.model], arguments.runs)
        if find_spec("onnx_tool"):
            compare(count, [sys.executable, "-c", PROFILED, arguments.model], arguments.runs)
        return
    compare(COUNT, IMPORTS, arguments.runs)
    if arguments.torch:
        compare(COUNT, TORCH, arguments.runs)


if __name__ == "__main__":
    main()
