"""What a call gives to a block: expressions, words, and quoted texts that may be either."""

import pytest
from conftest import spec

import costcalc as cc

HEAD = "parameters: {n: {default: 2, meaning: m}}\ninput: 32x32x3\n"


def net(layers: str, call: str, takes: str = "[c]") -> cc.Network:
    blocks = f"blocks: {{b: {{takes: {takes}, layers: [{layers}]}}}}\n"
    return cc.loads(spec(f"{call}\n- {{relu: , when: n > 0}}\n", blocks + HEAD), "net.yaml")


@pytest.mark.parametrize(
    "column",
    [
        "{conv: 1x1, out: c}",
        "{conv: 1x1, out: 2*c - c}",
        "{conv: 1x1, out: 'min(c, 10**6)'}",
        "{conv: 1x1, out: 8, when: c == 8}",
        "{conv: 1x1, out: 'c if in == 3 else 1'}",
    ],
)
@pytest.mark.parametrize(
    "call", ['{b: {c: "max(4*n, 1)"}}', '{b: ["max(4*n, 1)"]}', '{b: "max(4*n, 1)"}', '{b: "8"}']
)
def test_a_quoted_text_is_arithmetic_where_a_number_is_needed(column: str, call: str) -> None:
    found = net(column, f"- {call}")
    assert found.count().mult_adds == 32 * 32 * 3 * 8
    if "n" in call and "when" not in column:  # whether a row exists has to be decided
        closed = found.formula().at(rounded=True, n=3)[0]
        assert closed == found.count(n=3).mult_adds == 32 * 32 * 3 * 12


def test_a_quoted_text_is_made_divisible() -> None:
    found = cc.loads(
        "channels: divisible(8)\ninput: 4x4x3\n"
        "blocks: {b: {takes: [c], layers: [{conv: 1x1, out: c}]}}\n"
        'layers:\n- {b: "max(9, in)"}\n'
    )
    assert found.count().mult_adds == 4 * 4 * 3 * 16  # 8 would be over a tenth below 9


def test_a_quoted_text_sets_repetitions_and_windows() -> None:
    layers = "{repeat: c, layers: [{conv: c, out: 3}]}"
    found = net(layers, '- {b: "max(n, 1) + 1"}')
    assert found.count().mult_adds == 3 * 32 * 32 * 3 * 3 * 3 * 3


@pytest.mark.parametrize("word", ["pre-activation", "1x1", "8", "n + 1", "(", "none"])
def test_a_quoted_text_is_a_word_where_it_is_compared_with_one(word: str) -> None:
    found = net(f"{{conv: 1x1, out: 8, when: c == '{word}'}}", f'- {{b: {{c: "{word}"}}}}')
    assert found.count().mult_adds == 32 * 32 * 3 * 8
    found = net(f"{{conv: 1x1, out: 8, when: c != '{word}'}}", f'- {{b: {{c: "{word}"}}}}')
    assert found.count().mult_adds == 0


def test_what_a_quoted_text_uses_is_used() -> None:
    blocks = "blocks: {b: {takes: [c], layers: [{conv: 1x1, out: c}]}}\n"
    found = cc.loads(spec('- {b: "max(n, classes)"}\n', blocks + HEAD))
    assert set(found.parameters) == {"n", "classes"}
    assert found.count(classes=5).mult_adds == 32 * 32 * 3 * 5


#: Where the block's row stands, and the call by which it was reached.
OUT, CALLED = "2:52: blocks.b.layers[0].out: ", " [in layers[0] → b, line 6]"


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("max(m, 1)", "6:11: layers[0].b.c: 'm' has no value here (known: in, n)"),
        ("max(n, 1", f"{OUT}expected a number of channels, got 'max(n, 1'{CALLED}"),
        ("n/0", "6:11: layers[0].b.c: division by zero in 'n/0'"),
        ("halve", f"{OUT}expected a number of channels, got 'halve'{CALLED}"),
        ("n - 2", f"{OUT}0 channels{CALLED} (at least 1 must remain)"),
        ("n == 2", f"{OUT}expected a number of channels, got true{CALLED}"),
    ],
)
def test_a_quoted_text_that_is_no_number(argument: str, message: str) -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        net("{conv: 1x1, out: c}", f'- {{b: {{c: "{argument}"}}}}').count()
    assert str(caught.value) == f"net.yaml:{message}"
