"""A Keras file, read into rows: JSON, or what a ``.keras`` or ``.h5`` file holds of it."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path

from costcalc.exchange.flow import Flow, broken
from costcalc.exchange.keras.graph import Model
from costcalc.exchange.keras.layers import LAYERS
from costcalc.exchange.translation import Form, Translation
from costcalc.source.files import MAX_BYTES, read_bytes


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


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of a Keras model; ``size`` is that of its input, where the model leaves it open.

    :raises CostcalcError: the file is none, or damaged.
    """
    damaged = "not a Keras model, or a damaged one"
    try:
        made = json.loads(text_of(path))
        made = made.get("modelTopology", made)
        made = made.get("model_config", made)
        flow = Flow(last=True)
        model = Model(flow, LAYERS, made["config"])
        model.run(size)
        translation = flow.finished(model.outputs)
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError):
        raise broken(path, damaged) from None
    except (LookupError, TypeError, AttributeError, RuntimeError):
        raise broken(path, damaged) from None
    translation.notes = "from a Keras model"
    return translation
