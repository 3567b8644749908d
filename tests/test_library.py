"""The library as its documentation uses it."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from pathlib import Path, PosixPath
from typing import Any

import pytest
from conftest import Run

import costcalc as cc
from costcalc.language import library
from costcalc.language.parameters import KNOWN


def test_the_docstring_s_example() -> None:
    result = doctest.testmod(cc)
    assert result.attempted >= 4
    assert result.failed == 0


def test_public_names_exist_and_are_documented() -> None:
    for name in cc.__all__:
        assert getattr(cc, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        assert cc.nothing


def test_a_public_name_is_no_folder_of_the_package() -> None:
    """``costcalc.export`` is a folder, too, and importing it would be to set it."""
    folders = {path.name for path in Path(cc.__file__).parent.iterdir() if path.is_dir()}
    alike = sorted(folders.intersection(cc.__all__))
    assert alike
    script = "".join(
        f"from importlib import import_module\nimport costcalc as cc\n"
        f"import_module('costcalc.{name}')\n"
        f"assert [type(cc.{name}).__name__ for _ in range(2)] == ['function'] * 2\n"
        for name in alike
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


def test_dir_shows_what_is_public() -> None:
    assert dir(cc) == sorted([*cc.__all__, "__version__"])


def test_results_are_frozen() -> None:
    count = cc.count("mobilenet-v1")
    with pytest.raises(AttributeError):
        count.spec = "other"
    assert cc.formula("mobilenet-v1").spec == cc.show("mobilenet-v1").spec == "mobilenet-v1"


def test_integers_of_any_size() -> None:
    net = cc.load("mobilenet-v1")
    big = net.count(alpha=10**5, resolution=10**6)
    assert big.mult_adds > 2**63
    assert (
        big.mult_adds
        == net.formula().at(
            alpha=10**5, resolution=10**6, delta=1, rho=1, classes=1000, rounded=True
        )[0]
    )


NET = cc.load("mobilenet-v1")
SOURCES = {
    "name": "mobilenet-v1",
    "file": str(library.SPECS / "mobilenet-v1.yaml"),
    "Path": library.SPECS / "mobilenet-v1.yaml",
    "Network": NET,
    "Spec": NET.spec,
}
#: Every function that takes a network, with what else it needs.
VERBS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "compare": (("vgg-16",), {}),
    "count": ((), {"alpha": "1/2"}),
    "count_all": ((), {}),
    "explain": ((), {"to": "keras"}),
    "formula": ((), {"delta": 1}),
    "ratio": ((), {"against": "mobilenet-v1-conv"}),
    "show": ((), {"alpha": "1/2"}),
    "solve": (("alpha",), {"mult_adds": "150M"}),
    "sweep": ((), {"alpha": ["1/2", 1]}),
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("verb", VERBS)
def test_every_function_takes_every_kind_of_network(verb: str, kind: str) -> None:
    values, options = VERBS[verb]
    expected = str(getattr(cc, verb)("mobilenet-v1", *values, **options))
    found = str(getattr(cc, verb)(SOURCES[kind], *values, **options))
    if verb == "ratio":  # says what it was given
        found = found.replace(SOURCES["file"], "mobilenet-v1")
    assert found == expected
    if verb != "sweep":  # the method gives arrays
        assert str(getattr(NET, verb)(*values, **options)) == expected


def test_a_loaded_network_is_loaded() -> None:
    assert cc.load(NET).spec is NET.spec


def test_a_text_is_one_name() -> None:
    report = cc.check("000", table="Table 1")
    assert {v.figure.paper for v in report.verdicts} == {"000-enhanced-hybrid-mobilenet"}
    path = library.CLAIMS / "000-enhanced-hybrid-mobilenet.yaml"
    assert cc.check(path, table="Table 1") == report
    assert [e.label for e in cc.compare(NET, "vgg-16@resolution=32").entries] == [
        "mobilenet-v1",
        "vgg-16@resolution=32",
    ]
    assert [e.label for e in NET.compare(["vgg-16", NET], resolution=64).entries] == [
        "mobilenet-v1",
        "vgg-16",
        "mobilenet-v1",
    ]


def test_what_a_network_is_compared_with_stands_first() -> None:
    """As the other networks of `compare`."""
    assert NET.ratio("vgg-16") == cc.ratio(NET, "vgg-16") == cc.ratio(NET, against="vgg-16")


REFUSED = {
    "None is not a network (a name, a file, or what cc.load or cc.loads gave)": [
        lambda: cc.load(None),
        lambda: cc.formula(None),
        lambda: cc.solve(None, "alpha"),
        lambda: cc.compare(NET, [None]),
    ],
    "an int is not a network (a name, a file, or what cc.load or cc.loads gave)": [
        lambda: cc.count(3),
        lambda: cc.sweep([3], alpha=1),
    ],
    "a dict is not a network (cc.loads(yaml.safe_dump(…)) reads one)": [
        lambda: cc.load({"network": "net"}),
    ],
    "a list is not a network (one at a time; compare and sweep take several)": [
        lambda: cc.count(["mobilenet-v1"]),
    ],
    "None names nothing (a name, or a list of names)": [lambda: cc.compare(None)],
    "an int names nothing (a name, or a list of names)": [
        lambda: cc.check(3),
        lambda: cc.sweep(3, alpha=1),
    ],
    "one network has nothing to be compared with (compare A B)": [
        lambda: cc.compare("mobilenet-v1"),
    ],
    "a Network is not a paper (a name, or a claims file; cc.check() takes all that ship)": [
        lambda: cc.check(NET),
    ],
    "None is not a YAML text (a str; cc.load reads files)": [lambda: cc.loads(None)],
    "a PosixPath is not a YAML text (a str; cc.load reads files)": [
        lambda: cc.loads(PosixPath("net.yaml")),
    ],
    "None is not a convention (a name, a file, FILE:NAME, or what cc.find_convention gave)": [
        lambda: NET.count(convention=None),
        lambda: cc.show_convention(None),
    ],
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_no_network_is_told_what_is_taken(message: str) -> None:
    for call in REFUSED[message]:
        with pytest.raises(cc.CostcalcError) as caught:
            call()
        assert str(caught.value) == message


@pytest.mark.parametrize("verb", [*VERBS, "compile"])
def test_signatures_name_what_can_be_given(verb: str) -> None:
    for function in {getattr(cc, verb, None), getattr(NET, verb)} - {None}:
        parameters = inspect.signature(function).parameters
        assert [name for name in parameters if name in KNOWN] == list(KNOWN)
        assert all(parameters[name].kind is inspect.Parameter.KEYWORD_ONLY for name in KNOWN)
        assert function.__doc__
    assert {"budget", "pareto", "baseline"} < inspect.signature(cc.sweep).parameters.keys()


def test_own_parameters_and_letters_are_further_keywords() -> None:
    assert NET.count(α="1/2") == NET.count(alpha="1/2") == NET.count(alpha="1/2", delta=None)
    net = cc.load("cifar-densenet-bc")
    assert net.count(k=24).mult_adds > net.count().mult_adds
    with pytest.raises(cc.CostcalcError, match="mobilenet-v1 has no parameter 'k'"):
        NET.count(k=12)


def test_a_float_is_refused() -> None:
    with pytest.raises(cc.CostcalcError, match=r"0\.35 is a float"):
        cc.load("mobilenet-v1").count(alpha=0.35)


def test_the_axes_of_a_sweep_are_in_the_order_of_the_call() -> None:
    found = cc.load("mobilenet-v1").sweep(resolution=[128, 160], alpha=["1/4", "1/2", "1"])
    assert list(found.axes) == ["resolution", "alpha"]
    assert found.mult_adds.shape == (2, 3)
    assert "resolution" in inspect.signature(cc.Network.sweep).parameters


@pytest.mark.parametrize("name", ["convention", "spec", "free", "by", "skip", "points", "values"])
def test_a_parameter_called_as_an_option_is_given_in_a_mapping(
    name: str, tmp_path: Path, run: Run
) -> None:
    head = f"network: net\nparameters: {{{name}: {{default: 2, meaning: width}}}}\ninput: 8x8x4\n"
    path = tmp_path / "net.yaml"
    path.write_text(f"{head}layers:\n- {{conv: 1x1, out: {name}}}\n")
    net, own = cc.load(path), {name: 3}
    weights = 4 * 3
    assert net.count(values=own).params == weights
    assert net.show(values=own).rows
    assert net.formula(values=own).at() == (64 * weights, weights)
    assert [ratio.expression for ratio in net.ratio(against=net, values=own).ratios] == [1, 1]
    assert net.explain(to="keras", values=own).to_dict()["parameters"] == {name: "3"}
    assert net.sweep(values=own).params == weights
    assert net.compile(values=own).parameters == ()
    for verb in ("count", "formula", "show", "ratio", "explain --to keras"):
        done = run(*verb.split(), str(path), "--set", f"{name}=3", "--format", "json")
        assert (done.returncode, done.stderr) == (0, ""), verb
