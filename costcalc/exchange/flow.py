"""The tensors of a model whose file says how large they are, followed from operation to operation.

A tensor is a :class:`~costcalc.exchange.maps.Value`, the row that made it and the map that this row
leaves; or :class:`Made` of the constants of the file, which are weights where a layer reads them.
Views and permutations move nothing that costs anything, so they keep the value: a row that needs
the same elements as another map asks for it, and a row is written that makes it. What only hangs
on one map, element by element, is :class:`Pending` until it is known which activation it is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from costcalc.errors import CostcalcError, Place, Problem, visible
from costcalc.exchange.activations import SAMPLES, Samples, word_for
from costcalc.exchange.maps import Sizes, Tensors, Value, channels_first, channels_last, form_after
from costcalc.exchange.translation import Form, Refused, Translation

#: What to do about a size that a file leaves open.
ASKED = "`costcalc import FILE --input 3x224x224` says what one image has"
#: No activation is more operations.
_LONGEST = 50
#: How a file calls a tensor.
Key = Hashable


class Made(NamedTuple):
    """A tensor that is made of one constant of the file, or (None) of several."""

    origin: Key | None


class Pending(NamedTuple):
    """What hangs on one map, element by element: that map, what becomes of the samples, what
    writes its rows where that is no activation, and how many operations it is."""

    root: Value
    samples: Samples
    rows: Callable[[], Value]
    name: str
    length: int = 1


class Lost(Exception):
    """An operation hangs on what was refused."""


class Flow(Tensors):
    """What is known of the tensors of one model.

    ``shapes`` are their sizes; ``weights`` the constants of the file that may be learned, by how
    many values they have; ``last`` whether channels come last; ``in_place`` whether what an
    operation gives may have the name of what it reads.
    """

    def __init__(self, *, last: bool = False, in_place: bool = False) -> None:
        self.last, self.in_place = last, in_place
        self.translation = Translation()
        self.shapes: dict[Key, Sizes] = {}
        self.known: dict[Key, Value | Made | Pending] = {}
        self.weights: dict[Key, int] = {}
        self.scalars: dict[Key, float] = {}
        self.among_weights: set[Key] = set()  # single numbers that stand where weights do
        self.readers: Counter[Key] = Counter()
        self.met: dict[Key, str] = {}  # constants that an operation read, and which one
        self.owners: dict[Key, int] = {}  # the rows that learn them
        self.settings: set[Key] = set()  # constants that say how an operation works
        self.open: set[int] = set()  # inputs of which no row has said what map they are
        self.lost: set[Key] = set()  # what hangs on what was refused
        self.name = ""

    # -- tensors ------------------------------------------------------------------------------

    def input(self, key: Key, shape: Sizes, name: str) -> None:
        """A tensor that is given to the model."""
        last = self.last or len(shape) == 3 or (len(shape) == 4 and shape[3] < 5 <= shape[1])
        form = (channels_last if last else channels_first)(shape)
        self.shapes[key] = shape
        row = self.translation.row({}, form=form, name=visible(name))
        self.open.add(row)
        self.known[key] = Value(row, form)

    def constant(self, key: Key, shape: Sizes, scalar: float | None = None) -> None:
        """A constant of the file."""
        self.shapes[key], self.known[key] = shape, Made(key)
        if math.prod(shape) > 1:
            self.weights[key] = math.prod(shape)
        elif scalar is not None:
            self.scalars[key] = scalar

    def is_map(self, key: Key) -> bool:
        found = self.known.get(key)
        return found is not None and not isinstance(found, Made)

    def shape(self, key: Key) -> Sizes:
        return self.shapes[key]

    def value(self, key: Key, form: Form | None = None) -> Value:
        found = self.known.get(key)
        if isinstance(found, Pending):
            found = self.settled(found)
        elif not isinstance(found, Value):
            found = self.source(key, found, form or self.map_of(self.shapes[key]))
        if found.row in self.open and found.form != form:
            self.open.discard(found.row)
            row = self.translation.rows[found.row]
            if form is not None and math.prod(form) == math.prod(row.form):
                self.translation.rows[found.row] = row._replace(form=form)
        if not self.translation.rows[found.row].columns:
            found = found._replace(form=self.translation.rows[found.row].form)
        found = self.reshaped(found, form or found.form)
        self.known[key] = found
        return found

    def source(self, key: Key, made: Made | None, form: Form) -> Value:
        """A row for what is constant and no kernel: learned, if it is the only row that has it."""
        if made is None:
            raise Refused("a tensor that nothing gives")
        columns: dict[str, Any] = {"learned": [*form]}
        learned = self.weights.get(made.origin, 0)
        lender = self.owners.get(made.origin)
        if lender is not None or not learned:
            columns["params"] = 0
            self.stands_in("a constant map, said as learned without parameters")
        elif learned != math.prod(form):
            columns["params"] = learned
        row = self.row(columns, form=form)
        self.owners.setdefault(made.origin, row.row)
        return row

    def passed(self, key: Key) -> Value | Pending:
        """The same values in another tensor."""
        found = self.known[key]
        return found if isinstance(found, Pending) else self.value(key)

    # -- rows ---------------------------------------------------------------------------------

    def row(
        self,
        columns: Mapping[str, Any],
        *inputs: Value,
        form: Form | None = None,
        weights: Iterable[Key | None] = (),
        merges: bool = False,
    ) -> Value:
        made = form or form_after(columns, [value.form for value in inputs])
        lender = self.use([key for key in weights if key is not None], inputs)
        if lender is not None:
            columns = {**columns, "weights": lender}
        for key in weights:
            if key is not None:
                self.owners.setdefault(self.origin(key), len(self.translation.rows))
        places = (value.row for value in inputs)
        row = self.translation.row(dict(columns), *places, form=made, merges=merges, name=self.name)
        return Value(row, made)

    def use(self, keys: Sequence[Key], inputs: Sequence[Value]) -> int | None:
        """The row whose weights these are already, if they are. Exporters keep vectors once that
        are equal, as the biases of what is not trained: alone, they say nothing of sharing.

        :raises Refused: only some of them are.
        """
        lenders = {self.owners.get(self.origin(key)) for key in keys}
        kernels = {self.owners.get(self.origin(key)) for key in keys if not self.is_vector(key)}
        within = any("weights" in self.translation.rows[value.row].columns for value in inputs)
        if lenders - {None} and not kernels - {None} and not within:
            self.stands_in("equal vectors that the file has once, counted for each row")
            return None
        if len(lenders) > 1:
            raise Refused("a row that shares only some of its weights")
        return lenders.pop() if lenders else None

    def is_vector(self, key: Key) -> bool:
        shape = self.shapes[key]
        return len(shape) == 1 or sum(size != 1 for size in shape) == 1

    def origin(self, key: Key) -> Key:
        """The constant that a row learns: the tensor is it, or made of it.

        :raises Refused: it is computed from a map, or made of several constants.
        """
        made = self.known.get(key)
        if not isinstance(made, Made):
            raise Refused("weights that are computed from a map")
        if made.origin is None or self.weights.get(made.origin, 1) != self.size(key):
            raise Refused("weights made of parts or of several constants")
        return made.origin

    def setting(self, key: Key) -> None:
        """Note that a constant says how an operation works."""
        made = self.known.get(key)
        if isinstance(made, Made):
            self.settings.add(made.origin)

    # -- what hangs on one map ----------------------------------------------------------------

    def single(self, key: Key) -> str:
        """What is said of a number that stands where weights do; nothing of other constants."""
        named = f"{visible(str(key))!r}, a single number among the weights, left out"
        known = key in self.among_weights
        return f"{named}; if it is learned, parameters are 1 more" if known else ""

    def applied(
        self, key: Key, function: Callable[[float], float], rows: Callable[[], Value]
    ) -> Value | Pending:
        """A function of each element; ``rows`` writes it where it turns out to be no activation."""
        root, samples = self.sampled(key)
        try:
            made = tuple(map(function, samples))
        except (ValueError, OverflowError, ZeroDivisionError):
            return rows()
        return Pending(root, made, rows, self.name, self.length(key) + 1)

    def function(
        self, key: Key, function: Callable[[float], float], row: str, said: str = ""
    ) -> Value | Pending:
        """A function of each element, with its row; or what is ``said`` of one that has none."""

        def rows() -> Value:
            value = self.value(key)
            if row:
                return self.row({row: None}, value, form=value.form)
            self.stands_in(said)
            return value

        return self.applied(key, function, rows)

    def sampled(self, key: Key) -> tuple[Value, Samples]:
        """The map that a tensor hangs on element by element, and what becomes of the samples."""
        found = self.known.get(key)
        if isinstance(found, Pending) and found.length < _LONGEST:
            return found.root, found.samples
        return self.value(key), SAMPLES

    def length(self, key: Key) -> int:
        """How many operations a tensor hangs on its map by."""
        found = self.known.get(key)
        return found.length if isinstance(found, Pending) else 0

    def settled(self, pending: Pending) -> Value:
        """The row of a function of each element."""
        outer, self.name = self.name, pending.name
        columns = word_for(pending.samples)
        made = self.row(columns, pending.root) if columns else pending.rows()
        self.name = outer
        return made

    # -- the run ------------------------------------------------------------------------------

    def read(
        self, name: str, outputs: Sequence[Key], inputs: Sequence[Key], reader: Callable[[], Any]
    ) -> None:
        """Bind what a reader says of each output; None says that it is no value. What is refused is
        noted, and the other operations are gone on with, to find what else stands in the way."""
        self.name = visible(name)
        given = [key for key in outputs if key != "" and not (self.in_place and key in inputs)]
        again = len({*given}) < len(given) or not self.known.keys().isdisjoint(given)
        try:
            found = reader()
        except Lost:
            self.lost.update(outputs)
            return
        except (Refused, CostcalcError) as refused:
            reason = str(refused) if isinstance(refused, Refused) else refused.problems[0].message
            self.refuse(reason, outputs)
            return
        except (LookupError, TypeError, ValueError, ArithmeticError):
            self.refuse("an operation that is written as none is", outputs)
            return
        if again:
            self.refuse("what it gives has the name of what is given before", outputs)
            return
        for key in inputs:
            made = self.known.get(key)
            if isinstance(made, Made):
                self.met.setdefault(made.origin, self.name)
        values = found if isinstance(found, list) else [found] * len(outputs)
        for key, value in zip(outputs, values, strict=False):
            if value is not None and key != "":
                self.known[key] = value

    def refuse(self, reason: str, outputs: Iterable[Key]) -> None:
        """Note that an operation has no row; what hangs on what it gives is not judged."""
        self.translation.refuse(reason, self.name)
        self.lost.update(outputs)

    def given(self, inputs: Collection[Key], none: str = "no layer before gives") -> None:
        """:raises Lost: one of the tensors hangs on what was refused.
        :raises Refused: nothing gives one.
        """
        if not self.lost.isdisjoint(inputs):
            raise Lost
        if not all(key in self.known for key in inputs):
            raise Refused(f"what {none} is read")

    def finished(self, outputs: Collection[Key]) -> Translation:
        """The translation, with all that the model gives."""
        self.name = ""
        for key in outputs:
            if key in self.known and self.is_map(key):
                self.value(key)
            elif key not in self.known and key not in self.lost:
                name = next((one for one in key if one), "") if isinstance(key, tuple) else key
                self.translation.refuse("an output that nothing gives", visible(str(name)))
        if not outputs and not all(not row.columns for row in self.translation.rows):
            self.translation.refuse("a model that gives nothing")
        if not self.translation.refusals:
            held = self.owners.keys() | self.settings
            for key, name in self.met.items():
                if key in self.weights and key not in held:
                    self.translation.refuse(
                        "weights that no row holds", f"{visible(str(key))} of {name}"
                    )
        return self.translation


def broken(path: Any, what: str, hint: str = "") -> CostcalcError:
    """A file that can't be read as what it is."""
    return CostcalcError(Problem(what, hint, Place(visible(str(path)))))
