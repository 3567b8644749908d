"""A streamed sweep as a whole process: peak memory and time; and the start of a 12-point sweep.

python benchmarks/stream.py [--points 1e8]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COSTCALC = [sys.executable, "-m", "costcalc", "sweep", "mobilenet-v1"]
TWELVE = [*COSTCALC, "--alpha", "0.25,0.5,0.75,1", "--resolution", "128,160,224"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=float, default=1e8)
    parser.add_argument("--runs", type=int, default=11)
    arguments = parser.parse_args()
    times = []
    for _ in range(arguments.runs):
        start = time.perf_counter()
        subprocess.run(TWELVE, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    print(
        f"12 points: {statistics.median(times):.3f} s (largest {max(times):.3f} s), whole process"
    )
    deltas = max(1, round(arguments.points / 1e6))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.parquet"
        words = ["--alpha", "0.101:1.1:0.001", "--delta", f"1:{deltas}:1" if deltas > 1 else "1"]
        start = time.perf_counter()
        subprocess.run([*COSTCALC, *words, "--resolution", "33:1032:1", "-o", str(out)], check=True)
        took = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        size = out.stat().st_size / 2**30
    print(f"{deltas * 10**6:,} points to Parquet: {took:.0f} s, {size:.2f} GiB on disk")
    print(f"peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
