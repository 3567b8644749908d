"""Claims files made from tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.errors import CostcalcError
from costcalc.papers.claims.new import new_claims

CSV = "Model,α,Top-1 (%),Mult-Adds (M),Params (M)\nfull,1,70.6,569,4.2\nhalf,0.5,63.7,149,1.3\n"
LATEX = r"""\begin{table}
\begin{tabular}{@{}l|cc@{}} % a comment
\toprule
$\alpha$ & MFLOPs & \textbf{Params} (M) \\ \midrule
1 & \textbf{569} & 4.2 \\
$0.5$ & 149 & 1.3 \\
\bottomrule
\end{tabular}
\end{table}
"""


def written(tmp_path: Path, name: str, text: str) -> str:
    (tmp_path / name).write_text(text)
    return new_claims(tmp_path / name, "mobilenet-v1")


def test_from_csv(tmp_path: Path) -> None:
    assert written(tmp_path, "t.csv", CSV) == (
        "paper: t\n"
        'headings: {alpha: "α", accuracy Top 1: "Top-1 (%)", mult_adds M: "Mult-Adds (M)", '
        'params M: "Params (M)"}\n'
        "tables:\n"
        "- table: t\n"
        "  spec: mobilenet-v1\n"
        "  columns: [row, alpha, accuracy Top 1, mult_adds M, params M]\n"
        "  rows:\n"
        "  - [full, 1,   70.6, 569, 4.2]\n"
        "  - [half, 0.5, 63.7, 149, 1.3]\n"
    ).replace('"α"', "α")


def test_from_latex(tmp_path: Path) -> None:
    text = written(tmp_path, "t.tex", LATEX)
    assert "  columns: [alpha, mult_adds M, params M]\n" in text
    assert "  - [1,   569, 4.2]\n  - [0.5, 149, 1.3]\n" in text


def test_other_delimiters(tmp_path: Path) -> None:
    wanted = written(tmp_path, "t.csv", CSV)
    for delimiter in ";\t":
        assert written(tmp_path, "t.csv", CSV.replace(",", delimiter)) == wanted
    # a heading of semicolons, and commas in the cells
    text = written(tmp_path, "t.csv", "Model;Params (M)\na, b;4.2\n")
    assert '  - ["a, b", 4.2]\n' in text


def test_units_in_the_cells(tmp_path: Path) -> None:
    text = written(tmp_path, "t.csv", "alpha,Mult-Adds,Params\n1,0.57G,4.2 M\n0.5,-,1.3M\n")
    assert "  columns: [alpha, mult_adds B, params M]\n" in text
    assert '  - [1,   0.57, 4.2]\n  - [0.5, "-",  1.3]\n' in text


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.csv", "a\n", "{file}: there is no table (a heading and at least one row)"),
        (
            "t.csv",
            "Model,Top-1\nx,1\n",
            "{file}: no column holds a cost (headings: Model, Top-1; name them Mult-Adds (M), "
            "Params (M), …)",
        ),
        (
            "t.csv",
            "Model,Kind,Params (M)\nx,y,1\n",
            "2 columns are neither a parameter, a cost nor an accuracy (rename or remove them; "
            "parameters are called as in the spec)",
        ),
        ("t.csv", CSV + "odd,1\n", "{file}: the row odd | 1 has 2 cells for 5 columns"),
        (
            "t.tex",
            "nothing",
            "there is no tabular in the file (\\begin{{tabular}} … \\end{{tabular}})",
        ),
        (
            "t.csv",
            "Model,Mult-Adds (MB)\nx,1\n",
            "the unit '(MB)' of 'Mult-Adds (MB)' is unknown ((K), (M), (B), (G), (%), or none for "
            "whole numbers)",
        ),
        (
            "t.csv",
            "Model,Params\nx,4.2M\ny,45K\n",
            "{file}: the cell '4.2M' of 'Params' has a unit of its own (one unit for the column)",
        ),
        (
            "t.csv",
            "Model,Params (K)\nx,4.2M\n",
            "{file}: the cell '4.2M' of 'Params (K)' has a unit of its own (one unit for the "
            "column)",
        ),
        (
            "t.tex",
            LATEX.replace("\n1 & ", "\n\\multirow{2}{*}{1} & "),
            "\\multirow can't be read: its cells have no column (write what spans several cells "
            "once in each of them)",
        ),
        (
            "t.tex",
            LATEX.replace("\\bottomrule", "\\multicolumn{3}{c}{ours} \\\\"),
            "\\multicolumn can't be read: its cells have no column (write what spans several cells "
            "once in each of them)",
        ),
    ],
)
def test_messages(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(CostcalcError) as error:
        written(tmp_path, name, text)
    assert str(error.value) == message.format(file=tmp_path / name)
