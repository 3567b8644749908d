"""How well a handful of coefficients explains times that others measured: the tables of ncnn.

python benchmarks/ncnn.py ncnn/benchmark/README.md

Each table (a phone or a board, so many threads) has times of the same networks. Those that
costcalc knows are fitted, table by table, and each time is predicted by the fit to all others.
Which amounts are used was settled on every other table; what is printed is of the tables between.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

import costcalc as cc
from costcalc.graph.build import build
from costcalc.timing.fit import KERNELS, MODELS, Timed, amounts_of, fitted

#: AlexNet as Caffe has it, with its groups: what ncnn measures.
ALEXNET = """network: alexnet
input: {side: 227, channels: 3}
defaults: {activation: relu, bias: true, padding: same}
layers:
- {conv: 11x11, stride: 4, out: 96, padding: 0}
- {maxpool: 3x3, stride: 2, padding: 0}
- {conv: 5x5, out: 256, groups: 2}
- {maxpool: 3x3, stride: 2, padding: 0}
- {conv: 3x3, out: 384}
- {conv: 3x3, out: 384, groups: 2}
- {conv: 3x3, out: 256, groups: 2}
- {maxpool: 3x3, stride: 2, padding: 0}
- flatten
- {fc: 4096}
- {fc: 4096}
- {fc: 1000, activation: none}
"""
#: ncnn's names of networks; its MobileNetV3 and ShuffleNet differ from these in some layers.
NETWORKS = {
    "squeezenet": "squeezenet-1.1",
    "mobilenet": "mobilenet-v1",
    "mobilenet_v2": "mobilenet-v2",
    "mobilenet_v3": "mobilenet-v3-large",
    "shufflenet": "shufflenet-g3",
    "shufflenet_v2": "shufflenet-v2",
    "mnasnet": "mnasnet-b1",
    "efficientnet_b0": "efficientnet-b0",
    "regnety_400m": "regnet-y-400mf",
    "resnet18": "resnet-18",
    "resnet50": "resnet-50",
    "vgg16": "vgg-16",
}
#: Networks that a table must have.
LEAST = 10


class Table(NamedTuple):
    """Least times in ms by network, on the CPU."""

    device: str
    times: dict[str, Fraction]


def tables(text: str) -> Iterable[Table]:
    device = ""
    for block in re.split(r"^loop_count", text, flags=re.M):
        times = re.findall(r"^ *([\w.-]+) +min = +([\d.]+)", block, re.M)
        found = {n: Fraction(t) for n, t in reversed(times) if n in amounts() and Fraction(t)}
        if re.search(r"gpu_device = -1", block) and len(found) >= LEAST:
            yield Table(device, found)
        device = (re.findall(r"^#+ (.*)", block, re.M) or [device])[-1]


@cache
def amounts() -> dict[str, dict[str, Fraction]]:
    """The amounts of each network."""
    known = {}
    for name, spec in NETWORKS.items():
        side = {"resolution": 227} if name == "squeezenet" else {}
        network = cc.load(spec).spec
        known[name] = amounts_of(build(network, network.binding(side)).layers)
    network = cc.loads(ALEXNET).spec
    return {**known, "alexnet": amounts_of(build(network, {}).layers)}


def errors(table: Table, names: tuple[str, ...]) -> Fraction:
    """The median error of networks that are left out."""
    known = amounts()
    times = [Timed(name, known[name], t / 1000) for name, t in table.times.items()]
    return fitted(times, names).left_out.median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readme", type=Path)
    found = list(tables(parser.parse_args().readme.read_text()))
    for label, part in (("settled on", found[::2]), ("between", found[1::2])):
        for names in (("mult_adds",), MODELS[4], KERNELS):
            off = [errors(table, names) for table in part]
            share = sum(error < Fraction(1, 10) for error in off) / len(off)
            print(
                f"{label}: {len(off)} tables, {len(names)} amounts: median of their medians "
                f"{float(median(off)):.1%}, {share:.1%} of the tables under 10 %",
                flush=True,
            )


if __name__ == "__main__":
    main()
