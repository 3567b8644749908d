"""What the ``onnx`` package is asked for, without the rest of it: its messages and its rules of
sizes need neither numpy nor its helpers, whose import takes longer than to count a network."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any


def part(name: str) -> Any:
    """A module of the package; the package itself is not run for it.

    :raises ModuleNotFoundError: the package, or the module in it, is not there.
    """
    full = f"onnx.{name}"
    package = None if "onnx" in sys.modules else find_spec("onnx")
    spec = package and PathFinder.find_spec(full, package.submodule_search_locations)
    if full in sys.modules or spec is None or spec.loader is None:
        return import_module(full)
    module = sys.modules[full] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[full]
        raise
    return module


messages = part("onnx_ml_pb2")
rules = part("onnx_cpp2py_export")
