"""Readers of the torch functions that are recurrent layers: LSTM, GRU and plain recurrence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from costcalc.exchange.maps import Value
from costcalc.exchange.torch.maps import Later, Tensor, tensors
from costcalc.exchange.torch.translator import Call, Reader
from costcalc.exchange.translation import Refused


def recurrent(
    call: Call,
    input: Tensor,
    state: Any,
    parameters: Sequence[Tensor],
    biased: bool,
    layers: int,
    dropout: float,
    training: bool,
    bidirectional: bool,
    batch_first: bool = False,
    *,
    row: str,
) -> list[Value | Later]:
    """A row for each layer: what it gives at every step, and, if that is read, what is left.

    :raises Refused: the first state is learned or computed, or what is given is projected.
    """
    each = (1 + bidirectional) * (2 + 2 * biased)
    if len(parameters) != layers * each:
        raise Refused(f"{call.name} with projections")
    if any(call.known(one) is not None for one in tensors(state)):
        raise Refused(f"{call.name} that begins with a state that is learned or computed")
    batch, steps = input.shape[:2] if batch_first else input.shape[1::-1]
    hidden = parameters[1].shape[1]
    columns = {row: hidden, "biases": 2 * biased, "bidirectional": bidirectional}
    form = (steps, batch, (1 + bidirectional) * hidden)
    x, made = call.value(input, (steps, batch, input.shape[2])), list[Value]()
    for layer in range(layers):
        own = parameters[layer * each : (layer + 1) * each]
        x = call.row(columns, x, form=form, weights=own)
        made.append(x)

    def left() -> Value:
        """The last step of every layer."""
        last = [call.row({"crop": [1, batch]}, one) for one in made]
        return last[0] if layers == 1 else call.row({"concat": None}, *last, merges=True)

    outputs = len([*tensors(call.out)])
    return [x, *[Later(left)] * (outputs - 1)]


#: By the name of the torch function.
RECURRENT: dict[str, Reader] = {
    "lstm": partial(recurrent, row="lstm"),
    "gru": partial(recurrent, row="gru"),
    **dict.fromkeys(("rnn_tanh", "rnn_relu"), partial(recurrent, row="rnn")),
}
