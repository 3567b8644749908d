"""How windows are written, in rows and as arguments of blocks."""

import pytest
from conftest import spec

import costcalc as cc
from costcalc.algebra.evaluation import evaluate
from costcalc.graph.build import build


@pytest.mark.parametrize(
    ("written", "rows", "columns"),
    [
        ("3x3", 3, 3),
        ("3X1", 3, 1),
        ("1 × 3", 1, 3),
        ("3", 3, 3),
        ("[3, 1]", 3, 1),
        ("2*delta", 2, 2),
        ("delta + 2", 3, 3),
    ],
)
@pytest.mark.parametrize("argument", [False, True])
def test_a_window(written: str, rows: int, columns: int, argument: bool) -> None:
    text = spec(f"- {{conv: {written}, out: 8}}\n")
    if argument:
        block = "blocks: {b: {takes: [k], layers: [{conv: k, out: 8}]}}\n"
        text = block + spec(f"- {{b: {{k: {written}}}}}\n")
    assert cc.loads(text).count().mult_adds == 32 * 32 * 3 * rows * columns * 8


@pytest.mark.parametrize(
    ("written", "channels"),
    [("6*expand", 12), ("6*max(expand, 4)", 24), ("2*x", 10), ("2 * 3 + expand - x", 3)],
)
def test_an_argument_is_a_window_only_as_rows_x_columns(written: str, channels: int) -> None:
    head = (
        "parameters: {expand: {default: 2, meaning: m}, x: {default: 5, meaning: m}}\n"
        "blocks: {b: {takes: [c], layers: [{conv: 1x1, out: c}]}}\n"
        "input: 32x32x3\n"
    )
    uses = "- {conv: 1x1, out: expand*x, from: start}\n"
    text = spec(f"- {{name: start}}\n- b:\n    c: {written}\n{uses}", head)
    assert cc.loads(text).count().mult_adds == 32 * 32 * 3 * (channels + 10)


@pytest.mark.parametrize(
    ("written", "height", "width"),
    [
        ("1", 32 + 1 + 1, 32 + 1 + 1),
        ("[1, 2]", 32 + 1 + 1, 32 + 2 + 2),
        ("[1, 2, 4, 8]", 32 + 1 + 2, 32 + 4 + 8),
        ("(k - 1)/2", 32 + 2 + 2, 32 + 2 + 2),
        ("[k, 0]", 32 + 5 + 5, 32),
        ("[0, k - 4, 1, 2*k]", 32 + 0 + 1, 32 + 1 + 10),
    ],
)
def test_a_padding(written: str, height: int, width: int) -> None:
    head = "parameters: {k: {default: 5, meaning: kernel}}\ninput: 32x32x3\n"
    rows = f"- {{conv: k, out: 3}}\n- {{zeropad: {written}}}\n"
    net = cc.loads(spec(rows, head))
    assert net.count().layers[-1].output == (height, width, 3)
    layer = build(net.spec, {}, unroll=False).layers[-1]
    assert tuple(evaluate(side, {"k": 5}) for side in layer.output) == (height, width, 3)


def test_a_padding_that_hangs_on_the_kernel_keeps_the_map() -> None:
    head = "parameters: {k: {default: 3, meaning: kernel}}\ninput: 32x32x3\n"
    net = cc.loads(spec("- {conv: k, out: 8, padding: (k - 1)/2}\n", head))
    formula = net.formula()
    assert str(formula.total.mult_adds) == "24576*k**2"  # 32·32·3·8
    assert formula.exact_when == ("(k + 1) % 2 == 0",)
    for k in (1, 3, 7):
        assert formula.at(k=k)[0] == net.count(k=k).mult_adds == 32 * 32 * 3 * 8 * k * k
    for k, problem in ((4, "expected padding of whole numbers, got 3/2"),):
        with pytest.raises(cc.CostcalcError, match=problem):
            net.count(k=k)
        with pytest.raises(cc.CostcalcError, match="does not exist"):
            formula.at(k=k, rounded=True)


def test_an_argument_may_hold_the_word_of_a_padding() -> None:
    head = "blocks: {b: {takes: [p], layers: [{conv: 3, out: 8, padding: p}]}}\ninput: 32x32x3\n"
    rows = '- {b: "valid"}\n- {b: "same"}\n- {b: 2}\n- {b: "half"}\n'
    sides = [layer.output[0] for layer in cc.loads(spec(rows, head)).count().layers]
    assert sides == [30, 30, 32, 32]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "{zeropad: [1, 2, 4]}",
            "3 padding numbers "
            "(same, valid, half, a number, [rows, columns] or [top, bottom, left, right])",
        ),
        ("{zeropad: 1 - 2}", "expected padding of whole numbers, got -1"),
        ("{zeropad: [1, 1/2]}", "expected padding of whole numbers, got 1/2"),
        ("{fmp: 0.5}", "expected a number of at least 1, such as 1.44, got 1/2"),
        ("{padchannels: 1000000001}", "1000000001 is too large (at most 1,000,000,000)"),
    ],
)
def test_numbers_that_no_row_takes(row: str, message: str) -> None:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(spec(f"- {row}\n")).count()
    assert [
        one.message + (f" ({one.hint})" if one.hint else "") for one in error.value.problems
    ] == [message]


def test_a_ratio_of_1_and_the_largest_extent_are_taken() -> None:
    (layer,) = cc.loads(spec("- {fmp: 1}\n")).count().layers
    assert layer.output == (32, 32, 3)
    (layer,) = cc.loads(spec("- {padchannels: 1000000000}\n")).count().layers
    assert layer.output == (32, 32, 10**9)
