"""Printed formulas against what the operators give on free symbols."""

from __future__ import annotations

import pytest

from costcalc.checking.derivation import derive, symbols
from costcalc.checking.formulas import judge_formula, judge_limit
from costcalc.checking.reading import read_claims

SEPARABLE = "{layer: separable, kernel: D_K, in: M, out: N, map: D_F*D_F}"
STANDARD = "{layer: standard, kernel: D_K, in: M, out: N, map: D_F*D_F}"


def claim(printed: str, of: str, against: str = "", approximately: str = ""):  # type: ignore[no-untyped-def]
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


def test_what_is_no_formula_is_said() -> None:
    made = claim("k", STANDARD)
    for text in ("__import__('os')", "k**99", "k.real", "lambda: 1", "sum(k)"):
        found = judge_formula(made, "mult_adds", text)
        assert found.verdict == "different"
        assert found.finding.startswith(f"{text!r} is not a formula"), found.finding


def test_derivations_come_from_the_operators() -> None:
    s = symbols({"D_K", "D_F", "M", "N"})
    derived = derive(claim("k", SEPARABLE), "mult_adds").expression()
    pair = s["D_K"] ** 2 * s["M"] * s["D_F"] ** 2 + s["M"] * s["N"] * s["D_F"] ** 2
    assert (derived - pair).expand() == 0
