"""What rows state about their coding, what they leave open, and which BN could be folded."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run, amounts

import costcalc as cc
from costcalc.graph.build import build
from costcalc.graph.layers import Layer
from costcalc.operators import OPERATORS
from costcalc.operators.coded import CODINGS, FIXED, KINDS, coded_key, concerns
from costcalc.operators.tags import PARAMETERS, Tag


def net(rows: str, head: str = "") -> cc.Network:
    return cc.loads(f"network: net\n{head}input: 8x8x4\nlayers:\n{rows}")


def layers(rows: str, head: str = "") -> tuple[Layer, ...]:
    return build(net(rows, head).spec, {}).layers


def work(rows: str, convention: str, head: str = "") -> int:
    return net(rows, head).count(convention=convention).mult_adds


def notes(rows: str, convention: str) -> list[str]:
    return list(net(rows).count(convention=convention).notes)


SILENT = "some rows do not say how they are coded; coded: "

# -- what is stated --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "convention", "usual", "otherwise"),
    [
        ("{relu: , coded: functional}", "ptflops-0.7.5", 2 * 256, 256),
        ("{relu: , coded: module}", "ptflops-0.7.5", 2 * 256, 2 * 256),
        ("{relu6: , coded: functional}", "deepspeed-flops", 0, 256),
        ("{avgpool: global, coded: functional}", "ptflops-0.7.5", 2 * 256, 256),
        ("{avgpool: global, coded: functional}", "thop-0.1.1", 256 + 4, 0),
        ("{avgpool: 2x2, coded: functional}", "torchscan-0.2.0", 64 * (2 + 1), 0),
        ("{avgpool: 2x2, coded: tuple}", "torchscan-0.2.0", 64 * (2 + 1), 64 * (4 + 1)),
        ("{maxpool: 2x2, coded: tuple}", "torchscan-0.2.0", 64 * (2 - 1), 64 * (4 - 1)),
        ("{softmax: , coded: loss}", "onnx-tool-folded", 36 * 256, 0),
        ("{softmax: , coded: loss}", "tf-profiler", 5 * 256, 5 * 256),
        ("{upsample: 2, coded: functional}", "ptflops-0.7.5", 2 * 4 * 256, 4 * 256),
    ],
)
def test_a_stated_coding_counts(row: str, convention: str, usual: int, otherwise: int) -> None:
    unstated = row.split(", coded")[0] + "}"
    assert work(f"- {unstated}\n", convention) == usual
    assert work(f"- {row}\n", convention) == otherwise
    assert notes(f"- {row}\n", convention) == []


@pytest.mark.parametrize("kind", ["add", "multiply", "residual"])
def test_merges_are_operators_or_functions(kind: str) -> None:
    rows = {
        "add": "- add: [[], [{relu: }]]\n  coded: WORD\n",
        "multiply": "- multiply: [[], [{relu: }]]\n  coded: WORD\n",
        "residual": "- residual: [{relu: }]\n  coded: WORD\n",
    }[kind]
    own = {
        word: work(rows.replace("WORD", word), "ptflops-0.7.5")
        for word in ("operator", "functional")
    }
    assert own == {"operator": 2 * 256, "functional": 3 * 256}


def test_a_default_for_all_modules() -> None:
    rows = "- {conv: 1x1, out: 4, activation: relu6}\n- {avgpool: global}\n- {fc: 2}\n"
    head = "defaults: {coded: functional}\n"
    assert work(rows, "deepspeed-flops") == 2 * (64 * 16 + 8) + 256
    assert work(rows, "deepspeed-flops", head) == 2 * (64 * 16 + 8) + 256 + 256
    assert work(rows, "deepspeed-flops", "defaults: {coded: module}\n") == 2 * (64 * 16 + 8) + 256


@pytest.mark.parametrize(
    ("word", "functions"), [("module", 0), ("functional", 3 * 256), ("", None)]
)
@pytest.mark.parametrize("own", ["operator", "functional", ""])
def test_the_default_says_of_merges_what_there_is_to_say(
    word: str, functions: int | None, own: str
) -> None:
    state = f"\n  coded: {own}" if own else ""
    merges = ("residual: [sigmoid]", "add: [[], [sigmoid]]", "multiply: [[], [sigmoid]]")
    rows = "".join(f"- {merge}{state}\n" for merge in merges)
    head = f"defaults: {{coded: {word}}}\n" if word else ""
    counted = net(rows, head).count(convention="deepspeed-flops")
    expected = {"operator": 0, "functional": 3 * 256}.get(own, functions)
    assert counted.mult_adds == (expected or 0)
    assert bool(counted.notes) == (expected is None)


def test_a_convolution_that_is_a_fully_connected_layer() -> None:
    rows = "- {avgpool: global}\n- {conv: 1x1, out: 10, bias: true, coded: linear}\n"
    as_conv = rows.replace(", coded: linear", ", coded: module")
    for convention, difference, params in [
        ("paper", 0, 0),
        ("deepspeed-flops", -10, 0),
        ("thop-0.0.31", -10, 0),
        ("ptflops-aten", 0, 0),
        ("without-classifier", 0, -50),
        ("xla-valid", 0, 0),
    ]:
        linear = net(rows).count(convention=convention)
        conv = net(as_conv).count(convention=convention)
        assert linear.mult_adds - conv.mult_adds == difference, convention
        assert linear.params - conv.params == params, convention


def test_without_bias_the_saved_addition_differs_too() -> None:
    # imgclsmob: (2·k² − 1)·Cin·Cout of a convolution, (2·Cin − 1)·Cout of a fully connected layer
    rows = "- {avgpool: global}\n- {conv: 1x1, out: 10, coded: linear}\n"
    assert work(rows, "imgclsmob-flops") == 256 + (2 * 4 - 1) * 10
    assert work(rows.replace("linear", "module"), "imgclsmob-flops") == 256 + (2 - 1) * 4 * 10


def test_the_terms_of_a_stated_row_stand_under_both_keys() -> None:
    (layer,) = layers("- {avgpool: global, coded: functional}\n")
    assert layer.coded == "functional"
    assert amounts(layer.terms) == {
        Tag.GLOBAL_POOL_INPUT: 256,
        Tag.GLOBAL_POOL_OUTPUT: 4,
        coded_key(Tag.GLOBAL_POOL_INPUT, "functional"): 256,
        coded_key(Tag.GLOBAL_POOL_OUTPUT, "functional"): 4,
    }
    assert str(coded_key(Tag.RELU, "functional")) == "relu element (functional)"


# -- what is left open -----------------------------------------------------------------------------


def test_a_row_that_states_nothing_gets_a_note() -> None:
    rows = "- relu\n- {relu: , coded: module}\n- {avgpool: global}\n"
    assert notes(rows, "ptflops-0.7.5") == [
        f"{SILENT}functional would change relu in 1 layer by -256, global pool in 1 layer by -256"
    ]
    assert notes(rows, "fvcore-0.1.5") == []
    assert notes(rows, "paper") == []


def test_a_note_of_fractional_weights(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    for weight, change in (("7/4", "-64"), ("1025/1024", "-255.75")):
        path.write_text(
            "own: {extends: ptflops-0.7.5, mult_adds: {relu element: 2}, "
            f"coded: {{functional: {{else: 0, relu element: {weight}}}}}}}\n"
        )
        found = f"{SILENT}functional would change relu in 1 layer by {change}"
        assert notes("- relu\n", str(path)) == [found]


def test_a_convolution_that_may_be_a_fully_connected_layer_gets_a_note() -> None:
    rows = "- {avgpool: global, coded: module}\n- {conv: 1x1, out: 10, bias: true}\n"
    assert notes(rows, "deepspeed-flops") == [
        f"{SILENT}linear would change 1x1 convolutions of 1x1 maps in 1 layer by -10"
    ]
    assert notes(rows, "ptflops-aten") == []


def test_a_rule_that_nobody_knows_gets_a_note() -> None:
    rows = "- l2norm\n- l2norm\n- {fmp: 1.44}\n"
    assert notes(rows, "onnx-tool-folded") == [
        "onnx-tool-folded has no known rule for l2 norm (2 layers), fractional pool (1 layer): "
        "counted as 0"
    ]


def test_notes_are_printed_and_in_the_json(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("network: net\ninput: 8x8x4\nlayers:\n- relu\n")
    note = f"{SILENT}functional would change relu in 1 layer by -256"
    table = run("count", str(path), "--convention", "ptflops-0.6.9").stdout
    assert table.splitlines()[-1] == f"note  {note}"
    data = run("count", str(path), "--convention", "ptflops-0.6.9", "-f", "json").stdout
    assert f'"notes": [\n    "{note}"\n  ]' in data
    assert "notes" not in run("count", str(path), "-f", "json").stdout


# -- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "- {relu: , coded: tuple}\n",
            "<text>:4:19: layers[0].coded: can't be coded as 'tuple' (known: functional, module)",
        ),
        (
            "- {maxpool: 2x2, coded: functonal}\n",
            "<text>:4:25: layers[0].coded: can't be coded as 'functonal' "
            "(did you mean 'functional'?)",
        ),
        (
            "- add: [[], []]\n  coded: module\n",
            "<text>:5:10: layers[0].coded: can't be coded as 'module' "
            "(known: functional, operator)",
        ),
        (
            "- concat: [[], []]\n  coded: operator\n",
            "<text>:5:3: layers[0]: concat has no column 'coded' (its columns: along)",
        ),
        (
            "- {conv: 1x1, out: 4, coded: linear}\n",
            "<text>:4:3: layers[0]: coded: linear for a conv 1x1 of a 8x8 map "
            "(it says that a 1x1 convolution of a 1x1 map is a fully connected layer)",
        ),
    ],
)
def test_each_mistake_is_one_line_with_its_place(rows: str, message: str) -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        net(rows).count()
    assert str(caught.value) == message


def test_an_operator_that_no_counter_tells_apart_takes_no_coding() -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        net("- {bn: , coded: module}\n")
    assert str(caught.value) == (
        "<text>:4:10: layers[0]: bn has no column 'coded' (its columns: scale, shift)"
    )


def test_every_coding_means_something_and_is_known() -> None:
    words = {word for operator in OPERATORS.values() for word in operator.codings}
    assert words | {"operator"} == set(CODINGS)
    assert set(KINDS) - {FIXED} <= set(CODINGS)


# -- folding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "bn", "kept", "bias"),
    [
        ("- {conv: 1x1, out: 4, norm: batch}\n", 256, 0, 256),
        ("- {conv: 1x1, out: 4, bias: true, norm: batch}\n", 256, 0, 0),
        ("- {dwconv: 3x3, norm: batch}\n", 256, 0, 256),
        ("- {tconv: 1x1, out: 4, norm: batch}\n", 256, 256, 0),
        ("- {conv: 1x1, out: 4}\n- bn\n", 256, 0, 256),
        ("- {conv: 1x1, out: 4, bias: true}\n- bn\n", 256, 0, 0),
        ("- {conv: 1x1, out: 4, activation: relu}\n- bn\n", 256, 256, 0),
        ("- {conv: 1x1, out: 4, norm: batch}\n- bn\n", 512, 256, 256),
        ("- {conv: 1x1, out: 4}\n- relu\n- bn\n", 256, 256, 0),
        ("- bn\n", 256, 256, 0),
        # what arrives is also the shortcut: folding would change it
        ("- {conv: 1x1, out: 4}\n- residual: [bn]\n", 256, 256, 0),
        ("- {conv: 1x1, out: 4, name: c}\n- bn\n- {from: c}\n", 256, 256, 0),
        ("- {conv: 1x1, out: 4}\n- {name: c}\n- bn\n- {from: c}\n", 256, 256, 0),
        ("- {conv: 1x1, out: 4}\n- branch: [relu]\n- bn\n", 256, 256, 0),
        # what leaves the network must stay as it is
        ("- {conv: 1x1, out: 4, output: early}\n- bn\n", 256, 256, 0),
        ("- {conv: 1x1, out: 4}\n- {output: early}\n- bn\n", 256, 256, 0),
        # a sum is normalised, not the convolution before it
        ("- residual: [{conv: 1x1, out: 4}]\n- bn\n", 256, 256, 0),
        ("- add: [[], [{conv: 1x1, out: 4}]]\n- bn\n", 256, 256, 0),
        ("- repeat: 2\n  layers: [{conv: 1x1, out: 4}, bn]\n", 512, 0, 512),
    ],
)
def test_bn_that_an_exporter_can_fold(rows: str, bn: int, kept: int, bias: int) -> None:
    found = layers(rows)

    def total(tag: Tag) -> int:
        return sum(layer.terms.amount(tag) for layer in found)

    tags = (Tag.BN_ELEMENT, Tag.BN_KEPT_ELEMENT, Tag.BN_FOLDED_BIAS_ADD)
    assert tuple(map(total, tags)) == (bn, kept, bias)
    # of 8x8 maps: a scale and a shift for each channel that is kept, one bias where it is folded
    parameters = (Tag.BN_KEPT_AFFINE, Tag.BN_FOLDED_BIAS)
    assert tuple(map(total, parameters)) == (2 * kept // (8 * 8), bias // (8 * 8))


def test_pre_activation_networks_keep_most_of_their_bn() -> None:
    net = cc.load("cifar-preresnet")
    found = build(net.spec, net.spec.defaults()).layers
    tags = [set(layer.terms) for layer in found]
    assert sum(Tag.BN_KEPT_ELEMENT in own for own in tags) > 0
    assert all(Tag.BN_ELEMENT in own for own in tags if Tag.BN_KEPT_ELEMENT in own)


def test_the_parameters_that_linear_moves() -> None:
    moved = {Tag.CONV_WEIGHT, Tag.CONV_BIAS, Tag.FC_WEIGHT, Tag.FC_BIAS}
    assert {tag for tag in PARAMETERS if concerns(tag, "linear")} == moved
    assert not any(concerns(tag, "functional") for tag in PARAMETERS)
