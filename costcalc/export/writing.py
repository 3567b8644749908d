"""A network as a model of another program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.graph.loading import Source, as_spec
from costcalc.language.parameters import Bound, given

#: What makes a file of a graph whose weights are filled so.
Maker = Callable[[Graph, str], bytes]


class Format(NamedTuple):
    """A kind of file: what it is, its ending, the library that it needs, which is an extra too, and
    what loads that and gives the maker."""

    what: str
    ending: str
    library: str
    maker: Callable[[], Maker]


def _onnx() -> Maker:
    from costcalc.export.onnx.model import model

    return lambda graph, weights: model(graph, weights).SerializeToString()


def _tflite() -> Maker:
    from costcalc.export.tflite.model import model

    return model


def _torch() -> Maker:
    from costcalc.export.torch.module import module

    return lambda graph, weights: module(graph).encode()


FORMATS = {
    "onnx": Format("an ONNX model", ".onnx", "onnx", _onnx),
    "tflite": Format("a TensorFlow Lite model", ".tflite", "tflite", _tflite),
    "torch": Format("a PyTorch module", ".py", "", _torch),
}


def format_of(path: Path) -> str:
    """The format that the ending of a file asks for.

    :raises CostcalcError: there is none.
    """
    for name, form in FORMATS.items():
        if path.suffix.lower() == form.ending:
            return name
    endings = ", ".join(dict.fromkeys(form.ending for form in FORMATS.values()))
    raise CostcalcError(f"{path} has no known ending", endings)


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
) -> None:
    """Write a model of a network at a binding: what ``costcalc export`` does. An existing file is
    overwritten.

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
