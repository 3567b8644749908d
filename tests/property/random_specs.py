"""Random specs, as data and as YAML, with bindings to try: what the routes are compared on.

Rows are drawn one after the other; each is tried by the second calculator at the defaults, and one
that does not fit is usually replaced, so that most specs exist at most bindings. Some do not: edges
are what the comparison is for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from arithmetic import Nonexistent, tokens
from calculator import Walk, Word
from hypothesis import strategies as st
from operations import ELEMENTWISE, NORMS, SPELLED, Map
from typed import TYPES

Spec = dict[str, Any]
Binding = dict[str, Any]
#: A whole number from the first to the second: all that is random comes from here.
Choose = Callable[[int, int], int]


class Case(NamedTuple):
    """A spec that costcalc must be able to read, with bindings to try it at, as they are typed.

    ``seed`` is for what is chosen in comparing.
    """

    spec: Spec
    bindings: list[Binding]
    seed: int


#: Parameters: what may be said of each, and values to try.
POOL: dict[str, tuple[list[Any], list[Any]]] = {
    "alpha": ([1, "1/2"], ["1/4", "1/3", "0.35", "1/2", "3/4", "1", "5/4", "2"]),
    "resolution": ([8, 12, 16, 7], [4, 5, 6, 8, 9, 12, 15, 16, 18, 20, 31, 32]),
    "n": ([{"default": 2, "meaning": "depth"}, {"default": 3, "meaning": "depth"}],) * 1
    + ([1, 2, 3, 4, 5, 7, 9],),
    "k": (
        [
            {"default": 4, "meaning": "growth"},
            {"default": 3, "meaning": "growth", "held": True},
            {"default": 8, "meaning": "width"},
        ],
        [1, 2, 3, 4, 5, 6, 8, 12],
    ),
    "delta": ([1, 2], [1, 2, 3]),
    "rho": ([1], ["1/2", "2/3", "3/4", "1", "6/7", "5/4"]),
    "classes": ([10, 3], [1, 4, 7, 10]),
    "w": (
        [{"default": "1/2", "meaning": "share"}, {"default": "3/2", "meaning": "ratio"}],
        ["1/4", "1/2", "2/3", "1", "5/4", "3/2"],
    ),
    "z": ([{"default": 1, "meaning": "more", "domain": "whole number"}], [0, 1, 2, 3]),
    "mix": ([{"default": "p", "choices": ["p", "q"], "meaning": "kind"}], ["p", "q"]),
}
WHOLE = ("n", "k", "delta", "z", "classes")
SIDES = ("resolution", "rho")
NUMBERS = (2, 3, 4, 6, 8, 12, 16)
RELATIONS = ("==", "!=", "<", "<=", ">", ">=")


class Maker:
    """Draws one spec. ``numbers`` are the names that expressions may use here, with ``in``."""

    def __init__(self, choose: Choose) -> None:
        self.between = choose
        self.spec: Spec = {}
        self.length = self.chance(6)  # a sequence: sides are one number
        names = [name for name in POOL if self.chance(2)]
        self.parameters = {name: self.one(POOL[name][0]) for name in names}
        self.numbers = [name for name in names if name not in ("mix", *SIDES)]
        self.words = ["mix"] if "mix" in names else []
        self.windows: list[str] = []
        self.walk = Walk({}, {})
        self.known: list[str] = []  # rows to which others may go back
        self.lenders: list[Spec] = []  # rows whose weights others may use
        self.rows_left = self.between(1, 9)
        self.let()

    def let(self) -> None:
        """A name for what is made of parameters."""
        if self.numbers and self.chance(3):
            forms = ("{a}*{c}", "max(1, {a} - 1)", "ceil({a}/2)", "{a} + {c}", "2**{a}")
            text = str(self.one(forms)).format(a=self.one(self.numbers), c=self.one(NUMBERS))
            self.spec["let"] = {"v": text}
            self.numbers = [*self.numbers, "v"]

    # -- what is drawn -----------------------------------------------------------------------------

    def one(self, values: Any) -> Any:
        values = tuple(one for one in values if not (self.length and _two_sided(one)))
        return values[self.between(0, len(values) - 1)]

    def chance(self, of: int) -> bool:
        """True once in ``of`` times."""
        return self.between(0, of - 1) == of - 1

    # -- expressions -------------------------------------------------------------------------------

    def name(self) -> str:
        return str(self.one([*self.numbers, "in"]))

    def simple(self) -> str:
        form = self.one(("{c}", "{a}", "{c}*{a}", "{a} + {c}", "{a}*{b}", "{a}/{c}", "{a} - {d}"))
        return str(form).format(
            c=self.one(NUMBERS), a=self.name(), b=self.name(), d=self.one((1, 2))
        )

    def condition(self, more: tuple[str, ...] = (), depth: int = 0) -> str:
        if depth < 2 and self.chance(5):
            a, b = self.condition(more, depth + 1), self.condition(more, depth + 1)
            return str(self.one(("({a}) and ({b})", "({a}) or ({b})", "not ({a})"))).format(
                a=a, b=b
            )
        if self.words and self.chance(3):
            return f'{self.one(self.words)} {self.one(RELATIONS[:2])} "{self.one("pq")}"'
        if self.windows and self.chance(3):
            return f"{self.one(self.windows)} {self.one(RELATIONS[:2])} {self.one((1, 3))}"
        if more and self.chance(2):
            return f"in {self.one(RELATIONS)} {self.one(more)}"
        left = self.one([*self.numbers, "in"]) if not self.chance(4) else self.simple()
        right = self.one((1, 2, 3, 4, 8, "1/2")) if not self.chance(4) else self.simple()
        return f"{left} {self.one(RELATIONS)} {right}"

    def channels(self) -> str:
        forms = (
            "{c}",
            "{c}*{a}",
            "in",
            "in + {c}",
            "in + {a}",
            "{a}*in",
            "{c}*{a} + {d}",
            "2*in",
            "in/2",
            "in - {d}",
            "floor({s})",
            "ceil({s})",
            "nearest({s})",
            "round({s})",
            "divisible({s}, {m})",
            "divisible({s}, {m}, 2*{m})",
            "whole({c}*{b})",
            "max({c}, {s})",
            "min({s}, {c})",
            "{c} if {q} else {c2}",
            "{s} if {q} else in",
            "{s} // {d} + 1",
            "{a}**2 + {c}",
            "floor({s}) + {d}",
            "{c}*2**{b}",
        )
        form = str(self.one(forms))
        parts = {
            "c": self.one(NUMBERS),
            "c2": self.one(NUMBERS),
            "d": self.one((1, 2)),
            "m": self.one((2, 4, 8)),
            "a": self.name(),
            "b": self.name(),
        }
        if "{s}" in form:
            parts["s"] = self.simple()
        if "{q}" in form:
            parts["q"] = self.condition()
        text = form.format(**parts)
        return text.replace("*alpha", "α") if self.chance(6) else text

    def count(self) -> Any:
        """A positive whole number: mostly written, sometimes a parameter."""
        if not self.chance(3):
            return self.one((1, 2, 3))
        names = [name for name in self.numbers if name in WHOLE and name != "classes"]
        forms = ("{a}", "{a} + 1", "1 if {q} else 2", "max(1, {a} - 1)", "2*{a}")
        text = str(self.one(forms if names else forms[2:3]))
        return text.format(a=self.one(names or ["in"]), q=self.condition())

    def window(self) -> Any:
        if self.windows and self.chance(4):
            return self.one(self.windows)
        if self.chance(8):
            return self.one(("1x3", "3x1", "3x2", "5x3", "2x2"))
        if self.chance(12):
            return [self.count(), self.one((1, 3))]
        return self.count() if self.chance(10) else self.one((3, 1, 2, 5, "3x3", "1x1"))

    def padding(self) -> Any:
        if self.chance(6):
            forms = ("({a} - 1)/2", "{a}", "{a} - 1", "max(0, {a} - 2)", "1 if {q} else 0")
            form = str(self.one(forms)).format(a=self.name(), q=self.condition())
            return form if self.chance(2) else [form, self.one((0, 1))]
        return self.one(("same", "valid", "half", 0, 1, [1, 0], [0, 1, 0, 1], [1, 2, 0, 1]))

    def margin(self) -> Any:
        """Padding that is no word."""
        padding = self.padding()
        return self.one((1, [0, 1], [0, 1, 0, 1])) if isinstance(padding, str) else padding

    # -- rows --------------------------------------------------------------------------------------

    def settings(self, row: Spec, *, fused: bool = True) -> None:
        if self.chance(3):
            row["stride"] = self.one((2, 1, "1x2", 3)) if not self.chance(6) else self.count()
        if self.chance(3):
            row["padding"] = self.padding()
        if self.chance(4):
            row["bias"] = self.chance(2)
        if self.chance(10):
            row[self.one(("fixed", "gain"))] = True
        if fused and self.chance(4):
            row["norm"] = self.fused_norm()
        if fused and self.chance(4):
            row["activation"] = self.one(
                ("none", *ELEMENTWISE, *SPELLED, {"prelu": "layer"}, {"gelu": None})
            )

    def fused_norm(self) -> Any:
        if self.chance(2):
            return self.one(("batch", "none"))
        verb = self.one((*NORMS, "rmsnorm", "lrn"))
        row = self.norm(verb)
        own = row if isinstance(row, dict) else {verb: None}
        word = "batch" if verb == "bn" else verb.removesuffix("norm")
        own = {word: own[verb], **{key: value for key, value in own.items() if key != verb}}
        return own if verb == "groupnorm" or len(own) > 1 or self.chance(3) else word

    def norm(self, verb: str) -> Any:
        row: Spec = {verb: None}
        if verb == "groupnorm":
            row[verb] = self.one((2, 4, 1, "in", "k" if "k" in self.numbers else 8, "in/2"))
        if verb == "lrn" and self.chance(2):
            row[verb] = self.count()
        for column in ("scale", "shift") if verb in NORMS else ("scale",):
            if verb != "lrn" and self.chance(4):
                row[column] = self.one((False, True))
        return verb if row == {verb: None} and self.chance(2) else row

    def operation(self) -> Any:
        verb = self.one(
            ("conv",) * 8
            + ("dwconv", "relu", "bn", "maxpool", "avgpool", "dwconv", "tconv", "prelu", "fmp")
            + ("softmax", "dropout", "l2norm", "flatten", "shuffle", "space_to_depth", "upsample")
            + ("groupnorm", self.one((*NORMS, "rmsnorm", "lrn")))
            + ("subsample", "zeropad", "padchannels", "select", "fc", "global", "gelu", "leaky")
            + ("to", "most", "resize", "resize", "crop", "depth_to_space", "reflectpad")
            + ("over", "linear", "tokens", "transpose", "windows", "reshape")
            + (self.one(("lstm", "gru", "rnn")), self.one(("scale", "shift", "learned")))
        )
        verb = self.one((*ELEMENTWISE, *SPELLED)) if verb in ("gelu", "leaky") else verb
        if verb == "prelu" and self.chance(3):
            return {"prelu": self.one(("layer", "channel"))}
        if verb in NORMS or verb in ("rmsnorm", "lrn", "l2norm"):
            return self.norm(verb)
        if verb in ("softmax", "dropout", "flatten", "tokens", *ELEMENTWISE, *SPELLED):
            return verb if self.chance(2) else {verb: None}
        if verb in ("scale", "shift"):
            return {verb: self.one((None, "layer", "channel"))}
        if verb == "learned":
            own = {verb: self.one((None, [8, "in", 4], [self.name(), 1, "in"]))}
            return {**own, "params": self.one((0, "3*in"))} if self.chance(4) else own
        row: Spec = {verb: self.window()}
        if verb in ("conv", "tconv"):
            row["out"] = self.channels()
            self.settings(row)
            if self.chance(6):
                row["groups"] = self.one(("in", 2, 4, 3)) if self.chance(2) else self.count()
        if verb in ("conv", "tconv", "maxpool") and self.chance(8):
            row["dilation"] = self.one((2, 1, "2x1"))
        if verb == "tconv" and self.chance(3):
            row["output_padding"] = self.one((1, [0, 1], 2, *self.numbers))
            row["padding"] = self.padding() if self.chance(6) else self.one((1, "valid", "half"))
        if verb == "dwconv":
            self.settings(row)
            if self.chance(3):
                row["multiplier"] = "delta" if "delta" in self.numbers else self.count()
        if verb in ("maxpool", "avgpool"):
            if self.chance(2):
                row["stride"] = self.one((2, 1, 3, "2x1"))
            if self.chance(2):
                row["padding"] = self.padding()
            if self.chance(3):
                row["round"] = self.one(("up", "down"))
        if verb == "fmp":
            row[verb] = self.one(("1.44", "3/2", "1", *self.numbers))
        if verb in ("shuffle", "space_to_depth", "depth_to_space"):
            row[verb] = self.count()
        if verb in ("resize", "crop"):
            row[verb] = self.size("", "to", "by")
        if verb == "crop" and isinstance(row[verb], dict) and "by" in row[verb]:
            row[verb] = {"by": self.margin()}
        if verb in ("upsample", "resize") and self.chance(2):
            row["mode"] = self.one(("nearest", "bilinear"))
        if verb in ("zeropad", "reflectpad"):
            row[verb] = self.margin()
        if verb == "zeropad" and self.chance(3):
            row[verb] = self.size("to")
        if verb in ("padchannels", "select"):
            row[verb] = self.one(("in + 2", "2*in", 16, "in", "in/2", "in - 1", "floor(in/3)", "k"))
            row[verb] = row[verb] if row[verb] != "k" or "k" in self.numbers else 24
        if verb == "fc":
            row[verb] = self.one(("classes",) if "classes" in self.numbers else (10, 7))
            if self.chance(3):
                row["activation"] = self.one(tuple(ELEMENTWISE))
        if verb == "linear":
            row[verb] = self.one((4, 8, "in", "2*in", self.name(), f"{self.name()} + 1"))
            if self.chance(3):
                row["bias"] = self.chance(2)
        if verb in ("lstm", "gru", "rnn"):
            columns = {"bidirectional": (True, False), "last": (True,), "biases": (0, 1, 2)}
            own = {key: self.one(values) for key, values in columns.items() if self.chance(3)}
            return {verb: self.one((4, "in", self.name())), **own}
        if verb == "transpose":
            return {verb: "sides"} if self.chance(2) else verb
        if verb == "reshape":
            row[verb] = self.reshaped()
        if verb == "over":
            over = self.one(("channels", "height", "width"))
            return {self.one(("maxpool", "avgpool")): {"over": over}}
        if verb == "to":
            return {self.one(("maxpool", "avgpool")): self.size("to")}
        wide = {"global": "avgpool", "most": "maxpool"}
        return {wide[verb]: "global"} if verb in wide else row

    def reshaped(self) -> Any:
        """A size, often of as many elements as the default input has."""
        sides = self.one(((8, 8), (4, 16), (64, 1), (1, 64), ("resolution", "resolution")))
        if "resolution" not in self.parameters and sides[0] == "resolution":
            sides = (16, 4)
        word = self.one(("like", "sides", "three"))
        if word == "like" and self.known:
            return {word: self.one(self.known)}
        return [*sides] if word != "three" else [*sides, self.one(("in", "in", 8))]

    def size(self, *words: str) -> Any:
        """The size that a map is brought to; ``words`` are the ways to write it beside ``like``."""
        word = self.one(("like", *words)) if self.known else self.one(words)
        if word == "like":
            return {word: self.one(self.known)}
        if word == "by":
            return {word: self.one(("3/2", "1/2", 2, "5/4", ["1/3", 2], self.name()))}
        window = self.one((1, 3, 4, "2x3", "5x4")) if not self.chance(4) else self.window()
        return {word: window} if word else window

    def structure(self, x: Map, scope: Spec, depth: int) -> Spec:
        verb = self.one(("repeat", "residual", "concat", "add", "multiply", "repeat", "branch"))
        if verb == "repeat":
            if self.chance(4) and "i" not in self.numbers:
                lenders = len(self.lenders)
                self.numbers.append("i")
                inner = self.rows(x, {**scope, "i": 1}, depth + 1, 1)
                self.numbers.remove("i")
                del self.lenders[lenders:]  # rows elsewhere do not know the number
                if "i" in words(inner):
                    return {verb: self.count(), "index": "i", "layers": inner}
                return {verb: self.count(), "layers": inner}
            row = {verb: self.count(), "layers": self.rows(x, scope, depth + 1, 1)}
            return {**row, "weights": self.weights("shared")} if self.chance(4) else row
        if verb in ("residual", "branch"):
            row = {verb: self.rows(x, scope, depth + 1, 1)}
            if verb == "residual" and self.chance(2):
                row["when"] = self.one(
                    ("in == out", "n == 2 and in == out", "in == out", "in != 4")
                )
                row["when"] = "in == out" if "n" not in self.numbers else row["when"]
            return row
        if verb == "multiply" and self.chance(3):
            return self.product()
        lenders = len(self.lenders)
        branches: list[Any] = [self.rows(x, scope, depth + 1, 0) for _ in range(self.between(2, 3))]
        del self.lenders[lenders:]  # these branches may be replaced
        if verb == "concat" and self.chance(4):
            branches = [[], [self.one(("relu", {"dwconv": 3}, {"zeropad": [1, 0, 0, 0]}))]]
            return {verb: branches, "along": self.one(("height", "width", "channels"))}
        if verb == "concat" and self.chance(2):  # channels that grow
            branches = [[], [{"conv": self.one((3, 1)), "out": self.one((4, *self.numbers))}]]
        if verb in ("add", "multiply") and self.chance(2):
            over = self.one(("global", "global", {"over": "channels"}, {"over": "height"}))
            branches = [[], [{"avgpool": over}]]
            if over == "global":
                branches[1].append({"conv": 1, "out": "in", "activation": "hsigmoid"})
            branches = branches[:: self.one((1, -1))]
        return {verb: branches}

    def product(self) -> Spec:
        """Two maps of tokens, and attention."""
        heads = self.one((1, 2, 4, *self.numbers))
        other: Any = self.one(([], {"linear": "in"}, {"subsample": "2x1"}))
        scores = {"matmul": [[], other], "over": "channels", "heads": heads}
        if self.chance(3):
            return self.one((scores, {"matmul": ["transpose", []], "over": "tokens"}))
        rows = [scores, {"softmax": heads}]
        return {"matmul": [rows, other], "over": "tokens", "heads": heads}

    def call(self) -> Spec | None:
        blocks = list(self.spec.get("blocks", {}))
        if not blocks:
            return None
        block = self.one(blocks)
        takes = self.spec["blocks"][block]["takes"]

        def given(key: str, default: Any) -> Any:
            if key == "word":
                return self.one((Word("p"), Word("q"), *self.words))
            if key == "win":
                return self.one((3, "3x3", "1x3", 1, [self.count(), 1]))
            if key == "act":
                return Word(self.one(("relu", "none", "prelu")))
            return self.count() if key == "s" else self.channels()

        arguments = {key: given(key, value) for key, value in takes.items()}
        if self.chance(6):
            return {block: {**arguments, "c": [self.channels(), self.channels()]}, "each": ["c"]}
        row: Spec = {block: list(arguments.values()) if self.chance(2) else arguments}
        if self.chance(2):
            row["repeat"] = self.count()
            if self.chance(2):
                key = self.one(list(takes))
                row["first"] = {key: given(key, takes[key])}
            if self.chance(3):
                row["weights"] = self.weights("shared")
        return row

    def weights(self, name: str) -> Any:
        """Those of a row, or all but some parts of them."""
        own = self.one(("norm", "bias", ["norm", "activation"]))
        return {name: None, "own": own} if self.chance(3) else name

    def again(self) -> Spec:
        """A row that uses the weights of one like it."""
        lender = self.one(self.lenders)
        row = {k: v for k, v in lender.items() if k not in ("name", "when", "from", "weights")}
        return {**row, "weights": self.weights(lender["name"])}

    def candidate(self, x: Map, scope: Spec, depth: int) -> Any:
        kind = self.one(("operation",) * 6 + ("structure",) * 3 + ("call", "call", "back", "again"))
        if kind == "again" and self.lenders:
            return self.again()
        if kind == "structure" and depth < 3:
            return self.structure(x, scope, depth)
        if kind == "call" and (row := self.call()):
            return row
        if kind == "back" and self.known:
            origin = self.one(self.known)
            row = self.operation()
            row = {row: None} if isinstance(row, str) else row
            return {**row, "from": origin} if self.chance(2) else {"from": origin}
        return self.operation()

    def columns(self, row: Any, depth: int) -> Any:
        """The columns that every row may have: mostly none."""
        if not self.chance(4):
            return row
        row = {row: None} if isinstance(row, str) else dict(row)
        if self.chance(2) and "residual" not in row:
            own = ("out",) * ("out" in row or "fc" in row or "padchannels" in row)
            row["when"] = self.condition((*own, 4, 8))
        if self.chance(3):
            row["group"] = "g"
        if self.chance(3):
            row["name"] = f"m{len(self.walk.names)}"
        return row

    def rows(self, x: Map, scope: Spec, depth: int = 0, least: int = 1) -> list[Any]:
        found: list[Any] = []
        most = self.rows_left if depth == 0 else self.between(least, 3)
        for _ in range(max(least, most)):
            known, lenders = len(self.known), len(self.lenders)
            row = self.columns(self.candidate(x, scope, depth), depth)
            there, y = self.tried(row, x, scope)
            if not there and not self.chance(12):
                del self.known[known:], self.lenders[lenders:]
                row = {"conv": self.one((1, 3)), "out": self.one((4, 8, "in"))}
                _, y = self.tried(row, x, scope)
            if isinstance(row, dict) and "name" in row and "when" not in row and depth == 0:
                self.known.append(row["name"])
            if isinstance(row, dict) and "name" in row and self.lends(row):
                self.lenders.append(row)
            x = y
            found.append(row)
        return found

    def lends(self, row: Spec) -> bool:
        """Whether a row is one that another may be like: it learns, or is a block's call."""
        learns = ("conv", "dwconv", "tconv", "fc", "bn", "layernorm", "prelu")
        return next(iter(row)) in (*learns, *self.spec.get("blocks", {}))

    def tried(self, row: Any, x: Map, scope: Spec) -> tuple[bool, Map]:
        """Whether the row fits what arrives at the defaults, and what leaves it."""
        names, lent = dict(self.walk.names), dict(self.walk.learning.lent)
        try:
            return True, self.walk.rows([row], x, scope)
        except Nonexistent:
            self.walk.names, self.walk.learning.lent = names, lent
            self.walk.learning.uses.clear()
            if isinstance(row, dict) and "name" in row:
                self.walk.names[row["name"]] = x
            return False, x

    # -- the whole ---------------------------------------------------------------------------------

    def blocks(self) -> None:
        self.spec["blocks"] = {}
        outer = self.numbers, self.words, self.windows
        for name in ("ba", "bb")[: self.between(0, 2)]:
            takes: Spec = {"c": None}
            takes |= {"s": self.one((None, 1, 2))} if self.chance(2) else {}
            takes |= {"word": Word("p")} if self.chance(3) else {}
            takes |= {"win": self.one((3, "1x3"))} if self.chance(3) else {}
            takes |= {"act": Word("relu")} if self.chance(4) else {}
            self.numbers = [*outer[0], "c", *("s" for _ in ("s",) if "s" in takes)]
            self.words = [*outer[1], *("word" for _ in ("word",) if "word" in takes)]
            self.windows = ["win"] if "win" in takes else []
            window = 3 if self.length else (3, 3)
            examples = {"c": 8, "s": 1, "word": "p", "win": window, "act": "relu"}
            scope = {**self.walk.values, **{key: examples[key] for key in takes}}
            body = self.rows(Map(8, 8, 8), scope, 2, 1)
            self.lenders = []  # rows elsewhere do not know its arguments
            if "act" in takes:
                body.append({"conv": 1, "out": "c", "activation": "act"})
            if not {"c"} & set(words(body)):
                body.append({"conv": 1, "out": "c"})
            self.spec["blocks"][name] = {"takes": takes, "layers": body}
        self.numbers, self.words, self.windows = outer

    def head(self) -> list[Any]:
        out = "classes" if "classes" in self.numbers else 10
        return [{"avgpool": "global"}, {"fc": out, "bias": True}, "softmax"]

    def whole(self) -> Spec:
        spec = self.spec
        spec["parameters"] = self.parameters
        if self.chance(2):
            spec["channels"] = self.one(
                (
                    *("floor", "ceil", "nearest", "round", "divisible(4)", "divisible(8)"),
                    *("divisible(4, min=12)", "floor(min=3)", "round(min=2)"),
                )
            )
        if self.chance(2) or "rho" in self.parameters:
            spec["sides"] = self.one(("floor", "ceil", "nearest", "round", "exact"))
        if self.chance(2):
            spec["defaults"] = {
                key: self.one(values)
                for key, values in (
                    ("norm", ("batch", "batch", "layer", {"group": 2}, {"group": "in"})),
                    ("activation", ("relu", "relu6", "prelu", {"prelu": "layer"})),
                    ("bias", (True,)),
                    ("padding", ("half", "valid", 1)),
                    ("multiplier", (2, "delta")),
                )
                if self.chance(3) and (key != "multiplier" or "delta" in self.parameters)
            }
        side = "resolution" if "resolution" in self.parameters else 8
        spec["input"] = {
            "side": f"rho*{side}" if "rho" in self.parameters else side,
            "channels": self.one((3, 4, 8, 16)),
        }
        if self.length:
            spec["input"] = {"length": spec["input"]["side"], "channels": 4}
        elif self.chance(4):
            spec["input"] = {"height": spec["input"]["side"], "width": self.one((8, f"{side}/2"))}
            spec["input"]["channels"] = 4
        if self.chance(6):
            other = {"length" if self.length else "side": self.one((8, side)), "channels": 4}
            spec["inputs"] = {"a": spec.pop("input"), "b": self.one((other, "1x1x6", "8x8x3"))}
        self.walk = Walk(spec, {})
        self.blocks()
        self.known += spec.get("inputs", ())
        try:
            x = self.walk.enter()
        except Nonexistent:
            x = Map(8, 8, 4)
        spec["layers"] = self.rows(x, self.walk.values)
        if self.chance(2):
            spec["layers"] += self.head()
        for name in spec.get("inputs", ()):  # each must be used
            spec["layers"].append({"branch": [{"relu": None, "from": name}]})
        lets = spec.pop("let", {})
        used = set(words({key: value for key, value in spec.items() if key != "parameters"}))
        if "v" in used:
            spec["let"] = lets
            used |= set(words(lets))
        spec["parameters"] = {key: v for key, v in self.parameters.items() if key in used}
        return {key: value for key, value in spec.items() if value}


def _two_sided(value: Any) -> bool:
    """Whether a value says something of the width, which a sequence has not."""
    if isinstance(value, dict):
        return any(map(_two_sided, value.values()))
    text = isinstance(value, str) and re.fullmatch(r"\d+x(?!1\b)\d+(x\d+)?", value)
    return bool(text) or (isinstance(value, list) and len(value) == 4)


def words(data: Any) -> list[str]:
    """Every word of every expression of a spec."""
    if isinstance(data, dict):
        return [word for pair in data.items() for part in pair for word in words(part)]
    if isinstance(data, list | tuple):
        return [word for part in data for word in words(part)]
    return tokens(data) if isinstance(data, str | int) else []


def types(choose: Choose) -> str:
    """Types of numbers, of some rows others."""
    found = [tuple(TYPES)[choose(0, 3)]]
    for _ in range(choose(0, 2)):
        rows = ("first", "last", "conv", "conv 1x1", "dwconv", "fc", "bn", "relu", "add", "matmul")
        found.append(f"{rows[choose(0, len(rows) - 1)]}: {tuple(TYPES)[choose(0, len(TYPES) - 1)]}")
    return "; ".join(found)


def case(choose: Choose) -> Case:
    """One spec with its bindings."""
    maker = Maker(choose)
    spec = maker.whole()
    walk = Walk(spec, {})
    try:
        walk.run()
    except Nonexistent:
        walk.arrivals.clear()  # what is printed is checked at the defaults
    for i, row in enumerate(spec["layers"]):
        if id(row) in walk.arrivals and maker.chance(5):
            (size,) = walk.arrivals[id(row)]
            spec["layers"][i] = {**row, "input": "x".join(map(str, size))}
    names = list(spec.get("parameters", {}))
    bindings = [{name: _bound(maker, name) for name in names} for _ in range(5)]
    return Case(spec, bindings, choose(0, 999))


@st.composite
def cases(draw: Any) -> Case:
    """The strategy for hypothesis."""
    return case(lambda low, high: int(draw(st.integers(low, high))))


def _bound(maker: Maker, name: str) -> Any:
    if name == "resolution" and maker.chance(6):
        return f"{maker.one((8, 12, 16))}x{maker.one((6, 10, 20))}"
    return maker.one(POOL[name][1])


# -- as YAML ---------------------------------------------------------------------------------------

_PLAIN = re.compile(r"[A-Za-z0-9αδρ(][A-Za-z0-9_./*+()<>=!αδρ \"-]*")


def flow(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    quoted = isinstance(value, Word) or not _PLAIN.fullmatch(str(value))
    return json.dumps(value, ensure_ascii=False) if quoted else str(value)


def written(spec: Spec) -> str:
    """The spec's file."""
    lines = []
    for key, value in spec.items():
        if key in ("layers", "blocks", "parameters"):
            lines.append(f"{key}:")
            parts = value if key == "layers" else [{k: v} for k, v in value.items()]
            mark = "- " if key == "layers" else "  "
            lines += [mark + (flow(p) if key == "layers" else flow(p)[1:-1]) for p in parts]
        else:
            lines.append(f"{key}: {flow(value)}")
    return "\n".join(lines) + "\n"
