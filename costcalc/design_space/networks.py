"""The networks that a sweep or a comparison is asked of: those that are given, or the shipped ones
that have usual values of what is asked for; each with a label that tells it from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from costcalc.algebra.notation import SYMBOLS
from costcalc.design_space.sweep.axes import is_usual
from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.graph.loading import Named, load_spec
from costcalc.language import Spec, library
from costcalc.language.parameters import Binding, Bound, by_name, lacks

T = TypeVar("T")


def labels(networks: Iterable[Named]) -> list[str]:
    """Each network's name, or what was given where that would name two files alike."""
    taken = [(network.spec.name, network.given) for network in networks]
    alike = Counter(name for name, _ in set(taken))
    return [given if alike[name] > 1 else name for name, given in taken]


def together(
    networks: Sequence[tuple[Named, Mapping[str, str]]], values: Mapping[str, Bound]
) -> list[tuple[Named, Binding]]:
    """Networks with their bindings: ``values`` bind those that have the parameter, and what a name
    carries goes before.

    :raises CostcalcError: no network, a parameter that none has, or a bad value.
    """
    if not networks:
        raise CostcalcError("no network is named", "SPEC, or several")
    asked, bound = shared(values, networks), []
    for network, own in networks:
        its = {name: v for name, v in asked.items() if name in network.spec.parameters}
        bound.append((network, network.spec.bind({**its, **own})))
    return bound


def shared(
    values: Mapping[str, T], networks: Sequence[tuple[Named, Mapping[str, object]]]
) -> dict[str, T]:
    """Values under the names of the networks' parameters.

    :raises CostcalcError: a parameter that no network has, or one that is given twice.
    """
    specs = [network.spec for network, _ in networks]
    asked = by_name(values, {name for spec in specs for name in spec.parameters})
    have(specs, asked)
    return asked


def have(networks: Sequence[Spec], names: Iterable[str]) -> None:
    """:raises CostcalcError: parameters that no network has; all of them at once."""
    known = {name for network in networks for name in network.parameters}
    lost = [name for name in dict.fromkeys(names) if name not in known]
    if lost and len(networks) == 1:
        raise CostcalcError(lacks(networks[0].name, name, known) for name in lost)
    if lost:
        whom = "none of the networks has a parameter"
        raise CostcalcError(Problem(f"{whom} {n!r}", did_you_mean(n, known)) for n in lost)


def usual(values: Mapping[str, object]) -> tuple[str, ...]:
    """The parameters that are asked for at their usual values."""
    return tuple(name for name, value in values.items() if is_usual(value))


def shipped(values: Mapping[str, object]) -> list[Named]:
    """The shipped networks that have all these parameters, and usual values where those are asked
    for.

    :raises CostcalcError: they are nowhere asked for, or no network has them.
    """
    if not usual(values):
        hint = "SPEC; or --alpha without values: the shipped networks that have usual ones"
        raise CostcalcError("no network is named", hint)
    specs = {name: load_spec(name) for name in library.spec_names()}
    found = [Named(name, spec) for name, spec in specs.items() if _has_usual(spec, values)]
    if not found:
        known = {parameter for spec in specs.values() for parameter in spec.parameters}
        asked = by_name(values, known)
        unknown = [name for name in asked if name not in known]
        hint = did_you_mean(unknown[0], known) if unknown else "name a SPEC"
        names = " and ".join(SYMBOLS.get(name, name) for name in usual(asked))
        raise CostcalcError(f"no shipped network has usual values of {names}", hint)
    return found


def _has_usual(spec: Spec, values: Mapping[str, object]) -> bool:
    asked = by_name(values, spec.parameters)
    return asked.keys() <= spec.parameters.keys() and all(
        spec.parameters[name].usual_values for name in usual(asked)
    )
