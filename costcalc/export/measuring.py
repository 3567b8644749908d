"""Times on the machine at hand: networks as models, run again and again."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median, quantiles
from time import perf_counter_ns
from typing import Any, NamedTuple

from costcalc.algebra.amounts import counted
from costcalc.algebra.result import Json, Result
from costcalc.design_space.networks import together
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.graph.loading import Source, named_at, several
from costcalc.language.parameters import Bound, given, texts_of

#: Runs that are not counted: memory is laid out, and caches fill.
WARM = 3


class Measured(NamedTuple):
    """A network at what it was asked at, and the times of its runs in nanoseconds."""

    spec: str
    asked: Mapping[str, str]
    times: tuple[int, ...]

    @property
    def ns(self) -> Fraction:
        """The median of the runs."""
        return Fraction(median(self.times))

    @property
    def spread(self) -> Fraction:
        """How far the middle half of the runs reaches, as a share of the median."""
        first, _, last = quantiles(self.times, n=4)
        return Fraction(last - first) / self.ns

    def to_dict(self) -> Json:
        times = {"median_ns": int(self.ns), "spread": float(self.spread), "runs": len(self.times)}
        return {"spec": self.spec, "asked": dict(self.asked), **times}


@dataclass(frozen=True, repr=False)
class Measurement(Result, says="networks runtime"):
    """Times of networks, and with what they were measured."""

    measured: tuple[Measured, ...]
    runtime: str
    threads: int
    machine: str

    @property
    def networks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.spec for one in self.measured))

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc measure --format json``."""
        return {
            "runtime": self.runtime,
            "threads": self.threads,
            "machine": self.machine,
            "networks": [one.to_dict() for one in self.measured],
        }


def measure(
    *networks: Source | Sequence[Source],
    runs: int = 30,
    threads: int = 1,
    values: Mapping[str, Bound] | None = None,
    **parameters: Bound | None,
) -> Measurement:
    """Time networks in ONNX Runtime, on this machine's processor: what ``costcalc measure`` does. A
    name may carry its binding: ``mobilenet-v1@alpha=1/2``; values bind all networks that have the
    parameter.

    :raises CostcalcError: no network, a bad name or value, fewer than two runs, rows that ONNX has
        no operation for, or the library onnxruntime is missing.
    """
    if runs < 2 or threads < 1:
        told = f"{counted(runs, 'run')} by {counted(threads, 'thread')}"
        raise CostcalcError(f"{told} measure nothing", "at least 2 runs by 1 thread")
    asked = given(values, None, None, None, None, None, **parameters)
    taken = [named_at(name) for names in networks for name in several(names)]
    found, runtime = [], ""
    for network, bound in together(taken, asked):
        graph = build(network.spec, network.spec.binding(bound))
        times, runtime = _times(graph, runs, threads)
        found.append(Measured(network.given, texts_of(bound), times))
    return Measurement(tuple(found), runtime, threads, platform.processor() or platform.machine())


def _times(graph: Graph, runs: int, threads: int) -> tuple[tuple[int, ...], str]:
    """The times of a network's runs, and the name of the runtime.

    :raises CostcalcError: the library is missing, or rows have no operation.
    """
    try:
        import numpy
        import onnxruntime

        from costcalc.export.onnx.model import model
    except ImportError:
        hint = "pip install 'costcalc[measure]'"
        raise CostcalcError("measuring needs onnx and onnxruntime", hint) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session: Any = onnxruntime.InferenceSession(
        model(graph).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    drawn = numpy.random.default_rng(0)
    feeds = {one.name: drawn.random(one.shape, numpy.float32) for one in session.get_inputs()}
    times = []
    for _ in range(WARM + runs):
        begin = perf_counter_ns()
        session.run(None, feeds)
        times.append(perf_counter_ns() - begin)
    return tuple(times[WARM:]), f"ONNX Runtime {onnxruntime.__version__}, CPU, fp32"
