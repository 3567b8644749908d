"""Printed formulas against what the operators give on free symbols."""

from __future__ import annotations

from itertools import combinations, permutations
from pathlib import Path

import pytest
import sympy
from conftest import Run

from costcalc.errors import CostcalcError
from costcalc.papers.claims.claims import FormulaClaim, Paper
from costcalc.papers.claims.formulas import NotAFormula, parse
from costcalc.papers.claims.reading import read_claims, read_paper
from costcalc.papers.verify.formulas import (
    Derived,
    judge_formula,
    judge_formulas,
    judge_limit,
)

SEPARABLE = "{layer: separable, kernel: D_K, in: M, out: N, map: D_F*D_F}"
STANDARD = "{layer: standard, kernel: D_K, in: M, out: N, map: D_F*D_F}"


def claim(printed: str, of: str, against: str = "", approximately: str = "") -> FormulaClaim:
    lines = ["formulas:", "- formula: f", "  metric: mult_adds", f"  of: {of}"]
    lines += [f"  against: {against}"] if against else []
    lines += [f"  printed: {printed}"] if printed else []
    lines += [f"  approximately: {approximately}"] if approximately else []
    return read_claims("\n".join(lines) + "\n").formulas[0]


def test_a_paper_of_formulas_has_no_tables_of_figures(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "paper: p\nformulas:\n- formula: the ratio\n  metric: mult_adds\n"
        f"  printed: 1/N + 1/D_K**2\n  of: {SEPARABLE}\n  against: {STANDARD}\n"
    )
    summary = "formulas: 1 = 1 identical + 0 identical after a correction + 0 different\n"
    assert run("check", "p.yaml", cwd=tmp_path).stdout == f"p\n{summary}"
    assert run("check", "p.yaml", "--all", cwd=tmp_path).stdout == (
        f"p\n{summary}\n"
        "paper  formula    metric     printed         verdict    found\n"
        "p      the ratio  mult_adds  1/N + 1/D_K**2  identical\n"
    )


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
        ("-" * 9 + "M", ": two signs in a row", GRAMMAR),  # 300 of them ended in a traceback
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


DEFAULT = "{layer: separable}", "{layer: standard}"
NAMED = (
    "{layer: separable, kernel: D_K, in: C, out: C, map: D_F*D_F}",
    "{layer: standard, kernel: D_K, in: C, out: C, map: D_F*D_F}",
)


@pytest.mark.parametrize(
    ("printed", "of", "against", "note"),
    [
        ("1/N + 1/K**2", *DEFAULT, ""),
        ("1/n + 1/k**2", *DEFAULT, ""),
        ("1/C_out + 1/D_K**2", *DEFAULT, ""),
        ("D_F**2*C_in*(K**2 + C_out)/(h*w*C_in*C_out*K**2)", *NAMED, None),
        ("1/C_out + 1/K**2", *NAMED, "C_out = C, K = D_K"),
        ("h*w*C_in*(k**2 + C_out)", NAMED[0], "", "C_in = C, C_out = C, h = D_F, k = D_K, w = D_F"),
        ("h*w*d_i*d_j*K*K", "{layer: standard}", "", ""),
        ("H*w*d_i*d_j*K*K", "{layer: standard, map: h*w}", "", "H = h"),
        # what one layer says and the other does not is the same in both
        ("1/N + 1/9", "{layer: separable, kernel: 3}", "{layer: standard}", ""),
        ("1/n + 1/K**2", "{layer: separable, kernel: K}", "{layer: standard, out: n}", ""),
        ("alpha**2", "{layer: pointwise, in: alpha*M, out: alpha*N}", "{layer: pointwise}", ""),
        ("1 + C_out/k**2", "{layer: separable}", "{layer: depthwise}", ""),
    ],
)
def test_common_letters_are_read_as_the_sizes_that_they_stand_for(
    printed: str, of: str, against: str, note: str | None
) -> None:
    if note is None:  # D_F is the layers' own, and h may be another side
        with pytest.raises(CostcalcError, match="h and D_F could both be the height of the map"):
            claim(printed, of, against)
        return
    found = judge_formula(claim(printed, of, against), "mult_adds", printed)
    assert (found.verdict, found.finding) == ("identical", note)


LETTERS = ("D_F", "C_in", "K", "C_out")


@pytest.mark.parametrize("layer", ["", ", kernel: k, in: M, out: N, map: D*D"])
def test_a_wrong_letter_or_exponent_is_still_seen(layer: str) -> None:
    right = "D_F**2*C_in*(K**2 + C_out)"
    of = f"{{layer: separable{layer}}}"

    def verdict(printed: str) -> str:
        return judge_formula(claim(printed, of), "mult_adds", printed).verdict

    assert verdict(right) == "identical"
    swapped = [
        right.replace(a, "_").replace(b, a).replace("_", b)
        for a, b in combinations(("C_in", "C_out", "K", "D_F"), 2)
        if (a, b) != ("C_in", "C_out")
    ]
    exchanged = [right.replace(a, b) for a, b in permutations(LETTERS, 2)]
    powers = [right.replace(f"{a}**2", a) for a in ("D_F", "K")]
    powers += [right.replace(a, f"{a}**3") for a in ("C_in", "C_out")]
    for wrong in (*swapped, *exchanged, *powers):
        try:
            assert verdict(wrong) != "identical", wrong
        except CostcalcError as error:  # two letters for one size: it asks
            assert "letter" in str(error) or "could both be" in str(error)


MISPRINT = "or expect: a note, if it is a misprint"


@pytest.mark.parametrize(
    ("printed", "of", "message"),
    [
        (
            "1/q",
            "{layer: separable, kernel: D_K}",
            "nothing here has the letter q (known: D_K, M, N) (say in the layer what it is: "
            f"kernel, in, out or map: q; {MISPRINT})",
        ),
        (
            "h*M*N*k**2",
            "{layer: standard}",
            "nothing here has the letter h (known: M, N, k) (say in the layer what it is: "
            f"map: h*w; {MISPRINT})",
        ),
        (
            "C_in*N*k**2",
            "{layer: standard, in: alpha*M}",
            "nothing here has the letter C_in (known: M, N, alpha, k) (say in the layer what it "
            f"is: in: C_in; {MISPRINT})",
        ),
        (
            "n*N",
            "{layer: pointwise}",
            "n and N could both be the output channels (say in the layer which is which; "
            f"{MISPRINT})",
        ),
    ],
)
def test_a_letter_that_the_layer_lacks_is_an_error_at_its_place(
    printed: str, of: str, message: str
) -> None:
    with pytest.raises(CostcalcError) as error:
        claim(printed, of)
    assert str(error.value) == f"claims:5:12: formulas[0].printed: {message}"


def test_a_letter_may_be_what_is_misprinted() -> None:
    text = f"formulas: [{{formula: f, metric: mult_adds, of: {SEPARABLE}, against: {STANDARD}, "
    made = read_claims(text + "printed: 1/N + 1/D_G**2, expect: D_G for D_K}]").formulas[0]
    found = judge_formula(made, "mult_adds", made.printed)
    assert (found.verdict, found.finding, found.as_expected) == (
        "corrected",
        "identical with D_K for D_G throughout",
        True,
    )


NEW = """network: new
parameters:
  M: {default: 64, meaning: channels in}
  N: {default: 128, meaning: channels out}
  K: {default: 3, meaning: kernel}
  t: {default: 6, meaning: expansion}
  resolution: 32
defaults: {bias: false, padding: same}
input: {side: resolution, channels: M}
blocks:
  dws:
    takes: [c]
    layers: [{dwconv: K}, {conv: 1x1, out: c}]
  ir:
    takes: [c]
    layers: [{conv: 1x1, out: t*in}, {dwconv: K}, {conv: 1x1, out: c}]
layers:
- {dws: N}
- {ir: N}
- {ir: 2*N}
- repeat: 2
  layers: [{ir: N}]
- {maxpool: 2x2, group: end}
"""


def own(folder: Path, of: str, against: str, printed: str, metric: str = "mult_adds") -> Paper:
    (folder / "new.yaml").write_text(NEW)
    path = folder / "claims.yaml"
    lines = ["formulas:", f"- {{formula: f, metric: {metric}, printed: {printed}, of: {of}"]
    path.write_text("\n".join(lines) + (f", against: {against}" if against else "") + "}\n")
    return read_paper(path)


@pytest.mark.parametrize("metric", ["mult_adds", "params"])
@pytest.mark.parametrize(
    ("of", "against", "printed", "verdict"),
    [
        # a layer that says nothing has the block's own channels, map and kernel
        ("block: dws", "{layer: standard}", "1/N + 1/K**2", "identical"),
        ("block: dws", "{layer: standard}", "1/N + 1/K**3", "corrected"),
        ("block: dws", "{layer: standard}", "1/N + 1/M + 1/K", "different"),
        ("block: dws, at: {K: 3}", "{layer: standard}", "1/N + 1/9", "identical"),
        ("items: first", "{spec: new.yaml, block: dws}", "1", "identical"),
        ("items: 2 to 2", "{spec: new.yaml, block: dws}", "t*N**2/(K**2*M + M*N)", "identical"),
    ],
)
def test_blocks_of_ones_own(
    tmp_path: Path, of: str, against: str, printed: str, verdict: str, metric: str
) -> None:
    paper = own(tmp_path, f"{{spec: new.yaml, {of}}}", against, printed, metric)
    assert [f.verdict for f in judge_formulas(paper)] == [verdict]


def test_a_block_is_counted_at_its_map(tmp_path: Path) -> None:
    printed = "resolution**2*M*(K**2 + N)"
    paper = own(tmp_path, "{spec: new.yaml, block: dws}", "", printed)
    assert [f.verdict for f in judge_formulas(paper)] == ["identical"]


@pytest.mark.parametrize(
    ("of", "against", "printed", "message"),
    [
        (
            "block: dws",
            "",
            "q",
            "2:44: formulas[0].printed: nothing here has the letter q "
            "(known: K, M, N, resolution) (a parameter that is left free)",
        ),
        (
            "block: ir",
            "",
            "M",
            "2:3: formulas[0]: the 2 calls of 'ir' in new differ in cost (a spec of its own with "
            "one of them, or group: one of theirs)",
        ),
        (
            "block: dsw",
            "",
            "M",
            "2:3: formulas[0]: no row of new calls 'dsw' once (did you mean 'dws'?)",
        ),
        (
            "until: 1/2",
            "",
            "M",
            "2:3: formulas[0]: a formula is of a network, or of a block, group or items of it",
        ),
        (
            "at: {q: 1}",
            "",
            "q",
            "2:73: formulas[0].of.at: new has no parameter 'q' (known: K, M, N, resolution, t)",
        ),
        (
            "block: dws",
            "{spec: new.yaml, group: end}",
            "M",
            "2:90: formulas[0].against: there is no ratio: this operator has no mult_adds",
        ),
    ],
)
def test_what_is_no_block_is_an_error(
    tmp_path: Path, of: str, against: str, printed: str, message: str
) -> None:
    with pytest.raises(CostcalcError) as error:
        own(tmp_path, f"{{spec: new.yaml, {of}}}", against, printed)
    assert str(error.value) == f"{tmp_path}/claims.yaml:{message}"


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
    d_k, d_f, m, n = sympy.symbols("D_K D_F M N")
    derived = Derived(claim("D_K", SEPARABLE), "mult_adds", parse("D_K")).expression()
    pair = d_k**2 * m * d_f**2 + m * n * d_f**2
    assert (derived - pair).expand() == 0
