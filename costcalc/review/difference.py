"""What moved between two networks, layer by layer: what changed, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from costcalc.algebra.result import Json, Result
from costcalc.analysis.costs import COSTS
from costcalc.analysis.count import Count, LayerCount, count_spec
from costcalc.conventions.shelf import DEFAULT, Convention, Weighing, as_convention
from costcalc.design_space.networks import together
from costcalc.graph.loading import Named, Source, named_at
from costcalc.language.parameters import Bound, given, texts_of, value_text
from costcalc.review.revisions import as_it_was

#: What is said of a layer, in the order in which differences are told; its type has its kernel.
TOLD = ("type", "stride", "groups", "input", "output")


class Change(NamedTuple):
    """Layers that changed alike. ``old`` and ``new`` are the first of them; None where they are
    added, or removed. ``paths`` name all of them, as the new network has them if it does."""

    old: LayerCount | None
    new: LayerCount | None
    paths: tuple[str, ...]

    @property
    def what(self) -> tuple[str, ...]:
        """``conv 3x3 → conv 5x5``, ``output 8 → 12``; ``added``, ``removed``; nothing where only a
        cost differs. Groups that are the channels of what is read are not said."""
        old, new = self.old, self.new
        if old is None or new is None:
            return ("added" if old is None else "removed",)
        apart = all(layer.groups == layer.input[-1] for layer in (old, new))
        pairs = (
            (what, *_parts(getattr(old, what), getattr(new, what)))
            for what in TOLD
            if what != "groups" or not apart
        )
        return tuple(
            f"{a} → {b}" if what == "type" else f"{what} {a} → {b}"
            for what, a, b in pairs
            if a != b
        )

    @property
    def moves(self) -> bool:
        """Whether a cost moved."""
        return any(old != new for old, new in map(self.cost, ("mult_adds", "params")))

    def cost(self, name: str) -> tuple[int, int]:
        """A cost of all of these layers, before and after; of one that is no sum, that of each."""
        sides = (0 if layer is None else layer.cost(name) for layer in (self.old, self.new))
        times = 1 if COSTS[name].is_largest else len(self.paths)
        old, new = (cost * times for cost in sides)
        return old, new

    def to_dict(self) -> Json:
        pairs = {name: self.cost(name) for name in ("mult_adds", "params")}
        costs = {name: {"old": old, "new": new} for name, (old, new) in pairs.items()}
        return {"layers": list(self.paths), "changed": list(self.what), **costs}


@dataclass(frozen=True, repr=False)
class Difference(Result, says="names convention"):
    """Two counts under one convention, by the names that they were given, and the layers that
    differ, in their order."""

    names: tuple[str, str]
    old: Count
    new: Count
    changes: tuple[Change, ...]

    @property
    def convention(self) -> str:
        return self.new.convention

    @property
    def equal(self) -> bool:
        """Whether no layer differs."""
        return not self.changes

    @property
    def grown(self) -> Change | None:
        """The change that adds most Mult-Adds, if one adds any."""
        return self.most("mult_adds")

    def most(self, cost: str) -> Change | None:
        """The change that adds most of a cost, if one adds any."""

        def growth(change: Change) -> int:
            old, new = change.cost(cost)
            return new - old

        most = max(self.changes, key=growth, default=None)
        return most if most is not None and growth(most) > 0 else None

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc diff --format json``."""
        sides = zip(("old", "new"), self.names, (self.old, self.new), strict=True)
        return {
            **{
                side: {
                    "name": name,
                    "spec": count.spec,
                    "parameters": texts_of(count.parameters),
                    "totals": {"mult_adds": count.mult_adds, "params": count.params},
                }
                for side, name, count in sides
            },
            "convention": self.convention,
            "unit": self.new.unit,
            "changes": [change.to_dict() for change in self.changes],
        }


def diff(
    old: Source,
    new: Source,
    *,
    convention: Weighing = DEFAULT,
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Difference:
    """What moved between two networks: what ``costcalc diff`` does.

    Each is a network, a file, or ``REV:path`` of a git checkout, perhaps with ``@NAME=VALUE``;
    values bind each network that has the parameter.

    :raises CostcalcError: no such network, revision or parameter, a bad value, or layers that do
        not fit together there.
    """
    bound = given(values, alpha, delta, rho, resolution, classes, **parameters)
    with ExitStack() as stack:
        read = [
            named_at(stack.enter_context(as_it_was(source)) if isinstance(source, str) else source)
            for source in (old, new)
        ]
        before, after = _counts(read, bound, as_convention(convention))
    first, second = (
        source if isinstance(source, str) else network.given
        for source, (network, _) in zip((old, new), read, strict=True)
    )
    return difference(before, after, (first, second))


def _counts(
    read: Sequence[tuple[Named, Mapping[str, str]]], bound: Mapping[str, Bound], chosen: Convention
) -> Iterator[Count]:
    """The counts of networks, each with what its name binds; values bind those that have the
    parameter.

    :raises CostcalcError: none has it, a bad value, or layers that do not fit together there.
    """
    for network, its in together(read, bound):
        yield count_spec(network.spec, its, chosen)


def difference(old: Count, new: Count, names: tuple[str, str]) -> Difference:
    """What differs between two counts under one convention."""
    together: dict[tuple[object, ...], tuple[list[str], LayerCount | None, LayerCount | None]] = {}
    for a, b in _pairs(old.layers, new.layers):
        paths, *_ = together.setdefault((_key(a), _key(b)), ([], a, b))
        paths.append((b or a or new.layers[0]).path)
    changes = (Change(a, b, tuple(paths)) for paths, a, b in together.values())
    return Difference(names, old, new, tuple(changes))


def _pairs(
    old: Sequence[LayerCount], new: Sequence[LayerCount]
) -> Iterator[tuple[LayerCount | None, LayerCount | None]]:
    """Layers that differ, each beside the one that it was. Names do not count: a row that is put in
    renames those below it. What stands where as much stood before is what it became; else layers of
    one type and window are, and the rest is removed, or added."""
    for tag, i, k, j, m in _matched([*map(_key, old)], [*map(_key, new)]):
        if tag == "equal":
            continue
        before, after = old[i:k], new[j:m]
        if len(before) == len(after):
            yield from zip(before, after, strict=True)
            continue
        for _, i, k, j, m in _matched([*map(_kind, before)], [*map(_kind, after)]):
            for a, b in zip_longest(before[i:k], after[j:m]):
                if a is None or b is None or _kind(a) == _kind(b):
                    if _key(a) != _key(b):
                        yield a, b
                else:
                    yield a, None
                    yield None, b


def _matched(
    old: Sequence[object], new: Sequence[object]
) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _key(layer: LayerCount | None) -> tuple[object, ...]:
    """What a layer is and costs."""
    if layer is None:
        return ()
    costs = (layer.mult_adds, layer.params, *layer.costs.values())
    return (*(getattr(layer, what) for what in TOLD), *costs)


def _kind(layer: LayerCount) -> tuple[object, ...]:
    return layer.type, layer.kernel, layer.stride


def _parts(old: object, new: object) -> tuple[str, str]:
    """Two values as text; of two maps only the channels, or only the sides, where the rest is
    alike."""
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new) == 3:
        if old[:2] == new[:2]:
            old, new = old[2:], new[2:]
        elif old[2] == new[2]:
            old, new = old[:2], new[:2]
    return _text(old), _text(new)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "x".join(map(value_text, value))
    return "none" if value is None else str(value)
