"""Printed layer tables that become specs, and tables of `show` that are read back."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.language import library
from costcalc.language.header import ACTIVATION
from costcalc.network import Network
from costcalc.papers.layer_tables.new import new_network
from costcalc.report.formats.latex import render
from costcalc.report.formats.text import csv, markdown
from costcalc.report.views.counts import show_document

PRINTED = Path(__file__).parent / "layer_tables"
MISPRINT = r"Conv dw / s2 & $3 \times 3 \times 1024 \text{ dw}$"


def read(path: Path, column: str = "", *, scaled: bool = False) -> Network:
    return cc.loads(new_network(path, "", column, scaled=scaled))


def written(tmp_path: Path, text: str, name: str = "t.csv", column: str = "") -> str:
    (tmp_path / name).write_text(text)
    return new_network(tmp_path / name, "net", column)


def refused(tmp_path: Path, text: str, name: str = "t.csv", column: str = "") -> list[str]:
    """What is said of a table, each problem with its place in the file."""
    with pytest.raises(CostcalcError) as caught:
        written(tmp_path, text, name, column)
    return [str(p).replace(f"{tmp_path}/", "") for p in caught.value.problems]


def layers(network: Network, binding: Mapping[str, object]) -> list[object]:
    """The layers of a network, without their names and how they are coded."""
    spec = network.spec
    graph = build(spec, spec.binding(binding))
    return [
        (one.operator, one.kernel, one.stride, one.groups, one.input, one.output, one.inputs)
        for one in graph.layers
        if one.operator not in ("softmax", "flatten")
    ]


def assert_same(network: Network, shipped: str, binding: Mapping[str, object]) -> None:
    """The layers and costs of a shipped network."""
    other = cc.load(shipped)
    assert layers(network, binding) == layers(other, binding)
    for convention in ("paper", "trainable"):
        one, two = (n.count(values=binding, convention=convention) for n in (network, other))
        assert (one.mult_adds, one.params) == (two.mult_adds, two.params)


# -- tables as papers print them ------------------------------------------------------------------

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


@pytest.mark.parametrize(
    "name", ["ehm-mobilenet.csv", "ehm-mobilenet-mp3.md", "ehm-mobilenet-fmp.tex"]
)
def test_the_enhanced_hybrid_mobilenets(name: str) -> None:
    network = read(PRINTED / name)
    shipped = name.partition(".")[0]
    for alpha in (1, HALF, QUARTER, Fraction(1, 3)):
        for delta, resolution, classes in ((1, 32, 10), (2, 32, 100), (4, 64, 10)):
            binding = {"alpha": alpha, "delta": delta, "resolution": resolution}
            assert_same(network, shipped, {**binding, "classes": classes})
    one, two = (n.formula(resolution=32).total for n in (network, cc.load(shipped)))
    assert (one.mult_adds, one.params) == (two.mult_adds, two.params)


def test_fd_mobilenet() -> None:
    assert_same(read(PRINTED / "fd-mobilenet.tex"), "fd-mobilenet", {"resolution": 160})
    network = read(PRINTED / "fd-mobilenet.tex", scaled=True)
    for alpha in (1, HALF, QUARTER):
        for resolution in (224, 160, 225):
            assert_same(network, "fd-mobilenet", {"alpha": alpha, "resolution": resolution})
    assert network.formula().total == cc.load("fd-mobilenet").formula().total


def test_mobilenet_v1_without_its_misprint(tmp_path: Path) -> None:
    text = (PRINTED / "mobilenet-v1.tex").read_text()
    assert text.count(MISPRINT) == 1
    (tmp_path / "v1.tex").write_text(text.replace(MISPRINT, MISPRINT.replace("s2", "s1")))
    network = read(tmp_path / "v1.tex", scaled=True)
    for alpha in (1, Fraction(3, 4), HALF, QUARTER):
        for resolution in (224, 192, 128):
            assert_same(network, "mobilenet-v1", {"alpha": alpha, "resolution": resolution})


def test_the_printed_sizes_catch_the_misprint_of_mobilenet_v1(run: Run) -> None:
    result = run("new", "--from", "mobilenet-v1.tex", cwd=PRINTED)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "mobilenet-v1.tex:21:3: 'Conv dw / s2' makes 4×4 of 7×7, but 7×7 is printed after it at "
        "22:54 (stride 1 gives 7×7: mend the stride or the sizes)\n"
    )


def test_mobilenet_v2() -> None:
    network = read(PRINTED / "mobilenet-v2.csv")
    scaled = read(PRINTED / "mobilenet-v2.csv", scaled=True)
    for resolution in (224, 192, 160, 128, 96):
        assert_same(network, "mobilenet-v2", {"resolution": resolution})
        # below 1, the paper's text keeps the last convolution at 1280, which no table prints
        for alpha in (1, Fraction("1.4")):
            assert_same(scaled, "mobilenet-v2", {"resolution": resolution, "alpha": alpha})


def test_mobilenet_v3() -> None:
    network = read(PRINTED / "mobilenet-v3-large.tex")
    for resolution in (224, 192, 128):
        assert_same(network, "mobilenet-v3-large", {"resolution": resolution})


def test_squeeze_and_excite_of_a_convolution() -> None:
    """Table 2 ticks SE at its last convolution as well; the released network has none there."""
    count = read(PRINTED / "mobilenet-v3-small.md").count()
    shipped = cc.load("mobilenet-v3-small").count()
    assert count.params - shipped.params == 2 * 576 * 144
    assert count.mult_adds - shipped.mult_adds == 2 * 576 * 144


def test_efficientnet_b0() -> None:
    count = read(PRINTED / "efficientnet-b0.tex").count(convention="trainable")
    written_by_hand = cc.load(str(PRINTED.parent / "tables" / "efficientnet.yaml"))
    assert count.mult_adds == written_by_hand.count().mult_adds
    assert count.params == 5_288_548  # torchvision's efficientnet_b0


@pytest.mark.parametrize(
    ("column", "params"),  # of torchvision's networks
    [
        ("18-layer", 11_689_512),
        ("34-layer", 21_797_672),
        ("50-layer", 25_557_032),
        ("101-layer", 44_549_160),
        ("152-layer", 60_192_808),
    ],
)
def test_a_table_of_several_networks(column: str, params: int) -> None:
    network = read(PRINTED / "resnet.tex", column)
    assert network.count(convention="trainable").params == params
    shipped = f"resnet-{column.partition('-')[0]}"
    if shipped in library.spec_names():
        assert_same(network, shipped, {})
        assert_same(network, shipped, {"resolution": 193})


# -- round trips ----------------------------------------------------------------------------------

#: Networks whose layers follow each other, with the norms, activations and biases that are usual.
CHAINS = (
    *("ehm-mobilenet", "ehm-mobilenet-mp3", "ehm-mobilenet-fmp", "fd-mobilenet"),
    *("mobilenet-v1", "mobilenet-v1-conv", "mobilenet-v1-shallow"),
)
FORMATS = {"csv": "csv", "markdown": "md", "latex": "tex"}
RENDERED = {"csv": csv, "md": markdown, "tex": render}


def shown(run: Run, tmp_path: Path, name: str, format_: str) -> Path:
    path = tmp_path / f"{name}.{FORMATS[format_]}"
    path.write_text(run("show", name, "--format", format_).stdout)
    return path


def read_back(network: Network, tmp_path: Path) -> Network:
    """A network from its own table, which is the same in all three formats."""
    document = show_document(network.show(), whole=True)
    texts = set()
    for ending, form in RENDERED.items():
        path = tmp_path / f"table.{ending}"
        path.write_text(form(document))
        texts.add(new_network(path, "net").partition("\n")[2])
    (found,) = texts
    return cc.loads(found)


def fused(network: Network) -> list[object]:
    return [one.fused for one in build(network.spec, network.spec.defaults()).layers]


def assert_returns(network: Network, tmp_path: Path) -> None:
    """The same layers, edges and costs at the defaults."""
    again = read_back(network, tmp_path)
    assert layers(again, {}) == layers(network, {})
    assert fused(again) == fused(network)
    for convention in ("paper", "trainable"):
        one, two = (n.count(convention=convention) for n in (again, network))
        assert (one.mult_adds, one.params) == (two.mult_adds, two.params)


@pytest.mark.parametrize("name", library.spec_names())
def test_every_table_that_show_prints_is_read_back(tmp_path: Path, name: str) -> None:
    assert_returns(cc.load(name), tmp_path)


def test_every_operator_is_read_back(tmp_path: Path) -> None:
    path = Path(__file__).parent.parent / "oracle" / "every_operator.yaml"
    assert_returns(cc.load(str(path)), tmp_path)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", CHAINS)
def test_what_show_prints_is_read_back(run: Run, tmp_path: Path, name: str, format_: str) -> None:
    network = read(shown(run, tmp_path, name, format_))
    other = cc.load(name)
    own = network.spec.parameters.keys()
    assert own == other.spec.parameters.keys() - {"rho", "ratio"}
    for alpha in (1, HALF, Fraction(2, 3)):
        for resolution in (224, 32, 161):
            assert_same(network, name, {"alpha": alpha, "resolution": resolution, "classes": 7})
    if "delta" in own:
        assert_same(network, name, {"delta": 2, "alpha": QUARTER, "classes": 10})
    fixed = {"resolution": 32} if name == "ehm-mobilenet-fmp" else {}
    one = network.formula(values=fixed)
    two = other.formula(values={**fixed, **({"rho": 1} if "rho" in other.spec.parameters else {})})
    assert (one.total, one.exact_when) == (two.total, two.exact_when)


ROUNDS = """
network: rounds
parameters: {n: {default: 3, meaning: rounds}}
input: 8x8x16
defaults: {norm: batch, activation: relu}
layers:
- {conv: 1x1, out: 16, name: before}
- {conv: 3x3, out: 16}
"""


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            "- repeat: n\n  layers:\n  - residual:\n    - repeat: 2\n"
            "      layers: [{residual: [{conv: 3x3, out: 16}]}]\n    - {conv: 1x1, out: 16}\n",
            id="in each other",
        ),
        pytest.param(
            "- repeat: n\n  layers:\n  - {name: arrived}\n"
            "  - add: [{conv: 3x3, out: 16}, [{conv: 5x5, out: 16, from: before}]]\n"
            "  - branch: [{from: arrived, name: before}]\n"
            "- concat: [[], {from: before}]\n",
            id="what came two rounds before",
        ),
        pytest.param(
            "- repeat: n\n  layers: [{add: [{conv: 3x3, out: 16}, {from: before}]}]\n",
            id="always the same",
        ),
        pytest.param(
            "- repeat: n\n  layers: [{conv: 3x3, out: in + 4}, {maxpool: 3x3, stride: 1, "
            "padding: same}]\n",
            id="channels that grow",
        ),
        pytest.param(
            "- {repeat: n, name: a, layers: [{conv: 3x3, out: 16}, bn]}\n"
            "- {repeat: n, weights: a, layers: [{conv: 3x3, out: 16}, bn]}\n",
            id="rounds that share their weights",
        ),
    ],
)
def test_repetitions_are_read_back(tmp_path: Path, rows: str) -> None:
    network = cc.loads(ROUNDS + rows)
    assert_returns(network, tmp_path)
    again = read_back(network, tmp_path)
    assert again.count(n=5, convention="trainable").params == (
        network.count(n=5, convention="trainable").params
    )


def test_several_inputs_are_read_back(tmp_path: Path) -> None:
    network = cc.loads(
        "network: two\ninputs: {image: {side: resolution, channels: 3}, state: 1x1x7}\nlayers:\n"
        "- {conv: 3x3, out: 32, stride: 2}\n- {avgpool: global}\n"
        "- concat: [[], [{fc: 64, bias: true, from: state}]]\n- {fc: 4, bias: true}\n"
    )
    assert network.show().defaults["inputs"] == "image 224×224×3, state 1×1×7"
    assert_returns(network, tmp_path)


def test_tables_say_what_rows_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(
        f"{ROUNDS}- repeat: n\n  layers:\n  - residual: [{{conv: 3x3, out: 16}}, "
        "{conv: 1x1, out: 16, activation: none}]\n- relu\n- {avgpool: global}\n"
        "- {fc: classes, bias: true}\n"
    )
    result = run("show", "net.yaml", "--format", "csv", cwd=tmp_path)
    assert result.stdout == (
        "#,repeat,type_stride,filter_shape,input_size,from,further,defaults\n"
        "1,,Conv / s1,1×1×16×16,8×8×16,,,n: 3; channels: exact\n"
        "2,,Conv / s1,3×3×16×16,8×8×16,,,\n"
        "3,n ×,Conv / s1,3×3×16×16,8×8×16,,,\n"
        "4,⋮,Conv / s1,1×1×16×16,8×8×16,,activation: none,\n"
        '5,⋮,Add,,8×8×16,"4, 2/5",,\n'
        "6,,Relu,,8×8×16,,,\n"
        "7,,Avg pool,global,8×8×16,,,\n"
        "8,,FC,16×classes,1×1×16,,,\n"
    )
    (tmp_path / "t.csv").write_text(result.stdout)
    assert new_network(tmp_path / "t.csv", "net").partition("\n")[2] == (
        "network: net\n"
        "parameters:\n"
        '  n: {default: 3, meaning: "n of the table"}\n'
        "  classes: 1000\n"
        "  resolution: 8\n"
        "channels: exact\n"
        "defaults: {padding: same, bias: false, norm: batch, activation: relu}\n"
        "input: {side: resolution, channels: 16}\n"
        "layers:\n"
        "- {conv: 1x1,                 stride: 1, out: 16, input: 8×8×16}\n"
        "- {conv: 3x3,                 stride: 1, out: 16, name: row2_5, input: 8×8×16}\n"
        "- repeat: n\n"
        "  layers:\n"
        "  - {conv: 3x3,                 stride: 1, out: 16, input: 8×8×16}\n"
        "  - {conv: 1x1,                 stride: 1, out: 16, activation: none, input: 8×8×16}\n"
        "  - {add: [[], {from: row2_5}], name: row2_5, input: 8×8×16}\n"
        "- {relu: , input: 8×8×16}\n"
        "- {avgpool: global, input: 8×8×16}\n"
        "- {fc: classes,               bias: true, input: 1×1×16}\n"
    )


def test_tables_of_chains_are_as_papers_print_them(run: Run) -> None:
    for name, more in {"mobilenet-v1": "", "vgg-16": ",defaults"}.items():
        heading = run("show", name, "--format", "csv").stdout.splitlines()[0]
        assert heading.removeprefix("repeat,") == f"type_stride,filter_shape,input_size{more}"


def test_rows_that_the_defaults_do_not_have(run: Run) -> None:
    """MobileNetV2 adds where as many channels leave a bottleneck as arrive: 10 times of 17."""
    table = cc.load("mobilenet-v2").show()
    counted = [int((row.repeat or "1").split()[0].replace("⋮", "2")) for row in table.rows]
    adds = [n for n, row in zip(counted, table.rows, strict=True) if row.type == "Add"]
    assert sum(adds) == 10
    (note,) = table.notes
    assert note == (
        "bottleneck1/[add4], bottleneck5/[add40], bottleneck7/[add62] hang on what is free: "
        "the rows are those of the defaults"
    )


LINKED = "#,Repeat,Type / Stride,Filter Shape,Input Size,From,Further,Defaults\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(
            "1,,Conv / s1,3×3×3×8,8×8×3,,,\n2,,Add,,8×8×8,,,\n3,,Sum,,8×8×8,,,\n"
            "4,,Relu,,8×8×8,1/(…),,\n",
            [
                "t.csv:3:4: 'Add': the table does not say which rows are joined (as 5, 3 in a "
                "column From)",
                "t.csv:4:4: 'Sum' is no type of layer (what `costcalc show` calls them, such as "
                "Conv / s2, Conv dw / s1, Max pool / s2)",
                "t.csv:5:16: rounds that exchange maps are not read (write the spec)",
            ],
            id="rows",
        ),
        pytest.param(
            "1,,Conv / s1,3×3×3×8w,8×8×3,,,\n2,,FC,8×8×8,8×8×8,,,\n",
            [
                "t.csv:2:4: '8w': nothing says what 'w' is (w: 1 in a column Defaults)",
                "t.csv:3:7: '8×8×8' is no filter of 'FC'",
            ],
            id="filters",
        ),
        pytest.param(
            "1,,Conv / s1,3×3×3×8,8×8×3,,,w: two\n",
            ["t.csv:2:30: w: 'two' is not a number (such as 0.35, 7/20 or 224)"],
            id="a default that is no number",
        ),
        pytest.param(
            "1,,Conv / s1,3×3×3×8,8×8×3,,,[: 2\n",
            ["t.csv:2:30: '[' is no name of a parameter (as classes: 10; padding: half)"],
            id="a default that has no name",
        ),
        pytest.param(
            "1,,Conv / s1,3×3×3×8,8×8×3,,paddin: 1,\n2,,Relu,,8×8×8,,,\n",
            [
                "t.csv:2:4: unknown key 'paddin' for conv (did you mean 'padding'?)",
            ],
            id="what the language does not know",
        ),
        pytest.param(
            "1,,Conv / s1,3×3×3×8,8×8×3,,,\n2,,Relu,,8×8×8,7,,\n",
            ["t.csv:3:16: there is no row 7 (1 to 2)"],
            id="a row that is not there",
        ),
        pytest.param(
            "1,2 ×,Conv / s1,3×3×8×8,8×8×8,,,\n2,,Conv / s1,3×3×8×8,8×8×8,,weights: 1,\n",
            [
                "t.csv:3:29: row 1 is repeated, and this one not as that (write what shares "
                "weights into the spec)"
            ],
            id="weights of rounds",
        ),
    ],
)
def test_messages_of_tables_that_say_what_rows_read(
    tmp_path: Path, rows: str, said: list[str]
) -> None:
    assert refused(tmp_path, LINKED + rows) == said


def test_what_arrives_is_needed_beside_from(tmp_path: Path) -> None:
    table = "Type / Stride,Filter Shape,Output Size,From\nRelu,,8×8×3,\n"
    said = "the table does not print what arrives at its rows (a column Input Size, beside From)"
    assert refused(tmp_path, table) == [f"t.csv:1:1: {said}"]
    sides = "1,,Relu,,8×8,,,\n"
    assert refused(tmp_path, LINKED + sides) == [
        "t.csv:2:10: '8×8' is no size (such as 112×112×32)"
    ]


def test_groups_are_no_more_than_names(tmp_path: Path) -> None:
    table = 'Type / Stride,Filter Shape,Input Size,Group,Defaults\nRelu,,8×8×3,"a}, name: b",n: 1\n'
    said = "t.csv:2:13: 'a}, name: b' is no name (letters, digits, spaces and .+/-)"
    assert refused(tmp_path, table) == [said]


# -- what is written ------------------------------------------------------------------------------

TYPES = "Type / Stride,Filter Shape,Input Size\n"


def test_the_file_reads_like_the_table(run: Run, tmp_path: Path) -> None:
    table = (
        "Type / Stride | Filter Shape | Input Size | MFLOPs\n---|---|---|---\n"
        "Conv / s2 | $3 \\times 3 \\times 3 \\times 32\\alpha$ | 32 × 32 × 3 | 0.2\n"
        "2 × | | |\n"
        "Conv dw / s1 | 3×3×(32α×δ) | 16×16×32α\n"
        "Conv / s1 | 1×1×(32α×δ)×32α | 16×16×(32α×δ)\n"
        "Maxpool / s2 | Max pooling kernel 3×3 stride2 | 16×16×32α\n"
        "Avg Pool / s1 | Pool 8×8 | 8×8×32α\n"
        "FC / s1 | 1×1×32α×classnum | 1×1×32α\n"
        "Softmax / s1 | Classifier | 1×1×classnum\n"
    )
    (tmp_path / "a table.md").write_text(table)
    result = run("new", "--from", "a table.md", "-o", "net.yaml", cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "net.yaml").read_text() == (
        "# Read from a table.md:1:1. Look over what is not printed: it was chosen.\n"
        "# a table.md:1:45: 'MFLOPs' is not read\n"
        "network: a-table\n"
        "parameters:\n"
        "  alpha: 1\n"
        "  delta: 1\n"
        "  resolution: 32\n"
        "  classes: 1000   # classnum: not printed how many\n"
        "channels: floor   # how 32α becomes whole: not printed\n"
        "defaults: {norm: batch, activation: relu, bias: false, padding: same, multiplier: δ}"
        "   # norm, activation, bias, padding: not printed\n"
        "input: {side: resolution, channels: 3}\n"
        "layers:\n"
        "- {conv: 3x3,    stride: 2, out: 32α,      input: 32×32×3}\n"
        "- repeat: 2\n"
        "  layers:\n"
        "  - {dwconv: 3x3,  stride: 1,              input: 16×16×32α}\n"
        "  - {conv: 1x1,    stride: 1, out: 32α,    input: 16×16×(32α×δ)}\n"
        "- {maxpool: 3x3, stride: 2, padding: same, input: 16×16×32α}\n"
        "- {avgpool: global,                        input: 8×8×32α}   # global: printed 8×8\n"
        "- {fc: classes,  bias: true,               input: 1×1×32α}   # bias: not printed\n"
        "- {softmax: ,                              input: 1×1×classes}\n"
    )
    assert run("count", "net.yaml", cwd=tmp_path).returncode == 0


def test_what_a_bottleneck_consists_of_can_be_changed() -> None:
    text = new_network(PRINTED / "mobilenet-v2.csv")
    assert "blocks:   # the layers of a bottleneck: not printed\n" in text
    assert "include" not in text
    assert (
        "- {conv: 3x3, stride: 2, out: 32,          input: 224×224×3}   # 3x3: not printed\n"
        in text
    )
    wider = text.replace("{dwconv: 3x3, stride: s}", "{dwconv: 5x5, stride: s}")
    one, two = (cc.loads(file).count().params for file in (text, wider))
    printed = ((1, 32, 16, 1), (6, 16, 24, 2), (6, 24, 32, 3), (6, 32, 64, 4), (6, 64, 96, 3))
    printed += ((6, 96, 160, 3), (6, 160, 320, 1))  # t, channels that arrive, c, n
    depthwise = sum(t * (before + (n - 1) * c) for t, before, c, n in printed)
    assert two - one == (5 * 5 - 3 * 3) * depthwise


# -- what is refused ------------------------------------------------------------------------------

HINT = "(such as 3×3 conv, 64, /2; or a row of the spec, written by hand)"
MISPRINTED = "(one of them is misprinted)"
FURTHER = r"(write ⋮ beside its further rows, or \multirow{2}{*}{5 ×})"
BY_HAND = "or rows of the spec, by hand)"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param(
            "Model,MACs (M)\nnet,5\n",
            [
                "t.csv:1:1: no layer table: Model, MACs (M) (Type / Stride, Filter Shape, Input "
                "Size; Output Size, Layer; Input, Operator, t, c, n, s; Input, Operator, exp size, "
                "#out, SE, NL, s; or Operator, Resolution, #Channels, #Layers)"
            ],
            id="no layers",
        ),
        pytest.param(
            "Output Size,A,B\n32×32×3,Image,Image\n16×16,3×3 conv,1×1 conv\n",
            ["t.csv:1:13: the table has several networks (--column takes one: A, B)"],
            id="two networks",
        ),
        pytest.param(
            f"{TYPES}Conv / s1,3×3×3×8,32×32×3\nResidual block,,32×32×8\nDWSConv / s1,,32×32×8\n",
            [
                f"t.csv:3:1: 'Residual block' can't be read: 'residual' {HINT}",
                f"t.csv:4:1: 'DWSConv / s1' can't be read: 'dwsconv' {HINT}",
            ],
            id="words that are not known, all at once",
        ),
        pytest.param(
            f"{TYPES}Conv / s1,3×3×3×8,32×32×3\nAdd,,32×32×8\nConcat,,32×32×8\n",
            [
                "t.csv:3:1: 'Add', 'Concat' in 2 rows: the table does not say which layers "
                "are joined (a column From with the numbers of rows, as `costcalc show --format "
                "csv` prints it)"
            ],
            id="branches",
        ),
        pytest.param(
            f"{TYPES}Conv / s2,3×3×3×32α,32×32×3\nConv dw / s1,3×3×32,16×16×32\n"
            "Conv / s1,1×1×64×8,16×16×32\n",
            [
                f"t.csv:3:21: 32 channels, but 32α leave the layer above {MISPRINTED}",
                f"t.csv:4:11: 64 channels, but 32 leave the layer above {MISPRINTED}",
            ],
            id="channels that do not meet, though they do at the default of α",
        ),
        pytest.param(
            f"{TYPES}Conv / s2,3×3×3×32,32×32×3\nConv / s1,3×3×32×32,8×8×32\n",
            [
                "t.csv:2:1: 'Conv / s2' makes 16×16 of 32×32, but 8×8 is printed after it at 3:21 "
                "(stride 4 gives 8×8: mend the stride or the sizes)"
            ],
            id="a stride that the sizes contradict",
        ),
        pytest.param(
            f"{TYPES}Conv / s1,3×3×3×32,8×8×3\nConv / s1,3×3×32×32,16×16×32\n",
            ["t.csv:3:21: 16×16 is printed after 'Conv / s1', which gets 8×8"],
            id="a size that grows",
        ),
        pytest.param(
            'Input,Operator,Output\nh×w×k,"1x1 conv2d, ReLU6",h×w×tk\n',
            [
                "t.csv:2:1: 'h' is no side in pixels (a table of one block is no network; "
                "`formulas` of claims read it)"
            ],
            id="the inside of a block",
        ),
        pytest.param(
            f"{TYPES}5 × Conv dw / s1,3×3×32 dw,16×16×32\nConv / s1,1×1×32×32,16×16×32\n"
            "Conv / s1,1×1×32×8,16×16×32\n",
            [f"t.csv:2:1: '5 ×' may be of 1 or 2 rows {FURTHER}"],
            id="a repetition with two ends",
        ),
        pytest.param(
            f"{TYPES}5 × Conv / s2,3×3×3×32,16×16×3\nConv / s1,1×1×32×8,8×8×32\n",
            [f"t.csv:2:1: '5 ×' ends nowhere by the sizes {FURTHER}"],
            id="a repetition without an end",
        ),
        pytest.param(
            f"n,{TYPES}5 ×,Conv dw / s1,3×3×32 dw,16×16×32\n5 ×,Conv / s1,1×1×32×32,16×16×32\n"
            ",Conv / s1,1×1×32×8,16×16×32\n",
            [f"t.csv:2:1: '5 ×' may be of one row or of both {FURTHER}"],
            id="twice the same mark",
        ),
        pytest.param(
            f"{TYPES}Conv / s1,3×3×3×foo,32×32×3\n",
            ["t.csv:2:11: 'foo' is no number of channels (numbers, single letters, α, δ and ρ)"],
            id="a word for channels",
        ),
        pytest.param(
            f"{TYPES}Conv / s1,3×3×3,32×32×3\nConv dw / s1,3×3×3×3,32×32×3\n"
            "Conv / s1,3×3×3 dw,32×32×3\nMaxpool / s2,2×2×3×3,32×32×3\n"
            "Conv / s1,Pool 3×3,32×32×3\n",
            [
                "t.csv:2:11: '3×3×3' is no filter shape of conv (k×k×M×N)",
                "t.csv:3:14: '3×3×3×3' is no filter shape of dwconv (k×k×M)",
                "t.csv:4:11: '3×3×3 dw' is no filter shape of conv (k×k×M×N)",
                "t.csv:5:14: '2×2×3×3': maxpool has no filters",
                "t.csv:6:11: 'Pool 3×3' is another layer than 'Conv / s1'",
            ],
            id="filter shapes",
        ),
        pytest.param(
            f"{TYPES}FMP / s1.4,Fractional Max Pooling s1.4,32×32×8\nConv / s1,3×3×8×8,20×20×8\n",
            [
                "t.csv:2:1: no ratio printed as 1.4 makes 20 of 32 here and the sizes above "
                "(mend the sizes)"
            ],
            id="a ratio that no rounding gives",
        ),
        pytest.param(
            "Input,Operator,c,n,s\n112²×32,bottleneck,16,1,1\n",
            ["t.csv:2:9: 'bottleneck' needs t (a column t)"],
            id="a block without its arguments",
        ),
        pytest.param(
            'Input,Operator,exp size,#out,SE,NL,s\n8²×16,"bneck, 3x3",16,16,maybe,RE,1\n'
            '8²×16,"bneck, 3x3",16,16,-,RELUX,1\n',
            [
                "t.csv:2:26: 'maybe' is neither ✓ nor -",
                f"t.csv:3:28: expected {ACTIVATION.describe}, got 'relux' (did you mean 'relu'?)",
            ],
            id="words of columns",
        ),
        pytest.param(
            'Output Size,Layers\n32×32×3,Image\n32×32,"[3×3, 16; 5×5, 16] × 2"\n'
            '16×16,"[3×3; 1×1, 16] × 2"\n',
            [
                "t.csv:3:7: '[3×3, 16; 5×5, 16] × 2' is no residual block that is known "
                f"([3×3, c; 3×3, c] or [1×1, w; 3×3, w; 1×1, c]; {BY_HAND}",
                "t.csv:4:7: '[3×3; 1×1, 16] × 2' can't be read ([3×3, 64; 3×3, 64] × 2)",
            ],
            id="stacks",
        ),
        pytest.param(
            "Input,Operator,t,c,n,s\n7²×8,avgpool 8x7,-,-,1,-\n1×1×8,conv2d 1x1,6,k,1,-\n",
            ["t.csv:3:18: '6' says nothing of 'conv2d 1x1' (-)"],
            id="an argument without a block",
        ),
        pytest.param(
            "Input,Operator,t,c,n,s\n7²×8,avgpool 8x7,-,-,1,-\n1×1×8,conv2d 1x1,-,k,1,-\n",
            ["t.csv:2:6: 'avgpool 8x7' is larger than 7×7 before it"],
            id="a window larger than its map",
        ),
        pytest.param(
            "Output Size,Layer\n8×8×3,Image\n8×8,Image\n8×8,1×1 conv\n",
            [
                "t.csv:3:5: the image is no layer (in the first row)",
                "t.csv:4:5: nothing says how many channels leave (in its cell, or a size)",
            ],
            id="two images",
        ),
        pytest.param(
            f"{TYPES}Avg pool,global,7×7×8\nFC,8×10,7×7×8\n",
            [
                "t.csv:3:9: the printed input size is 7x7x8, the computed one 1x1x8 "
                "(at the defaults)"
            ],
            id="a size that the loaded network has otherwise",
        ),
        pytest.param(
            f"{TYPES}Conv / s1,3×3×3×8,32×32×3\nFC,8×10,32×32×8\n",
            ["t.csv:3:1: fc on a 32x32 map (pool or flatten first)"],
            id="what only the network knows",
        ),
    ],
)
def test_messages(tmp_path: Path, table: str, said: list[str]) -> None:
    assert refused(tmp_path, table) == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Conv / s0,3×3×3×8", "1: '0' is no stride (1 to 8)"),
        ("Conv / s2,3×3×3×8 dw", "11: '3×3×3×8 dw' is depthwise, 'Conv / s2' is not"),
        ("3×3 Conv,5×5×3×8", "10: '5×5×3×8' has another window than '3×3 Conv'"),
        ("Conv,what", "6: 'what' can't be read (k×k×M×N, or what the layer is)"),
        ("Conv,3×3×3×1.5", "6: '1.5' is no number of channels"),
        ("Conv,3×3×3×1/0", "6: '1/0' can't be read: division by zero in '1/0'"),
        (
            "Conv dw / s2,3×3×4 dw",
            "1: 4 channels leave a depthwise layer that gets 3 (a multiple of them)",
        ),
        (",", "1: the row names no layer (conv, conv dw, max pool, fc, …)"),
        ("Conv / FC,3×3×3×8", "1: 'Conv / FC' is one of several layers (name one)"),
        ("FMP / s1.4,", "1: no size is printed that leaves the pooling"),
    ],
)
def test_what_can_be_wrong_with_a_row(tmp_path: Path, row: str, said: str) -> None:
    last = "" if "FMP" in row else "Conv / s1,1×1×4×4,16×16×4\n"
    assert refused(tmp_path, f"{TYPES}{row},32×32×3\n{last}") == [f"t.csv:2:{said}"]


# -- ways to ask ----------------------------------------------------------------------------------

END = "FC / s1,8×10,1×1×8\n"


def test_names(run: Run, tmp_path: Path) -> None:
    (tmp_path / "2017 table.csv").write_text(f"{TYPES}Avg Pool,global,8×8×8\n{END}")
    assert "network: network\n" in run("new", "--from", "2017 table.csv", cwd=tmp_path).stdout
    own = run("new", "mine", "--from", "2017 table.csv", cwd=tmp_path)
    assert "network: mine\n" in own.stdout
    bad = run("new", "2017", "--from", "2017 table.csv", cwd=tmp_path)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr == "'2017' is not a name (letters, digits, - and _)\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument 'NAME'."),
        (("net", "--scaled"), "--column and --scaled belong to --from"),
        (("net", "--column", "A"), "--column and --scaled belong to --from"),
    ],
)
def test_options_of_tables(run: Run, words: tuple[str, ...], said: str) -> None:
    result = run("new", *words)
    assert result.returncode == 2
    assert result.stderr.endswith(f"Error: {said}\n")


def test_alpha_scales_numbers_only(run: Run) -> None:
    result = run("new", "--from", "ehm-mobilenet.csv", "--scaled", cwd=PRINTED)
    said = "ehm-mobilenet.csv:3:59: '32α' is no number for α to scale (leave --scaled out)\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", said)
    result = run("new", "--from", "mobilenet-v3-large.tex", "--scaled", cwd=PRINTED)
    said = (
        "mobilenet-v3-large.tex:6:21: how α scales 'bneck, 3x3' inside is not printed "
        "(write it into the table: 64α)\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (2, "", said)


def test_tables_of_html(tmp_path: Path) -> None:
    table = (
        "<table><tr><th>Output size</th><th></th><th>Layers</th></tr>"
        "<tr><td>32 × 32 × 3</td><td></td><td>Image</td></tr>"
        '<tr><td rowspan="3">16 × 16</td><td></td><td>3 × 3 Conv, 8, /2</td></tr>'
        '<tr><td rowspan="2">5 ×</td><td>3 × 3 DWConv, 8</td></tr>'
        "<tr><td>1 × 1 Conv, 8</td></tr>"
        "<tr><td>1 × 1</td><td></td><td>average pool, 10-d fc, softmax</td></tr></table>"
    )
    network = cc.loads(written(tmp_path, table, "t.html"))
    assert network.count().params == 3 * 3 * 3 * 8 + 5 * (3 * 3 * 8 + 8 * 8) + 8 * 10


def test_other_letters_are_parameters(tmp_path: Path) -> None:
    """Zagoruyko and Komodakis 2016, Table 1, the first of its groups."""
    table = 'Output Size,Layers\n32×32×3,Image\n32×32,"[3×3, 16k; 3×3, 16k] × N"\n'
    text = written(tmp_path, table)
    declared = '  k: {default: 1, meaning: "k, as the table calls it"}'
    assert f"{declared}   # value and meaning: not printed\n" in text
    params = cc.loads(text).count(k=10, N=2).params
    assert params == 3 * 3 * 3 * 160 + 3 * 3 * 160 * 160 + 3 * 160 + 2 * (3 * 3 * 160 * 160)


def test_strides_follow_from_sizes(tmp_path: Path) -> None:
    table = (PRINTED / "fd-mobilenet.tex").read_text()
    without = table.replace("$ DWConv, 256, /2", "$ DWConv, 256")
    assert without != table
    assert written(tmp_path, without, "t.tex") == written(tmp_path, table, "t.tex")


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    said = "t.csv:1:13: no column 'C' (--column takes one: Layer)"
    assert refused(tmp_path, "Output Size,Layer\n8×8×3,Image\n8×8,1×1 conv\n", column="C") == [said]


def test_classes_in_a_product(tmp_path: Path) -> None:
    """A predictor of a detector: so many scores at each of its 3 anchors."""
    text = written(
        tmp_path, f"{TYPES}Conv / s1,3×3×8×3classnum,20×20×8\nSoftmax,,20×20×3classnum\n"
    )
    assert "- {conv: 3x3, stride: 1, out: 3×classes, input: 20×20×8}" in rows(text)
    assert cc.loads(text).count(classes=21).params == 3 * 3 * 8 * 3 * 21


def rows(text: str) -> list[str]:
    """The rows of a spec, without what is there to align them."""
    return [" ".join(row.split()) for row in text.partition("layers:\n")[2].splitlines()]


def test_paddings_follow_from_sizes(tmp_path: Path) -> None:
    """LeNet-5, as it is usually drawn: unpadded 5×5 convolutions."""
    table = (
        f"{TYPES}Conv / s1,5×5×1×6,32×32×1\nAvg pool / s2,pool 2×2,28×28×6\n"
        "Conv / s1,5×5×6×16,14×14×6\nAvg pool / s2,pool 2×2,10×10×16\nFlatten,,5×5×16\n"
        "FC,400×120,1×1×400\nFC,120×84,1×1×120\nFC,84×10,1×1×84\n"
    )
    text = written(tmp_path, table)
    assert rows(text)[:3] == [
        "- {conv: 5x5, stride: 1, out: 6, padding: valid, input: 32×32×1}",
        "- {avgpool: 2x2, stride: 2, input: 28×28×6}",
        "- {conv: 5x5, stride: 1, out: 16, padding: valid, input: 14×14×6}",
    ]
    count = cc.loads(text).count()
    assert (
        count.mult_adds == 28 * 28 * 25 * 6 + 10 * 10 * 25 * 6 * 16 + 400 * 120 + 120 * 84 + 84 * 10
    )


def test_an_input_that_is_not_printed(tmp_path: Path) -> None:
    table = "Type,Filter Shape,Stride,Output\nConv,3×3×1×64,2,24×5\nAvg pool,,,1×1\nFC,64×12,,1×1\n"
    text = written(tmp_path, table)
    assert "input: {height: 48, width: 10, channels: 1}\n" in text
    assert rows(text) == [
        "- {conv: 3x3, stride: 2, out: 64, input: 48×10×1} # 48×10×1: not printed",
        "- {avgpool: global, input: 24×5×64} # global: not printed",
        "- {fc: classes, bias: true, input: 1×1×64} # bias: not printed",
    ]


def test_darknet(tmp_path: Path) -> None:
    """Redmon and Farhadi 2016, arXiv:1612.08242, Table 6: the first rows and the last ones."""
    table = (
        "Type,Filters,Size/Stride,Output\nConvolutional,32,3×3,224×224\nMaxpool,,2×2/2,112×112\n"
        "Convolutional,64,3×3,112×112\nConvolutional,1000,1×1,112×112\nAvgpool,,Global,1×1\n"
        "Softmax,,,\n"
    )
    assert rows(written(tmp_path, table)) == [
        "- {conv: 3x3, stride: 1, out: 32, input: 224×224×3} # 224×224×3: not printed",
        "- {maxpool: 2x2, stride: 2, input: 224×224×32}",
        "- {conv: 3x3, stride: 1, out: 64, input: 112×112×32}",
        "- {conv: 1x1, stride: 1, out: 1000, input: 112×112×64}",
        "- {avgpool: global, input: 112×112×1000}",
        "- {softmax: , input: 1×1×1000}",
    ]


def test_what_is_last_is_chosen(tmp_path: Path) -> None:
    text = written(tmp_path, "Input,Operator,#Channels\n9×8,3x3 conv,16\n9×8,maxpool 3x3,-\n")
    assert "input: {height: 9, width: 8, channels: 3}\n" in text
    assert rows(text) == [
        "- {conv: 3x3, stride: 1, out: 16, input: 9×8×3} # 3 channels: not printed",
        "- {maxpool: 3x3, stride: 3, input: 9×8×16} # stride 3, padding: not printed",
    ]


def test_classes_that_are_not_printed(tmp_path: Path) -> None:
    text = written(tmp_path, 'Resolution,Operator\n7×7,"Pooling & FC, softmax"\n')
    assert "  classes: 1000   # classes: not printed how many\n" in text
    assert rows(text)[-2:] == [
        "- {fc: classes, bias: true, input: 1×1×3} # bias: not printed",
        "- {softmax: , input: 1×1×classes}",
    ]
