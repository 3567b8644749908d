"""What a spec says, parsed and frozen. :mod:`costcalc.language.parser` makes it from a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from costcalc.errors import CostcalcError, Place
from costcalc.language.parameters import Binding, Parameter, bind, lacks, name_of
from costcalc.operators import Operator
from costcalc.operators.columns import Value
from costcalc.source.nodes import Node


class Weights(NamedTuple):
    """Whose weights a row uses: those of the row that ``of`` names, or, where it is None, of its
    own first round. Of these parts (:attr:`~costcalc.operators.tags.Tag.part`) each has its
    ``own``."""

    of: Value | None
    own: tuple[str, ...]
    node: Node


class Columns(NamedTuple):
    """The columns that every kind of row may have."""

    name: str = ""  # other rows can take this row's output
    origin: Value | None = None  # `from`: the named row whose output this row takes
    group: str = ""
    output: str = ""  # the name of the network output that this row is
    when: Value | None = None  # the row exists only where this holds
    printed: tuple[Value, ...] = ()  # `input`: the size that the paper prints (H, W, C)
    weights: Weights | None = None  # what it learns is learned elsewhere


NO_COLUMNS = Columns()


class Operation(NamedTuple):
    """One operator; ``norm`` and ``activation`` follow it where it is a convolution
    (:mod:`costcalc.language.fused`)."""

    place: Place
    columns: Columns
    operator: Operator
    fields: Mapping[str, Value]
    norm: Value
    activation: Value
    coded: str = ""  # see costcalc.operators.coded


class Reference(NamedTuple):
    """Gives a name to what arrives, or goes back to a name (``from``)."""

    place: Place
    columns: Columns


class Repeat(NamedTuple):
    """``body``, ``times`` times; ``number`` is what its number is called."""

    place: Place
    columns: Columns
    times: Value
    body: tuple[Row, ...]
    number: str = ""


class Call(NamedTuple):
    """A block, ``times`` times; ``first`` holds arguments of the first time only. ``each`` are
    several such calls, one after the other: arguments that each has for itself."""

    place: Place
    columns: Columns
    block: str
    arguments: Mapping[str, Value]
    first: Mapping[str, Value]
    times: Value | None
    number: str = ""
    each: tuple[Mapping[str, Value], ...] = ()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls one by one."""
        return tuple(
            self._replace(arguments={**self.arguments, **own}, each=()) for own in self.each
        ) or (self,)


class Merge(NamedTuple):
    """Branches of what arrives, merged by add, concat or multiply."""

    place: Place
    columns: Columns
    kind: str
    branches: tuple[tuple[Row, ...], ...]
    fields: Mapping[str, Value]
    coded: str = ""


class Residual(NamedTuple):
    """``body`` plus what arrived; the addition exists only where ``shortcut`` holds."""

    place: Place
    columns: Columns
    body: tuple[Row, ...]
    shortcut: Value | None
    coded: str = ""


class Branch(NamedTuple):
    """Rows beside the trunk: what follows continues from where the branch began."""

    place: Place
    columns: Columns
    body: tuple[Row, ...]


#: Height, width and channels.
Size: TypeAlias = tuple[Value, Value, Value]
Row: TypeAlias = Operation | Reference | Repeat | Call | Merge | Residual | Branch


#: Names with what they stand for; each may use those before it.
Lets: TypeAlias = Mapping[str, Value]


def uses(value: Value, lets: Lets) -> Value:
    """The value with the names that those stand for which it uses, too."""
    names, before = value.names, frozenset[str]()
    while names != before:
        before = names
        names = names.union(*(lets[name].names for name in names & lets.keys()))
    return value._replace(names=names)


def with_lets(lets: Lets, known: Mapping[str, Any]) -> dict[str, Any]:
    """What is ``known`` with what is named besides. A name that has no value here holds the error,
    which is raised where the name is used, if it is."""
    scope = dict(known)
    for name, value in lets.items():
        try:
            scope[name] = value.evaluate(scope)
        except CostcalcError as error:
            scope[name] = error
    return scope


class Block(NamedTuple):
    """Rows with arguments, written once."""

    name: str
    takes: Mapping[str, Value | None]  # name → default
    body: tuple[Row, ...]
    lets: Lets


class Rule(NamedTuple):
    """How α·C becomes a channel count, or ρ·R a side."""

    name: str  # exact, floor, ceil, nearest, round, divisible
    multiple: int = 1
    least: int = 0  # nothing is made fewer

    def __str__(self) -> str:
        said = [str(self.multiple)] if self.name == "divisible" else []
        said += [f"min={self.least}"] if self.least else []
        return f"{self.name}({', '.join(said)})" if said else self.name


class Written(NamedTuple):
    """A row of the spec's own table as people speak of it.

    ``name`` is its own, or its block or structure and which of these it is (``ir2``); an operator
    has none but that of its layer. ``label`` is the row as written, ``ir(c=24α, s=2)``; rows of one
    text are told apart.
    """

    name: str
    label: str


class Spec(NamedTuple):
    """A network as its file says it. ``inputs`` are what enters, by name: a single one is called
    ``input``. ``written`` has the rows of ``layers`` by their places; ``names`` are those that rows
    and inputs have, ``lenders`` those of rows whose weights others use, and ``read`` those whose
    maps others read. ``reading`` is what it was read from: the document, the name it has if the
    document gives none, and the folders of its blocks. ``remarks`` are what a model of another
    program does that its rows do not say, or say by others; ``forms`` the maps that its layers
    leave as it says them, by resolution (0: it has none), against which each graph is held; and
    ``zeros`` those of its layers whose bias is nothing but zeros."""

    name: str
    title: str
    source: str
    notes: str
    file: str
    parameters: Mapping[str, Parameter]
    channel_rule: Rule
    side_rule: Rule
    inputs: Mapping[str, Size]
    lets: Lets
    layers: tuple[Row, ...]
    blocks: Mapping[str, Block]
    written: Mapping[Place, Written]
    names: frozenset[str]
    lenders: frozenset[str]
    read: frozenset[str]
    reading: tuple[Node, str, tuple[Path, ...]]
    has_printed_sizes: bool = False
    remarks: tuple[str, ...] = ()
    forms: Mapping[int, tuple[tuple[int, int, int], ...]] = {}
    zeros: frozenset[int] = frozenset()

    @property
    def input(self) -> Size:
        """What arrives at the first row."""
        return next(iter(self.inputs.values()))

    def defaults(self) -> Binding:
        return {name: p.default for name, p in self.parameters.items()}

    def scope(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What expressions know at values of all parameters."""
        return with_lets(self.lets, values)

    def bind(self, values: Mapping[str, object]) -> Binding:
        """As :func:`~costcalc.language.parameters.bind`."""
        return bind(self.parameters, values, self.name)

    def binding(self, values: Mapping[str, object]) -> Binding:
        """A value for every parameter: what is given, and defaults.

        :raises CostcalcError: as :meth:`bind`.
        """
        return {**self.defaults(), **self.bind(values)}

    def held(self, bound: Collection[str], free: tuple[str, ...] = ()) -> Binding:
        """The defaults of the parameters that closed forms keep, unless bound or named in ``free``.

        :raises CostcalcError: a name in ``free`` that can't be freed.
        """
        freed = [name_of(name, self.parameters) for name in free]
        for name in freed:
            if name not in self.parameters:
                raise CostcalcError(lacks(self.name, name, self.parameters))
            if self.parameters[name].choices:
                raise CostcalcError(f"{name} chooses between structures and can't be free")
        return {
            p.name: p.default
            for p in self.parameters.values()
            if p.held and p.name not in bound and p.name not in freed
        }
