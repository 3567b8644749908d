"""PyTorch modules of networks, as text; the oracles run them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from conftest import Run
from exported import HEAD, ROWS

import costcalc as cc
from costcalc.export.torch.module import WRITERS, module
from costcalc.graph.build import build
from costcalc.operators import OPERATORS
from costcalc.operators.merging import MERGES

BLOCKS = """network: net
parameters: {n: {default: 3, meaning: rounds}}
defaults: {norm: batch, activation: relu6, bias: false, padding: same}
input: {side: 32, channels: 3}
blocks:
  ir:
    takes: {t: 6, c: , s: 1}
    layers:
    - residual:
      - {conv: 1x1, out: t*in}
      - {dwconv: 3x3, stride: s}
      - {conv: 1x1, out: c, activation: none}
      when: s == 1 and in == out
layers:
- {conv: 3x3, out: 16, stride: 2, name: stem}
- {ir: {c: 24}, repeat: n, first: {s: 2}}
- {ir: {c: 32}, repeat: 2, first: {s: 2}}
- {avgpool: global}
- {fc: 10, bias: true}
"""


def code(text: str, **values: object) -> str:
    spec = cc.loads(text).spec
    return module(build(spec, spec.binding(values)))


def body(text: str) -> list[str]:
    """The lines of the network's class."""
    return [line.strip() for line in text.partition("class Net(nn.Module):\n")[2].splitlines()]


def test_blocks_are_classes_and_rounds_are_sequences() -> None:
    made = code(BLOCKS)
    assert made.startswith('"""net at n = 3.\n\nThe input is 3x32x32, channels first.\n"""\n')
    block, other, net = made.split("\n\n\n")[1:]
    assert block == (
        "class Ir(nn.Module):\n"
        "    def __init__(self, in_channels, channels, out_channels):\n"
        "        super().__init__()\n"
        "        self.conv1 = nn.Sequential(\n"
        "            nn.Conv2d(in_channels, channels, 1, bias=False),\n"
        "            nn.BatchNorm2d(channels),\n"
        "            nn.ReLU6(),\n"
        "        )\n"
        "        self.dwconv = nn.Sequential(\n"
        "            nn.Conv2d(channels, channels, 3, stride=2, padding=1, groups=channels, "
        "bias=False),\n"
        "            nn.BatchNorm2d(channels),\n"
        "            nn.ReLU6(),\n"
        "        )\n"
        "        self.conv2 = nn.Sequential(\n"
        "            nn.Conv2d(channels, out_channels, 1, bias=False),\n"
        "            nn.BatchNorm2d(out_channels),\n"
        "        )\n"
        "\n"
        "    def forward(self, x):\n"
        "        x = self.conv1(x)\n"
        "        x = self.dwconv(x)\n"
        "        return self.conv2(x)"
    )
    assert other.endswith("        y = self.conv2(y)\n        return y + x")
    assert body(net)[7:17] == [
        "self.ir1 = nn.Sequential(",
        "Ir(in_channels=16, channels=96, out_channels=24),",
        "*(Ir2(in_channels=24, channels=144) for _ in range(2)),",
        ")",
        "self.ir2 = nn.Sequential(",
        "Ir(in_channels=24, channels=144, out_channels=32),",
        "Ir2(in_channels=32, channels=192),",
        ")",
        "self.avgpool20 = nn.AdaptiveAvgPool2d(1)",
        "self.fc21 = nn.Linear(32, 10)",
    ]
    assert body(net)[-2:] == ["x = self.avgpool20(x)", "return self.fc21(x.flatten(1))"]


def test_channels_that_grow_are_written_as_they_grow() -> None:
    net = body(
        code(
            "input: 8x8x16\nlayers:\n- {repeat: 5, layers: [{concat: [[], {conv: 3x3, out: 4}]}]}\n"
        )
    )
    assert "self.repeat1 = nn.Sequential(*(Block(in_channels=16 + 4 * k) for k in range(5)))" in net


def test_names_are_names_of_python_that_nothing_else_has() -> None:
    rows = (
        "- {conv: 1x1, out: 8, name: class}\n"
        "- {conv: 1x1, out: 8, name: type}\n"
        "- {conv: 1x1, out: 8, name: head-1}\n"
        "- {conv: 1x1, out: 8, name: head_1}\n"
        "- {add: [[], {from: class}], name: x}\n"
    )
    net = body(code(HEAD + rows))
    kept = [line.partition(" = ")[0] for line in net if line.startswith("self.")]
    assert kept == [f"self.{name}" for name in ("class_", "type_", "head_11", "head_12")]
    assert net[-5:] == [
        "class_ = self.class_(x)",
        "x = self.type_(class_)",
        "x = self.head_11(x)",
        "x = self.head_12(x)",
        "return x + class_",
    ]


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_python_that_imports_torch_alone(name: str) -> None:
    text = code(HEAD + ROWS[name])
    assert max(map(len, text.splitlines())) < 100
    tree = ast.parse(text)
    imported = {n.name for one in ast.walk(tree) if isinstance(one, ast.Import) for n in one.names}
    assert imported <= {"torch", "torch.nn.functional"}
    calls = {
        one.func.id
        for one in ast.walk(tree)
        if isinstance(one, ast.Call)
        if isinstance(one.func, ast.Name)
    }
    assert calls <= {"super", "range", "float", "Block"}


def test_every_operator_has_a_writer() -> None:
    assert {*WRITERS} == {*OPERATORS, *MERGES}


def test_rows_are_coded_as_they_say() -> None:
    rows = "- {conv: 1x1, out: 4, activation: relu, coded: functional}\n"
    net = body(code(f"{HEAD}{rows}- {{relu, coded: functional}}\n"))
    assert net[-2:] == ["x = F.relu(self.conv1(x))", "return F.relu(x)"]


def test_a_leaky_relu_has_its_slope_as_a_module_and_as_a_call() -> None:
    net = body(code(HEAD + "- leaky\n- {leaky, coded: functional}\n"))
    assert net[2] == "self.leaky1 = nn.LeakyReLU(0.1)"
    assert net[-1] == "return F.leaky_relu(x, 0.1)"


def test_a_constant_kernel_gives_the_mean_of_what_it_covers() -> None:
    net = body(code(HEAD + "- {conv: 3x2, out: 6, groups: 2, padding: 0, fixed: true}\n"))
    made = f"torch.ones(6, {4 // 2}, 3, 2) / {4 // 2 * 3 * 2}"
    assert net[2] == f'self.register_buffer("conv1_kernel", {made})'
    assert net[-1] == "return F.conv2d(x, self.conv1_kernel, groups=2)"


def test_a_learned_map_of_one_position_meets_a_vector_as_one() -> None:
    """It is of one, so that a sum of (batch, 4) and (1, 1, 4) would lose the batch."""
    net = body(code(HEAD + ROWS["learned of one position"]))
    assert net[-3:] == [
        "x = x.flatten(1)",
        "x = x + self.learned3_map.flatten(1)",
        "return torch.cat([x, self.learned5_map.flatten(1).expand(x.shape[0], -1)], 1)",
    ]


def test_names_that_end_in_digits_are_kept_in_every_round() -> None:
    """The later layers of a row have its name and their position."""
    rows = "- {repeat: 2, layers: [{conv: 1x1, out: in, name: m2}, {conv: 1x1, out: in}]}\n"
    made = code(HEAD + rows)
    assert made.count("class ") == 2
    assert "        self.m2 = nn.Conv2d(4, 4, 1, bias=False)\n" in made


def test_a_fractional_pool_has_no_window_along_a_side_that_stays() -> None:
    text = f"{HEAD}- {{fmp: 3/2}}\n- {{fmp: 1}}\n"
    assert body(code(text))[2:4] == [
        "self.fmp1 = nn.FractionalMaxPool2d(2, output_size=(5, 8))",
        "self.fmp2 = nn.FractionalMaxPool2d(1, output_size=(5, 8))",
    ]


def test_a_part_may_read_more_than_there_are_short_names() -> None:
    rows = "".join(f"- {{conv: 1x1, out: 4, name: {name}}}\n" for name in "abcdefg")
    others = ", ".join(f"{{from: {name}}}" for name in "abcdefg")
    made = code(f"{HEAD}{rows}- {{repeat: 2, layers: [{{add: [[], {others}]}}, relu]}}\n")
    assert "    def forward(self, x, y, z, u, v, w, x2, x3):\n" in made
    assert body(made)[-1] == "return self.repeat12(x, a, b, c, d, e, f, g)"


def test_weights_that_several_layers_use_are_one_module() -> None:
    net = body(code(HEAD + ROWS["shared weights"]))
    assert net[2:-1] == [
        "self.first = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4))",
        "self.conv2 = nn.Sequential(self.first[0], nn.BatchNorm2d(4))",
        "",
        "def forward(self, x):",
        "x = self.first(x)",
        "x = self.conv2(x)",
    ]
    assert net[-1] == "return self.first(x)"


def test_a_part_that_is_not_shared_is_a_module_or_refused() -> None:
    """A slope is a module of its own; a bias is one with its kernels."""
    row = "conv: 3x3, out: 4, bias: true, activation: prelu"
    rows = f"{HEAD}- {{{row}, name: first}}\n- {{{row}, weights: {{first, own: *}}}}\n"
    made = body(code(rows.replace("*", "activation")))
    assert made[2:4] == [
        "self.first = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.PReLU(4))",
        "self.conv2 = nn.Sequential(self.first[0], nn.PReLU(4))",
    ]
    with pytest.raises(cc.CostcalcError, match="a bias of its own beside weights of another row"):
        code(rows.replace("*", "bias"))


def test_what_pytorch_does_not_have_is_refused_whole(run: Run, tmp_path: Path) -> None:
    rows = "- {gru: 4, biases: 1}\n- {depth_to_space: [1, 2]}\n- {gru: 4, biases: 1}\n"
    rows += "- {avgpool: global}\n- instancenorm\n- {groupnorm: 4}\n"
    rows += "- {tconv: 3x3, out: 4, padding: 1, groups: 2, gain: true}\n"
    (tmp_path / "net.yaml").write_text(HEAD + rows)
    made = run("export", "net.yaml", "-o", "net.py", cwd=tmp_path)
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr == (
        "not in PyTorch: a recurrent layer with one bias: gru1, gru3; blocks that are not square: "
        "depth_to_space2; a norm of single values: instancenorm5, groupnorm6; "
        "a gain of a transposed convolution in groups, which share it: tconv7 "
        "(leave these rows out, or say them otherwise)\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


def test_the_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(BLOCKS)
    made = run("export", "net.yaml", "--set", "n=2", "-o", "net.py", cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    assert (tmp_path / "net.py").read_text() == code(BLOCKS, n=2)


@pytest.mark.parametrize("name", ROWS)
def test_what_is_imported_is_used(name: str) -> None:
    text = code(HEAD + ROWS[name])
    for one in ast.walk(ast.parse(text)):
        for alias in one.names if isinstance(one, ast.Import | ast.ImportFrom) else ():
            assert re.search(rf"\b{alias.asname or alias.name}\.", text.split("class ", 1)[1])
