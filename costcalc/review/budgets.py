"""Budgets in a file: what networks may cost, and why.

.. code:: yaml

    budgets:
    - network: net.yaml
      at: {alpha: 3/4}
      keep:
        mult_adds <= 150M: 30 frames a second on the phone
        peak <= 256KiB: RAM of the board
        params <= 101% of v1.0:net.yaml: not more than 1 % over the last release
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from costcalc.analysis.costs import cost_amount, named
from costcalc.conventions.shelf import DEFAULT
from costcalc.errors import CostcalcError, Place
from costcalc.source.files import BUDGETS
from costcalc.source.nodes import Mapping as Keyed
from costcalc.source.nodes import Node, Text
from costcalc.source.reader import read_as
from costcalc.source.record import Field, Noted, Problems, Record, items, mapping, text, text_field

#: A budget: a cost, and the most of it; ``101% of`` another network.
_BUDGET = re.compile(r"(?P<cost>[\w ,-]+?)\s*(?P<sign><=|≤|<|=<|==?|>=?)\s*(?P<most>.+)")
_SHARE = re.compile(r"(?P<percent>\d+(\.\d+)?)\s*%\s+of\s+(?P<other>\S+)")
_TYPES = "types of numbers, such as int8 or weights=int4"
_HINT = "as `mult_adds <= 150M` or `params <= 101% of v1.0:net.yaml`"


class Budget(NamedTuple):
    """The most that a network may cost. ``most`` is an amount, or the share of what ``than`` costs
    at the same binding."""

    cost: str
    most: int | Fraction
    than: str
    reason: str
    text: str
    place: Place


class Guarded(NamedTuple):
    """A network at a binding, with its budgets."""

    network: str
    values: Mapping[str, str]
    convention: str
    elements: str
    budgets: tuple[Budget, ...]
    place: Place


NO_VALUES: Mapping[str, str] = {}


def _values(node: Node) -> Mapping[str, str]:
    """A binding, as text."""
    found = mapping(node, "values by parameter")
    return {name: text(value, "a value") for name, value in found.values.items()}


class _Entry(Record):
    what = "{network, at, keep}"
    called = "a budget"
    network = text_field("a network: a name, a file, or REV:path")
    at = Noted(_values, NO_VALUES)
    convention = text_field("a convention", "")
    elements = text_field(_TYPES, "")
    keep = Field(lambda node: mapping(node, "budgets, each with its reason"))


class _File(Record):
    what = "a file of budgets"
    called = "the file"
    budgets = Field(lambda node: items(node, "a list of budgets"))
    convention = text_field("a convention", DEFAULT)
    elements = text_field(_TYPES, "int8")


def read_budgets(path: Path) -> tuple[Guarded, ...]:
    """The networks of a file, each with its budgets.

    :raises CostcalcError: with every problem of the file.
    """
    return read_as(BUDGETS, path, _read)


def _read(root: Node) -> tuple[Guarded, ...]:
    problems, found = Problems(), []
    said = _File(root, problems)
    for node in said.budgets:
        with problems.collected():
            entry = _Entry(node, problems)
            budgets = tuple(_budgets(entry.keep, problems))
            counted = (entry.convention or said.convention, entry.elements or said.elements)
            found.append(Guarded(entry.network, entry.at, *counted, budgets, node.place))
    problems.raise_if_any()
    if not any(guarded.budgets for guarded in found):
        raise root.error("the file has no budget", _HINT)
    return tuple(found)


def _budgets(kept: Keyed, problems: Problems) -> Iterator[Budget]:
    for key, node in kept.keys.items():
        with problems.collected():
            yield _budget(node, text(kept.values[key], "the reason for it"))


def _budget(node: Text, reason: str) -> Budget:
    found = _BUDGET.fullmatch(node.text)
    if found is None or found["sign"] not in ("<=", "≤"):
        raise node.error(f"{node.text!r} is no budget", _HINT)
    share = _SHARE.fullmatch(found["most"])
    try:
        cost = named(found["cost"])
        most = Fraction(share["percent"]) / 100 if share else cost_amount(cost, found["most"])
    except CostcalcError as error:
        (problem,) = error.problems
        raise CostcalcError(problem._replace(place=node.place)) from None
    return Budget(cost, most, share["other"] if share else "", reason, node.text, node.place)
