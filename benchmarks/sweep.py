"""Exact configurations per second on a grid of 10^7, against memory, numpy by hand and torch.

    python benchmarks/sweep.py [--torch PYTHON] [--runs N]

One run measures everything in turn, so ratios are taken on one machine in one state:

* the sweep: ``net.sweep(alpha=…, delta=…, resolution=…)`` of mobilenet-v1, from text and lists to
  the finished int64 array; the first call also makes the closed form
* the limit: filling a new int64 array of the same size
* the polynomial by hand, in numpy; it drops the roundings that the sweep keeps
* with ``--torch``, a Python that has torch: building MobileNet V1 on the meta device and counting
  it with torch's own FlopCounterMode, per configuration
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import costcalc as cc

ALPHA, DELTA, RESOLUTION = "0.101:1.1:0.001", range(1, 11), range(33, 1033)
POINTS = 1000 * 10 * 1000

TORCH = """
import time, torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

ROWS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
ROWS += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]

def block(i, o, k, s, g):
    return [nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=False), nn.BatchNorm2d(o), nn.ReLU()]

def network(alpha):
    width = int(32 * alpha)
    layers = block(3, width, 3, 2, 1)
    for channels, stride in ROWS:
        out = int(channels * alpha)
        layers += block(width, width, 3, stride, width) + block(width, out, 1, 1, 1)
        width = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 1000))

def cost(alpha, side):
    with torch.device("meta"):
        net = network(alpha)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            net(torch.empty(1, 3, side, side))
    return counter.get_total_flops() // 2

assert cost(1, 224) == 568740352, cost(1, 224)
start, runs = time.perf_counter(), 0
while time.perf_counter() - start < 5:
    cost(0.25 + runs % 64 / 64, 128 + runs % 96)
    runs += 1
print(runs / (time.perf_counter() - start), torch.__version__)
"""


def by_hand() -> Any:
    """The polynomial of mobilenet-v1 as one would write it, exact in int64 on thousandths of α."""
    a = np.arange(101, 1101)[:, None, None]
    d = np.arange(1, 11)[None, :, None]
    r = np.arange(33, 1033)[None, None, :]
    # 10752·R²α²δ + 693/2·R²αδ + 216·R²α + 1024·α·classes, times 2·10⁶
    return r * r * (21504 * a * a * d + 693_000 * a * d + 432_000 * a) + 2048 * 10**6 * a


def seconds(function: Callable[[], Any]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--torch", metavar="PYTHON", help="a Python with torch, to compare with")
    arguments = parser.parse_args()
    network = cc.load("mobilenet-v1")

    def sweep() -> Any:
        return network.sweep(alpha=ALPHA, delta=DELTA, resolution=RESOLUTION)

    def fill() -> Any:
        return np.full(POINTS, 7, np.int64)

    check = sweep()
    exact = by_hand()[899, 1, 191] // (2 * 10**6)  # α = 1, δ = 2, R = 224: nothing is rounded
    assert check.mult_adds[899, 1, 191] == exact == network.count(delta=2).mult_adds
    assert check.mult_adds.size == POINTS
    fill(), by_hand()
    first = seconds(
        lambda: cc.load("mobilenet-v1").sweep(alpha=ALPHA, delta=DELTA, resolution=RESOLUTION)
    )
    rounds = [(seconds(sweep), seconds(fill), seconds(by_hand)) for _ in range(arguments.runs)]
    ours, limit, hand = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")
    print(f"{POINTS:,} points, medians of {arguments.runs} rounds")
    print(f"sweep            {ours * 1e3:8.1f} ms  {POINTS / ours / 1e6:8.0f} M configurations/s")
    print(f"  read, made and swept for the first time: {first * 1e3:.1f} ms")
    print(f"fill an array    {limit * 1e3:8.1f} ms  sweep : fill = {_ratio(rounds, 0, 1):.2f}")
    print(f"numpy by hand    {hand * 1e3:8.1f} ms  sweep : numpy = {_ratio(rounds, 0, 2):.2f}")
    if arguments.torch:
        words = [arguments.torch, "-c", TORCH]
        found = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
        rate = float(found[0])
        faster = POINTS / ours / rate
        print(f"torch {found[1]} meta  {rate:8.1f} configurations/s  sweep is {faster:,.0f} x")


def _ratio(rounds: list[tuple[float, ...]], a: int, b: int) -> float:
    """The median of the ratios within the rounds: a machine whose speed drifts does not decide."""
    return statistics.median(times[a] / times[b] for times in rounds)


if __name__ == "__main__":
    main()
