"""A file of another program, read by the module for its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from costcalc.errors import CostcalcError, Place, Problem
from costcalc.exchange.flat import flat
from costcalc.exchange.flow import ASKED
from costcalc.exchange.translation import Form, OpenSides, Row, Translation
from costcalc.language.model import Spec
from costcalc.source.files import shown, stem

#: What fills a translation: of a file, and a size of its input, if one is said.
Reader = Callable[..., Translation]
#: Where a model is read whose sides are open: at the usual resolution, and at others, which are
#: multiples of 32 and whose halves are seldom numbers of channels.
SIDES = (224, 352, 416)
#: Rows whose weights are as many as the channels that they read.
WEIGHTS = frozenset(("conv", "dwconv", "tconv", "fc", "linear", "lstm", "gru", "rnn"))


def read_model(path: Path, reader: str, sizes: Sequence[str] = ()) -> Translation:
    """What a reader, a module of this room, makes of a file: its function ``read`` takes the path,
    and the size of the input, if one is said.

    :raises CostcalcError: the file is damaged, or a package is missing.
    """
    given = [form_of(size) for size in sizes]
    if len(given) > 1:
        raise CostcalcError("--input twice for a file", "the sides of its images, 3x224x224")
    try:
        read: Reader = import_module(f"costcalc.exchange.{reader}").read
        return read(path, *given)
    except OpenSides as left:
        refusal = Problem(str(left), ASKED, Place(shown(path)))
        try:
            return at_sides(lambda form: read(path, form), left.channels, refusal)
        except CostcalcError:  # it can't be read at the usual ones, but may be at others
            raise CostcalcError(refusal) from None
    except OSError as error:
        problem = Problem(f"can't be read: {error.strerror or error}", "", Place(shown(path)))
        raise CostcalcError(problem) from None
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        message = f"to read this, the package {package!r} is needed"
        hint = f"pip install {package}"
        raise CostcalcError(Problem(message, hint, Place(shown(path)))) from None


def at_sides(read: Callable[[Form], Translation], channels: int, refusal: Problem) -> Translation:
    """A model of images whose sides are open, read at the usual ones: they are a parameter of it.

    :raises CostcalcError: the ``refusal``; it is another one at other sides.
    """
    first, *others = SIDES
    made = read((first, first, channels))
    made.sides[first] = [row.form for row in made.rows]
    for side in others:
        try:
            other = read((side, side, channels))
        except CostcalcError:
            raise CostcalcError(refusal) from None
        if _anywhere(made) != _anywhere(other) or made.refusals != other.refusals:
            raise CostcalcError(refusal)
        made.sides[side] = [row.form for row in other.rows]
    return made


def _anywhere(translation: Translation) -> list[tuple[Row, int]]:
    """The rows without the maps that they leave, each with the channels that its weights read: a
    layer that is fully connected to an image has others at other sides, and so does not exist."""
    rows = translation.rows
    return [
        (row._replace(form=(0, 0, 0)), rows[row.inputs[0]].form[2] if weighs else 0)
        for row in rows
        for weighs in [bool(row.inputs) and not WEIGHTS.isdisjoint(row.columns)]
    ]


def form_of(size: str) -> Form:
    """The map of an image of a size that is written channels first, ``3x224x224``.

    :raises CostcalcError: it is none.
    """
    sides = [int(side) for side in re.findall(r"(?<![^x])[1-9]\d{0,8}(?![^x])", size)]
    if len(sides) != 3 or size != "x".join(map(str, sides)):
        message = f"--input: {size!r} is not the size of an image"
        raise CostcalcError(message, "channels first, without the batch: 3x224x224")
    return sides[1], sides[2], sides[0]


def read_flat(path: Path, reader: str) -> Spec:
    """The spec of the model in a file, one row for each operation.

    :raises CostcalcError: as :func:`read_model`, or something in it has no row.
    """
    return flat(read_model(path, reader), stem(path, "network"), shown(path))
