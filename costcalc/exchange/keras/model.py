"""A Keras file, read into rows: JSON, or what a ``.keras`` or ``.h5`` file holds of it."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.flow import Flow, broken
from costcalc.exchange.keras.graph import Model
from costcalc.exchange.keras.layers import LAYERS
from costcalc.exchange.keras.places import PLACES
from costcalc.exchange.translation import Form, Refused, Translation
from costcalc.source.files import MAX_BYTES, read_bytes

#: All layers and operations that are read.
READERS = LAYERS | PLACES


def text_of(path: Path) -> str | bytes:
    """The configuration in a file.

    :raises CostcalcError: there is none.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"\x89HDF"):
        import h5py

        with h5py.File(path, "r") as file:
            found = file.attrs.get("model_config")
        if found is None:
            raise broken(path, "a file of weights, without a model", "model.save(…), or to_json()")
        return str(found)
    if start.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive, archive.open("config.json") as config:
            text = config.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise broken(
                path, "the configuration in it is too large", f"at most {MAX_BYTES:,} bytes"
            )
        return text
    return read_bytes(path)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON.

    :raises Refused: a key comes twice.
    """
    found = dict(pairs)
    for key, _ in pairs if len(found) < len(pairs) else ():
        if sum(other == key for other, _ in pairs) > 1:
            raise Refused(f"the key {visible(key)!r} comes twice in an object")
    return found


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of a Keras model; ``size`` is that of its input, where the model leaves it open.

    :raises CostcalcError: the file is none, or damaged.
    """
    damaged = "not a Keras model, or a damaged one"
    try:
        # Keras writes infinities, as what surrounds a maximum: texts where a number is read
        made = json.loads(text_of(path), object_pairs_hook=once, parse_constant=str)
        made = made.get("modelTopology", made)
        made = made.get("model_config", made)
        flow = Flow(last=True)
        if not isinstance(made["class_name"], str):
            raise TypeError
        model = Model(flow, READERS, made["config"])
        model.run(size)
        translation = flow.finished(model.outputs)
    except Refused as refused:
        raise broken(path, str(refused)) from None
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError):
        raise broken(path, damaged) from None
    except (LookupError, TypeError, AttributeError, RuntimeError):
        raise broken(path, damaged) from None
    translation.notes = "from a Keras model"
    return translation
