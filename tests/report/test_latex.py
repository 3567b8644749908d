"""LaTeX: formulas in math mode, words outside it."""

from __future__ import annotations

import pytest
from conftest import Run

from costcalc.report.formats.latex import escaped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3×3×(32α×δ) dw", r"$3\times3\times(32\alpha\times\delta)$ dw"),
        ("1024α×classes", r"$1024\alpha\times\mathrm{classes}$"),
        ("224²×3", r"$224^{2}\times3$"),
        ("R²α + 693/2·R²", r"$R^{2}\alpha + 693/2\cdot R^{2}$"),
        ("1048/9·L²k² + 64·L²k", r"$1048/9\cdot L^{2}k^{2} + 64\cdot L^{2}k$"),
        ("64·α·classes", r"$64\cdot\alpha\cdot\mathrm{classes}$"),
        ("out=64*α, 3*3", r"out$=64\cdot\alpha$, 3*3"),
        ("α* and *β", r"$\alpha$* and *β"),
        ("⌈frames/2⌉×5", r"$\lceil\mathrm{frames}/2\rceil\times5$"),
        ("d ln Mult-Adds / d ln R", r"d ln Mult-Adds / d ln $R$"),
        ("α → 0", r"$\alpha \to 0$"),
        ("α = 0.25", r"$\alpha = 0.25$"),
        ("⋮", r"$\vdots$"),
        ("dwconv14 … (5 ×)", r"dwconv14 \ldots{} $(5 \times)$"),
        ("a_·b__·c", r"$\mathrm{a\_}\cdot\mathrm{b\_\_}\cdot c$"),
        # no formulas
        (r"\input{x} ^^M", r"\textbackslash{}input\{x\} \textasciicircum{}\textasciicircum{}M"),
        ("conv 3x3", "conv 3x3"),
        ("Type / Stride", "Type / Stride"),
        ("539,492,352", "539,492,352"),
        ("94.86 %", r"94.86 \%"),
        ("ReLU_6 & Rest", r"ReLU\_6 \& Rest"),
    ],
)
def test_a_cell(text: str, expected: str) -> None:
    assert escaped(text) == expected


@pytest.mark.parametrize(
    "words",
    [
        ("show", "ehm-mobilenet"),
        ("formula", "cifar-densenet-bc", "--growth"),
        ("formula", "mobilenet-v1", "--by", "layer"),
        ("formula", "mobilenet-v2", "--by", "stage", "--rounded"),
    ],
)
def test_nothing_is_left_that_only_a_terminal_prints(run: Run, words: tuple[str, ...]) -> None:
    lines = run(*words, "-f", "latex").stdout.splitlines()
    code = "\n".join(line for line in lines if not line.startswith("%"))
    assert code.isascii(), set(code) - set(map(chr, range(128)))
    assert code.count("$") % 2 == 0


def test_the_packages_that_it_needs_are_named(run: Run) -> None:
    assert "% needs \\usepackage{booktabs}\n" in run("show", "mobilenet-v1", "-f", "latex").stdout
    growth = run("formula", "mobilenet-v1", "--growth", "-f", "latex").stdout
    assert "% needs \\usepackage{booktabs}\n" in growth
    assert "\\end{tabular}\n\n\\begin{tabular}" in growth  # one below the other
    assert "% needs \\usepackage{amsmath}\n" in run("formula", "vgg-16", "-f", "latex").stdout
