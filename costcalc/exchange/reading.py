"""A file of another program, read by the module for its kind."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from costcalc.errors import CostcalcError, Place, Problem
from costcalc.exchange.flat import Flat, flat
from costcalc.exchange.translation import Translation
from costcalc.source.files import shown, stem


def read_model(path: Path, reader: str) -> Translation:
    """What a reader, a module of this room, makes of a file: its function ``read`` takes the path.

    :raises CostcalcError: the file is damaged, or a package is missing.
    """
    try:
        translation: Translation = import_module(f"costcalc.exchange.{reader}").read(path)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        message = f"to read this, the package {package!r} is needed"
        hint = f"pip install {package}"
        raise CostcalcError(Problem(message, hint, Place(shown(path)))) from None
    return translation


def read_flat(path: Path, reader: str) -> Flat:
    """The spec of the model in a file, one row for each operation.

    :raises CostcalcError: as :func:`read_model`, or something in it has no row.
    """
    return flat(read_model(path, reader), stem(path, "network"), shown(path))
