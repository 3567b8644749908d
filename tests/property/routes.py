"""Every route by which costcalc gives a cost, held against the second calculator at bindings."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
from calculator import calculate, costs
from random_specs import Binding, Case, types, words, written
from typed import Typed

from costcalc import CostcalcError, Formula, Network, loads
from costcalc.errors import Undecided
from costcalc.report.views.formulas import python_module

Cost = tuple[int, int]

#: Costs by name that are asked for besides.
COSTS = ("activations", "features", "flash", "traffic", "traffic_unfused", "bops", "peak")

#: What conventions of the library weigh, as docs/conventions.md lists it.
_MACS = {"conv mac": 1, "transposed conv mac": 1, "fc mac": 1, "matmul mac": 1}
_MACS |= {"lstm mac": 1, "gru mac": 1, "rnn mac": 1}
_VALID = {"conv valid mac": 2, "transposed conv valid mac": 2, "fc mac": 2, "matmul mac": 2}
_TRAINED = (
    *("conv weight", "conv bias", "fc weight", "fc bias", "bn affine", "l2 norm scale"),
    *("recurrent weight", "recurrent bias"),
    *("layer norm affine", "group norm affine", "instance norm affine", "rms norm scale"),
    "learned weight",
)
_WORK = """conv mac|conv valid mac|conv slice|transposed conv mac|transposed conv valid mac
transposed conv output mac|transposed conv filter mac|transposed conv input|transposed conv layer
transposed conv mixed mac|transposed conv twice grouped mac|transposed conv bias add
transposed conv forward bias add|fc repeated mac|fc bias repeated add|matmul mac
lstm mac|lstm bias add|lstm element|lstm hidden
gru mac|gru bias add|gru element|gru hidden|rnn mac|rnn bias add|rnn element
fc mac|fc output|conv bias add|fc bias add|bn element|bn channel|bn kept element|bn folded bias add
l2 norm element|relu element|relu6 element|hswish element|hsigmoid element|sigmoid element
swish element|leaky relu element|prelu element|prelu channel|softmax element|softmax row
bn unscaled element|bn plain element|bn left out|layer norm row
layer norm element|layer norm channel|layer norm unscaled element
layer norm plain element|layer norm left out
group norm element|group norm channel|group norm unscaled element
group norm plain element|group norm left out
instance norm element|instance norm channel|instance norm unscaled element
instance norm plain element|instance norm left out
rms norm element|rms norm channel|rms norm left out|local response norm element
local response norm window|local response norm padding|local response norm position
gelu element|elu element|selu element|tanh element|softplus element|mish element|hardtanh element
max pool input|max pool output|max pool window|max pool side|max pool stride|average pool input
average pool output|average pool window|average pool side|average pool stride|global pool input
global pool output|global max pool input|global max pool output|adaptive max pool input
adaptive max pool output|adaptive max pool ratio|adaptive max pool whole
adaptive average pool input|adaptive average pool output|adaptive average pool window
adaptive average pool ratio|adaptive average pool whole
fractional pool input|fractional pool output|add element|multiply element
upsample element|upsample input|bilinear upsample element|bilinear upsample input
upsample cut element|upsample sized element|upsample position|bilinear upsample cut element
bilinear upsample sized element|bilinear upsample position|depth to space element
mean input|mean output|max input"""
_PARAMETERS = (*_TRAINED, "bn statistics", "prelu weight", "bn kept affine", "bn folded bias")
_PARAMETERS += ("bn folded copy",)
WEIGHTS: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "paper": (_MACS, {"conv weight": 1, "fc weight": 1, "recurrent weight": 1}),
    "trainable": (_MACS, dict.fromkeys((*_TRAINED, "prelu weight"), 1)),
    "xla-valid": (_VALID, dict.fromkeys((*_TRAINED, "prelu weight"), 1)),
    # each tag by a weight of its own, so that none can stand in for another
    "every": (
        {tag: 2 * i + 3 for i, tag in enumerate(_WORK.replace("\n", "|").split("|"))},
        {tag: 2 * i + 3 for i, tag in enumerate(_PARAMETERS)},
    ),
}


class Disagreement(AssertionError):
    """A route that does not give what the calculator gives."""


def own_convention(folder: Path) -> str:
    """The file of the convention ``every``."""
    path = folder / "every.yaml"
    work, params = WEIGHTS["every"]
    path.write_text(f"every: {{meaning: m, mult_adds: {work}, params: {params}, else: 0}}\n")
    return str(path)


def exactly(value: Any) -> Any:
    """A value as the calculator takes it: a fraction, a word, or two sides."""
    if isinstance(value, str) and "x" in value:
        height, width = (int(side) for side in value.split("x"))
        return (height, width) if height != width else height
    return value if value in ("p", "q") else Fraction(value)


class Comparison:
    """One case under one convention; ``seen`` counts what was compared, by route."""

    def __init__(self, case: Case, convention: str, every: str) -> None:
        self.spec, self.bindings, seed = case
        self.choose = random.Random(seed).randint
        self.weights = WEIGHTS[convention]
        self.convention = every if convention == "every" else convention
        self.seen: Counter[str] = Counter()
        self.known: dict[Any, Cost | None] = {}
        self.network: Network = loads(written(self.spec))
        self.parameters = self.network.parameters

    def right(self, binding: Binding) -> Cost | None:
        """What the calculator gives; None where there is no network."""
        key = tuple(sorted((name, str(value)) for name, value in binding.items()))
        if key not in self.known:
            terms = calculate(self.spec, {name: exactly(v) for name, v in binding.items()})
            work, params = self.weights
            self.known[key] = terms and (
                sum(terms[tag] * weight for tag, weight in work.items()),
                sum(terms[tag] * weight for tag, weight in params.items()),
            )
            if terms is not None and not terms:
                self.known[key] = (0, 0)
        return self.known[key]

    def differ(self, route: str, what: str) -> Disagreement:
        return Disagreement(f"{route}: {what} under {self.convention}\n\n{written(self.spec)}")

    def agree(self, route: str, at: Any, got: Any, right: Any) -> None:
        self.seen[route] += 1
        if got != right:
            raise self.differ(route, f"{got}, the calculator {right} at {at}")

    def run(self) -> None:
        """All routes at all bindings."""
        for binding in self.bindings:
            self.agree("count", binding, self.counted(binding), self.right(binding))
        self.sweeps()
        self.formulas()
        self.solves()
        self.costs()

    def counted(self, binding: Binding) -> Cost | None:
        try:
            count = self.network.count(convention=self.convention, **binding)
        except CostcalcError:
            return None
        return count.mult_adds, count.params

    # -- sweeps ------------------------------------------------------------------------------------

    def sweeps(self) -> None:
        axes = {
            name: list(dict.fromkeys(binding[name] for binding in self.bindings))[:3]
            for name in list(self.parameters)[:3]
        }
        fixed = {name: v for name, v in self.bindings[0].items() if name not in axes}
        grid = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
        if not axes:
            return
        for skip in (True, False):
            self.sweep([{**at, **fixed} for at in grid], skip, {**axes, **fixed})
            self.sweep(self.bindings, skip, {"points": self.bindings})

    def sweep(self, points: list[Binding], skip: bool, asked: Any) -> None:
        right = [self.right(at) for at in points]
        route = "sweep --skip" if skip else "sweep"
        try:
            found = self.network.sweep(convention=self.convention, skip=skip, **asked)
        except CostcalcError as error:
            self.seen[route] += len(points)
            if all(right) or (skip and any(right)):
                raise self.differ(route, f"refused at {asked}: {error}") from error
            return
        got = [
            (int(a), int(b)) for a, b in zip(found.mult_adds.flat, found.params.flat, strict=True)
        ]
        if not skip and None in right:
            at = points[right.index(None)]
            raise self.differ(route, f"{got} though there is no network at {at}")
        self.agree(route, asked, got, [cost for cost in right if cost is not None])
        self.seen[route] += len(points) - 1

    # -- what else is asked for --------------------------------------------------------------------

    def costs(self) -> None:
        """Costs by name, in closed form and swept, are those that are counted."""
        names = COSTS[: len(COSTS) - self.choose(0, 1)]  # the form of a peak needs all rounds
        asked: Any = {"cost": names, "elements": types(self.choose)}
        right = [self.priced(at, asked) for at in self.bindings]
        if "weights" not in words(self.spec):  # what lies where two use it is not followed
            for at, cost in zip(self.bindings, right, strict=True):
                own = costs(self.spec, {n: exactly(v) for n, v in at.items()}, asked["elements"])
                got = cost and tuple(cost[2 + names.index(name)] for name in Typed._fields)
                self.agree("count of costs", (at, asked["elements"]), got, own)
        there = [cost for cost in right if cost is not None]
        try:
            swept = self.network.sweep(points=self.bindings, skip=True, **asked) if there else None
        except CostcalcError as error:
            raise self.differ("sweep of costs", f"refused: {error}") from error
        if swept is not None and self.parameters:
            columns = [map(int, array.flat) for array in swept.costs.values()]
            self.agree("sweep of costs", asked, list(zip(*columns, strict=True)), there)
        held = [name for name, p in self.parameters.items() if p.held and not p.choices]
        for at, cost in zip(self.bindings, right, strict=True):
            bound = {n: v for n, v in at.items() if isinstance(exactly(v), str | tuple)}
            try:
                form = self.network.formula(free=tuple(held), **asked, **bound)
                own = {name: value for name, value in at.items() if name in form.parameters}
                got = form.at(rounded=True, **own)
            except CostcalcError:
                self.seen["form of costs refused"] += 1
                continue
            self.agree("form of costs", at, got, cost)

    def priced(self, binding: Binding, asked: Any) -> Any:
        try:
            return tuple(self.network.count(**asked, **binding).costs.values())
        except CostcalcError:
            return None

    # -- closed forms ------------------------------------------------------------------------------

    def formulas(self) -> None:
        groups: dict[Any, list[Binding]] = {}
        for binding in self.bindings:  # words choose the structure, and two sides are no number
            bound = {n: v for n, v in binding.items() if isinstance(exactly(v), str | tuple)}
            groups.setdefault(tuple(bound.items()), []).append(binding)
        for key, bindings in groups.items():
            self.formula(dict(key), bindings)
        names = [name for name in self.parameters if self.choose(0, 1)]
        bound = {name: self.bindings[0][name] for name in names}
        rest = [{**binding, **bound} for binding in self.bindings]
        if not any(isinstance(exactly(v), str | tuple) for at in rest for v in at.values()):
            self.formula(bound, rest)

    def formula(self, bound: Binding, bindings: list[Binding]) -> None:
        held = tuple(
            name
            for name, p in self.parameters.items()
            if p.held and not p.choices and name not in bound
        )
        try:
            formula = self.network.formula(convention=self.convention, free=held, **bound)
        except CostcalcError as error:
            self.seen["formula refused"] += 1
            right = [at for at in bindings if self.right(at) is not None]
            hangs = isinstance(error, Undecided) or "give values to the parameters" in str(error)
            if right and not hangs:
                raise self.differ(
                    "formula", f"with {bound} refused at {right[0]}: {error}"
                ) from error
            return
        for at in bindings:
            self.closed(formula, at)
        self.compiled(formula, bound, held, bindings)

    def closed(self, formula: Formula, binding: Binding) -> None:
        own = {name: value for name, value in binding.items() if name in formula.parameters}
        right = self.right(binding)
        for rounded, route in ((True, "rounded form"), (False, "polynomial")):
            try:
                got: Cost | None = formula.at(rounded=rounded, **own)
            except CostcalcError as error:
                got = None
                self.seen[f"{route} refused"] += right is not None
                if right is not None and "does not exist" in str(error):
                    raise self.differ(
                        route, f"{error}, the calculator {right} at {binding}"
                    ) from error
            if got is not None:
                self.agree(route, binding, got, right)
            values = {name: exactly(value) for name, value in own.items()}
            if not all(limit.holds(values) for limit in formula.limits):
                continue  # modules don't ask how large a network is
            if self.is_written(formula, rounded):
                self.agree("Python module", binding, self.module(formula, rounded, own), got)
                self.text(formula, rounded, own, binding)

    def is_written(self, formula: Formula, rounded: bool) -> bool:
        try:
            formula.written("total", rounded=rounded, existence=True)
        except CostcalcError as error:
            assert "too long to write out" in str(error), error
            self.seen["too long to write out"] += 1
            return False
        return True

    def text(self, formula: Formula, rounded: bool, own: Binding, binding: Binding) -> None:
        """The texts alone say where they hold, and what the network costs there."""
        values = {name: exactly(value) for name, value in own.items()}
        said = formula.to_dict(rounded=rounded)
        if all(_python(text, values) for text in said["exact_when"]):
            texts = tuple(_python(said[cost], values) for cost in ("mult_adds", "params"))
            self.agree(f"text, {rounded=}", binding, texts, self.right(binding))

    def module(self, formula: Formula, rounded: bool, own: Binding) -> Cost | None:
        scope: dict[str, Any] = {}
        exec(python_module(formula, "total", rounded), scope)  # what users do with it
        try:
            costs = scope["mult_adds"](**own), scope["params"](**own)
        except ValueError:
            return None
        if any(isinstance(cost, float) for cost in costs):
            raise self.differ("Python module", f"floats {costs} at {own}")
        return costs

    def compiled(
        self, formula: Formula, bound: Binding, held: tuple[str, ...], bindings: list[Binding]
    ) -> None:
        try:
            function = self.network.compile(convention=self.convention, free=held, **bound)
        except CostcalcError as error:
            points = [{name: exactly(at[name]) for name in formula.parameters} for at in bindings]
            if isinstance(error, Undecided) and not any(map(formula.exists, points)):
                self.seen["compile refused"] += 1  # a form that holds nowhere
                return
            raise self.differ("compile", f"with {bound}: {error}") from error
        together = []
        for binding in bindings:
            try:
                costs = function(**_arrays(function.parameters, [binding]))
            except CostcalcError:  # what it asks is enough, and may be more than what is needed
                self.seen["compile refused"] += self.right(binding) is not None
                continue
            together.append(binding)
            got = tuple(int(np.asarray(cost).flat[0]) for cost in costs)
            self.agree("compile", binding, got, self.right(binding))
        if together and function.parameters:
            work, params = function(**_arrays(function.parameters, together))
            size = len(together)
            got_all = list(
                zip(np.broadcast_to(work, size), np.broadcast_to(params, size), strict=True)
            )
            self.agree("compile", together, got_all, [self.right(at) for at in together])

    # -- budgets -----------------------------------------------------------------------------------

    def solves(self) -> None:
        names = [name for name, p in self.parameters.items() if not p.choices]
        if not names:
            return
        name = names[self.choose(0, len(names) - 1)]
        values = sorted({exactly(b[name]) for b in self.bindings if "x" not in str(b[name])})
        fixed = {n: v for n, v in self.bindings[0].items() if n != name}
        costs = [(value, self.right({**fixed, name: value})) for value in values]
        there = [cost for _, cost in costs if cost is not None]
        if not there:
            return
        which = self.choose(0, 1)
        budget = max(0, there[self.choose(0, len(there) - 1)][which] + self.choose(-1, 1))
        budgets = {("mult_adds", "params")[which]: budget}
        ways: tuple[Binding, ...] = ({"choices": [str(value) for value in values]},)
        if self.choose(0, 3) == 3:
            ways += ({}, {"multiple": values[0]})
        for way in ways:
            self.solve(name, fixed, budgets, way, costs)

    def solve(
        self, name: str, fixed: Binding, budgets: Any, way: Binding, costs: list[Any]
    ) -> None:
        from costcalc import solve

        self.seen["solve"] += 1
        asked = f"{name} for {budgets} {way} at {fixed}"
        try:
            found = solve(
                self.network.spec, name, convention=self.convention, **budgets, **way, **fixed
            )
        except CostcalcError as error:
            self.seen["solve refused"] += 1
            if "choices" in way:
                raise self.differ("solve", f"{asked}: {error}") from error
            return

        def fits(cost: Cost) -> bool:
            return all(
                dict(zip(("mult_adds", "params"), cost, strict=True))[k] <= most
                for k, most in budgets.items()
            )

        unit = way.get("multiple", 1)
        whole = self.parameters[name].domain != "positive number" or "multiple" in way
        for piece, good in ((found.best, True), (found.next, False)):
            for value in _inside(piece, whole, unit):
                if self.cheap(name, value):
                    got = self.right({**fixed, name: value})
                    if got is None or tuple(piece.costs) != got or fits(got) is not good:
                        raise self.differ("solve", f"{asked}: {piece}, the calculator {got}")
        for value, cost in costs:
            beyond = found.searched is not None and value > found.searched
            listed = "choices" in way or not whole or value % unit == 0
            above = found.best is None or value > _top(found.best)
            if (
                cost is not None
                and listed
                and above
                and not beyond
                and fits(cost)
                and not found.unbounded
            ):
                raise self.differ("solve", f"{asked}: {found.best}, but {value} fits: {cost}")
            if found.unbounded and cost is not None and not fits(cost):
                raise self.differ("solve", f"{asked}: unbounded, but {value} costs {cost}")

    def cheap(self, name: str, value: Any) -> bool:
        """Whether the calculator can walk through all rounds there."""
        return name in ("alpha", "resolution", "rho", "classes") or value < 300


def _inside(piece: Any, whole: bool, unit: Any) -> Iterator[Any]:
    if piece is None or isinstance(piece.low, tuple):
        return
    low, high = Fraction(piece.low), Fraction(piece.high)
    if piece.low_closed:
        yield low
    if piece.high_closed:
        yield high
    middle = (low + high) / 2
    if not whole and low < high:
        yield middle


def _top(piece: Any) -> Any:
    return piece.high


def _python(text: str, values: Binding) -> Any:
    """The value of arithmetic whose divisions are exact: every whole number is a Fraction."""

    def divisible(x: Any, by: Any) -> Any:
        found = max(by, (x / by + Fraction(1, 2)) // 1 * by)
        return found + by if 10 * found < 9 * x else found

    exact = re.sub(r"(?<![\w.*])\d+", r"Fraction(\g<0>)", text)  # but exponents
    names = {"max": max, "min": min, "divisible": divisible, "__builtins__": {}}
    return eval(exact, names | {"Fraction": Fraction}, dict(values))


def _arrays(parameters: tuple[str, ...], bindings: list[Binding]) -> Binding:
    """The bindings as the arguments of a compiled function: numerators over one denominator."""
    arrays: Binding = {}
    for name in parameters:
        values = [Fraction(exactly(binding[name])) for binding in bindings]
        below = lcm(*(value.denominator for value in values))
        above = np.array([int(value * below) for value in values])
        arrays[name] = above if below == 1 else (above, below)
    return arrays


def compare(case: Case, convention: str, every: str) -> Counter[str]:
    """What was compared, by route.

    :raises Disagreement: the routes differ.
    """
    comparison = Comparison(case, convention, every)
    comparison.run()
    return comparison.seen
