"""A second calculator, to hold costcalc against: whole numbers, and nothing of costcalc in it.

It walks through every round of every repetition of a spec, as ``docs/spec-language.md`` says, and
adds amounts up under the tags that conventions name. A spec is the data that ``yaml.safe_load``
gives, with the quoted arguments of blocks as :class:`Word`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from arithmetic import Nonexistent, evaluate, tokens
from learning import Learning, read
from operations import ELEMENTWISE, SPELLED, Map, Operations
from typed import Layer, Typed, layer, typed


class Word(str):
    """A quoted argument of a block: no name of a parameter, and no window."""


COLUMNS = ("name", "from", "group", "output", "when", "input", "weights")
STRUCTURES = ("repeat", "residual", "add", "concat", "multiply", "matmul", "branch")


class Walk(Operations):
    """A walk through all rows of a spec at a binding; amounts by tag grow in ``terms``.

    ``arrivals`` are the sizes that arrived at each row, by the row's ``id``.
    """

    def __init__(self, spec: dict[str, Any], binding: dict[str, Any]) -> None:
        super().__init__(spec)
        self.values = {**defaults(spec), **binding}
        for name, text in spec.get("let", {}).items():
            try:
                self.values[name] = evaluate(text, self.values)
            except Nonexistent as error:  # where it is used
                self.values[name] = error
        self.arrivals: dict[int, set[tuple[int, int, int]]] = {}
        self.bare: dict[tuple[int, int, str], dict[str, Any]] = {}
        self.learning = Learning()
        self.read = read(spec)
        self.layers: list[Layer] = []

    def run(self) -> Counter[str]:
        self.rows(self.spec["layers"], self.enter(), self.values)
        return self.terms

    def enter(self) -> Map:
        """What arrives at the first row; rows can go back to every input by its name."""
        inputs = self.spec.get("inputs") or {"input": self.spec["input"]}
        pair = isinstance(self.values["resolution"], tuple)
        if pair and not any(any(map(_hangs, _sides(given))) for given in inputs.values()):
            raise Nonexistent("two sides for none")
        maps = {
            name: self.input(given)._replace(source=-1 - k)
            for k, (name, given) in enumerate(inputs.items())
        }
        self.names.update(maps)
        return next(iter(maps.values()))

    def input(self, given: Any) -> Map:
        if isinstance(given, str):
            return Map(*(int(side) for side in given.split("x")))
        sides, scope = [], dict(self.values)
        pair = scope["resolution"] if isinstance(scope["resolution"], tuple) else ()
        if pair and any(map(_hangs, _sides(given))) and not all(map(_hangs, _sides(given))):
            raise Nonexistent("two sides for one")
        for axis, text in enumerate(_sides(given)):
            scope["resolution"] = pair[axis] if pair else scope["resolution"]
            sides.append(self.ruled("sides", evaluate(text, scope)))
        return Map(*sides, self.whole(given["channels"], self.values))

    def rows(self, rows: list[Any], x: Map, scope: dict[str, Any]) -> Map:
        for i, row in enumerate(rows):
            if isinstance(row, str):  # a row is told from others by its id
                row = self.bare.setdefault((id(rows), i, row), {row: None})
            x = self.row(row, x, scope)
        return x

    def row(self, row: dict[str, Any], above: Map, scope: dict[str, Any]) -> Map:
        x = above
        if "from" in row:
            held = scope.get(row["from"])
            name = held if isinstance(held, str) else row["from"]
            if name not in self.names:
                raise Nonexistent("named further down")
            x = self.names[name]
        self.arrivals.setdefault(id(row), set()).add(x[:3])
        scope = {**scope, "in": x.channels}
        verb = next(key for key in (*row, "") if key not in COLUMNS or not key)
        there = True
        if "when" in row and verb != "residual":
            own = {"out": self.out(verb, row, scope)} if "out" in tokens(row["when"]) else {}
            there = evaluate(row["when"], {**scope, **own})
        start = len(self.learning.learned)
        y = self.using(verb, row, x, scope) if there else above
        if "output" in row or row.get("name") in self.read:
            y = y.shared()
        if "name" in row:
            self.names[row["name"]] = y
            self.learning.lent[row["name"]] = self.learning.since(start, id(row))
        return y

    def using(self, verb: str, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        """A row that may use the weights of another."""
        if "weights" not in row or shared_rounds(row):
            return self.kind(verb, row, x, scope)
        said = row["weights"]
        lent = self.learning.lent.get(said if isinstance(said, str) else next(iter(said)))
        if not lent:
            raise Nonexistent("no weights to use")
        self.learning.use(row, lent)
        y = self.kind(verb, row, x, scope)
        self.learning.uses.pop()
        return y

    def rounds(self, row: dict[str, Any], count: int, once: Any, x: Map) -> Map:
        """So many rounds, which may use the weights of the first."""
        start, lent = len(self.learning.learned), None
        for i in range(count):
            if lent is not None:
                self.learning.use(row, lent)
            x = once(i, x)
            if lent is not None:
                self.learning.uses.pop()
            elif shared_rounds(row):
                lent = self.learning.since(start, id(row))
        return x

    def kind(self, verb: str, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        if not verb:
            return x
        if verb == "repeat":
            count = self.whole(row[verb], scope)

            def once(i: int, arriving: Map) -> Map:
                return self.rows(row["layers"], arriving, {**scope, **numbered(row, i)})

            return self.rounds(row, count, once, x)
        if verb == "branch":
            self.rows(row[verb], x.shared(), scope)
            return x.shared()
        if verb == "residual":
            y = self.rows(row[verb], x.shared(), scope)
            ends = {"in": x.channels, "out": y.channels}
            if not evaluate(row.get("when", "1 == 1"), {**scope, **ends}):
                return y
            if y[:3] != x[:3]:
                raise Nonexistent(f"a residual of {y} and {x}")
            return self.merged("add", [y, x])
        if verb in STRUCTURES:
            branches = [one if isinstance(one, list) else [one] for one in row[verb]]
            maps = [self.rows(one, x.shared(), scope) for one in branches]
            if verb == "matmul":
                return self.matmul(row, maps, scope)
            return self.merged(verb, maps, row)
        if verb in self.spec.get("blocks", {}):
            for one in calls(verb, row):
                x = self.call(verb, one, x, scope)
            return x
        elementwise = verb in ELEMENTWISE or verb in SPELLED
        before = self.terms.copy()
        y: Map = getattr(self, "activated" if elementwise else verb)(row, x, scope)
        return self.kept(verb, row, x, y, before, scope)

    def kept(
        self,
        verb: str,
        row: dict[str, Any],
        x: Map,
        y: Map,
        before: Counter[str],
        scope: dict[str, Any],
    ) -> Map:
        """A layer whose parameters are counted, where they are its own."""
        window = self.window(row[verb], scope) if "conv" in verb else None
        if row.get("fixed"):  # constants are stored, too
            work = self.terms["conv mac"] - before["conv mac"]
            back = self.terms["transposed conv mac"] - before["transposed conv mac"]
            filters = Counter({"conv weight": work // y[0] // y[1] + back // x[0] // x[1]})
        else:
            filters = Counter()
        name = SPELLED.get(verb, verb)
        words = [name, f"{name} {window[0]}x{window[1]}"] if window else [name]
        maps = [] if verb == "learned" else [x]
        y = self.gives(words, maps, y, self.following(verb, row, scope), before, filters)
        groups = self.whole(row.get("groups", 1), scope)
        shape = (verb, window, x.channels, y.channels, groups)
        copied = self.learning.layer(id(row), shape, self.terms, before)
        if not copied:
            return y
        if self.terms["bn statistics"] > before["bn statistics"]:
            self.terms["bn folded copy"] += copied * y.channels
        return y._replace(copied=copied)

    def following(self, verb: str, row: dict[str, Any], scope: dict[str, Any]) -> int:
        """How many norms and activations of its own work follow in the row; no BN is one."""
        if "conv" in verb:
            words = [self.applied(column, row, scope)[0] for column in ("norm", "activation")]
        elif verb in ("fc", "linear"):
            words = [self.applied("activation", {"activation": "none", **row}, scope)[0]]
        else:
            words = []
        return sum(word not in ("none", "batch") for word in words)

    def gives(
        self,
        words: list[str],
        maps: list[Map],
        y: Map,
        following: int,
        before: Counter[str],
        more: Counter[str] | None = None,
    ) -> Map:
        """What a layer gives, which is noted."""
        amounts = self.terms - before + (more or Counter())
        self.layers.append(layer(words, maps, y, following, amounts))
        return y._replace(source=len(self.layers) - 1)

    def merged(self, kind: str, maps: list[Map], row: dict[str, Any] | None = None) -> Map:
        before = self.terms.copy()
        return self.gives([kind], maps, super().merged(kind, maps, row), 0, before)

    def matmul(self, row: dict[str, Any], maps: list[Map], scope: dict[str, Any]) -> Map:
        before = self.terms.copy()
        return self.gives(["matmul"], maps, super().matmul(row, maps, scope), 0, before)

    def call(self, verb: str, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        block = self.spec["blocks"][verb]
        takes = block.get("takes", {})
        takes = takes if isinstance(takes, dict) else dict.fromkeys(takes)

        def given(value: Any) -> dict[str, Any]:
            listed = value if isinstance(value, dict | list) else [value] * (value is not None)
            return listed if isinstance(listed, dict) else dict(zip(takes, listed, strict=False))

        def once(i: int, arriving: Map) -> Map:
            outer = {**scope, **numbered(row, i), "in": arriving.channels}
            chosen = {**takes, **given(row[verb]), **(given(row.get("first")) if i == 0 else {})}
            inner = {key: self.argument(value, outer) for key, value in chosen.items()}
            inner = {**self.values, **inner}
            for key, value in block.get("let", {}).items():
                inner[key] = self.argument(value, {**inner, "in": arriving.channels})
            return self.rows(block["layers"], arriving, inner)

        return self.rounds(row, self.whole(row.get("repeat", 1), scope), once, x)

    def argument(self, text: Any, scope: dict[str, Any]) -> Any:
        if isinstance(text, bool):
            return text
        if isinstance(text, Word) and re.fullmatch(r"\w*|\d+x\d+", text):
            return str(text)
        if isinstance(text, str) and text in self.names and text not in scope:
            return str(text)
        if isinstance(text, list) or re.fullmatch(r"\d+x\d+", str(text)):
            return self.window(text, scope)
        try:
            return evaluate(text, scope)
        except Nonexistent as error:
            if "," in str(text):  # quoted: a number only where one is needed
                return error
            raise


def calls(verb: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of a block, one for each of the values of the arguments that are lists."""
    if "each" not in row:
        return [row]
    times = len(row[verb][row["each"][0]])
    return [
        {**row, verb: {k: v[i] if k in row["each"] else v for k, v in row[verb].items()}}
        for i in range(times)
    ]


def numbered(row: dict[str, Any], i: int) -> dict[str, Any]:
    """The number of the round, by the name that the row gives it."""
    return {row["index"]: i + 1} if "index" in row else {}


def _sides(given: Any) -> list[Any]:
    """How the sides of an input are written."""
    if isinstance(given, str):
        return given.split("x")[:2]
    if "length" in given:
        return [given["length"], 1]
    return [given.get(key, given.get("side")) for key in ("height", "width")]


def _hangs(side: Any) -> bool:
    return "resolution" in tokens(side)


def shared_rounds(row: dict[str, Any]) -> bool:
    """Whether the rounds of a row share their weights."""
    said = row.get("weights")
    return "repeat" in row and "shared" in (said if isinstance(said, dict) else [said])


def defaults(spec: dict[str, Any]) -> dict[str, Any]:
    """Its parameters at their defaults; those that every spec knows where it says nothing."""
    values: dict[str, Any] = {"alpha": 1, "delta": 1, "rho": 1, "resolution": 224, "classes": 1000}
    for name, said in spec.get("parameters", {}).items():
        default = said["default"] if isinstance(said, dict) else said
        word = isinstance(said, dict) and "choices" in said
        values[name] = default if word else evaluate(default, {})
    return values


def costs(spec: dict[str, Any], binding: dict[str, Any], told: str) -> Typed | None:
    """What hangs on types of numbers by row; None where there is no network, or no such row."""
    walk = Walk(spec, binding)
    try:
        walk.run()
        return typed(walk.layers, told)
    except Nonexistent:
        return None


def calculate(spec: dict[str, Any], binding: dict[str, Any]) -> Counter[str] | None:
    """The amounts by tag at a binding of some parameters; None where there is no network."""
    try:
        return Walk(spec, binding).run()
    except Nonexistent:
        return None
