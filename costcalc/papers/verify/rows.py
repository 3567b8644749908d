"""Which layer answers to which printed row, and what is wrong where the rows do not add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.graph.build import Layer
from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import ShapeRow


class Miscount(Cannot):
    """Another number of rows is printed than the network has layers: a misprint of its own, and a
    reason why the cells can't be checked."""

    def __init__(self, printed: str, has: str, message: str) -> None:
        super().__init__(message)
        self.printed = printed
        self.has = has


def counted(printed: int, has: int, what: str = "layers") -> None:
    """Holds a number of printed rows against the network's.

    :raises Miscount: they are not the same.
    """
    if printed != has:
        message = f"{printed} rows are printed, the network has {has} {what}"
        raise Miscount(str(printed), str(has), message)


def align(layers: Sequence[Layer], rows: Sequence[ShapeRow]) -> list[Layer]:
    """The layer of each printed row; a run that repeats is taken once.

    A run whose count is illegible takes as many layers as are alike.

    :raises Miscount: the rows do not add up to the layers.
    """
    kept: list[Layer] = []
    short = None
    at = 0
    for i, row in enumerate(rows, 1):
        if not row.rows:
            kept += layers[at : at + 1]
            at += 1
            continue
        run = layers[at : at + len(row.rows)]
        kept += run
        alike = _alike(layers, at, run)
        if row.times is not None and alike < row.times and short is None:
            short = (f"{row.times} × row {i}", f"{alike} × row {i}")
        at += len(row.rows) * (alike if row.times is None else row.times)
    counted(at, len(layers))
    if short is not None:
        raise Miscount(*short, f"{short[0]} is printed, the network has {short[1]}")
    return kept


def _alike(layers: Sequence[Layer], at: int, run: Sequence[Layer]) -> int:
    """How often the run stands in succession."""
    times = 0
    size = len(run)
    while run and [*map(_bare, layers[at : at + size])] == [*map(_bare, run)]:
        at += size
        times += 1
    return times


def _bare(layer: Layer) -> object:
    return (layer.operator, layer.kernel, layer.stride, layer.input, layer.output)


def other_counts(
    rows: tuple[ShapeRow, ...], error: Miscount
) -> Iterator[tuple[str, tuple[ShapeRow, ...]]]:
    """The rows with one run repeated so often that they add up, and that change in words."""
    if not (error.printed.isdecimal() and error.has.isdecimal()):
        return
    missing = int(error.has) - int(error.printed)
    for i, row in enumerate(rows):
        if not row.rows or row.times is None or missing % len(row.rows):
            continue
        times = row.times + missing // len(row.rows)
        if times >= 1:
            changed = (*rows[:i], row._replace(times=times), *rows[i + 1 :])
            yield f"row {i + 1} is repeated {times} times, not {row.times}", changed
