"""Text to arithmetic: what is accepted, what it means, and what is refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.expressions import compile_expression, exact_number
from costcalc.algebra.polynomial import parameter
from costcalc.errors import ExpressionError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("32*alpha", 16),
        ("32α", 16),
        ("64α×δ", 96),
        ("(64α × δ)", 96),
        ("αδ", Fraction(3, 2)),
        ("2·α·δ", 3),
        ("δ²", 9),
        ("6α if α < 1 else in", 3),
        ("1 if not α == 1 and δ == 3 or α > 1 else δ", 1),
        ("1 if not α == 1/2 else δ(α + 1/2)", 3),
        ("0.35", Fraction(7, 20)),
        (".5 + 1.", Fraction(3, 2)),
        ("7//2", 3),
        ("-7/2", Fraction(-7, 2)),
        ("t*in", 60),
        ("floor(7/2) + ceil(7/2) + nearest(7/2)", 3 + 4 + 4),
        ("divisible(18, 8)", 24),
        ("divisible(0.32, 8)", 8),
        ("max(1, alpha) + min(1, alpha, 2)", Fraction(3, 2)),
        ("6 if t == 6 else 1", 6),
        ("t != 1 and not in == 3", True),
        ("1 <= t <= 5 or in = 10", True),
        ('which == "a"', True),
        ('which != "a"', False),
        ('which == "010٣"', False),
        ("0 + 0.5 + t*10.05", Fraction(608, 10)),
        ("2**10", 1024),
        ("2**17 + 2**-1", Fraction(2**18 + 1, 2)),
        ("1.2**t - α**-t/100", Fraction(6**6, 5**6) - Fraction(64, 100)),
        ("(-1)**in + 1**(10**12)", 2),
        ("δ**(t/2) - 0**0", 26),
    ],
)
def test_value(text: str, expected: object) -> None:
    scope = {"alpha": Fraction(1, 2), "delta": 3, "t": 6, "in": 10, "which": "a"}
    value = compile_expression(text)(scope)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "__import__('os').system('true')",
            "unknown function in \"__import__('os').system('true')\"",
        ),
        ("open('x')", "unknown function 'open' in \"open('x')\""),
        ("a.b", "only arithmetic is allowed in 'a.b'"),
        ("a[0]", "only arithmetic is allowed in 'a[0]'"),
        ("[1]", "only arithmetic is allowed in '[1]'"),
        ("lambda: 1", "only arithmetic is allowed in 'lambda: 1'"),
        ("(x := 1)", "'(x := 1)' is not arithmetic"),
        ("f'{1}'", "only arithmetic is allowed in \"f'{1}'\""),
        ("1 if 2", "'1 if 2' is not arithmetic"),
        ("9**9**9", "the power is too large in '9**9**9'"),
        ("2**4097", "the power is too large in '2**4097'"),
        ("2**-4097", "the power is too large in '2**-4097'"),
        ("2**(1/2)", "the exponent 1/2 is not a whole number in '2**(1/2)'"),
        ("0**-1", "division by zero in '0**-1'"),
        ("((((9**16)**16)**16)**16)", "the power is too large in '((((9**16)**16)**16)**16)'"),
        ("1e9", "'1e9' is not a number in '1e9'"),
        ("0x10", "'0x10' is not a number in '0x10'"),
        ("010", "'010' begins with a 0"),
        ("8*00.5 + 1", "'00.5' begins with a 0"),
        ("٣٢", "'٣٢' has other digits than 0 to 9"),
        ("8*３", "'8*３' has other digits than 0 to 9"),
        ("alpha٣", "'alpha٣' has other digits than 0 to 9"),
        ("1_000", "'1_000' is not a number in '1_000'"),
        ("3j", "'3j' is not a number in '3j'"),
        ("1/0", "division by zero in '1/0'"),
        ("1//0", "division by zero in '1//0'"),
        ("5 % 2", "unknown operator in '5 % 2'"),
        ("1 is 1", "unknown comparison in '1 is 1'"),
        ("'a' + 1", "'a' is not a number in \"'a' + 1\""),
        ("max()", "max takes some arguments in 'max()'"),
        ("floor(1, 2)", "floor takes 1 argument in 'floor(1, 2)'"),
        ("divisible(9, 0)", "divisible needs a positive whole number in 'divisible(9, 0)'"),
        ("divisible(0, 8)", "0 made divisible in 'divisible(0, 8)'"),
        ("divisible(1/2 - 1, 8)", "-1/2 made divisible in 'divisible(1/2 - 1, 8)'"),
        ("'a' < 'b'", "'a' < 'b' has no meaning in \"'a' < 'b'\""),
        ("'a' == 1", "'a' == 1 compares unlike things in \"'a' == 1\""),
        ("(1 == 1) < (1 == 2)", "true < false has no meaning in '(1 == 1) < (1 == 2)'"),
        ("64 if alpha else 32", "1 is neither true nor false in '64 if alpha else 32'"),
        ("8 if 'b' else 16", "'b' is neither true nor false in \"8 if 'b' else 16\""),
        ("8 and 4", "8 is neither true nor false in '8 and 4'"),
        ("alpha == 2 or 4", "4 is neither true nor false in 'alpha == 2 or 4'"),
        ("8*(not 0)", "0 is neither true nor false in '8*(not 0)'"),
        ("not k", "3x1 is neither true nor false in 'not k'"),
        ("8*(alpha == 1)", "true is not a number in '8*(alpha == 1)'"),
        ("9 + -(alpha == 2)", "false is not a number in '9 + -(alpha == 2)'"),
        ("8*(n == 2)", "(n - 2 == 0) is not a number in '8*(n == 2)'"),
        ("8*-(n == 2)", "(n - 2 == 0) is not a number in '8*-(n == 2)'"),
        ("8 if n else 4", "n is neither true nor false in '8 if n else 4'"),
        ("max(1, n == 2)", "(n - 2 == 0) is not a number in 'max(1, n == 2)'"),
        ("(n == 2)**2", "(n - 2 == 0) is not a number in '(n == 2)**2'"),
        ("-'abc'", "'abc' is not a number in \"-'abc'\""),
        ("+'abc'", "'abc' is not a number in \"+'abc'\""),
        ("2*k", "3x1 is not a number in '2*k'"),
        ("k > 3", "3x1 > 3 has no meaning in 'k > 3'"),
        ("k == 'a'", "3x1 == 'a' compares unlike things in \"k == 'a'\""),
        (
            "'a' if n == 2 else 'b'",
            "which of 'a' and 'b' is meant depends on (n - 2 == 0) in \"'a' if n == 2 else 'b'\"",
        ),
        ("1if n else 3", "'1if' is neither a number nor a word"),  # as Python reads, and warns
        ("k == 2or n", "'2or' is neither a number nor a word"),
        ("0in", "'0in' is neither a number nor a word"),
        ("n == '\\d'", "\"n == '\\\\d'\" is not arithmetic"),
        ("beta", "'beta' has no value here"),
        ("", "'' is not arithmetic"),
        ("1 +", "'1 +' is not arithmetic"),
        ("\x00", "'\\x00' is not arithmetic"),
        ("1" * 401, "expression of 401 characters"),
        ("-" * 60 + "1", f"nesting too deep in '{'-' * 60}1'"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)({"alpha": 1, "k": (3, 1), "n": parameter("n", whole=True)})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k == 3", False),
        ("square == 3", True),
        ("3 != k", True),
        ("k == k", True),
        ("k == square", False),
        ("k if t == 6 else square", (3, 1)),
        ("(t == 6) == (t == 7)", False),
        ("(t == 6) != (t == 7)", True),
    ],
)
def test_windows_and_truth_values_are_equal_or_not(text: str, expected: object) -> None:
    assert compile_expression(text)({"k": (3, 1), "square": (3, 3), "t": 6}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "t == 6",
        "t == 6 and n == 2",
        "t == 6 or not n == 2",
        "(t == 6) == (n == 2)",
        "(t == 6) != (n == 2)",
        "t == 6 if n == 2 else t == 7",
        "k == t",
        "t == 6 and (n == 2 or 3 < n <= 5)",
    ],
)
def test_a_condition_on_free_parameters_holds_where_it_holds_with_numbers(text: str) -> None:
    condition = compile_expression(text)
    free = {name: parameter(name, whole=True) for name in ("n", "t")}
    indicator = condition({**free, "k": (6, 6)})
    for n in range(1, 7):
        for t in range(5, 8):
            expected = condition({"n": n, "t": t, "k": (6, 6)})
            assert isinstance(expected, bool)
            assert evaluate(indicator, {"n": n, "t": t}) == expected


def test_a_misspelt_name_gets_a_hint() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression("32*alhpa")({"alpha": 1, "delta": 2})
    assert caught.value.hint == "did you mean 'alpha'?"


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("floor(in/2)", True),
        (" (whole(4*k)) ", True),
        ("floor(3) + (in - 8)", False),
        ("floor(in/2)*alpha + (5*alpha)", False),
        ("floor(3)*(2)", False),
        ("max(1, alpha)", False),
        ("8", False),
    ],
)
def test_only_a_call_of_a_rounding_function_is_settled(text: str, settled: bool) -> None:
    assert compile_expression(text).settled is settled


@given(st.text(max_size=60))
def test_no_text_does_anything_but_give_a_value_or_an_error(text: str) -> None:
    try:
        value = compile_expression(text)({"alpha": Fraction(1, 2), "in": 3})
    except ExpressionError:
        return
    assert isinstance(value, (int, Fraction, str, bool))


@given(st.fractions(max_denominator=10**6))
def test_decimal_and_quotient_are_exact(x: Fraction) -> None:
    assert exact_number(f"{x.numerator}/{x.denominator}" if x >= 0 else f"-{-x}") == x


@pytest.mark.parametrize("text", ["alpha", "1 == 1", "'a'", ""])
def test_not_a_constant_number(text: str) -> None:
    with pytest.raises(ExpressionError):
        exact_number(text)


def test_what_a_width_is_made_divisible_by_may_hang_on_a_condition() -> None:
    alpha = parameter("alpha", whole=False)
    by = compile_expression("divisible(32*alpha, 4 if alpha == 1/10 else 8)")
    form = by.number({"alpha": alpha})
    for value, width in ((Fraction(1, 10), 4), (Fraction(1, 4), 8), (Fraction(3, 10), 16)):
        assert evaluate(form, {"alpha": value}) == width == by({"alpha": value})
    n = parameter("n", whole=True)
    with pytest.raises(ExpressionError) as caught:
        compile_expression("divisible(32*alpha, n)")({"alpha": alpha, "n": n})
    assert str(caught.value) == (
        "what is made divisible by n has no closed form in 'divisible(32*alpha, n)'"
    )
    assert caught.value.hint == "give a value to n"
    with pytest.raises(ExpressionError, match="divisible needs a positive whole number"):
        compile_expression("divisible(32*alpha, 4 if n == 1 else 0)")({"alpha": alpha, "n": n})
