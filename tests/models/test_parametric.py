"""Models of one family as one spec in their parameters, proven on each."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import pytest
import translations as networks

import costcalc as cc
from costcalc.algebra.numbers import divisible, floor
from costcalc.exchange.translation import Translation
from costcalc.language import Spec
from costcalc.models.families import Member, family, several
from costcalc.models.families import point as place
from costcalc.models.importing import Read


class Fitted(NamedTuple):
    """A spec of a family, and what is a guess in it."""

    text: str
    spec: Spec
    guesses: tuple[str, ...]


def fitted(build: Callable[..., Translation], *points: str) -> Fitted:
    """The spec of models that a function builds from the values of their parameters."""
    places = [place(text) for text in points]
    members = [Member(str(p), build(**p.values), p) for p in places]
    text, spec, guesses = family(members, "net")
    return Fitted(text, spec, tuple(guesses))


def layers(found: Fitted) -> list[str]:
    return found.text.partition("\nlayers:\n")[2].splitlines()


def wide(alpha: Fraction) -> Translation:
    """A residual network, α times as wide."""
    return networks.residual([(2, int(8 * alpha)), (3, int(16 * alpha))])


def test_a_width_is_a_factor_of_channels() -> None:
    found = fitted(wide, "alpha=1", "alpha=3/2", "alpha=2")
    assert layers(found) == [
        "- {conv: 7x7, out: 16, stride: 2}",
        "- {bottleneck: {w: 8*alpha}, repeat: 2, group: layer1}",
        "- {bottleneck: {w: 16*alpha}, repeat: 3, first: {s: 2}, group: layer2}",
        "- {avgpool: global}",
        "- {fc: 10, bias: true}",
    ]
    assert "parameters:\n  alpha: {default: 2, usual: [1, 3/2, 2]}\nchannels: exact\n" in found.text
    assert found.guesses == ()


def test_a_depth_is_a_count_of_a_repetition() -> None:
    """A stage of one block is a repetition, too."""

    def deep(L: Fraction) -> Translation:
        n = int(L - 4) // 6
        return networks.residual([(3, 8), (n, 16), (2 * n, 32)])

    found = fitted(deep, "L=10", "L=16", "L=28")
    assert [line for line in layers(found) if "layer2" in line or "layer3" in line] == [
        "- {bottleneck: {w: 16}, repeat: (L - 4)/6, first: {s: 2}, group: layer2}",
        "- {bottleneck: {w: 32}, repeat: (L - 4)/3, first: {s: 2}, group: layer3}",
    ]
    assert found.guesses == ()
    guess = fitted(deep, "L=10", "L=16").guesses
    assert guess == ("a line in L through two points always fits",)


@pytest.mark.parametrize(
    ("rule", "rounded"),
    [
        ("divisible(8)", lambda x: divisible(x, 8)),
        ("floor", floor),
        ("divisible(4)", lambda x: divisible(x, 4)),
    ],
)
def test_one_rule_rounds_all_channels(rule: str, rounded: Callable[[Fraction], int]) -> None:
    """With α = 0.35, 0.7 and 1 no other one fits."""

    def built(alpha: Fraction) -> Translation:
        widths = [int(rounded(alpha * c)) for c in (24, 40, 72)]
        return networks.inverted([(2, widths[0], 2), (3, widths[1], 2), (1, widths[2], 1)])

    found = fitted(built, "alpha=0.35", "alpha=0.7", "alpha=1")
    assert f"\nchannels: {rule}\n" in found.text
    assert [line for line in layers(found) if "block" in line] == [
        "- {block: {c: 24*alpha}, repeat: 2, first: {s: 2}}",
        "- {block: {c: 40*alpha}, repeat: 3, first: {s: 2}}",
        "- {block: {c: 72*alpha}}",
    ]


def test_growth_is_in_every_block() -> None:
    """Channels in proportion to k."""
    found = fitted(lambda k: networks.dense([2, 6, 2, 4], int(k)), "k=4", "k=8")
    assert "{conv: 1x1, out: w}, {conv: 3x3, out: w/4, " in found.text
    assert "- {block: {w: 4*k}, repeat: 6}" in layers(found)
    assert "{conv: 3x3, out: 2*k, stride: 2}" in found.text


def test_two_parameters_at_once() -> None:
    def built(alpha: Fraction, n: Fraction) -> Translation:
        return networks.residual([(int(n), int(8 * alpha)), (3, int(16 * alpha))])

    found = fitted(built, "alpha=1,n=2", "alpha=2,n=2", "alpha=1,n=5")
    assert layers(found)[1] == "- {bottleneck: {w: 8*alpha}, repeat: n, group: layer1}"


def test_parameters_that_move_together_are_told_from_each_other_by_another_model() -> None:
    def built(n: Fraction, m: Fraction) -> Translation:
        return networks.residual([(int(n), 8), (int(m), 16)])

    with pytest.raises(cc.CostcalcError) as found:
        fitted(built, "n=2,m=2", "n=3,m=3")
    assert str(found.value) == (
        "the models do not tell 'n' from 'm' (add one where only one of them differs)"
    )
    assert "repeat: m," in fitted(built, "n=2,m=2", "n=3,m=3", "n=2,m=4").text


def test_networks_that_are_no_family_are_refused() -> None:
    def built(alpha: Fraction) -> Translation:
        return wide(alpha) if alpha < 2 else networks.inverted([(2, 24, 2), (2, 32, 2)])

    with pytest.raises(cc.CostcalcError) as found:
        fitted(built, "alpha=1", "alpha=2")
    assert str(found.value) == (
        "alpha = 1 and alpha = 2 differ in more than numbers, from 'bottleneck' of layer1 on "
        "(models of one family, which have the same layers)"
    )


def test_numbers_without_a_rule_are_refused() -> None:
    widths = {1: 8, 2: 17, 3: 19}

    def built(alpha: Fraction) -> Translation:
        return networks.residual([(2, widths[int(alpha)]), (3, 64)])

    with pytest.raises(cc.CostcalcError) as found:
        fitted(built, "alpha=1", "alpha=2", "alpha=3")
    assert str(found.value) == (
        "no rule gives all models: 'w' of bottleneck of layer1 is 8, 17, 19 at alpha = 1; "
        "alpha = 2; alpha = 3 (import them one by one)"
    )


def read(alpha: str, model: Translation) -> Read:
    return Read("net", model, f"model-{alpha}")


def test_a_model_can_be_held_out() -> None:
    models = [read(alpha, wide(Fraction(alpha))) for alpha in ("1/2", "1", "2")]
    at = ["alpha=1/2", "alpha=1", "alpha=2"]
    _, said = several(models, at, "net", True)
    assert said == ["net: 11 rows, proven on 2 models", "model-2, held out: equal"]
    models[2] = read("2", networks.residual([(2, 16), (3, 40)]))
    with pytest.raises(cc.CostcalcError) as found:
        several(models, at, "net", True)
    assert str(found.value).startswith("model-2 is not the spec at alpha = 2: ")


@pytest.mark.parametrize(
    ("at", "message"),
    [
        (["alpha=1"], "2 models at 1 places (--at NAME=VALUE once for each, in their order)"),
        (
            ["alpha=1", "n=2"],
            "the models have other parameters (each with a value for every parameter)",
        ),
        (
            ["alpha=1", "alpha=x"],
            "--at alpha: 'x' is not a number (such as 0.35, 7/20 or 224)",
        ),
        (["n=1", "n=1"], "all models are at one place (--at NAME=VALUE tells them apart)"),
    ],
)
def test_places_that_tell_nothing(at: list[str], message: str) -> None:
    models = [read(alpha, wide(Fraction(alpha))) for alpha in ("1", "2")]
    with pytest.raises(cc.CostcalcError) as found:
        several(models, at, "net", False)
    assert str(found.value) == message


def test_rows_of_a_chain_are_repeated_in_all_members() -> None:
    """As VGG-13 and VGG-16 have two and three convolutions in a stage, and VGG-19 has four."""

    def chain(n: Fraction) -> Translation:
        model = networks.Model(32, 32, 3)
        x = model.image
        for channels in (8, 16, 32):
            for _ in range(int(n)):
                x = model.cbr(x, channels)
            height, width, _ = model.form(x)
            form = (height // 2, width // 2, channels)
            x = model.row({"maxpool": [2, 2], "stride": [2, 2], "padding": 0}, x, form=form)
        return model.end(x)

    found = fitted(chain, "n=2", "n=3", "n=4")
    assert [line for line in layers(found) if "block" in line] == [
        f"- {{block: {{c: {channels}, n: n}}}}" for channels in (8, 16, 32)
    ]


def test_what_is_squeezed_is_rounded_as_channels_are() -> None:
    """As in MobileNetV3: a quarter of 72·α, rounded, is 16 of 9, 24 of 18 and 24 of 22.5, which
    20·α gives as well."""

    def built(alpha: Fraction) -> Translation:
        model = networks.Model(32, 32, 3)
        x = model.cbr(model.image, divisible(72 * alpha, 8))
        y = model.row({"avgpool": "global"}, x, form=(1, 1, model.form(x)[2]))
        y = model.same("relu", model.conv(y, divisible(18 * alpha, 8), 1, bias=True))
        y = model.same("sigmoid", model.conv(y, model.form(x)[2], 1, bias=True))
        return model.end(model.row({"multiply": None}, x, y, form=model.form(x)))

    found = fitted(built, "alpha=0.5", "alpha=1", "alpha=1.25")
    assert layers(found)[:2] == [
        "- {conv: 3x3, out: 72*alpha, bias: false}",
        '- {se: [in, "divisible(20*alpha, 8)", relu, sigmoid]}',
    ]
    assert "\nchannels: divisible(8)\n" in found.text
    assert found.guesses == ("where several channel counts fit, the roundest one is written",)
