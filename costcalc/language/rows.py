"""The layer table: every row of the YAML as a frozen row of the model."""

from __future__ import annotations

from collections.abc import Container, Iterator
from collections.abc import Mapping as Dict
from contextlib import contextmanager
from functools import partial

from costcalc.errors import Place, did_you_mean
from costcalc.language.arguments import (
    Takes,
    given_arguments,
    own_name,
    read_argument,
    read_each,
    row_in,
)
from costcalc.language.columns import (
    COLUMNS,
    OF_EACH,
    SHARED,
    begun,
    own_value,
    read_group,
    read_label,
    read_weights,
    unknown_column,
)
from costcalc.language.fused import Fusing
from costcalc.language.header import ACTIVATION, NORM
from costcalc.language.model import (
    NO_COLUMNS,
    Branch,
    Call,
    Columns,
    Merge,
    Operation,
    Reference,
    Repeat,
    Residual,
    Row,
    Weights,
)
from costcalc.language.sizes import read_size
from costcalc.operators import OPERATORS, Operator
from costcalc.operators.coded import MERGE_CODINGS, MERGED
from costcalc.operators.columns import Condition, Flag, Kind, Value, Whole
from costcalc.operators.elementwise import SPELLINGS
from costcalc.operators.extents import like
from costcalc.operators.merging import FIELDS, MERGES
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.record import Problems, items, name, text

STRUCTURES = ("repeat", *MERGES, "residual", "branch")
NO_NORM, NO_ACTIVATION = (kind.parse(Text(Place(), "none")) for kind in (NORM, ACTIVATION))
#: Those that counters may see or not.
CODED_MERGES = ("add", "multiply", "matmul")
_COUNT = Whole()


class RowReader:
    """Reads the rows of one spec. ``takes`` are the arguments of each block, known beforehand."""

    def __init__(
        self,
        defaults: Dict[str, Value],
        takes: Dict[str, Takes],
        words: set[str],
        problems: Problems,
        length: bool = False,
    ) -> None:
        self.defaults = defaults
        self.length = length  # the input has one, and no more sides
        self.takes = takes
        self.words = words  # what an argument may be without quotes; names of rows are added
        self.problems = problems
        self.verbs = frozenset((*OPERATORS, *SPELLINGS, *STRUCTURES, *takes))
        self.names: dict[str, Node] = {}  # rows that are named
        self.origins: list[tuple[str, Node]] = []  # rows whose map is asked for
        self.followed: list[tuple[str, Node]] = []  # rows whose size is
        self.lenders: list[tuple[str, Node]] = []  # whose weights are; '' is the first round
        self.outputs: dict[str, Node] = {}
        self.passed: set[str] = set()  # words that may be names of rows to a block
        self.arguments: Container[str] = ()  # what may hold a word here
        self.taken: frozenset[str] = frozenset()  # names that have a meaning here
        self.calls: set[str] = set()  # blocks called since the set was last emptied
        self.values: list[Value] = []  # every expression since the list was last emptied
        self.has_printed_sizes = False
        self.cache: dict[tuple[object, ...], Value] = {}

    def rows(self, node: Node) -> tuple[Row, ...]:
        """A list of rows. Bad rows are noted and left out."""
        rows = []
        for item in items(node, "a list of rows"):
            with self.problems.collected():
                rows.append(self.row(item))
        return tuple(rows)

    def row(self, node: Node) -> Row:
        table, verb = begun(node, self.verbs)
        columns = self.columns(table, verb)
        if not verb:
            self.unknown(table, "", ())
            return Reference(node.place, columns)
        if operator := OPERATORS.get(SPELLINGS.get(verb, verb)):
            return self.operation(table, operator, columns)
        if verb in self.takes:
            return self.call(table, verb, columns)
        return self.structure(table, verb, columns)

    # -- kinds of rows ------------------------------------------------------------------------

    def operation(self, table: Mapping, operator: Operator, columns: Columns) -> Operation:
        fields = own_value(table, operator, self.parse, self.problems)
        norm, activation, coded = NO_NORM, NO_ACTIVATION, ""
        if operator.normalised:
            norm = self.defaults.get("norm", norm)
            activation = self.defaults.get("activation", activation)
        if operator.codings:
            coded = self.default("coded", coded)
        own, verb = OF_EACH[operator.name], next(iter(table.values))
        hints: list[str] = []
        for key, node in table.values.items():
            if key in COLUMNS or key == verb:
                continue
            with self.problems.collected():
                if key not in own:
                    unknown = unknown_column(key, operator.name, own)
                    self.problems.add(table.keys[key], *unknown)
                    hints.append(unknown[1])
                elif key in operator.fields:
                    fields[key] = self.parse(operator.fields[key].kind, node)
                elif key == "norm":
                    norm = self.fused(NORM, node)
                elif key == "activation":
                    activation = self.fused(ACTIVATION, node)
                else:
                    coded = self.coded(node, operator.codings)
        self.complete(table, operator, fields, hints)
        for key, value in fields.items():
            self.values.append(value)
            if value.follows:
                row = self.row_named(value.follows, value.node, self.followed)
                fields[key] = value._replace(evaluate=partial(like, row.evaluate))
        return Operation(table.place, columns, operator, fields, norm, activation, coded)

    def default(self, column: str, otherwise: str) -> str:
        """The word that the spec's defaults give for a column."""
        return str(self.defaults[column].evaluate({})) if column in self.defaults else otherwise

    def complete(
        self, table: Mapping, operator: Operator, fields: dict[str, Value], hints: list[str]
    ) -> None:
        """Adds the defaults of columns that are not written; notes those that are needed, unless
        one of the ``hints`` has named them."""
        for field in operator.fields.values():
            if field.name in fields or field.name in table.values or field is operator.main:
                continue
            if field.required and f"did you mean {field.name!r}?" not in hints:
                hint = f"{field.name}: {field.kind.describe}"
                self.problems.add(table, f"{operator.name} needs {field.name!r}", hint)
            elif field.name in self.defaults and (operator.normalised or field.name == "bias"):
                fields[field.name] = self.defaults[field.name]

    def coded(self, node: Node, codings: tuple[str, ...]) -> str:
        """How the row is coded: one of the ways that counters tell apart."""
        word = text(node, "how it is coded")
        if word not in codings:
            raise node.error(f"can't be coded as {word!r}", did_you_mean(word, codings))
        return word

    def fused(self, kind: Fusing, node: Node) -> Value:
        """What follows the row's operator; a block's argument may hold the word for it."""
        if isinstance(node, Text) and node.text in self.arguments:
            return self.note(kind.named(node.text, node))
        return self.note(kind.parse(node))

    def call(self, table: Mapping, block: str, columns: Columns) -> Call:
        takes = self.takes[block]
        self.unknown(table, block, ("repeat", "first", "index", "each"))
        self.calls.add(block)
        count = None
        if "repeat" in table.values:
            count = self.note(_COUNT.parse(table.values["repeat"]))
        for key in {"first", "index"} & table.keys.keys() if count is None else ():
            self.problems.add(table.keys[key], f"{key} without repeat", "repeat: n")
        with self.round(table) as index:
            given, first = (
                given_arguments(table.values[key], block, takes, self.problems) if key else {}
                for key in (block, "first" if "first" in table.values else "")
            )
            each = read_each(table.values.get("each"), given, self.problems)
            own = tuple(map(self.read_arguments, each))
            arguments, others = map(self.read_arguments, (given, first))
        for argument, default in takes.items():
            if default is None and not any(argument in one for one in (arguments, *own)):
                message = f"{block} needs its argument {argument!r}"
                self.problems.add(table, message, f"it takes {', '.join(takes)}")
        return Call(table.place, columns, block, arguments, others, count, index, own)

    def read_arguments(self, given: Dict[str, Node]) -> dict[str, Value]:
        """What a block is given, by argument."""
        arguments = {}
        for key, value in given.items():
            arguments[key] = Value(lambda scope: None, frozenset(), value)  # given, if not readable
            self.passed.add(value.text if isinstance(value, Text) else "")
            with self.problems.collected():
                arguments[key] = self.note(read_argument(value, self.words))
        return arguments

    def structure(self, table: Mapping, verb: str, columns: Columns) -> Row:
        node = table.values[verb]
        if verb == "repeat":
            self.unknown(table, verb, ("layers", "index"))
            count = self.note(_COUNT.parse(node))
            if "layers" not in table.values:
                raise table.error("repeat needs its layers", "layers: a list of rows")
            with self.round(table) as index:
                body = self.body(table.values["layers"], verb)
            return Repeat(table.place, columns, count, body, index)
        coded = MERGED.get(self.default("coded", ""), "")
        if verb in ("residual", *CODED_MERGES) and "coded" in table.values:
            coded = self.coded(table.values["coded"], MERGE_CODINGS)
        if verb == "residual":
            self.unknown(table, verb, ("coded",))
            when = table.values.get("when")
            shortcut = self.note(Condition().parse(when)) if when is not None else None
            return Residual(table.place, columns, self.rows(node), shortcut, coded)
        if verb == "branch":
            self.unknown(table, verb, ())
            return Branch(table.place, columns, self.body(node, verb))
        return self.merge(table, verb, columns, coded)

    @contextmanager
    def round(self, table: Mapping) -> Iterator[str]:
        """What is read inside may use the number of the round, by the name that ``index`` gives."""
        node = table.values.get("index")
        if node is None:
            yield ""
            return
        index = own_name(Text(node.place, text(node, "a name")), "round")
        if index in self.taken:
            raise node.error(f"{index!r} is taken", "choose another name")
        outside, since, problems = self.taken, len(self.values), len(self.problems.found)
        self.taken = outside | {index}
        try:
            yield index
        finally:
            self.taken = outside
        inside = self.values[since:]
        self.values[since:] = [value.without(index) for value in inside]
        if self.values[since:] == inside and len(self.problems.found) == problems:
            self.problems.add(node, f"index {index!r} is never used", "remove it")

    def merge(self, table: Mapping, verb: str, columns: Columns, coded: str) -> Merge:
        node, own = table.values[verb], FIELDS[verb]
        self.unknown(table, verb, (*own, *(("coded",) if verb in CODED_MERGES else ())))
        branches = items(node, "a list of branches")
        if len(branches) < 2:
            raise node.error(f"{verb} needs at least two branches", "an empty list is the identity")
        if verb == "matmul" and len(branches) > 2:
            raise node.error(f"matmul of {len(branches)} branches", "it takes two")
        for field in own.values():
            if field.required and field.name not in table.values:
                hint = f"{field.name}: {field.kind.describe}"
                self.problems.add(table, f"{verb} needs {field.name!r}", hint)
        merged = tuple(self.branch(branch) for branch in branches)
        said = [key for key in own if key in table.values]
        fields = {key: self.note(self.parse(own[key].kind, table.values[key])) for key in said}
        return Merge(table.place, columns, verb, merged, fields, coded)

    def body(self, node: Node, verb: str) -> tuple[Row, ...]:
        """The rows of a structure that means nothing without any."""
        if not items(node, "a list of rows"):
            raise node.error(f"a {verb} of no rows", "at least one row")
        return self.rows(node)

    def branch(self, node: Node) -> tuple[Row, ...]:
        """One branch: a list of rows, or a single row."""
        return self.rows(node if isinstance(node, List) else List(node.place, [node]))

    # -- columns ------------------------------------------------------------------------------

    def columns(self, table: Mapping, verb: str) -> Columns:
        values = table.values
        if values.keys().isdisjoint(COLUMNS):
            return NO_COLUMNS

        def word(key: str, what: str) -> str:
            return name(values[key], what) if key in values else ""

        if label := read_label(values["name"]) if "name" in values else "":
            self.names.setdefault(label, values["name"])
            self.words.add(label)
        called = word("from", "the name of a row")
        origin = self.row_named(called, values["from"], self.origins) if called else None
        group = read_group(values["group"]) if "group" in values else ""
        if output := word("output", "the name of an output"):
            if output in self.outputs:
                first = f"first on line {self.outputs[output].place.line}"
                self.problems.add(values["output"], f"output {output!r} twice", first)
            self.outputs[output] = values["output"]
        when = None if verb == "residual" else values.get("when")
        condition = None if when is None else self.note(Condition().parse(when))
        printed = read_size(values["input"], self.length) if "input" in values else ()
        self.values += printed
        self.has_printed_sizes |= bool(printed)
        return Columns(label, origin, group, output, condition, printed, self.weights(table, verb))

    def row_named(self, label: str, node: Node, asked: list[tuple[str, Node]]) -> Value:
        """The name of a row; a block's argument may hold it."""
        if label not in self.arguments:
            asked.append((label, node))
            return Value(lambda scope: label, frozenset(), node, True)
        return self.note(row_in(label, node))

    def weights(self, table: Mapping, verb: str) -> Weights | None:
        """Whose weights a row uses, if it says so."""
        if "weights" not in table.values:
            return None
        if not verb:
            message = "weights in a row that learns nothing"
            raise table.keys["weights"].error(message, "write its operator first")
        label, own, node = read_weights(table.values["weights"])
        if label == SHARED and "repeat" in table.values:
            self.lenders.append(("", node))
            return Weights(None, own, node)
        return Weights(self.row_named(label, node, self.lenders), own, node)

    def unknown(self, table: Mapping, verb: str, own: tuple[str, ...]) -> None:
        for key, node in table.keys.items():
            if key not in (*COLUMNS, verb, *own):
                self.problems.add(node, *unknown_column(key, verb, own))

    def note(self, value: Value) -> Value:
        self.values.append(value)
        return value

    def parse(self, kind: Kind, node: Node) -> Value:
        """The parsed value; equal constants of plain text, and lists of these, are parsed once."""
        kind = kind.of_length if self.length else kind
        parts = node.items if isinstance(node, List) else [node]
        if isinstance(kind, Flag) or not all(isinstance(part, Text) for part in parts):
            return kind.parse(node)
        key = (id(kind), type(node), *(part.text for part in parts if isinstance(part, Text)))
        value = self.cache.get(key) or kind.parse(node)
        if value.constant:
            self.cache[key] = value
        return value
