"""Conventions: what each tagged term weighs. A convention is data, never code.

A file maps names to ``{meaning, source, unit, mult_adds, params, else}``. Both tables give weights
per tag; a tag that neither names weighs ``else``. Without ``else``, every tag must be named.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from costcalc import shipped
from costcalc.algebra import Number, simplest
from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.expressions import ExpressionError, exact_number
from costcalc.ledger import Tag, Terms
from costcalc.marked import Node
from costcalc.spec.getters import Problems, mapping, only_keys, text
from costcalc.spec.reader import read_file

UNITS = ("MAC", "FLOP")
KEYS = ("meaning", "source", "unit", "mult_adds", "params", "else")
DEFAULT = "paper"


class Convention(NamedTuple):
    """Named weights. ``mult_adds`` and ``params`` hold the tags that weigh something."""

    name: str
    meaning: str
    source: str
    unit: str
    mult_adds: Mapping[Tag, int | Fraction]
    params: Mapping[Tag, int | Fraction]

    def work(self, terms: Terms) -> Number:
        """The Mult-Adds of tagged terms, in ``unit``."""
        return _weighed(terms, self.mult_adds)

    def parameters(self, terms: Terms) -> Number:
        """The parameters of tagged terms."""
        return _weighed(terms, self.params)


def _weighed(terms: Terms, weights: Mapping[Tag, int | Fraction]) -> Number:
    result: Number = 0
    for tag, weight in weights.items():
        value = terms.get(tag)
        if value is not None:
            result = result + (value if weight == 1 else weight * value)
    return simplest(result)


def find_convention(name_or_file: str) -> Convention:
    """A shipped convention by name, or the only (or last) one of a file.

    :raises CostcalcError: no such convention, or a bad file.
    """
    if name_or_file.endswith((".yaml", ".yml")) or "/" in name_or_file:
        return list(read_conventions(Path(name_or_file)).values())[-1]
    found = _shipped_named(name_or_file)
    if found is None:
        hint = did_you_mean(name_or_file, all_conventions()) or "or a file: my.yaml"
        raise CostcalcError(Problem(f"no convention {name_or_file!r}", hint))
    return found


def _shipped_named(name: str) -> Convention | None:
    basic = shipped.CONVENTIONS / "basic.yaml"  # read first: the usual ones are there
    for path in sorted(shipped.convention_files(), key=lambda path: path != basic):
        conventions = read_conventions(path)
        if name in conventions:
            return conventions[name]
    return None


def all_conventions() -> dict[str, Convention]:
    """Every shipped convention by name."""
    found: dict[str, Convention] = {}
    for path in shipped.convention_files():
        for name, convention in read_conventions(path).items():
            if name in found:
                raise CostcalcError(f"convention {name!r} is shipped twice")
            found[name] = convention
    return found


def read_conventions(path: Path) -> dict[str, Convention]:
    """The conventions of a file, in the order written.

    :raises CostcalcError: with every problem of the file.
    """
    problems = Problems()
    root = mapping(read_file(path), "conventions by name")
    found = {}
    for name, node in root.values.items():
        with problems.collected():
            found[name] = _read(name, node, problems)
    problems.raise_if_any()
    if not found:
        raise root.error("the file has no convention", "name: {meaning, mult_adds, params}")
    return found


def _read(name: str, node: Node, problems: Problems) -> Convention:
    table = mapping(node, "{meaning, mult_adds, params, else}")
    only_keys(table, KEYS, problems)
    values = table.values
    for key in ("meaning", "mult_adds", "params"):
        if key not in values:
            raise node.error(f"convention {name!r} has no {key!r}")
    unit = text(values["unit"], "a unit") if "unit" in values else "MAC"
    if unit not in UNITS:
        raise values["unit"].error(f"unknown unit {unit!r}", "MAC or FLOP")
    otherwise = _number(values["else"]) if "else" in values else None
    weights: dict[Tag, int | Fraction] = {}
    for key, parameters in (("mult_adds", False), ("params", True)):
        rows = mapping(values[key], "weights by tag")
        for word, weight in rows.values.items():
            tag = next((tag for tag in Tag if tag.value == word), None)
            if tag is None or tag.is_parameter != parameters:
                known = [t.value for t in Tag if t.is_parameter == parameters]
                hint = did_you_mean(word, known)
                problems.add(rows.keys[word], f"unknown tag {word!r} under {key}", hint)
                continue
            with problems.collected():
                weights[tag] = _number(weight)
    if otherwise is None:
        silent = [tag.value for tag in Tag if tag not in weights]
        if silent:
            message = f"convention {name!r} does not say what {', '.join(silent)} weigh"
            raise node.error(message, "weights for them, or else: 0")
    else:
        weights = {tag: weights.get(tag, otherwise) for tag in Tag}
    return Convention(
        name,
        text(values["meaning"], "a sentence"),
        text(values["source"], "a citation") if "source" in values else "",
        unit,
        {tag: w for tag, w in weights.items() if w and not tag.is_parameter},
        {tag: w for tag, w in weights.items() if w and tag.is_parameter},
    )


def _number(node: Node) -> int | Fraction:
    try:
        return exact_number(text(node, "a weight"))
    except ExpressionError as error:
        raise node.error(str(error), error.hint) from None
