"""Recurrent layers: gates that read what arrives and what the step before gave."""

from __future__ import annotations

import pytest

import costcalc as cc
from costcalc import CostcalcError


def net(row: str, head: str = "input: {length: 250, channels: 12}") -> cc.Network:
    return cc.loads(f"network: net\n{head}\nlayers:\n- {row}\n")


def count(row: str, convention: str) -> tuple[int, int]:
    counted = net(row).count(convention=convention)
    return counted.mult_adds, counted.params


@pytest.mark.parametrize(("verb", "gates"), [("lstm", 4), ("gru", 3), ("rnn", 1)])
def test_gates_times_what_they_read(verb: str, gates: int) -> None:
    weights = gates * 128 * (12 + 128)
    assert count(f"{{{verb}: 128}}", "paper") == (250 * weights, weights)
    for biases in (0, 1, 2):
        row = f"{{{verb}: 128, biases: {biases}}}"
        assert count(row, "trainable") == (250 * weights, weights + gates * 128 * biases)
        row = f"{{{verb}: 128, biases: {biases}, bidirectional: true, last: true}}"
        both = 2 * (weights + gates * 128 * biases)
        assert count(row, "trainable") == (250 * 2 * weights, both)
        assert net(row).count().layers[0].output == (1, 1, 256)
    assert net(f"{{{verb}: 128}}").count().layers[0].output == (250, 1, 128)


def test_the_lstm_of_a_public_question() -> None:
    """12 to 128 over 250 steps: tokusumi/keras-flops issue 18, as PyTorch has it."""
    assert count("{lstm: 128}", "trainable") == (17_920_000, 72_704)
    assert count("{lstm: 128, biases: 1}", "keras")[1] == 72_704 - 4 * 128


def test_a_closed_form_in_steps_and_width() -> None:
    formula = net(
        "{gru: w}",
        "input: {length: n, channels: 8}\nparameters:\n"
        "  n: {default: 10, meaning: steps}\n  w: {default: 16, meaning: hidden values}",
    ).formula()
    assert str(formula.total.mult_adds) == "3*n*w**2 + 24*n*w"
    assert formula.at(n=7, w=5) == (7 * 3 * 5 * (8 + 5), 3 * 5 * (8 + 5))


@pytest.mark.parametrize(
    ("convention", "lstm", "gru", "rnn"),
    [
        # MACs, biases, and what is left of each hidden value, as the tools' sources have it
        ("ptflops-0.7.5", (1, 1, 10), (1, 1, 7), (1, 1, 1)),
        ("thop-0.1.1", (1, 1, 8), (1, 1, 7), (1, 1, 1)),
        ("torchinfo-1.8.0", (1, 1, 0), (1, 1, 0), (1, 1, 0)),
        ("deepspeed-flops", (2, 1, 2), (2, 1, 1), (2, 1, -1)),
        ("fvcore-0.1.5", (0, 0, 0), (0, 0, 0), (0, 0, 0)),
        ("torch-flopcounter", (0, 0, 0), (2, 0, 0), (2, 0, 0)),
        ("torchprofile-0.1.0", (1, 0, 0), (0, 0, 0), (0, 0, 0)),
        ("ptflops-aten", (0, 0, 0), (1, 1, 0), (1, 1, 0)),
    ],
)
def test_counters(convention: str, lstm: tuple[int, ...], gru: object, rnn: object) -> None:
    for verb, gates, weights in (("lstm", 4, lstm), ("gru", 3, gru), ("rnn", 1, rnn)):
        assert isinstance(weights, tuple)
        amounts = (gates * 128 * (12 + 128), gates * 128 * 2, 128)
        expected = 250 * sum(w * a for w, a in zip(weights, amounts, strict=True))
        assert count(f"{{{verb}: 128}}", convention)[0] == expected


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{lstm: 128, biases: 3}", "expected 2, 1 or 0, got '3'"),
        ("lstm", "lstm needs its hidden (lstm: a positive whole number, or an expression)"),
        ("{bidirectional: 8}", "(here it is {lstm: 128, bidirectional: true})"),
    ],
)
def test_what_is_refused(row: str, problem: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        net(row)
    assert problem in str(caught.value)
