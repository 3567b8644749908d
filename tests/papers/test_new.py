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


def columns(tmp_path: Path, heading: str, cells: str = "4.2") -> str:
    """What a column is called whose heading is this."""
    text = written(tmp_path, "t.csv", f'Model,"{heading}",GMACs\nx,{cells},0.57\n')
    return text.partition("columns: [row, ")[2].partition("]")[0].partition(", mult_adds B")[0]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        *((h, "params M") for h in ("#Params (M)", "Params [M]", "Million Parameters", "Params/M")),
        *((h, "params M") for h in ("Model size (M)", "Param. (M)", "params (10^6)", "MParams")),
        *((h, "alpha") for h in ("α", "width", "Width mult.", "width_mult", "Width Multiplier")),
        *((h, "resolution") for h in ("res", "Res.", "R", "Input size", "img_size", "Resolution")),
        ("#Layers", "depth"),
        ("Top-1 (%)", "accuracy Top 1"),
        *((h, f"other {h}") for h in ("Year", "Venue", "CPU", "Activations", "topology", "Depth")),
        ("Model size (MB)", "other Model size MB"),
        ("Params drop (%)", "other Params drop"),
        ("Params ratio", "other Params ratio"),
    ],
)
def test_headings(tmp_path: Path, heading: str, column: str) -> None:
    assert columns(tmp_path, heading, "28" if column == "depth" else "224") == column


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        *((h, "mult_adds M") for h in ("MMACs", "MMAC", "MOPs", "Ops (M)", "Multi-Adds (M)")),
        *((h, "mult_adds M") for h in ("MAdds (M)", "M-Adds (M)", "Mult-Adds [M]", "MFLOPS")),
        *((h, "mult_adds M") for h in ("FLOPs (Million)", "Multiply-adds M", "FLOPs (×10⁶)")),
        *((h, "mult_adds B") for h in ("GMACs", "BFLOPS", "GFLOPs", "M-Adds (G)", "FLOPs (B)")),
        *((h, "mult_adds B") for h in ("infer_gmacs", "Giga MACs", "GFLOPs (224x224)")),
    ],
)
def test_headings_of_mult_adds(tmp_path: Path, heading: str, column: str) -> None:
    text = written(tmp_path, "t.csv", f"Model,{heading}\nx,569\n")
    assert f"columns: [row, {column}]\n" in text


def test_two_columns_of_one_cost_are_two_tables(tmp_path: Path) -> None:
    text = written(
        tmp_path, "t.csv", "α,MACs (M),FLOPs (M),Year\n1,569,1138,2017\n0.5,149,299,2017\n"
    )
    first, second = text.split("- table: ")[1:]
    assert "  columns: [alpha, mult_adds M, other Year]\n" in first
    assert second == (
        '"t, FLOPs (M)"\n'
        '  headings: {alpha: α, mult_adds M: "FLOPs (M)"}\n'
        "  spec: mobilenet-v1\n"
        "  columns: [alpha, mult_adds M]\n"
        "  rows:\n"
        "  - [1,   1138]\n"
        "  - [0.5, 299]\n"
    ).replace("{alpha: α,", '{alpha: "α",' if '{alpha: "α",' in second else "{alpha: α,")


def test_each_cell_has_its_own_unit(tmp_path: Path) -> None:
    # a figure in the smaller unit keeps its digits: 470K is not 0.5 M
    text = written(tmp_path, "t.csv", "alpha,Params,FLOPs (M)\n1,4.2M,0.57G\n0.25,470K,41\n")
    assert "  columns: [alpha, params M, mult_adds B]\n" in text
    assert "  - [1,    4.2,   0.57]\n  - [0.25, 0.470, 0.041]\n" in text


def test_cells_say_what_they_count(tmp_path: Path) -> None:
    text = written(
        tmp_path, "t.csv", "alpha,Params,FLOPs\n1,4.2M params,569 MFLOPS\n0.5,1.3 M,0.149 GFLOPs\n"
    )
    assert "  - [1,   4.2, 0.569]\n  - [0.5, 1.3, 0.149]\n" in text
    text = written(tmp_path, "t.csv", "alpha,Params,MACs\n1,4.2M,569 MMACs\n0.5,/,149M MAdds\n")
    assert '  - [1,   4.2, 569]\n  - [0.5, "-", 149]\n' in text


def test_a_range_is_no_figure(tmp_path: Path) -> None:
    text = written(tmp_path, "t.csv", "alpha,MACs (M),Params (M)\n1,569~580,4.2\n0.5,149,1.3\n")
    said = "unchecked: \"'569~580' is a range\""
    assert f'  - {{mult_adds M: "569~580", params M: 4.2, {said}}}\n' in text
    assert "  - [0.5, 149,       1.3]\n" in text


def test_bytes_are_no_cost_and_no_side(tmp_path: Path) -> None:
    text = written(
        tmp_path, "t.csv", "Model,Size,Param memory,Params (M)\nx,16 MB,233 MB,4.2\ny,4 MB,-,1\n"
    )
    file = tmp_path / "t.csv"
    assert text.splitlines()[1:3] == [
        f"# {file}:1:7: 'Size' prints bytes: it rides along",
        f"# {file}:1:12: 'Param memory' prints bytes: it rides along",
    ]
    assert "  columns: [row, other resolution, other params, params M]\n" in text


def test_a_word_for_two_parameters_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(CostcalcError) as error:
        written(tmp_path, "t.csv", "Depth Multiplier,Params (M)\n1,4.2\n")
    assert str(error.value) == (
        f"{tmp_path / 't.csv'}:1:1: 'Depth Multiplier' is another name of alpha in TensorFlow, and "
        "delta here (call it alpha or delta)"
    )
    text = written(tmp_path, "t.csv", "Width,Depth Multiplier,Params (M)\n1,1,4.2\n")
    assert "  columns: [alpha, delta, params M]\n" in text
    (tmp_path / "t.csv").write_text("Depth Multiplier,Params (M)\n1,3.5\n")
    assert "  columns: [alpha, params M]\n" in new_claims(tmp_path / "t.csv", "mobilenet-v2")


def test_marks_of_footnotes_are_no_figures(tmp_path: Path) -> None:
    text = written(tmp_path, "t.csv", "alpha*,Params†\n1,4.2M*\n0.5,1.3M†‡\n0.25,N/A\n")
    assert '  - [1,    4.2]\n  - [0.5,  1.3]\n  - [0.25, "-"]\n' in text
    cells = (r"4.2$^\dagger$", r"4.2\tnote{a}", r"\textbf{4.2}$^{*}$", r"4.2\footnotemark[1]")
    for cell in cells:
        text = written(tmp_path, "t.tex", LATEX.replace("4.2", cell))
        assert "  - [1,   569, 4.2]\n" in text


def test_sides_and_widths_as_printed(tmp_path: Path) -> None:
    text = written(tmp_path, "t.csv", "Res.,Width,Params (M)\n96²,0.5×,1.3\n224×224,1.0x,4.2\n")
    assert "  - [96²,     0.5, 1.3]\n  - [224×224, 1.0, 4.2]\n" in text
    text = written(tmp_path, "t.tex", LATEX.replace(r"$\alpha$", "Res.").replace("$0.5$", "$96^2$"))
    assert "  - [96², 149, 1.3]\n" in text


def test_repeated_labels_say_what_they_bind(tmp_path: Path) -> None:
    text = written(
        tmp_path, "t.csv", "Model,α,R,Params (M)\nV1,1,224,4.2\nV1,0.5,224,1.3\nx,1,96,4.2\n"
    )
    assert '  - ["V1 (alpha = 1, resolution = 224)",   1,   224, 4.2]\n' in text
    assert '  - ["V1 (alpha = 0.5, resolution = 224)", 0.5, 224, 1.3]\n' in text
    assert "  - [x, " in text
    text = written(tmp_path, "t.csv", "Model,Params (M)\nV1,4.2\nV1,1.3\n")
    assert (
        "{row: V1 2, params M: 1.3, unchecked: \"nothing tells it from another row 'V1'\"}" in text
    )


SPANNING = r"""
\begin{tabular*}{\textwidth}[t]{@{}l|c>{\bfseries}c@{}rr}
\toprule
\multicolumn{5}{c}{Everything} \\
\multirow{2}{*}{Model} & \multicolumn{2}{c}{Setting} & \multicolumn{2}{c|}{Cost} \\
\cmidrule(lr){2-3}\cmidrule(lr){4-5}
 & $\alpha$ & Res. & \begin{tabular}{@{}c@{}}Params\\(M)\end{tabular}
 & \makecell{MAdds\\(10$^6$)} \\ \midrule
\multicolumn{5}{c}{\emph{Baselines}} \\ % a comment & \\
\multirow{2}{*}{MobileNetV1~\cite{x}} & 1 & 224 & \textbf{4.2}$^\dagger$ & 569 \\
 & 0.5 & $224^2$ & 1.3 & 149 \\ \hline
\end{tabular*}
"""


def test_cells_that_span_several(tmp_path: Path) -> None:
    text = written(tmp_path, "t.tex", SPANNING)
    assert text == (
        "paper: t\n"
        'headings: {alpha: "Setting / α", resolution: Setting / Res., '
        'params M: "Cost / Params (M)", mult_adds M: "Cost / MAdds (10^6)"}\n'
        "tables:\n"
        "- table: t\n"
        "  spec: mobilenet-v1\n"
        "  columns: [row, alpha, resolution, params M, mult_adds M]\n"
        "  rows:\n"
        '  - ["MobileNetV1 (alpha = 1, resolution = 224)",    1,   224,  4.2, 569]\n'
        '  - ["MobileNetV1 (alpha = 0.5, resolution = 224²)", 0.5, 224², 1.3, 149]\n'
    ).replace('"Setting / α"', '"Setting / α"' if '"Setting / α"' in text else "Setting / α")


MARKDOWN = """# My net

Some text | with a bar.

| Model | Width | **GMACs** | Params | Acc@1 |
|:------|:-----:|------:|-------:|---|
| [MobileNet](http://example.org) | 1.0x | **0.57** | 4.2M | 70.6 |
| `0.5 MobileNet` | 0.5× | 0.15* | 1.3M<sup>1</sup>

| Other | x |
|---|---|
| a | 2 |
"""


def test_from_markdown(tmp_path: Path) -> None:
    wanted = (
        "paper: t\n"
        "# {file}:10:3: another table; only one is read\n"
        "headings: {{alpha: Width, mult_adds B: GMACs, params M: Params, "
        'accuracy Acc 1: "Acc@1"}}\n'
        "tables:\n"
        "- table: t\n"
        "  spec: mobilenet-v1\n"
        "  columns: [row, alpha, mult_adds B, params M, accuracy Acc 1]\n"
        "  rows:\n"
        "  - [MobileNet,     1.0, 0.57, 4.2, 70.6]\n"
        '  - [0.5 MobileNet, 0.5, 0.15, 1.3, "-"]\n'
    )
    for name in ("t.md", "t.txt"):
        assert written(tmp_path, name, MARKDOWN) == wanted.format(file=tmp_path / name)


def test_markdown_as_it_is_shown(tmp_path: Path) -> None:
    text = (
        "Model | *Width*  | Params<br>(M) |  \n --- | --- | ---: |  \n"
        "[full\\_size][one] | 1.0&#160;x | 4.2 |  \n[Half of it] | __0.5__ | *1.3* \\| 2 |\n"
    )
    with pytest.raises(CostcalcError) as error:
        written(tmp_path, "t.md", text)
    assert str(error.value) == (
        f"{tmp_path / 't.md'}:4:26: '1.3 | 2' is not a number (- where nothing is printed)"
    )
    text = written(tmp_path, "t.md", text.replace(" \\| 2", ""))
    assert "  - [full_size,  1.0, 4.2]\n  - [Half of it, 0.5, 1.3]\n" in text


HTML = """# Results
<table><tbody>
<!-- <tr><td>old</td></tr> -->
<th rowspan="2">model</th><th colspan=2>cost</br>(at 224)</th><th rowspan="2">width</th>
<tr><th>params (M)</th><th>MACs (M)</th></tr>
<tr><td colspan="4"><hr/></td></tr>
<tr>
<td rowspan='2'><a href="x">MobileNet</a></td>
<td align="right"><b>4.2</b></td>
<td>569</td>
<td>1.0</td>
</tr>
<TR><TD>1.3<TD>149<TD>0.5
</table>
"""


def test_from_html(tmp_path: Path) -> None:
    assert written(tmp_path, "t.md", HTML) == (
        "paper: t\n"
        'headings: {params M: "cost (at 224) / params (M)", '
        'mult_adds M: "cost (at 224) / MACs (M)", alpha: width}\n'
        "tables:\n"
        "- table: t\n"
        "  spec: mobilenet-v1\n"
        "  columns: [row, params M, mult_adds M, alpha]\n"
        "  rows:\n"
        '  - ["MobileNet (alpha = 1.0)", 4.2, 569, 1.0]\n'
        '  - ["MobileNet (alpha = 0.5)", 1.3, 149, 0.5]\n'
    )
    with pytest.raises(CostcalcError) as error:
        written(tmp_path, "t.md", HTML.replace("<TD>1.3<TD>149", "<TD colspan=2>1.3"))
    assert str(error.value) == (
        f"{tmp_path / 't.md'}:13:19: '1.3' spans 2 columns (write it once in each of them)"
    )


def test_what_rides_along_is_named_with_its_place(tmp_path: Path) -> None:
    text = written(
        tmp_path, "t.csv", "Model,CPU,Size (MB),Params (MB),Params (M)\nx,9 ms,17,17,4.2\n"
    )
    file = tmp_path / "t.csv"
    assert text.splitlines()[1:4] == [
        f"# {file}:1:7: 'CPU' is no parameter and no cost: it rides along",
        f"# {file}:1:11: 'Size (MB)' is no parameter and no cost: it rides along",
        f"# {file}:1:21: 'Params (MB)' has the unit 'MB', which is none of (K), (M), (B), (G): "
        "it rides along",
    ]


NO_TABLE = (
    "{file}: there is no table (a heading and at least one row, as CSV, Markdown or LaTeX "
    "(a tabular))"
)
WIDTH = "as many cells in each row as in the heading"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.csv", "a\n", NO_TABLE),
        ("t.tex", "nothing", NO_TABLE),
        (
            "t.csv",
            "Model,Top-1\nx,1\n",
            "{file}: no column holds a cost (headings: Model, Top-1; name them Mult-Adds (M), "
            "Params (M), …)",
        ),
        (
            "t.csv",
            "Model,Mult-Adds (MB)\nx,1\n",
            "{file}: no column holds a cost (headings: Model, Mult-Adds (MB); name them Mult-Adds "
            "(M), Params (M), …)\n{file}:1:7: 'Mult-Adds (MB)' has the unit 'MB', which is none of "
            "(K), (M), (B), (G)",
        ),
        ("t.csv", CSV + "odd,1\n", f"{{file}}:4:1: 2 cells for 5 columns ({WIDTH})"),
        (
            "t.md",
            "|a|Params (M)|\n|-|-|\n|x|1|2|\n",
            f"{{file}}:3:2: 3 cells for 2 columns ({WIDTH})",
        ),
        (
            "t.csv",
            'Model,Params (M)\nx,"0,3"\ny,many\nz,4.2 or 5\n',
            "{file}:2:3: '0,3' is not a number (- where nothing is printed)\n"
            "{file}:3:3: 'many' is not a number (- where nothing is printed)\n"
            "{file}:4:3: '4.2 or 5' is not a number (- where nothing is printed)",
        ),
        (
            "t.csv",
            "Model,Params\nx,4.2M\nyy,45\n",
            "{file}:3:4: '45' has no unit, as others of 'Params' have",
        ),
        (
            "t.csv",
            "Model,Params\nx,4.2\n",
            "{file}:1:7: 'Params' has no unit ((M), (K), (B) or (G) in the heading, or in each "
            "cell: 4.2M)",
        ),
        (
            "t.csv",
            'Model,"α",Params (M)\n"a, ""b""",half,4.2\nc,0,1\n',
            "{file}:2:12: alpha: 'half' is not a number (such as 0.35, 7/20 or 224)\n"
            "{file}:3:3: alpha: 0 is outside its domain (a positive number)",
        ),
        (
            "t.csv",
            "width,alpha,Params (M)\n1,1,4.2\n",
            "{file}:1:7: two columns are the parameter 'alpha' (keep one of them)",
        ),
        (
            "t.tex",
            LATEX.replace("& 149 & 1.3", r"& \multicolumn{2}{c}{1.3}"),
            "{file}:6:9: '1.3' spans 2 columns (write it once in each of them)",
        ),
        (
            "t.tex",
            LATEX.replace("$0.5$", r"\emph{half}"),
            "{file}:6:1: alpha: 'half' is not a number (such as 0.35, 7/20 or 224)",
        ),
    ],
)
def test_messages(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(CostcalcError) as error:
        written(tmp_path, name, text)
    assert str(error.value) == message.format(file=tmp_path / name)
