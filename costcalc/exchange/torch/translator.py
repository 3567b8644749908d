"""A flat spec of a PyTorch module, from the torch functions that it calls, one after the other.

:class:`Translator` is told of every one, as a module runs or as a program lists them, and the
tables of readers say which row each is. What has no reader is refused, with its place; nothing is
left out in silence. It needs no torch.

A tensor is followed as a :class:`~costcalc.exchange.maps.Value`: the row that made it, and
the map, height x width x channels, that this row leaves. Views and permutations move nothing that
costs anything, so they keep the value; a row that needs the same elements as another map asks for
it, and a ``reshape`` is written. Batches of one image; a dimension that is folded into the batch,
as windows are, is the width of a map of tokens.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from costcalc.exchange.maps import Sizes, Tensors, Value, axis, form_after
from costcalc.exchange.torch.maps import (
    Empty,
    Later,
    Made,
    Tensor,
    channels_first,
    channels_last,
    tensors,
)
from costcalc.exchange.translation import Form, Refused, Row, Translation

#: Their Mult-Adds count, also where they work on what is constant or learned.
PRODUCTS = (
    "conv1d", "conv2d", "conv_transpose2d", "linear", "matmul", "__matmul__", "bmm", "baddbmm",
    "addmm", "einsum", "lstm", "gru", "rnn_tanh", "rnn_relu", "scaled_dot_product_attention",
    "multi_head_attention_forward",
)  # fmt: skip
#: What is read of a torch function: the row, or the rows of several outputs.
Reader = Callable[..., Any]


class Call(Tensors):
    """One call of a torch function: what its reader may ask and say."""

    last = True

    def __init__(self, translator: Translator, name: str, out: Any) -> None:
        self.translator, self.translation = translator, translator.translation
        self.name = name
        self.out = out

    def shape(self, tensor: Tensor) -> Sizes:
        return tuple(tensor.shape)

    def place(self, tensor: Tensor, dim: int, form: Form) -> int | None:
        """Where a map can be read either way, its channels come first, as those of images do."""
        return axis(self.shape(tensor), dim, form, last=tensor.dim() != 4)

    def is_map(self, tensor: Any) -> bool:
        return isinstance(self.known(tensor), Value)

    def known(self, tensor: Any) -> Value | Made | None:
        """What a tensor is: a value, made of parameters, or (None) a constant."""
        found = self.translator.known.get(id(tensor)) if isinstance(tensor, Tensor) else None
        return None if isinstance(found, Later) else found

    def value(self, tensor: Tensor, form: Form | None = None) -> Value:
        found = self.known(tensor)
        if not isinstance(found, Value):
            found = self.source(tensor, found, form or channels_last(tensor))
        if form is None or found.form == form:
            return found
        elements, copies = math.prod(found.form), math.prod(form) // math.prod(found.form)
        if copies * elements != math.prod(form):
            raise Refused("a tensor of another number of elements")
        if copies > 1:  # the nearest values of a map of one position
            self.stands_in("spread, said as resize")
            found = self.reshaped(found, (1, 1, elements))
            found = self.row({"resize": [copies, 1]}, found, form=(copies, 1, elements))
        shaped = self.reshaped(found, form)
        self.translator.bind(tensor, shaped)
        return shaped

    def held(self, value: Value, shape: Sequence[int]) -> Tensor:
        """A tensor that stands for a value, for a function that is read as several."""
        tensor = Empty(shape)
        self.translator.bind(tensor, value)
        return tensor

    def source(self, tensor: Tensor, made: Made | None, form: Form) -> Value:
        """A row for what is learned, or constant, and no kernel: it owns the parameters that it is
        made of and that no row before it owns."""
        used, sizes = self.translator.used, self.translator.sizes
        new = [p for p in (made.parameters if made else ()) if p not in used]
        learned = sum(sizes[p] for p in new)
        columns: dict[str, Any] = {"learned": [*form]}
        if learned != math.prod(form):
            columns["params"] = learned
        if not learned:
            self.stands_in("a constant map, said as learned without parameters")
        used.update(dict.fromkeys(new, len(self.translator.translation.rows)))
        value = self.row(columns, form=form)
        self.translator.bind(tensor, value)
        return value

    def row(
        self,
        columns: Mapping[str, Any],
        *inputs: Value,
        form: Form | None = None,
        weights: Iterable[Tensor | None] = (),
        merges: bool = False,
    ) -> Value:
        rows = self.translation.rows
        made = form or form_after(columns, [value.form for value in inputs])
        lender = self.translator.use([p for p in weights if p is not None], len(rows))
        if lender is not None:
            columns = {**columns, "weights": lender}
        read = tuple(value.row for value in inputs)
        rows.append(Row(dict(columns), read, made, merges, self.translator.place))
        return Value(len(rows) - 1, made)


#: What a network does with what it found: no layer may read it.
DECODING = (
    "topk", "sort", "gather", "fmod", "remainder", "floor_divide", "__floordiv__", "argmax",
    "argmin", "gt", "__gt__", "lt", "__lt__", "ge", "__ge__", "le", "__le__", "eq", "__eq__", "ne",
    "__ne__",
)  # fmt: skip


class Translator:
    """Follows the tensors of one run, and writes a row for what each function does to them."""

    def __init__(
        self, learned: Iterable[Tensor], inputs: Iterable[Tensor], readers: Mapping[str, Reader]
    ) -> None:
        self.readers = readers
        self.running: list[str] = []  # the modules that run, by path, innermost last
        self.translation = Translation()
        self.known: dict[int, Value | Made | Later] = {}
        self.alive: list[Tensor] = []  # or their ids would be given again
        self.used: dict[int, int] = {}
        self.parts: Counter[int] = Counter()  # elements that rows hold of a parameter in parts
        self.decoded: set[int] = set()
        self.norms: dict[int, Any] = {}  # by their last row: the first, of which tensor, and how
        self.sizes: dict[int, int] = {}  # elements of parameters
        for parameter in learned:
            self.sizes[id(parameter)] = parameter.numel()
            self.bind(parameter, Made((id(parameter),)))
        for tensor in inputs:
            form = channels_first(tensor)
            self.bind(tensor, Value(self.translation.row({}, form=form), form))

    @property
    def place(self) -> str:
        """The module that runs."""
        return self.running[-1] if self.running else ""

    def decode(self, call: Call, args: Any, kwargs: Any) -> None:
        """Leave out what is done with what a network found.

        :raises Refused: a layer reads it.
        """
        if call.name in PRODUCTS or any(
            isinstance(call.known(t), Made) for t in tensors((args, kwargs))
        ):
            raise Refused("a layer that reads what is decoded")
        call.stands_in("decoding of what is found, left out")
        for tensor in tensors(call.out):
            self.bind(tensor, Value(0, (1, 1, 1)))
            self.decoded.add(id(tensor))

    def bind(self, tensor: Tensor, found: Value | Made | Later) -> None:
        self.known[id(tensor)] = found
        self.alive.append(tensor)

    def use(self, tensors: list[Tensor], row: int) -> int | None:
        """Note which parameters a row learns: each tensor of it is one, or made of one of as many
        elements. What is learned already is lent by the row that is returned.

        :raises Refused: one is constant, or made of others; or not all are lent by one row.
        """
        learned = [self.parameter(tensor) for tensor in tensors]
        for parameter, tensor in zip(learned, tensors, strict=True):
            if tensor.numel() < self.sizes[parameter]:
                self.parts[parameter] += tensor.numel()
        lenders = {self.used.get(parameter) for parameter in learned if parameter not in self.parts}
        if lenders <= {None}:
            self.used.update(dict.fromkeys(learned, row))
            return None
        if len(lenders) > 1:
            raise Refused("a row that shares only some of its parameters")
        return lenders.pop()

    def is_one(self, made: Made, tensor: Tensor) -> bool:
        """Whether a tensor is made of one parameter of as many elements."""
        return [self.sizes[parameter] for parameter in made.parameters] == [tensor.numel()]

    def parameter(self, tensor: Tensor) -> int:
        """The parameter that a tensor is, or is made of, or a part of.

        :raises Refused: there is no such one, or several.
        """
        made = self.known.get(id(tensor))
        if not isinstance(made, Made):
            raise Refused("a constant where parameters are")
        if len(made.parameters) > 1 or tensor.numel() > self.sizes[made.parameters[0]]:
            raise Refused("a kernel made of several parameters")
        if id(tensor) != made.parameters[0]:
            self.translation.stand_ins["a kernel made of its parameter, said as a kernel"] += 1
        return made.parameters[0]

    def call(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> None:
        """Follow a call, by the name of its function; those of operators begin with ``aten.``."""
        given = [*tensors(args), *tensors(kwargs)]
        for tensor in given:
            later = self.known.get(id(tensor))
            if isinstance(later, Later):
                self.bind(tensor, later.value())
        found = [self.known.get(id(tensor)) for tensor in given]
        function = name.removeprefix("aten.")
        if function not in PRODUCTS and not any(isinstance(one, Value) for one in found):
            made = [p for one in found if isinstance(one, Made) for p in one.parameters]
            for tensor in tensors(out) if made else ():
                if id(tensor) not in self.known:
                    self.bind(tensor, Made(tuple(dict.fromkeys(made))))
            return
        call = Call(self, function, out)
        try:
            if function in DECODING or self.decoded.intersection(map(id, given)):
                self.decode(call, args, kwargs)
                return
            words = (name, function, function.removesuffix("_"))
            reader = next((self.readers[word] for word in words if word in self.readers), None)
            if reader is None:
                raise Refused(f"operator {function}")
            self.remember(call, reader(call, *args, **kwargs))
        except (Refused, TypeError) as refused:
            told = isinstance(refused, Refused)
            self.refuse(str(refused) if told else f"{function} called otherwise", out)

    def refuse(self, reason: str, out: Any) -> None:
        """Note that a call has no row, and go on, to find what else stands in the way."""
        self.translation.refuse(reason, self.place)
        for tensor in tensors(out):
            first = tensor.dim() == 4 and tensor.shape[0] == 1
            self.bind(tensor, Value(0, (channels_first if first else channels_last)(tensor)))

    def remember(self, call: Call, found: Any) -> None:
        """Bind what a reader said of each output; None says that it is a constant, or no tensor."""
        outputs = list(tensors(call.out))
        values = found if isinstance(found, list) else [found] * len(outputs)
        for tensor, value in zip(outputs, values, strict=True):
            if value is not None:
                self.bind(tensor, value)

    def finished(self, parameters: Iterable[tuple[str, Tensor]]) -> Translation:
        """The translation, held against the parameters by path."""
        if not self.translation.refusals:
            for path, parameter in parameters:
                size, key = parameter.numel(), id(parameter)
                held = key in self.used and self.parts.get(key, size) == size
                if key in self.sizes and not held:
                    self.translation.refuse("parameters that no row holds", path)
        return self.translation
