"""What the layers of the second calculator learn, and which of them use what others learned."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from arithmetic import Nonexistent

#: The parts of a row that learn a parameter.
PARTS = {
    "conv weight": "weights",
    "fc weight": "weights",
    "recurrent weight": "weights",
    "learned weight": "weights",
    "recurrent bias": "bias",
    "conv bias": "bias",
    "fc bias": "bias",
    "prelu weight": "activation",
    **{
        f"{kind} {what}": "norm"
        for kind in ("bn", "layer norm", "group norm", "instance norm", "rms norm", "l2 norm")
        for what in ("affine", "statistics", "kept affine", "folded bias", "folded copy", "scale")
    },
}


class Learned(NamedTuple):
    """A layer that learned ``amounts``. ``shape`` is that of its weights."""

    row: int
    shape: tuple[Any, ...]
    amounts: dict[str, int]


class Use(NamedTuple):
    """A row that uses what was ``lent``, except for its ``own`` parts."""

    row: int
    lent: dict[int, list[Learned]]
    own: tuple[str, ...]
    passed: Counter[int]


class Learning:
    """Notes layers in the order in which they are passed."""

    def __init__(self) -> None:
        self.learned: list[Learned] = []
        self.lent: dict[str, dict[int, list[Learned]]] = {}
        self.uses: list[Use] = []

    def since(self, start: int, row: int) -> dict[int, list[Learned]]:
        """What the layers of a row learned, by row; what it learned itself is under 0."""
        found: dict[int, list[Learned]] = {}
        for one in self.learned[start:]:
            found.setdefault(0 if one.row == row else one.row, []).append(one)
        return found

    def use(self, row: dict[str, Any], lent: dict[int, list[Learned]]) -> None:
        """What comes next is a part of a row that uses what was lent."""
        said = row["weights"]
        own = said.get("own", ()) if isinstance(said, dict) else ()
        own = (own,) if isinstance(own, str) else tuple(own)
        self.uses.append(Use(id(row), lent, own, Counter()))

    def layer(
        self, row: int, shape: tuple[Any, ...], terms: Counter[str], before: Counter[str]
    ) -> int:
        """A new layer: what it shares is taken from ``terms``. Returns how many numbers of a
        channel are no longer shared where a BN is folded into them."""
        amounts = {tag: n for tag in PARTS if (n := terms[tag] - before[tag])}
        if not amounts:
            return 0
        self.learned.append(Learned(row, shape, dict(amounts)))
        copied = 0
        for use in self.uses[::-1]:
            shared = {tag: n for tag, n in amounts.items() if PARTS[tag] not in use.own}
            if not shared:
                continue
            key = 0 if row == use.row else row
            lent = use.lent.get(key, [])
            if use.passed[key] >= len(lent):
                raise Nonexistent("no weights to use")
            one = lent[use.passed[key]]
            use.passed[key] += 1
            given = {tag: n for tag, n in one.amounts.items() if PARTS[tag] not in use.own}
            weighs = any(PARTS[tag] == "weights" for tag in shared)
            if _told(given) != _told(shared) or (weighs and one.shape != shape):
                raise Nonexistent("weights of another shape")
            for tag, n in shared.items():
                terms[tag] -= n
                del amounts[tag]
            if shape[0] in ("conv", "dwconv"):
                channels = shape[3]
                copied += (shared.get("conv weight", 0) + shared.get("conv bias", 0)) // channels
        return copied


def _told(amounts: dict[str, int]) -> dict[str, int]:
    """The amounts that are learned, not what becomes of them where BNs are folded."""
    return {tag: n for tag, n in amounts.items() if "folded" not in tag and "kept" not in tag}


def read(spec: Any) -> set[str]:
    """The names of rows whose maps others read; of some only the size is followed."""
    found = set[str]()
    if isinstance(spec, dict):
        found = {value for key, value in spec.items() if key == "from"}
    parts = spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else ()
    return found.union(*map(read, parts))
