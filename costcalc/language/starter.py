"""A network to start from: what ``costcalc new`` writes."""

from __future__ import annotations

from costcalc.errors import Place
from costcalc.source.nodes import Text
from costcalc.source.record import name as read_name

_STARTER = """\
# A layer table, ready to be counted: change its rows.
#
#   costcalc count NAME.yaml      Mult-Adds and parameters, layer by layer
#   costcalc show NAME.yaml       the table as a paper would print it
#   costcalc formula NAME.yaml    the same costs as closed forms
#
# `costcalc list operators` names every operator with its columns, and
# `costcalc show mobilenet-v2 -f yaml` prints the file of a network that ships.
network: NAME
title: NAME

# What may vary. alpha (α), delta, rho, resolution and classes mean the same in every network;
# any other name needs a meaning.
parameters:
  alpha: {default: 1, usual: [1/4, 1/2, 3/4, 1]}
  n: {default: 2, meaning: blocks of the last stage}
  resolution: 224
  classes: 1000

# How 32α becomes a whole number of channels: floor, ceil, nearest, divisible(8), or exact.
channels: divisible(8)
# What every row has that does not say otherwise.
defaults: {norm: batch, activation: relu, bias: false, padding: same}
input: {side: resolution, channels: 3}

# Rows that come more than once. `in` is what arrives; an argument may have a default.
blocks:
  inverted_residual:
    takes: {c: , s: 1, t: 4}
    layers:
    - residual:
      - {conv: 1x1, out: t*in}
      - {dwconv: 3x3, stride: s}
      - {conv: 1x1, out: c, activation: none}
      when: s == 1 and in == out

layers:
- {conv: 3x3, stride: 2, out: 16α}
- {inverted_residual: {c: 24α, s: 2}}
- {inverted_residual: {c: 40α, s: 2, t: 6}}
- {inverted_residual: {c: 80α, s: 2}}
- repeat: n
  layers:
  - {inverted_residual: {c: 80α}}
- {conv: 1x1, out: 480α}
- {avgpool: global}
- {fc: classes, bias: true}
- softmax
"""


def starter(name: str) -> str:
    """The text of a network called so, with comments.

    :raises CostcalcError: networks can't be called so.
    """
    return _STARTER.replace("NAME", read_name(Text(Place(), name), "a name"))
