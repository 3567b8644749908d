"""What a count under a convention leaves open: rules that nobody knows, codings that no row states.

A note is not a guess: the number is that of the usual coding (modules and operators), and the note
says how much another coding would change it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from costcalc.algebra.amounts import amount_text
from costcalc.algebra.numbers import Number, constant
from costcalc.conventions.convention import Convention
from costcalc.graph.build import Layer
from costcalc.operators import OPERATORS
from costcalc.operators.coded import Coded, is_convolution
from costcalc.operators.tags import Tag, Terms

_SILENT = "some rows do not say how they are coded; coded:"


def counting_notes(layers: Sequence[Layer], convention: Convention) -> tuple[str, ...]:
    """Sentences about fully bound layers; none where the convention leaves nothing open."""
    notes = [*_unknown(layers, convention)]
    silent = [layer for layer in layers if not layer.coded]
    for coding in convention.coded:
        notes += _unstated(silent, convention, coding)
    if any(isinstance(key, Coded) and key.coding == "linear" for key in convention.mult_adds):
        notes += _perhaps_linear(silent, convention)
    return tuple(notes)


def _unknown(layers: Iterable[Layer], convention: Convention) -> Iterator[str]:
    numbers: Counter[str] = Counter()
    for layer in layers if convention.unknown else ():
        if layer.coded not in convention.coded:  # a coding for which there is no rule
            work = [tag for tag in layer.terms if isinstance(tag, Tag) and not tag.is_parameter]
            numbers.update(sorted({tag.kind for tag in work} & convention.unknown))
    if numbers:
        listed = ", ".join(f"{kind} ({_layers(n)})" for kind, n in numbers.items())
        yield f"{convention.name} has no known rule for {listed}: counted as 0"


def _unstated(layers: Iterable[Layer], convention: Convention, coding: str) -> Iterator[str]:
    """Layers that would count otherwise, had their row stated this coding."""
    changes = {
        tag: change
        for tag, weight in convention.coded[coding].items()
        if (change := weight - convention.weight(tag))
    }
    numbers: Counter[str] = Counter()
    differences: dict[str, Number] = {}
    for layer in layers:
        stated = [tag for tag in changes if tag in layer.terms]
        numbers.update({tag.kind for tag in stated})
        for tag in stated:
            amount = changes[tag] * layer.terms.amount(tag)
            differences[tag.kind] = differences.get(tag.kind, 0) + amount
    if differences:
        listed = ", ".join(
            f"{kind} in {_layers(numbers[kind])} by {amount_text(constant(change), '+')}"
            for kind, change in differences.items()
        )
        yield f"{_SILENT} {coding} would change {listed}"


def _perhaps_linear(layers: Iterable[Layer], convention: Convention) -> Iterator[str]:
    """1×1 convolutions of 1×1 maps, where it makes a difference whether they are nn.Linear."""
    number, difference = 0, Fraction(0)
    for layer in layers:
        sides = (layer.input.height, layer.input.width, *(layer.kernel or ()), layer.groups)
        if layer.operator != "conv" or any(side != 1 for side in sides):
            continue
        own = Terms((key, v) for key, v in layer.terms.items() if is_convolution(key))
        bias = Tag.CONV_BIAS in own
        linear = Terms(OPERATORS["fc"].function(layer.input, layer.output.channels, bias).terms)
        change = convention.work(linear) - convention.work(own)
        if change:
            number, difference = number + 1, difference + constant(change)
    if number:
        where = f"1x1 convolutions of 1x1 maps in {_layers(number)}"
        yield f"{_SILENT} linear would change {where} by {amount_text(difference, '+')}"


def _layers(number: int) -> str:
    return f"{number} layer{'s' if number != 1 else ''}"
