"""A network as a model of another program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from costcalc.errors import CostcalcError, did_you_mean
from costcalc.export.workloads import left_out, scale_sim, zigzag
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.graph.loading import Source, as_spec
from costcalc.language.parameters import Bound, given

#: What makes a file of a graph whose weights are filled so.
Maker = Callable[[Graph, str], bytes]


class Format(NamedTuple):
    """A kind of file: what it is, its ending (of one that is asked for by name, none), the library
    that it needs, which is an extra too, and what loads that and gives the maker. ``partial`` says
    that a network's layers without Mult-Adds are not in it."""

    what: str
    ending: str
    library: str
    maker: Callable[[], Maker]
    partial: bool = False


def _onnx() -> Maker:
    from costcalc.export.onnx.model import model

    return lambda graph, weights: model(graph, weights).SerializeToString()


def _tflite() -> Maker:
    from costcalc.export.tflite.model import model

    return model


def _torch() -> Maker:
    from costcalc.export.torch.module import module

    return lambda graph, weights: module(graph).encode()


def _keras() -> Maker:
    from costcalc.export.keras.module import module

    return lambda graph, weights: module(graph).encode()


def _scale_sim() -> Maker:
    return lambda graph, weights: scale_sim(graph).encode()


def _zigzag() -> Maker:
    return lambda graph, weights: zigzag(graph).encode()


FORMATS = {
    "onnx": Format("an ONNX model", ".onnx", "onnx", _onnx),
    "tflite": Format("a TensorFlow Lite model", ".tflite", "tflite", _tflite),
    "torch": Format("a PyTorch module", ".py", "", _torch),
    "keras": Format("Keras code", "", "", _keras),
    "scale-sim": Format("a topology of SCALE-Sim", ".csv", "", _scale_sim, partial=True),
    "zigzag": Format("a workload of ZigZag", "", "", _zigzag, partial=True),
}


def format_of(path: Path) -> str:
    """The format that the ending of a file asks for.

    :raises CostcalcError: there is none.
    """
    for name, form in FORMATS.items():
        if form.ending and path.suffix.lower() == form.ending:
            return name
    endings = ", ".join(form.ending for form in FORMATS.values() if form.ending)
    raise CostcalcError(f"{path} has no known ending", f"{endings}, or --format")


def export(
    spec: Source,
    path: str | Path,
    *,
    format: str = "",
    weights: str = "random",
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> str:
    """Write a model of a network at a binding: what ``costcalc export`` does. An existing file is
    overwritten. Returns what a workload leaves out; a model leaves out nothing.

    The ``format`` is the one that the ending of the file asks for, or one of :data:`FORMATS`.
    ``weights`` are ``random``, always the same, or ``zero``.

    :raises CostcalcError: an unknown ending or format, a bad value, layers that do not fit together
        there, rows that the format has no operation for, or a library is missing.
    """
    path = Path(path)
    name = format or format_of(path)
    if name not in FORMATS:
        raise CostcalcError(f"no format is called {name!r}", did_you_mean(name, FORMATS))
    form = FORMATS[name]
    network = as_spec(spec)
    values = given(values, alpha, delta, rho, resolution, classes, **parameters)
    graph = build(network, network.binding(values))
    try:
        make = form.maker()
    except ImportError:
        hint = f"pip install 'costcalc[{form.library}]'"
        raise CostcalcError(f"{form.what} needs the library {form.library}", hint) from None
    path.write_bytes(make(graph, weights))
    return left_out(graph) if form.partial else ""
