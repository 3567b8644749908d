"""A network as a model of another program."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.graph.loading import Source, as_spec
from costcalc.language.parameters import Bound, given


def export(
    spec: Source,
    path: str | Path,
    *,
    weights: str = "random",
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> None:
    """Write an ONNX model of a network at a binding: what ``costcalc export`` does. An existing
    file is overwritten.

    Maps are (1, channels, height, width); what leaves as a 1×1 map is (1, channels). ``weights``
    are ``random``, always the same, or ``zero``.

    :raises CostcalcError: a bad value, layers that do not fit together there, rows that ONNX has no
        operation for, or the library onnx is missing.
    """
    network = as_spec(spec)
    values = given(values, alpha, delta, rho, resolution, classes, **parameters)
    graph = build(network, network.binding(values))
    try:
        from costcalc.export.onnx.model import model
    except ImportError:
        hint = "pip install 'costcalc[onnx]'"
        raise CostcalcError("an ONNX model needs the library onnx", hint) from None
    Path(path).write_bytes(model(graph, weights).SerializeToString())
