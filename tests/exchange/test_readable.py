"""Translations as specs that read like the tables of papers."""

from __future__ import annotations

from typing import Any

import pytest
import translations as networks
from translations import Model

from costcalc.exchange.readable import readable
from costcalc.exchange.translation import Translation
from costcalc.language.write import write
from costcalc.models.importing import imported


def table(translation: Translation) -> str:
    """The spec without its name; it counts what one row for each operation counts."""
    found = imported(translation, "net", "model")
    assert (found.level, found.text) == ("blocks", write(readable(translation, "net", "model")))
    return found.text.removeprefix("network: net\n")


def rows(model: Model) -> list[str]:
    """The layers of a network."""
    return table(model.translation).partition("layers:\n")[2].splitlines()


def test_a_residual_network_is_a_line_for_each_stage() -> None:
    """Blocks by the names of their classes, groups by those of modules; as He et al. 2015 have
    them. A stage whose channels do not change has no projection of its own."""
    assert table(networks.residual([(3, 8), (4, 16), (2, 32)])) == (
        "defaults: {norm: batch, activation: relu, bias: false, padding: half}\n"
        "input: {height: 64, width: 64, channels: 3}\n"
        "blocks:\n"
        "  bottleneck:\n"
        "    takes: {w: , s: 1}\n"
        "    layers:\n"
        "    - add:\n"
        "      - [{conv: 1x1, out: w}, {conv: 3x3, out: w, stride: s}, "
        "{conv: 1x1, out: 4*w, activation: none}]\n"
        "      - {conv: 1x1, out: 4*w, stride: s, activation: none, when: s != 1 or in != out}\n"
        "    - relu\n"
        "layers:\n"
        "- {conv: 7x7, out: 16, stride: 2}\n"
        "- {bottleneck: {w: 8}, repeat: 3, group: layer1}\n"
        "- {bottleneck: {w: 16}, repeat: 4, first: {s: 2}, group: layer2}\n"
        "- {bottleneck: {w: 32}, repeat: 2, first: {s: 2}, group: layer3}\n"
        "- {avgpool: global}\n"
        "- {fc: 10, bias: true}\n"
    )


def test_additions_that_exist_in_some_blocks_only_have_a_condition() -> None:
    """As Table 1 of Sandler et al. 2018."""
    text = table(networks.inverted([(2, 24, 2), (3, 32, 2), (1, 32, 1), (2, 40, 1)]))
    assert text.partition("blocks:\n")[2] == (
        "  block:\n"
        "    takes: {s: 1, c: }\n"
        "    layers:\n"
        "    - residual:\n"
        "      - {conv: 1x1, out: 6*in}\n"
        "      - {dwconv: 3x3, stride: s}\n"
        "      - {conv: 1x1, out: c, activation: none}\n"
        "      when: s == 1 and in == out\n"
        "layers:\n"
        "- {conv: 3x3, out: 16, stride: 2}\n"
        "- {block: {c: 24}, repeat: 2, first: {s: 2}}\n"
        "- {block: {c: 32}, repeat: 4, first: {s: 2}}\n"
        "- {block: {c: 40}, repeat: 2}\n"
        "- {avgpool: global}\n"
        "- {fc: 10, bias: true}\n"
    )


def test_concatenations_of_all_before_are_a_trunk_that_grows() -> None:
    text = table(networks.dense([2, 6, 2, 4]))
    layer = "bn, relu, {conv: 1x1, out: 16}, {conv: 3x3, out: 4, norm: none, activation: none}"
    assert text.partition("blocks:\n")[2] == (
        "  block:\n"
        "    layers:\n"
        f"    - {{concat: [[], [{layer}]]}}\n"
        "  block2:\n"
        "    layers:\n"
        "    - bn\n"
        "    - relu\n"
        "    - {conv: 1x1, out: in/2, norm: none, activation: none}\n"
        "    - {avgpool: 2x2}\n"
        "layers:\n"
        "- {conv: 3x3, out: 8, stride: 2}\n"
        "- {block: , repeat: 2}\n"
        "- block2\n"
        "- {block: , repeat: 6}\n"
        "- block2\n"
        "- {block: , repeat: 2}\n"
        "- block2\n"
        "- {block: , repeat: 4}\n"
        "- bn\n"
        "- relu\n"
        "- {avgpool: global}\n"
        "- {fc: 10, bias: true}\n"
    )


def test_chains_are_read_as_they_are() -> None:
    """Three equal rows are a repetition, two are not; a stage ends with its pool."""
    model = Model(32, 32, 3)
    x = model.image
    for blocks, channels in ((2, 8), (3, 16), (3, 16)):
        for _ in range(blocks):
            x = model.same("relu", model.conv(x, channels, bias=True))
        height, width, _ = model.form(x)
        form = (height // 2, width // 2, channels)
        x = model.row({"maxpool": [2, 2], "stride": [2, 2], "padding": 0}, x, form=form)
    assert rows(model) == [
        "- {conv: 3x3, out: 8}",
        "- {conv: 3x3, out: 8}",
        "- {maxpool: 2x2}",
        "- {repeat: 2, layers: [{repeat: 3, layers: [{conv: 3x3, out: 16}]}, {maxpool: 2x2}]}",
    ]


def test_squeeze_and_excite_is_the_block_that_ships() -> None:
    model = Model(8, 8, 16)
    x = model.cbr(model.image, 32)
    y = model.row({"avgpool": "global"}, x, form=(1, 1, 32))
    y = model.same("relu", model.conv(y, 8, 1, bias=True))
    y = model.same("sigmoid", model.conv(y, 32, 1, bias=True))
    model.row({"multiply": None}, x, y, form=model.form(x))
    text = table(model.translation)
    assert "include: se\n" in text
    assert text.endswith("layers:\n- {conv: 3x3, out: 32}\n- {se: [in, 8, relu, sigmoid]}\n")


def test_maps_that_are_read_again_later_have_names() -> None:
    """The second sum takes a map from inside the first."""
    model = Model(8, 8, 16)
    y = model.cbr(model.image, 16, name="a/b")
    x = model.add(model.cbr(y, 16), model.image)
    model.add(model.cbr(x, 16), y)
    later = "{add: [[], {conv: 3x3, out: 16, from: a.b.3}]}, {conv: 3x3, out: 16}"
    assert rows(model) == [f"- {{add: [{{conv: 3x3, out: 16, name: a.b.3}}, [{later}]]}}"]


def test_weights_used_twice_are_lent() -> None:
    """A row that lends, or borrows, has no norm in it: that would be lent, too."""
    model = Model(8, 8, 16)
    x = model.conv(model.image, 16, name="lender")
    x = model.same("bn", x)
    x = model.conv(x, 16, weights=1)
    model.same("bn", x)
    assert rows(model) == [
        "- {conv: 3x3, out: 16, name: lender}",
        "- bn",
        "- {conv: 3x3, out: 16, weights: lender}",
        "- bn",
    ]


@pytest.mark.parametrize(
    ("columns", "written"),
    [
        ({"conv": [3, 3], "padding": [1, 1]}, "{conv: 3x3, out: 4}"),
        ({"conv": 3, "padding": 0}, "{conv: 3x3, out: 4, padding: valid}"),
        ({"conv": [1, 7], "padding": [0, 3]}, "{conv: 1x7, out: 4}"),
        (
            {"conv": [3, 3], "padding": [2, 2], "dilation": [2, 2]},
            "{conv: 3x3, out: 4, dilation: 2}",
        ),
        ({"conv": [3, 3], "padding": [0, 1, 0, 1]}, "{conv: 3x3, out: 4, padding: [0, 1, 0, 1]}"),
        ({"conv": [2, 2], "padding": 1}, "{conv: 2x2, out: 4, padding: 1}"),
        ({"conv": 3, "padding": 1, "stride": [2, 1]}, "{conv: 3x3, out: 4, stride: [2, 1]}"),
    ],
)
def test_columns_are_written_as_papers_do(columns: dict[str, Any], written: str) -> None:
    """Beside three convolutions that pad by a half."""
    model = Model(9, 9, 4)
    x = model.image
    for _ in range(3):
        x = model.cbr(x, 4)
    kernel = columns["conv"]
    columns = {"conv": kernel, "out": 4, **{k: v for k, v in columns.items() if k != "conv"}}
    model.row({**columns, "bias": False}, x, form=(0, 0, 4))
    text = write(readable(model.translation, "net", "model"))
    assert text.splitlines()[-1].replace(", norm: none, activation: none", "") == f"- {written}"


def test_a_row_that_takes_another_map_is_no_round_of_a_repetition() -> None:
    """Two heads that say the same, the second of which reads what the first row gives."""
    model = Model(8, 8, 16)
    trunk = model.cbr(model.image, 16, name="trunk")
    for _ in range(2):
        x = trunk
        for out in (8, 4, 8):
            x = model.cbr(x, out)
    head = ["- {conv: 3x3, out: 8}", "- {conv: 3x3, out: 4}", "- {conv: 3x3, out: 8}"]
    again = head[0].replace("}", ", from: trunk.3}")
    assert rows(model) == ["- {conv: 3x3, out: 16, name: trunk.3}", *head, again, *head[1:]]


def test_no_block_is_called_as_what_begins_a_row() -> None:
    translation = networks.residual([(3, 8), (4, 16)])
    translation.types = dict.fromkeys(translation.types, "Linear")
    assert "\n  linear2:\n" in table(translation)
