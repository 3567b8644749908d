"""The letters of printed formulas: which size of a layer each one stands for.

Papers call a kernel k, K or D_K, and a claims file need not repeat which. A letter that the layers
do not have is read as the size that it commonly stands for, where that is one letter in every layer
that has it; any other is a problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from costcalc.algebra.expressions import compile_expression
from costcalc.algebra.numbers import Number
from costcalc.errors import ExpressionError
from costcalc.papers.claims.operators import MULTIPLIERS, free_symbol, names_in

#: An operator as a claims file describes it.
Layer = Mapping[str, str]
#: What common letters stand for, in words, and the letters.
_COMMON = {
    "kernel": ("the kernel", ("k", "K", "D_K", "d_k")),
    "in": ("the input channels", ("M", "C_in", "c_in", "C_i", "c_i", "d_i")),
    "out": ("the output channels", ("N", "n", "C_out", "c_out", "C_o", "c_o", "d_j")),
    "side": ("the side of the map", ("D_F", "D")),
    "height": ("the height of the map", ("h", "H")),
    "width": ("the width of the map", ("w", "W")),
}
COMMON = {role: letters for role, (_, letters) in _COMMON.items()}
_ROLES = {letter: role for role, letters in COMMON.items() for letter in letters}
#: What a layer's sizes are where neither the layers nor the formula say.
_DEFAULTS = {"kernel": "k", "in": "M", "out": "N", "map": "1"}
_KERNEL = ("standard", "depthwise", "separable")
_NO_OUT = ("depthwise", "pyramid", "add", "concat")


class Letters(NamedTuple):
    """The layers of a formula with every size stated; ``read_as`` has the letters of the formula
    that they call otherwise, and ``problems`` what can't be read, each with a hint."""

    layers: tuple[Layer, ...]
    read_as: Mapping[str, str]
    problems: tuple[tuple[str, str], ...]

    @property
    def note(self) -> str:
        """``K = D_K, n = N``."""
        return ", ".join(f"{letter} = {meant}" for letter, meant in self.read_as.items())


def read_letters(
    names: AbstractSet[str],
    layers: Sequence[Layer],
    others: AbstractSet[str] = frozenset(),
    beside: Mapping[str, str] | None = None,
) -> Letters:
    """What the ``names`` of a formula of some layers mean.

    ``others`` are the letters of the network that it is besides of, if any, and ``beside`` the
    sizes of its part: what a layer does not say.
    """
    stated = {*others}.union(*map(names_in, layers))
    filled = [_filled(layer, layers, names - stated, beside or {}) for layer in layers]
    letters = {*others}.union(*map(names_in, filled))
    roles = [_roles(layer) for layer in filled]
    read_as: dict[str, str] = {}
    problems = []
    for name in sorted(names - letters):
        role = _ROLES.get(name, "")
        meant = {own[role] for own in roles if role in own}
        if len(meant) == 1 and meant != {""}:
            read_as[name] = meant.pop()
        else:
            problems.append(_unknown(name, role, letters, bool(layers)))
    problems += _alike(names, read_as)
    return Letters(tuple(filled), read_as, tuple(problems))


def _filled(
    layer: Layer, layers: Sequence[Layer], free: AbstractSet[str], beside: Mapping[str, str]
) -> Layer:
    """A layer that states every size: as the other does, as the formula's letters say, or by
    default."""
    sizes = dict(layer)
    for size in _sizes(layer["layer"]):
        if size not in sizes:
            same = [other[size] for other in layers if size in other and _is_plain(size, other)]
            sizes[size] = next(iter(same), "") or beside.get(size) or _from(free, size)
    return sizes


def _sizes(kind: str) -> Iterator[str]:
    yield from ("in", "map")
    if kind in _KERNEL:
        yield "kernel"
    if kind not in _NO_OUT:
        yield "out"


def _is_plain(size: str, layer: Layer) -> bool:
    """Whether a size is a number or a letter, and not ``alpha*M``: the other layer may be wider."""
    role = "width" if size == "map" else size
    return not compile_expression(layer[size]).names or bool(_roles(layer).get(role))


def _from(free: AbstractSet[str], size: str) -> str:
    """What the one common letter among those that the layers do not state says of a size."""

    def one(role: str) -> str:
        found = {*free} & {*COMMON[role]}
        return found.pop() if len(found) == 1 else ""

    if size != "map":
        return one(size) or _DEFAULTS[size]
    side, height, width = map(one, ("side", "height", "width"))
    if side and free.isdisjoint(COMMON["height"] + COMMON["width"]):
        return f"{side}*{side}"
    if height and width and free.isdisjoint(COMMON["side"]):
        return f"{height}*{width}"
    return _DEFAULTS[size]


def _roles(layer: Layer) -> dict[str, str]:
    """The letters of a layer's sizes; none for a size that is more than a letter."""
    found: dict[str, str] = {}
    for size in _sizes(layer["layer"]):
        names, value = _value(layer.get(size, "1"))
        first, last = (names[0], names[-1]) if names else ("", "")
        if size == "map":
            square = value == free_symbol(first) * free_symbol(last)
            found |= dict.fromkeys(("side", "height", "width"), "")
            found |= {"height": first, "width": last} if square else {}
            found |= {"side": first} if square and first == last else {}
        else:
            found[size] = first if len(names) == 1 and value == free_symbol(first) else ""
    return found


def _value(text: str) -> tuple[list[str], Number | None]:
    """The symbols of a size that are whole, and the size; None where it is no closed form."""
    expression = compile_expression(text)
    try:
        value = expression.number({name: free_symbol(name) for name in expression.names})
    except ExpressionError:
        return [], None
    return sorted(expression.names.difference(MULTIPLIERS)), value


def _unknown(name: str, role: str, letters: AbstractSet[str], of_layer: bool) -> tuple[str, str]:
    known = ", ".join(sorted(letters)) or "none"
    message = f"nothing here has the letter {name} (known: {known})"
    if not of_layer:
        return message, "a parameter that is left free"
    value = {"side": f"{name}*{name}", "height": f"{name}*w", "width": f"h*{name}"}.get(role, name)
    size = role if value == name else "map"
    hint = f"say in the layer what it is: {size or 'kernel, in, out or map'}: {value}"
    return message, f"{hint}; or expect: a note, if it is a misprint"


def _alike(names: AbstractSet[str], read_as: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Two letters of a formula for one size of its layers: they may be different sizes."""
    for name, letter in read_as.items():
        same = [n for n in read_as if n > name and read_as[n] == letter]
        clash = [letter] if letter in names else [n for n in same if _ROLES[n] == _ROLES[name]]
        for other in clash:
            message = f"{name} and {other} could both be {_COMMON[_ROLES[name]][0]}"
            yield message, "say in the layer which is which; or expect: a note, if it is a misprint"
