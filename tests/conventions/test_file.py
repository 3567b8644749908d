"""Convention files: what they may say, what is inherited, and every way in which they are wrong."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc
from costcalc.conventions.convention import Convention
from costcalc.operators.tags import Tag

HEAD = "ours:\n  meaning: m\n  mult_adds: {conv mac: 1}\n  params: {conv weight: 1}\n"


def read(tmp_path: Path, text: str) -> dict[str, Convention]:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    return cc.read_conventions(path)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(cc.CostcalcError) as caught:
        read(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/", "").splitlines()


# -- inheritance -----------------------------------------------------------------------------------


def test_a_convention_inherits_from_a_shipped_one_and_changes_what_it_names(
    tmp_path: Path,
) -> None:
    text = "ours:\n  extends: fvcore-0.1.5\n  mult_adds: {bn element: 0, add element: 1/2}\n"
    found = read(tmp_path, text)["ours"]
    base = cc.find_convention("fvcore-0.1.5")
    assert found.mult_adds == {
        tag: weight for tag, weight in base.mult_adds.items() if tag != "bn element"
    } | {Tag.ADD: Fraction(1, 2)}
    assert (found.params, found.unit, found.quirks) == (base.params, base.unit, base.quirks)
    assert (found.name, found.meaning) == ("ours", base.meaning)


def test_the_order_in_a_file_does_not_matter(tmp_path: Path) -> None:
    text = "b: {extends: a, mult_adds: {conv mac: 3}}\na: {extends: paper, unit: FLOP}\n"
    found = read(tmp_path, text)
    assert list(found) == ["b", "a"]
    assert (found["b"].weight(Tag.CONV_MAC), found["b"].unit) == (3, "FLOP")


def test_zero_takes_all_measures_of_a_kind_away(tmp_path: Path) -> None:
    text = "ours: {extends: torchscan-0.2.0, zero: [max pool, global pool]}\n"
    found = read(tmp_path, text)["ours"]
    gone = {Tag.MAX_POOL_SIDE, Tag.MAX_POOL_OUTPUT, Tag.GLOBAL_POOL_INPUT, Tag.GLOBAL_POOL_OUTPUT}
    assert not gone & set(found.mult_adds)
    assert found.weight(Tag.AVERAGE_POOL_SIDE) == 1


def test_what_is_weighed_is_no_longer_unknown(tmp_path: Path) -> None:
    text = "ours: {extends: tf-profiler, mult_adds: {hswish element: 3}, zero: [swish]}\n"
    found = read(tmp_path, text)["ours"]
    assert cc.find_convention("tf-profiler").unknown - found.unknown == {"hswish", "swish"}


def test_parameters_can_be_those_of_another(tmp_path: Path) -> None:
    found = read(tmp_path, "ours: {extends: paper, params: keras}\n")["ours"]
    assert found.params == cc.find_convention("keras").params


def test_a_coding_can_be_weighed_for_everything_it_concerns(tmp_path: Path) -> None:
    text = "ours: {extends: ptflops-0.6.9, coded: {functional: {else: 0, relu element: 3}}}\n"
    found = read(tmp_path, text)["ours"]
    assert found.weight(Tag.RELU, "functional") == 3
    assert found.weight(Tag.RELU6, "functional") == 0
    assert found.weight(Tag.BN_ELEMENT, "functional") == 2  # BN is no function call


def test_a_user_s_convention_on_the_command_line(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("mine: {extends: ptflops-0.7.5, mult_adds: {relu element: 1}}\n")
    result = run("count", "mobilenet-v1", "--convention", str(path), "-f", "json")
    assert '"mult_adds": 583969768' in result.stdout  # 589,012,456 − 5,042,688
    assert '"convention": "mine"' in result.stdout


# -- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD.replace("conv mac", "conv macs") + "  else: 0\n",
            "c.yaml:3:15: ours.mult_adds: unknown tag 'conv macs' under mult_adds "
            "(did you mean 'conv mac'?)",
        ),
        (
            HEAD.replace("conv weight", "conv mac") + "  else: 0\n",
            "c.yaml:4:12: ours.params: unknown tag 'conv mac' under params "
            "(did you mean 'conv bias'?)",
        ),
        (
            "ours:\n  extends: paper\n  zero: [bn, batchnorm]\n",
            "c.yaml:3:14: ours.zero[1]: unknown kind of work 'batchnorm' under zero",
        ),
        (
            "ours:\n  extends: paper\n  zero: [bn]\n  mult_adds: {bn element: 1}\n",
            "c.yaml:2:3: ours: convention 'ours' both weighs 'bn' and says that it is 0",
        ),
        (
            "ours:\n  extends: papers\n",
            "c.yaml:2:12: ours.extends: no convention 'papers' (did you mean 'paper'?)",
        ),
        (
            "a:\n  extends: b\nb:\n  extends: a\n",
            "c.yaml:2:12: a.extends: 'b' extends itself\n"
            "c.yaml:4:12: b.extends: 'a' extends itself",
        ),
        (
            "ours: {extends: paper, else: 0}\n",
            "c.yaml:1:30: ours.else: what 'ours' extends has said everything (no `else`)",
        ),
        (
            "ours: {extends: paper, coded: {inline: {relu element: 1}}}\n",
            "c.yaml:1:32: ours.coded: unknown key 'inline' (known: fixed, functional, loss, tuple)",
        ),
        (
            "ours: {extends: paper, coded: {tuple: {relu element: 1}}}\n",
            "c.yaml:1:40: ours.coded.tuple: unknown tag 'relu element' under coded.tuple (known: "
            "average pool input, average pool output, average pool side, average pool stride, "
            "average pool window, max pool input, max pool output, max pool side, "
            "max pool stride, max pool window)",
        ),
        (
            "ours: {extends: paper, mult_adds: {conv mac: two}}\n",
            "c.yaml:1:46: ours.mult_adds.conv mac: 'two' is not a number "
            "(such as 0.35, 7/20 or 224)",
        ),
        (
            "ours: {extends: paper, unit: OPS}\n",
            "c.yaml:1:30: ours.unit: unknown unit 'OPS' (MAC or FLOP)",
        ),
        (
            "ours: {extends: paper, quirks: it is slow}\n",
            "c.yaml:1:32: ours.quirks: expected a list of sentences, got 'it is slow'",
        ),
        (
            "ours: {extends: paper, weights: {}}\n",
            "c.yaml:1:24: ours: unknown key 'weights' (known: coded, else, extends, meaning, "
            "mult_adds, params, quirks, source, unit, unknown, version, zero)",
        ),
        (
            "ours: {meaning: m, params: {}, else: 0}\n",
            "c.yaml:1:7: ours: convention 'ours' has no 'mult_adds'",
        ),
        ("{}\n", "c.yaml:1:1: the file has no convention (name: {meaning, mult_adds, params})"),
    ],
)
def test_each_mistake_is_one_line_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    assert problems(tmp_path, text) == expected.splitlines()


def test_a_convention_that_is_silent_is_refused(tmp_path: Path) -> None:
    first, second = problems(tmp_path, HEAD)
    kinds = dict.fromkeys(tag.kind for tag in Tag if not tag.is_parameter)
    silent = ", ".join(kind for kind in kinds if kind != "conv")
    assert first == (
        "c.yaml:2:3: ours: convention 'ours' does not say what conv bias, fc weight, fc bias, "
        "recurrent weight, recurrent bias, bn affine, bn statistics, bn kept affine, "
        "bn folded bias, bn folded copy, "
        "layer norm affine, group norm affine, instance norm affine, rms norm scale, "
        "l2 norm scale, prelu weight, learned weight "
        "weigh (weights for them, or else: 0)"
    )
    assert second == (
        f"c.yaml:2:3: ours: convention 'ours' does not say what {silent} weigh "
        "(weights for them, or else: 0)"
    )


def test_all_problems_of_a_file_at_once(tmp_path: Path) -> None:
    text = "a: {extends: paper, zero: [x]}\nb: {extends: paper, mult_adds: {y: 1}}\n"
    assert [line.split(": ", 2)[2] for line in problems(tmp_path, text)] == [
        "unknown kind of work 'x' under zero",
        "unknown tag 'y' under mult_adds",
    ]


TWO = """
lean: {extends: paper, meaning: weights only}
full: {extends: lean, meaning: everything, params: keras}
"""


def test_one_of_several_is_chosen_by_name(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(TWO)
    assert cc.find_convention(f"{path}:full").params == cc.find_convention("keras").params
    assert cc.find_convention(f"{path}:lean").params == cc.find_convention("paper").params
    words = ("count", "mobilenet-v1", "--convention", f"{path}:full", "-f", "json")
    assert json.loads(run(*words).stdout)["convention"] == "full"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("", "2 conventions: lean, full (one of them is two.yaml:lean)"),
        (":ful", "no convention 'ful' (did you mean 'full'?)"),
    ],
)
def test_several_conventions_are_never_guessed_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.yaml").write_text(TWO)
    with pytest.raises(cc.CostcalcError) as caught:
        cc.find_convention(f"two.yaml{asked}")
    assert str(caught.value) == f"two.yaml: {message}"
