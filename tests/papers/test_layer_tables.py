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
from costcalc.network import Network
from costcalc.papers.layer_tables.new import new_network

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

#: Networks whose layers follow each other: what `show` prints is all of them.
CHAINS = (
    *("ehm-mobilenet", "ehm-mobilenet-mp3", "ehm-mobilenet-fmp", "fd-mobilenet"),
    *("mobilenet-v1", "mobilenet-v1-conv", "mobilenet-v1-shallow"),
)
#: `show` prints neither norms nor biases, so this one comes back with BN.
WITH_BN = ("vgg-16",)
#: Networks with layers that read others than the one above, which `show` does not name: their
#: tables are refused.
BRANCHED = sorted(set(library.spec_names()) - {*CHAINS, *WITH_BN})
FORMATS = {"csv": "csv", "markdown": "md", "latex": "tex"}


def shown(run: Run, tmp_path: Path, name: str, format_: str) -> Path:
    path = tmp_path / f"{name}.{FORMATS[format_]}"
    path.write_text(run("show", name, "--format", format_).stdout)
    return path


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


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", WITH_BN)
def test_norms_and_biases_are_chosen(run: Run, tmp_path: Path, name: str, format_: str) -> None:
    path = shown(run, tmp_path, name, format_)
    assert (
        "defaults: {norm: batch, activation: relu, bias: false, padding: same}"
        "   # norm, activation, bias, padding: not printed\n"
    ) in new_network(path)
    network, other = read(path), cc.load(name)
    for resolution in (224, 192):
        binding = {"resolution": resolution}
        assert layers(network, binding) == layers(other, binding)
        assert network.count(values=binding).mult_adds == other.count(values=binding).mult_adds


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", BRANCHED)
def test_branches_are_not_guessed(run: Run, tmp_path: Path, name: str, format_: str) -> None:
    path = shown(run, tmp_path, name, format_)
    with pytest.raises(CostcalcError) as caught:
        new_network(path)
    first = caught.value.problems[0].message
    if name.startswith("ssd") and not name.endswith("-v2"):  # branches that nothing joins
        said = {
            "'L2 norm' can't be read: 'l2'",
            "20×20 is printed after 'Conv / s1', which gets 10×10",
        }
        assert first in said
    else:
        assert first.endswith("the table does not say which layers are joined")


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
        "# Read from a table.md:1:1; what is chosen without it says: not printed.\n"
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
