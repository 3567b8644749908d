"""Which closed forms a sweep needs: one as a rule, one per value of what can't stay free."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

from costcalc.conventions.shelf import Convention
from costcalc.design_space.sweep.axes import Binding, Space
from costcalc.design_space.sweep.structure import Costs, Structure
from costcalc.errors import CostcalcError, Undecided
from costcalc.language import Spec
from costcalc.language.parameters import KNOWN

#: The closed forms that were made last.
_LATEST: deque[Structure] = deque(maxlen=64)


class Plan:
    """How the costs of a network over a space are found.

    ``outer`` names the swept parameters that every closed form binds: words that choose between
    structures, and numbers that no closed form of this network can leave free.
    """

    def __init__(self, spec: Spec, convention: Convention, space: Space) -> None:
        self.spec = spec
        self.convention = convention
        self.space = space
        swept = space.swept
        self.pairs = any(isinstance(v, tuple) for v in swept.get("resolution", ()))
        self.outer, self._first = self._outer({name: v[-1] for name, v in swept.items()})

    def structure(self, values: Binding) -> Structure:
        """The closed form at values of the outer parameters.

        :raises CostcalcError: the network does not exist there.
        """
        if self._first is not None and not self.outer:
            return self._first
        return self._root({**self.space.fixed, **values})

    def widen(self) -> None:
        """Bind every swept parameter: what decides the structure is not the same everywhere."""
        self.outer, self._first = tuple(self.space.swept), None

    def at(self, values: Binding) -> Costs[int]:
        """The exact costs at one point: values of all swept parameters.

        :raises CostcalcError: the network does not exist there.
        """
        try:
            return self._at(values)
        except Undecided:
            self.widen()
            return self._at(values)

    def _at(self, values: Binding) -> Costs[int]:
        free = {name: value for name, value in values.items() if name not in self.outer}
        return self.structure({name: values[name] for name in self.outer}).at(free)

    def _outer(self, sample: Binding) -> tuple[tuple[str, ...], Structure | None]:
        """The fewest swept parameters whose binding leaves a closed form in the others."""
        parameters = self.spec.parameters
        words = tuple(name for name in sample if parameters[name].choices)
        others = [name for name in sample if name not in words]
        # what papers hold, and a spec's own counts, are the likelier reasons
        others.sort(key=lambda name: (not parameters[name].held, name in KNOWN))
        for count in range(len(others)):
            for some in combinations(others, count):
                outer = (*words, *some)
                bound = {**self.space.fixed, **{name: sample[name] for name in outer}}
                try:
                    return outer, self._root(bound)
                except CostcalcError:
                    continue
        return (*words, *others), None

    def _root(self, bound: Binding) -> Structure:
        """The closed form with these bound, made anew unless it is one of the latest."""
        for made in _LATEST:
            same = made.spec is self.spec and made.convention == self.convention
            if same and made.bound == bound and made.pairs == self.pairs:
                return made
        _LATEST.append(Structure(self.spec, self.convention, bound, self.pairs))
        return _LATEST[-1]


class Part(NamedTuple):
    """One network of a sweep. ``base`` is the plan of its baseline: the same axes without the
    parameters that the baseline binds, and ``kept`` the axes that remain of each, or None."""

    plan: Plan
    base: Plan
    kept: tuple[int | None, ...]


def part_of(
    spec: Spec, convention: Convention, space: Space, baseline: Mapping[str, object] | None
) -> Part:
    """A network's part; its baseline is the spec's defaults, or the parameters bound so.

    :raises CostcalcError: a bad value of the baseline.
    """
    if baseline is None:
        bound = spec.defaults()
    else:
        bound = spec.bind({n: value for n, value in baseline.items() if n in spec.parameters})
    base, kept = space.bound_to(bound)
    return Part(Plan(spec, convention, space), Plan(spec, convention, base), kept)
