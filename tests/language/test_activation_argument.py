"""A block's argument may hold the activation, spelled as MobileNetV3's tables spell it."""

from pathlib import Path

import pytest

import costcalc as cc

SPEC = """
input: 8x8x3
blocks:
  unit:
    takes: [NL]
    layers:
    - {{conv: 1x1, out: 4, activation: NL}}
layers:
- {{unit: {{NL: {word}}}}}
"""
PER_ACTIVATION = """
activations:
  meaning: activations only
  mult_adds: {{{tag}: 1}}
  params: {{}}
  else: 0
"""


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("RE", "relu element"),
        ("relu", "relu element"),
        ("HS", "hswish element"),
        ("leaky", "leaky relu element"),
        *(("silu", "swish element"), ("hardswish", "hswish element")),
        *(("hard_swish", "hswish element"), ("hard_silu", "hswish element")),
        *(("hardsigmoid", "hsigmoid element"), ("hard_sigmoid", "hsigmoid element")),
        *(("leaky_relu", "leaky relu element"), ("hard_tanh", "hardtanh element")),
        *(("gelu", "gelu element"), ("elu", "elu element"), ("selu", "selu element")),
        *(("tanh", "tanh element"), ("softplus", "softplus element")),
        *(("mish", "mish element"), ("hardtanh", "hardtanh element")),
    ],
)
def test_the_word_decides(word: str, tag: str, tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(PER_ACTIVATION.format(tag=tag))
    net = cc.loads(SPEC.format(word=f'"{word}"'))
    assert net.count(convention=str(file)).mult_adds == 8 * 8 * 4
    row = cc.loads(f"input: 8x8x3\nlayers:\n- {word}\n")
    assert row.count(convention=str(file)).mult_adds == 8 * 8 * 3
    column = cc.loads(f"input: 8x8x3\nlayers:\n- {{conv: 1x1, out: 5, activation: {word}}}\n")
    assert column.count(convention=str(file)).mult_adds == 8 * 8 * 5


def test_a_spelling_is_a_row_like_any_other() -> None:
    rows = "- {silu: , name: a}\n- {hardswish: , coded: functional}\n- {leaky_relu: , from: a}\n"
    count = cc.loads(f"input: 8x8x3\nlayers:\n{rows}").count()
    assert [layer.name for layer in count.layers] == ["a", "hswish2", "leaky3"]
    rows = [group.name for group in count.by("row")]
    assert rows == ["a: silu", "hardswish", "leaky_relu(from=a)"]
    with pytest.raises(cc.CostcalcError, match=r"blocks: 'silu' is taken \(choose another name\)$"):
        cc.loads("input: 8x8x3\nblocks: {silu: {layers: [relu]}}\nlayers:\n- silu\n")


def test_none_is_no_activation() -> None:
    assert len(cc.loads(SPEC.format(word='"none"')).count().layers) == 1


@pytest.mark.parametrize(
    ("word", "message"), [('"hswisch"', "(did you mean 'hswish'?)"), ("3", "got 3")]
)
def test_other_words_are_refused(word: str, message: str) -> None:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(SPEC.format(word=word)).count()
    assert message in str(error.value)


def test_a_name_that_is_no_argument_is_no_activation() -> None:
    with pytest.raises(cc.CostcalcError, match=r"expected none, relu, .*, got 'NL'"):
        cc.loads("input: 8x8x3\nlayers:\n- {conv: 1x1, out: 4, activation: NL}\n")
