"""Recurrent layers, over the steps of a sequence: N×1×C is one of N steps, N×B×C are B of them."""

from typing import Annotated

from costcalc.algebra.numbers import Number
from costcalc.operators.columns import Choice, FlagField, WholeField
from costcalc.operators.registry import Output, Shape, operator
from costcalc.operators.tags import Amounts, Tag

BiasesField = Annotated[str, Choice("2", "1", "0")]


@operator("lstm")
def lstm(
    x: Shape,
    hidden: WholeField,
    biases: BiasesField = "2",
    bidirectional: FlagField = False,
    last: FlagField = False,
) -> Output:
    """LSTM of H hidden values: 4·H·(C + H) Mult-Adds a step, as many weights; 2 biases a gate.

    PyTorch has two biases for each gate and value, Keras one. ``last``: only the last step leaves.
    Source: Hochreiter and Schmidhuber 1997; PyTorch, ``nn.LSTM``.
    """
    return _recurrent(x, "lstm", 4, hidden, int(biases), bidirectional, last)


@operator("gru")
def gru(
    x: Shape,
    hidden: WholeField,
    biases: BiasesField = "2",
    bidirectional: FlagField = False,
    last: FlagField = False,
) -> Output:
    """GRU of H hidden values: 3·H·(C + H) Mult-Adds a step, as many weights; 2 biases a gate.

    PyTorch has two biases for each gate and value, and Keras unless ``reset_after`` is false.
    Source: Cho et al. 2014; PyTorch, ``nn.GRU``.
    """
    return _recurrent(x, "gru", 3, hidden, int(biases), bidirectional, last)


@operator("rnn")
def rnn(
    x: Shape,
    hidden: WholeField,
    biases: BiasesField = "2",
    bidirectional: FlagField = False,
    last: FlagField = False,
) -> Output:
    """Plain recurrence of H hidden values: H·(C + H) Mult-Adds a step, as many weights; 2 biases.

    PyTorch has two biases for each value, Keras one. Source: Elman 1990; PyTorch, ``nn.RNN``.
    """
    return _recurrent(x, "rnn", 1, hidden, int(biases), bidirectional, last)


def _recurrent(
    x: Shape, kind: str, gates: int, hidden: Number, biases: int, both_ways: bool, last: bool
) -> Output:
    """A layer whose gates each read what arrives at a step, and what the step before gave."""
    directions = 2 if both_ways else 1
    gated = directions * gates * hidden  # values a step, before they are put together
    weights = gated * (x.channels + hidden)
    terms: Amounts = {
        Tag(f"{kind} mac"): x.area * weights,
        Tag(f"{kind} element"): lambda: x.area * directions * hidden,
        Tag.RECURRENT_WEIGHT: weights,
    }
    if kind != "rnn":
        terms[Tag(f"{kind} hidden")] = lambda: x.area * hidden
    if biases:
        terms[Tag(f"{kind} bias add")] = lambda: x.area * gated * biases
        terms[Tag.RECURRENT_BIAS] = gated * biases
    y = Shape(1 if last else x.height, x.width, directions * hidden)
    return Output(y, terms, f"bidirectional {kind}" if both_ways else kind)
