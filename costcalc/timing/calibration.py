"""Calibration: a table of measured times becomes what one of each amount takes, kept in a file of a
device with its error and with what it was fitted to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path

from costcalc.algebra.expressions import exact_number
from costcalc.algebra.result import Json, Result, whole_or_text
from costcalc.errors import CostcalcError, ExpressionError, Place, Problem, did_you_mean
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.graph.loading import as_spec
from costcalc.language.parameters import name_of, text_of
from costcalc.source.files import shown, stem
from costcalc.source.nodes import Text
from costcalc.source.tables import Row, read_tables
from costcalc.timing.fit import FEATURES, KERNELS, Fit, Timed, amounts_of, fitted, model
from costcalc.timing.times import Times

#: Units of times, in seconds.
UNITS = {"s": Fraction(1), "ms": Fraction(1, 10**3), "us": Fraction(1, 10**6)}
UNITS |= {"µs": UNITS["us"], "μs": UNITS["us"]}
_TIME = re.compile(rf"(?:(?:time|latency)\b.*?)?\(?({'|'.join(UNITS)})\)?", re.I)
_EXAMPLE = "spec,alpha,resolution,ms"


@dataclass(frozen=True, repr=False)
class Calibration(Result, says="name"):
    """A fit to measured times: ``times`` is what a file keeps of it."""

    name: str
    file: str
    fit: Fit
    times: Times

    def to_yaml(self) -> str:
        """The file of a device with these times."""
        kept = self.times
        return kept.to_yaml(self.name, f"{kept.rows} measured times of {kept.networks} networks")

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc calibrate --format json``."""
        rows = zip(self.fit.times, self.fit.predicted, strict=True)
        return {
            "device": self.name,
            **self.times.to_dict(),
            "rows": [
                {
                    "network": timed.network,
                    "seconds": whole_or_text(timed.seconds),
                    "left_out_seconds": float(predicted),
                }
                for timed, predicted in rows
            ],
        }


def calibrate(
    table: str | Path, *, name: str = "", amounts: str | Sequence[str] = ()
) -> Calibration:
    """What one of each amount takes, by the times of a table: what ``costcalc calibrate`` does.

    The table (CSV, Markdown or LaTeX) has a column ``spec``, columns of parameters, and one of
    times with its unit, as ``ms``. ``amounts`` are those of
    :data:`~costcalc.timing.fit.FEATURES`, or ``kernels``; else as many as the times allow.

    :raises CostcalcError: the table has no such columns, fewer than two networks, or a network that
        does not exist.
    """
    path = Path(table)
    times, operators = _read(path)
    networks = len({timed.network for timed in times})
    chosen = _chosen(amounts, networks)
    if networks < 2 or networks < len(chosen):
        message = f"times of {networks} {'network' if networks == 1 else 'networks'}"
        needed = max(2, len(chosen))
        raise CostcalcError(Problem(message, f"at least {needed} are needed", Place(shown(path))))
    fit = fitted(times, chosen)
    between = {
        amount: (min(t.amounts[amount] for t in times), max(t.amounts[amount] for t in times))
        for amount in chosen
    }
    spent = {amount: _rounded(seconds) for amount, seconds in fit.coefficients.items()}
    kept = Times(
        spent, len(times), networks, *fit.left_out, between, tuple(sorted(operators)), shown(path)
    )
    return Calibration(name or stem(path, "device"), shown(path), fit, kept)


def _chosen(amounts: str | Sequence[str], networks: int) -> tuple[str, ...]:
    """The amounts that are asked for, or as many as so many times allow."""
    words = amounts.split(",") if isinstance(amounts, str) else amounts
    names = tuple(word.strip() for word in words if word.strip())
    names = KERNELS if names == ("kernels",) else names
    for word in names:
        if word not in FEATURES:
            hint = did_you_mean(word, FEATURES)
            raise CostcalcError(f"no amount is called {word!r}", hint)
    return names or model(networks)


def _rounded(seconds: Fraction) -> Fraction:
    """Six digits: measured times have no more."""
    exact = Decimal(seconds.numerator)
    return Fraction(Context(prec=6).divide(exact, Decimal(seconds.denominator)))


def _read(path: Path) -> tuple[list[Timed], set[str]]:
    """The times of a table, and the operators of its networks."""
    table = read_tables(path)[0]
    at = {heading.text.strip(): i for i, heading in enumerate(table.headings)}
    if "spec" not in at:
        raise table.headings[0].error("no column is called spec", _EXAMPLE)
    units = {i: UNITS[m[1].lower()] for word, i in at.items() if (m := _TIME.fullmatch(word))}
    if len(units) != 1:
        what = "several columns hold" if units else "no column holds"
        raise table.headings[0].error(f"{what} times", f"one called by its unit: {_EXAMPLE}")
    ((column, unit),) = units.items()
    others = {word: i for word, i in at.items() if i not in (at["spec"], column)}
    times, operators, problems = [], set[str](), list[Problem]()
    for row in table.rows:
        try:
            label, graph = _network(row, row[at["spec"]], others, table.headings)
            seconds = _number(row[column]) * unit
        except CostcalcError as error:
            places = (p if p.place.line else p._replace(place=row[0].place) for p in error.problems)
            problems += places
            continue
        operators |= {layer.operator for layer in graph.layers}
        times.append(Timed(label, amounts_of(graph.layers), seconds))
    if problems:
        raise CostcalcError(problems)
    return times, operators


def _network(row: Row, spec: Text, others: Mapping[str, int], headings: Row) -> tuple[str, Graph]:
    """The network of a row, with what is not at its default; an empty cell binds nothing."""
    network = as_spec(spec.text)
    values = {}
    for word, i in others.items():
        name = name_of(word, network.parameters)
        if row[i].text.strip() not in ("", "-"):
            if name not in network.parameters:
                hint = did_you_mean(name, network.parameters) or "no parameter: leave it out"
                raise row[i].error(f"{network.name} has no parameter {word!r}", hint)
            values[name] = row[i].text
    graph = build(network, network.binding(values))
    usual = network.defaults()
    bound = ", ".join(
        f"{name}={text_of(value)}" for name, value in graph.binding.items() if value != usual[name]
    )
    return f"{network.name} {bound}".rstrip(), graph


def _number(cell: Text) -> Fraction:
    try:
        number = Fraction(exact_number(cell.text))
    except ExpressionError as error:
        raise cell.error(str(error), error.hint) from None
    if number <= 0:
        raise cell.error(f"{cell.text!r} is no time", "more than 0")
    return number
