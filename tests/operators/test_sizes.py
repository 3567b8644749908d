"""Maps that are brought to a size: shapes as PyTorch gives them, and what is counted."""

from __future__ import annotations

import pytest
from conftest import amounts, spec

import costcalc as cc
from costcalc.operators import OPERATORS, Shape
from costcalc.operators.extents import To
from costcalc.operators.tags import Tag

run = {name: operator.function for name, operator in OPERATORS.items()}


def shapes(layers: str, head: str = "input: 20x17x6\n") -> list[tuple[int, ...]]:
    return [tuple(layer.output) for layer in cc.loads(spec(layers, head)).count().layers]


def problems(layers: str) -> list[str]:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(spec(layers), "net.yaml").count()
    return [str(problem).removeprefix("net.yaml:") for problem in error.value.problems]


def test_pooling_to_a_size() -> None:
    out = run["avgpool"](Shape(20, 17, 6), To(5, 7))
    assert (out.shape, out.type) == ((5, 7, 6), "adaptive average pool")
    assert amounts(out.terms) == {
        Tag.ADAPTIVE_AVERAGE_POOL_INPUT: 20 * 17 * 6,
        Tag.ADAPTIVE_AVERAGE_POOL_OUTPUT: 5 * 7 * 6,
        Tag.ADAPTIVE_AVERAGE_POOL_WINDOW: (4 * 2) * 5 * 7 * 6,  # ⌊20/5⌋ and ⌊17/7⌋
        Tag.ADAPTIVE_AVERAGE_POOL_RATIO: (4 * 4) * 5 * 7 * 6,  # 20/5, and 17 mod 7 + 1
        Tag.ADAPTIVE_AVERAGE_POOL_WHOLE: (20 * 17) * 5 * 7 * 6,
    }
    out = run["maxpool"](Shape(20, 17, 6), To(10, 34))  # a map may also be stretched
    assert (out.shape, out.type) == ((10, 34, 6), "adaptive max pool")
    assert amounts(out.terms) == {
        Tag.ADAPTIVE_MAX_POOL_INPUT: 20 * 17 * 6,
        Tag.ADAPTIVE_MAX_POOL_OUTPUT: 10 * 34 * 6,
        Tag.ADAPTIVE_MAX_POOL_RATIO: (2 * 18) * 10 * 34 * 6,
        Tag.ADAPTIVE_MAX_POOL_WHOLE: (20 * 17) * 10 * 34 * 6,
    }


def test_global_max_pooling() -> None:
    out = run["maxpool"](Shape(20, 17, 6), None)
    assert (out.shape, out.type) == ((1, 1, 6), "global max pool")
    assert amounts(out.terms) == {
        Tag.GLOBAL_MAX_POOL_INPUT: 20 * 17 * 6,
        Tag.GLOBAL_MAX_POOL_OUTPUT: 6,
    }


def test_how_a_size_is_written() -> None:
    head = "parameters: {k: {default: 5, meaning: side}}\ninput: 20x17x6\n"
    rows = "\n".join(
        f"- {{avgpool: {size}, from: start}}"
        for size in ("{to: 4x3}", "{to: k - 1}", "{to: [k, 2*k]}", "{like: wide}")
    )
    assert shapes(f"- {{name: start}}\n- {{zeropad: 1, name: wide}}\n{rows}\n", head)[1:] == [
        (4, 3, 6),
        (4, 4, 6),
        (5, 10, 6),
        (22, 19, 6),
    ]


def test_what_is_no_size() -> None:
    expected = "expected 3x3, a number for both, global, or {to: 7x7}, got"
    sides = "expected 3x3, 1x7, a number for both, or [rows, columns], got"
    rows = "".join(
        f"- {{avgpool: {size}}}\n"
        for size in (
            *("{too: 7x7}", "{to: 7x7, like: c}", "{}", "{to: 0x7}", "{to: }", "{like: [c]}"),
            *("{like: c}", "{to: 7, stride: 2}", "{to: 7}, stride: 2", "global, padding: 1"),
        )
    )
    assert problems(rows) == [
        f"4:13: layers[0].avgpool: {expected} 'too' (did you mean 'to'?)",
        f"5:13: layers[1].avgpool: {expected} 'to', 'like'",
        f"6:13: layers[2].avgpool: {expected} nothing",
        f"7:18: layers[3].avgpool.to: {sides} '0x7' (at least 1x1)",
        f"8:18: layers[4].avgpool.to: {sides} nothing",
        "9:20: layers[5].avgpool.like: expected the name of a row, got a list",
        "10:20: layers[6].avgpool.like: no row is named 'c' (`name: c` in the row that gives it)",
        f"11:13: layers[7].avgpool: {expected} 'to', 'stride'",
        "12:22: layers[8]: 'stride' has no effect on a pool to a size (remove it)",
        "13:21: layers[9]: 'padding' has no effect on a global pool (remove it)",
    ]
    assert problems("- {avgpool: {like: c}}\n- {conv: 3x3, out: 8, name: c}\n") == [
        "4:20: layers[0].avgpool.like: 'c' is named only further down (name it before it is used)"
    ]
