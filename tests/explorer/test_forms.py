"""The data of a page: at any setting it gives what counting gives, or says that it has no form."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from evaluator import Values, peak, totals
from points import counted, settings

import costcalc as cc
from costcalc.algebra.evaluation import value_at
from costcalc.explorer.page import TEMPLATE
from costcalc.language.parameters import text_of

#: How many settings of each network are tried: the defaults, and random ones.
POINTS = 8
#: Networks with no closed form in all numbers: what their rounds leave over has none.
BOUND = {
    "cifar-condensenet": "C",
    "cifar-condensenet-light": "C",
    "cifar-pyramidnet": "n",
}
#: Where the sides of branches must meet, the form supposes that they do.
MEETING = ("hrnet-w18",)


def in_node(*words: str, given: object = None) -> Any:
    """What a script prints, as data; it gets ``given`` on standard input."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    text = json.dumps(given)
    made = subprocess.run(
        [node, *words], input=text, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return json.loads(made.stdout)


def asked(*words: str, given: object) -> Any:
    return in_node(str(Path(__file__).parent / "at.mjs"), str(TEMPLATE), *words, given=given)


def evaluated(script: str, *words: str) -> Any:
    return in_node("--input-type=module", "-e", script, str(TEMPLATE), *words)


@cache
def points(name: str) -> list[tuple[dict[str, str], tuple[int, int] | None]]:
    return [(at, counted(name, at)) for at in settings(name, POINTS)]


@cache
def data(name: str) -> Any:
    return cc.load(name).explore().data


@pytest.mark.parametrize("name", cc.spec_names())
def test_the_data_give_what_counting_gives(name: str) -> None:
    (network,) = data(name)["networks"]
    defaults = {p["name"]: p["default"] for p in network["parameters"]}
    for at, count in points(name):
        try:
            assert totals(data(name), defaults | at) == count, at
        except LookupError:
            one = next((p for p in network["parameters"] if p["name"] == BOUND.get(name)), None)
            assert name in MEETING or (one and at[one["name"]] not in one["usual"]), at


def test_the_scripts_give_what_counting_gives() -> None:
    """At random settings under the default convention, and at the defaults under every one."""
    pages, expected = [], []
    for name in cc.spec_names():
        names = [one["name"] for one in data(name)["conventions"]]
        cases = [(at, 0) for at, _ in points(name)] + [({}, i) for i in range(len(names))]
        pages.append({"data": data(name), "cases": cases})
        survey = {row.convention: (row.mult_adds, row.params) for row in cc.count_all(name).rows}
        expected.append([*(count for _, count in points(name)), *map(survey.get, names)])
    asked_of = 0
    for one, found, counts in zip(pages, asked(given=pages), expected, strict=True):
        name = one["data"]["networks"][0]["name"]
        for (exists, *costs), count, case in zip(found, counts, one["cases"], strict=True):
            if exists is None:
                assert name in BOUND or name in MEETING, case
            elif exists and costs[0] is None:  # taps of a kernel whose size is free
                assert case[1] and name in ("eegnet", "vit-b-16"), (name, case)
            else:
                assert (tuple(map(int, costs)) if exists else None) == count, (name, case)
                asked_of += 1
    assert asked_of > 40 * len(pages)


@pytest.mark.parametrize("name", cc.spec_names())
def test_the_peak_is_that_of_memory(name: str) -> None:
    (network,) = data(name)["networks"]
    defaults = {p["name"]: p["default"] for p in network["parameters"]}
    asked = 0
    for at, count in points(name)[:4]:
        found = peak(data(name), defaults | at)
        if count is not None and found is not None:
            assert found == cc.load(name).memory(values=at).peak_bytes, at
            asked += 1
    assert asked


@pytest.mark.parametrize("name", cc.spec_names())
def test_the_polynomials_are_those_of_formula(name: str) -> None:
    """At values at which nothing is whole, so that a rounding that is left would be seen."""
    (network,) = data(name)["networks"]
    piece = next(one for one in network["pieces"] if "exact" in one)
    bound = {n: v for n, v in cc.load(name).spec.defaults().items() if n in piece["bound"]}
    free = tuple(n for n, p in cc.load(name).parameters.items() if n not in bound)
    held = [p.name for p in cc.load(name).parameters.values() if p.held and p.name in free]
    form = cc.formula(name, values=bound, free=tuple(held))
    at = {one: Fraction(7 * (i + 3), 13) for i, one in enumerate(free)}
    at |= {f"resolution.{side}": at.get("resolution", 0) for side in ("height", "width")}
    values = Values(network["nodes"], at)
    for cost, expected in (("mult_adds", form.total.mult_adds), ("params", form.total.params)):
        weights = {tag: Fraction(weight) for tag, weight in data(name)["conventions"][0][cost]}
        exact = sum(weights[tag] * values[node] for tag, node in piece["exact"] if tag in weights)
        assert exact == value_at(expected, at), cost


def test_formulas_are_written_as_papers_do() -> None:
    script = (
        "const [folder, text] = process.argv.slice(1); const data = JSON.parse(text);"
        "const { Network } = await import(folder + '/network.js');"
        "const { asLatex, polynomial, valueOf } = await import(folder + '/formulas.js');"
        "const network = new Network(data.networks[0], data.conventions);"
        "const made = network.at(network.start, 0);"
        "const [work, params] = network.conventions[0].weights"
        "  .map((own) => polynomial(network, made.piece, own))"
        "  .map((terms) => [asLatex(network, terms), valueOf(network, terms)]);"
        "console.log(JSON.stringify([work, params]))"
    )
    assert evaluated(script, json.dumps(data("mobilenet-v1"))) == [
        [
            r"10752 R^{2} \alpha^{2} \delta \rho^{2} + \frac{693}{2} R^{2} \alpha \delta \rho^{2}"
            r" + 216 R^{2} \alpha \rho^{2} + 1024 \alpha \mathrm{classes}",
            568_740_352,
        ],
        [
            r"3139584 \alpha^{2} \delta + 1024 \alpha \mathrm{classes} + 44640 \alpha \delta"
            r" + 864 \alpha",
            4_209_088,
        ],
    ]


def test_a_network_that_does_not_exist_says_what_its_layers_need() -> None:
    found = _at("mobilenet-v1", {"alpha": "1/64"})
    assert found == [False, "conv1 needs ⌊32α⌋ ≥ 1", "dwconv2 needs δ·⌊32α⌋ ≥ 1"]


def test_another_structure_is_not_called_none() -> None:
    assert _at("cifar-condensenet", {"C": "5"}) == [
        None,
        "this page has closed forms for C = 4, 8 only",
    ]
    assert _at("hrnet-w18", {"resolution": "225"}) == [
        None,
        "the closed form on this page holds only where ⌈R/4⌉ − 2·⌈R/8⌉ = 0",
    ]


def _at(name: str, at: dict[str, str]) -> list[Any]:
    """Whether the scripts say that a network exists, and why not."""
    ((found,),) = asked("reasons", given=[{"data": data(name), "cases": [(at, 0)]}])
    return list(found)


def test_inputs_of_several_kinds_have_their_own_sides() -> None:
    """One that hangs on the resolution and one that does not, of two sides each; and a sequence."""
    two = cc.loads(
        "network: two\n"
        "parameters: {resolution: {default: 48x32}, n: {default: 7, meaning: width}}\n"
        "inputs: {left: {side: resolution, channels: 3}, right: 9x5x2}\nlayers:\n"
        "- {from: left}\n- {conv: 3x3, stride: 2, out: 4*n}\n- {avgpool: global}\n"
        "- concat: [[], [{from: right}, {conv: 3x3, out: 8}, {avgpool: global}]]\n- {fc: 5}"
    )
    one = cc.loads(
        "network: one\nparameters: {length: {default: 99, meaning: samples}}\n"
        "input: {length: length, channels: 2}\nlayers:\n"
        "- {conv: 3, stride: 2, out: 8}\n- {conv: 3, out: 9}"
    )
    for net, values in (
        (two, [{}, {"resolution": "21"}, {"resolution": "30x7", "n": "3"}]),
        (one, [{}, {"length": "1"}, {"length": "64"}]),
    ):
        page = net.explore().data
        defaults = {p["name"]: p["default"] for p in page["networks"][0]["parameters"]}
        ((*told,),) = asked(given=[{"data": page, "cases": [(at, 0) for at in values]}])
        for at, found in zip(values, told, strict=True):
            count = net.count(**at)
            assert totals(page, defaults | at) == (count.mult_adds, count.params)
            assert found == [True, str(count.mult_adds), str(count.params)]


#: What may be a resolution.
SIDES = ("96²", "96^2", "96²x5", "0²", "96 × 64", "7X7", "x7", "7x", "1x2x3", "0x4", "7.0x5")


def test_values_are_read_as_a_count_reads_them() -> None:
    """Both ends of every domain, and what is no number; the same texts are taken."""
    parameters = {p["name"]: p for p in data("mobilenet-v1")["networks"][0]["parameters"]}
    parameters |= {p["name"]: p for p in data("cifar-resnet")["networks"][0]["parameters"]}
    texts = [
        "1",
        "0",
        "-1",
        "3/4",
        "0.75",
        "0.50",
        ".5",
        " 7 ",
        "1/0",
        "x",
        "",
        "1e3",
        "1000000000001",
    ]
    texts += ["1/1000000000001", "projection", "224x160", "1/3", "6/2", "2.0", "1,000"]
    names = ("alpha", "delta", "shortcut", "resolution")
    cases = [(name, text) for name in names for text in texts]
    cases += [("resolution", text) for text in SIDES]
    script = (
        "const { setting } = await import(process.argv[1] + '/network.js');"
        "const [parameters, cases] = JSON.parse(process.argv[2]);"
        "const values = cases.map(([name, text]) => setting(parameters[name], text).value ?? null);"
        "console.log(JSON.stringify(values))"
    )
    values = evaluated(script, json.dumps([parameters, cases]))
    networks = dict.fromkeys(names, "mobilenet-v1") | {"shortcut": "cifar-resnet"}
    for (name, text), value in zip(cases, values, strict=True):
        try:
            bound = text_of(cc.load(networks[name]).parameters[name].bind(text))
        except cc.CostcalcError:
            bound = None
        assert value == bound, (name, text)
