"""A spec held against a model: equal, or the first layer that differs and in what."""

from __future__ import annotations

import pytest
from conftest import Run

import costcalc as cc
from costcalc.models.verifying import verify

HEAD = "network: {}\ndefaults: {{padding: same}}\ninput: 8x8x4\nlayers:\n"
ROWS = (
    "- {conv: 3x3, out: 8, norm: batch}\n- {dwconv: 3x3, stride: 2}\n"
    "- {avgpool: global}\n- {fc: 5, bias: true}\n"
)
MACS = 8 * 8 * 9 * 4 * 8 + 4 * 4 * 9 * 8 + 8 * 5
PARAMS = 9 * 4 * 8 + 2 * 8 + 9 * 8 + (8 + 1) * 5


def lines(mine: str, theirs: str) -> tuple[str, ...]:
    """What is said of two tables."""
    ours, model = (
        cc.loads(HEAD.format(n) + rows) for n, rows in (("net", mine), ("other", theirs))
    )
    found = verify(ours, model, "model.x", {})
    assert found.equal is found.lines[0].startswith("net is model.x")
    return found.lines


@pytest.mark.parametrize(
    "theirs",
    [
        ROWS,
        ROWS.replace(", norm: batch}", "}\n- bn"),
        ROWS.replace("fc: 5", "conv: 1x1, out: 5"),
        ROWS.replace("dwconv: 3x3", "conv: 3x3, out: 8, groups: 8"),
    ],
)
def test_equal_networks(theirs: str) -> None:
    """However they say what they are."""
    assert lines(ROWS, theirs) == (
        f"net is model.x: 3 layers, {MACS:,} Mult-Adds and {PARAMS} parameters "
        "(convention trainable)",
    )


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (
            ROWS.replace("stride: 2", "stride: 1"),
            [
                "dwconv2 differs from dwconv2 of the model: stride 2x2, not 1x1; output 4x4x8, "
                f"not 8x8x8; Mult-Adds {16 * 72:,}, not {64 * 72:,}",
                f"Mult-Adds: {MACS:,}, not {MACS + 48 * 72:,}",
            ],
        ),
        (
            ROWS.replace(", bias: true", ""),
            [
                "fc4 differs from fc4 of the model: bias yes, not no",
                f"parameters: {PARAMS}, not {PARAMS - 5}",
            ],
        ),
        (
            ROWS.replace("- {avgpool", "- {conv: 1x1, out: 8}\n- {avgpool"),
            [
                "conv3 of the model is not in the spec: 1x1 to 4x4x8",
                f"Mult-Adds: {MACS:,}, not {MACS + 16 * 64:,}",
                f"parameters: {PARAMS}, not {PARAMS + 64}",
            ],
        ),
        (
            ROWS.replace("- {dwconv: 3x3, stride: 2}\n", "- {maxpool: 2x2}\n"),
            [
                "dwconv2 is not in the model: 3x3 to 4x4x8",
                f"Mult-Adds: {MACS:,}, not {MACS - 16 * 72:,}",
                f"parameters: {PARAMS}, not {PARAMS - 72}",
            ],
        ),
        (
            ROWS.replace(", norm: batch", ""),
            [
                "all layers that multiply are equal, but",
                "bn affine: 16, not 0",
                f"parameters: {PARAMS}, not {PARAMS - 16}",
            ],
        ),
    ],
)
def test_the_first_layer_that_differs(theirs: str, said: list[str]) -> None:
    first, *rest = lines(ROWS, theirs)
    assert first == "net is not model.x"
    assert rest == said


FOLDED = ROWS.replace("norm: batch", "bias: true")
#: What a norm of 8 channels is behind a convolution: a bias.
LESS = PARAMS - 8


@pytest.mark.parametrize("mine", [ROWS, ROWS.replace(", norm: batch}", "}\n- bn")])
def test_norms_that_are_folded_into_convolutions_are_no_difference(mine: str) -> None:
    """Those of the spec, or those of the model."""
    head = f"net is model.x, with norms folded: 3 layers, {MACS:,} Mult-Adds"
    norm, sizes = "1 norm of the {} folded into convolutions of the {}", (PARAMS, LESS)
    said = "{}: {} parameters in the spec, {} in the model (convention trainable)"
    own, other = norm.format("spec", "model"), norm.format("model", "spec")
    assert lines(mine, FOLDED) == (head, said.format(own, *sizes))
    assert lines(FOLDED, mine) == (head, said.format(other, *sizes[::-1]))


def test_what_differs_besides_folded_norms_is_told() -> None:
    assert lines(ROWS, FOLDED.replace("dwconv: 3x3, stride: 2", "dwconv: 3x3")) == (
        "net is not model.x",
        "1 norm of the spec folded into convolutions of the model; compared so (convention "
        "deployed):",
        "dwconv2 differs from dwconv2 of the model: stride 2x2, not 1x1; output 4x4x8, "
        f"not 8x8x8; Mult-Adds {16 * 72:,}, not {64 * 72:,}",
        f"Mult-Adds: {MACS:,}, not {MACS + 48 * 72:,}",
    )


def test_a_bias_that_no_norm_gives_is_a_difference() -> None:
    """Beside folded norms, and where one norm is folded and another is not."""
    assert lines(ROWS, FOLDED.replace("dwconv: 3x3", "dwconv: 3x3, bias: true"))[2:] == (
        "dwconv2 differs from dwconv2 of the model: bias no, not yes",
        f"parameters: {LESS}, not {LESS + 8}",
    )
    normed = "dwconv: 3x3, norm: batch"
    assert lines(*(rows.replace("dwconv: 3x3", normed) for rows in (ROWS, FOLDED))) == (
        "net is not model.x",
        "conv1 differs from conv1 of the model: bias no, not yes",
        f"parameters: {PARAMS + 16}, not {LESS + 16}",
    )


def test_a_bias_of_zeros_is_none_where_the_spec_has_none() -> None:
    """A converter's; beside one that is none of its."""
    head = HEAD.replace("padding: same", "padding: same, bias: true")
    model = cc.loads(head.format("other") + ROWS).spec._replace(zeros=frozenset({1, 3}))
    ours = cc.loads(HEAD.format("net") + ROWS)
    assert verify(ours, model, "model.x", {}).lines == (
        "net is not model.x",
        "1 layer with a bias of zeros in the model only; compared so (convention trainable):",
        "conv1 differs from conv1 of the model: bias no, not yes",
        f"parameters: {PARAMS}, not {PARAMS + 8}",
    )
    found = verify(ours, model._replace(zeros=frozenset({0, 1})), "model.x", {})
    assert found == (
        True,
        (
            f"net is model.x, with biases of zeros left out: 3 layers, {MACS:,} Mult-Adds",
            f"2 layers with a bias of zeros in the model only: {PARAMS} parameters in the spec, "
            f"{PARAMS + 16} in the model (convention trainable)",
        ),
    )


def test_the_stride_of_a_block_is_told(run: Run) -> None:
    """The paper's ResNet-50 is not torchvision's: exit code 1."""
    result = run("verify", "resnet-50", "resnet-50", "--set", "strided=first")
    assert result.returncode == 1
    assert result.stdout.splitlines()[:2] == [
        "resnet-50 at strided = first is not resnet-50",
        "bottleneck2/conv19 differs from bottleneck2/conv19 of the model: stride 2x2, not 1x1; "
        "output 28x28x128, not 56x56x128; Mult-Adds 25,690,112, not 102,760,448",
    ]
    assert run("verify", "resnet-50", "resnet-50").returncode == 0
    assert run("verify", "resnet-50", "nothing.onnx").returncode == 2
