"""Printed formulas against what the operators give on free symbols."""

from __future__ import annotations

import pytest

from costcalc.errors import CostcalcError
from costcalc.papers.claims.claims import FormulaClaim
from costcalc.papers.claims.formulas import NotAFormula, parse
from costcalc.papers.claims.reading import read_claims
from costcalc.papers.verify.formulas import Derived, judge_formula, judge_limit, symbols

SEPARABLE = "{layer: separable, kernel: D_K, in: M, out: N, map: D_F*D_F}"
STANDARD = "{layer: standard, kernel: D_K, in: M, out: N, map: D_F*D_F}"


def claim(printed: str, of: str, against: str = "", approximately: str = "") -> FormulaClaim:
    lines = ["formulas:", "- formula: f", "  metric: mult_adds", f"  of: {of}"]
    lines += [f"  against: {against}"] if against else []
    lines += [f"  printed: {printed}"] if printed else []
    lines += [f"  approximately: {approximately}"] if approximately else []
    return read_claims("\n".join(lines) + "\n").formulas[0]


@pytest.mark.parametrize(
    ("printed", "of", "against", "verdict", "finding", "corrected"),
    [
        # Howard et al. 2017, section 3.1
        ("1/N + 1/D_K**2", SEPARABLE, STANDARD, "identical", "", ""),
        ("D_K*D_K*M*D_F*D_F + M*N*D_F*D_F", SEPARABLE, "", "identical", "", ""),
        (
            "D_K*D_K*M*D_F*D_F + N*D_F*D_F",
            SEPARABLE,
            "",
            "corrected",
            "identical with the factor M that N*D_F*D_F lacks",
            "D_K*D_K*M*D_F*D_F + N*D_F*D_F*M",
        ),
        (
            "1/M + 1/D_K**2",
            SEPARABLE,
            STANDARD,
            "corrected",
            "identical with N for M throughout",
            "1 / N + 1 / D_K**2",
        ),
        (
            "1/N + 1/D_F**2",
            SEPARABLE,
            STANDARD,
            "corrected",
            "identical with D_K for D_F throughout",
            "1 / N + 1 / D_K**2",
        ),
        # Hoang and Jo 2018, section 2.2: d_i below the line
        (
            "(k**2*d_j) / (k**2 + d_i)",
            "{layer: standard, kernel: k, in: d_i, out: d_j, map: h*w}",
            "{layer: separable, kernel: k, in: d_i, out: d_j, map: h*w}",
            "corrected",
            "identical with d_j for d_i throughout",
            "k**2*d_j / (k**2 + d_j)",
        ),
        (
            "h*w*d_i*sum(k_m**2, m, 0, M)",
            "{layer: pyramid, kernels: M, in: d_i, map: h*w}",
            "",
            "corrected",
            "identical with a sum over m = 1 … M for m = 0 … M",
            "h*w*d_i*sum(k_m**2, m, 1, M)",
        ),
        (
            "N/D_K",
            SEPARABLE,
            STANDARD,
            "different",
            "no single correction makes it (D_F**2*D_K**2*M + D_F**2*M*N)/(D_F**2*D_K**2*M*N)",
            "",
        ),
    ],
)
def test_verdicts(
    printed: str, of: str, against: str, verdict: str, finding: str, corrected: str
) -> None:
    made = claim(printed, of, against)
    found = judge_formula(made, "mult_adds", printed)
    assert (found.verdict, found.finding, found.corrected) == (verdict, finding, corrected)


def test_an_approximation_is_a_limit_with_an_error() -> None:
    of = "{layer: separable, kernel: D_K, in: alpha*M, multiplier: delta, out: alpha*N}"
    against = "{layer: separable, kernel: D_K, in: M, out: N}"
    made = claim("", of, against, "alpha**2*delta")
    found = judge_limit(made, "mult_adds", [])
    assert found.verdict == "identical"
    # (αD² + α²N)δ / (D² + N) against α²δ: the error is (α - 1)D² / (D² + αN)
    assert found.finding == (
        "the limit for large N; its relative error is D_K**2*(alpha - 1)/(D_K**2 + N*alpha)"
    )
    wrong = judge_limit(claim("", of, against, "alpha*delta"), "mult_adds", [])
    assert (wrong.verdict, wrong.finding) == (
        "different",
        "the limit for large N is alpha**2*delta",
    )


GRAMMAR = "names, whole numbers, + - * / ** and sum(k_m**2, m, 1, M)"
ENDS = "a name, a number up to 1000, or their sum"


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("__import__('os')", ": only sums have arguments", GRAMMAR),
        ("k.real", "", GRAMMAR),
        ("lambda: 1", "", GRAMMAR),
        ("k +", "", GRAMMAR),
        ("k^2", ": ^ is no power", "** for powers"),
        ("1.0*h", ": 1.0 is no whole number", "1/2 for 0.5"),
        ("k**k", ": a power is not a whole number", "0 to 16"),
        ("k**99", ": its powers are too high", "powers of powers up to 16"),
        ("((9**16)**16)", ": its powers are too high", "powers of powers up to 16"),
        ("9999999999", ": 9999999999 is too large", "at most 1,000,000,000"),
        ("sum(k)", ": only sums have arguments", GRAMMAR),
        ("sum*2", ": sum is no symbol", GRAMMAR),
        (
            "m*sum(k_m, m, 1, M)",
            ": m is the index of a sum and stands elsewhere",
            GRAMMAR,
        ),
        ("k_m*d_i", ": k_m stands outside a sum", GRAMMAR),
        ("sum(k_m, 1, 1, M)", ": a sum has no index", GRAMMAR),
        ("sum(k_m, m, 0, 999999999)", ": an end of a sum is not plain", ENDS),
        ("sum(k_m, m, 1, M**9)", ": an end of a sum is not plain", ENDS),
        (
            "sum((k_m + 1)**2, m, 1, M)",
            ": a sum runs over products of k_m and its powers",
            GRAMMAR,
        ),
    ],
)
def test_what_is_no_formula_is_refused(text: str, what: str, hint: str) -> None:
    with pytest.raises(CostcalcError) as error:
        claim(f'"{text}"', STANDARD)
    assert str(error.value) == (
        f"claims:5:12: formulas[0].printed: {text!r} is not a formula{what} ({hint})"
    )


def test_a_long_text_is_not_read() -> None:
    with pytest.raises(NotAFormula) as error:
        parse("k+" * 300 + "k")
    assert str(error.value) == "'k+k+k+k+k+k+k+k+k+k+' is not a formula: it is too long"


@pytest.mark.parametrize(
    "printed",
    [
        "h*w*d_i*sum(k_m**2, m, 1, M)",
        "h*w*d_i*sum(k_m*k_m, m, 1, M)",
        "sum(h*w*d_i*k_m**2, m, 1, M)",
        "h*w*sum(d_i*k_m**2 + k_m - k_m, m, 1, M)",
        "h*w*d_i*(sum(k_m**2 + 1, m, 1, M) - M)",
    ],
)
def test_sums_over_products_of_kernels(printed: str) -> None:
    made = claim(printed, "{layer: pyramid, kernels: M, in: d_i, map: h*w}")
    assert judge_formula(made, "mult_adds", printed).verdict == "identical"


def test_a_ratio_to_nothing_is_refused() -> None:
    of = "{layer: standard, kernel: k, in: M, out: N}"
    with pytest.raises(CostcalcError) as error:
        claim("1", of, "{layer: concat, branches: M, in: N}")
    assert str(error.value) == (
        "claims:5:12: formulas[0].against: there is no ratio: this operator has no mult_adds"
    )


@pytest.mark.parametrize(
    ("of", "against", "approximately", "wide"),
    [
        ("c, out: o", "c, out: o", "1/k**2", "o"),
        ("c, out: alpha*o", "c, out: o", "alpha/k**2", "o"),
        ("c, out: 2*C_out", "c, out: C_out", "2/k**2", "C_out"),
    ],
)
def test_output_channels_have_the_name_that_the_layer_gives_them(
    of: str, against: str, approximately: str, wide: str
) -> None:
    made = claim(
        "",
        f"{{layer: separable, kernel: k, in: {of}}}",
        f"{{layer: standard, kernel: k, in: {against}}}",
        approximately,
    )
    found = judge_limit(made, "mult_adds", [])
    assert found.verdict == "identical"
    assert found.finding.startswith(f"the limit for large {wide}; ")


def test_derivations_come_from_the_operators() -> None:
    s = symbols({"D_K", "D_F", "M", "N"})
    derived = Derived(claim("k", SEPARABLE), "mult_adds").expression()
    pair = s["D_K"] ** 2 * s["M"] * s["D_F"] ** 2 + s["M"] * s["N"] * s["D_F"] ** 2
    assert (derived - pair).expand() == 0
