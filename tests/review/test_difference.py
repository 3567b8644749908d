"""What moved between two networks, from text to the printed line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc

HEAD = "network: net\ninput: 8x8x4\ndefaults: {norm: none, activation: none}\nlayers:\n"
CONVS = ("- {conv: 3x3, out: 8, padding: 1}\n", "- {conv: 1x1, out: 16}\n")
WORK = (8 * 8 * 9 * 4 * 8, 8 * 8 * 8 * 16)


def net(*rows: str) -> cc.Network:
    return cc.loads(HEAD + "".join(rows))


def told(old: cc.Network, new: cc.Network) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(change.paths, change.what) for change in cc.diff(old, new).changes]


def test_nothing_moved() -> None:
    found = cc.diff(net(*CONVS), net(*CONVS))
    assert found.equal and found.grown is None


def test_names_alone_are_no_change() -> None:
    """A layer's name counts the layers before it."""
    named = "- {conv: 1x1, out: 16, name: last}\n"
    assert cc.diff(net(*CONVS), net(CONVS[0], named)).equal


def test_a_row_that_is_put_in_renames_those_below_it() -> None:
    assert told(net(*CONVS), net("- {conv: 1x1, out: 4}\n", *CONVS)) == [(("conv1",), ("added",))]
    assert told(net(CONVS[0], *CONVS), net(*CONVS)) == [(("conv2",), ("removed",))]
    assert told(net("- {conv: 1x1, out: 8}\n", *CONVS), net(*CONVS)) == [
        (("conv1",), ("removed",)),
        (("conv1",), ("input 8 → 4",)),
    ]


def test_a_window_and_what_follows_from_it() -> None:
    found = cc.diff(net(*CONVS), net("- {conv: 5x5, out: 12, padding: 2}\n", CONVS[1]))
    (first, second), totals = found.changes, (found.old.mult_adds, found.new.mult_adds)
    assert first.what == ("conv 3x3 → conv 5x5", "output 8 → 12")
    assert second.what == ("input 8 → 12",)
    assert first.cost("mult_adds") == (WORK[0], 8 * 8 * 25 * 4 * 12)
    assert second.cost("params") == (8 * 16, 12 * 16)
    assert totals == (sum(WORK), 8 * 8 * 25 * 4 * 12 + 8 * 8 * 12 * 16)
    assert found.grown is first


def test_layers_that_changed_alike_share_a_line() -> None:
    repeated = "- {repeat: 3, layers: [{conv: 3x3, out: 4, padding: 1}]}\n"
    wider = repeated.replace("3x3", "1x3").replace("padding: 1", "padding: [0, 1]")
    (change,) = cc.diff(net(repeated), net(wider)).changes
    assert len(change.paths) == 3
    assert change.cost("mult_adds") == (3 * 8 * 8 * 9 * 16, 3 * 8 * 8 * 3 * 16)


def test_the_groups_of_a_depthwise_convolution_are_its_channels() -> None:
    old, new = (net(f"- {{conv: 1x1, out: {n}}}\n", "- {dwconv: 3x3}\n") for n in (8, 12))
    assert told(old, new)[1] == (("dwconv2",), ("input 8 → 12", "output 8 → 12"))
    grouped = [f"- {{conv: 3x3, out: 8, groups: {n}}}\n" for n in (1, 2)]
    assert told(net(grouped[0]), net(grouped[1])) == [
        (("conv1",), ("conv 3x3 → group conv 3x3", "groups 1 → 2"))
    ]


def test_values_bind_each_network_that_has_the_parameter() -> None:
    found = cc.diff("mobilenet-v1", "vgg-16", alpha="1/2", resolution=32)
    assert (
        found.old.parameters["alpha"] == cc.count("mobilenet-v1", alpha="1/2").parameters["alpha"]
    )
    assert {count.parameters["resolution"] for count in (found.old, found.new)} == {32}
    with pytest.raises(cc.CostcalcError) as caught:
        cc.diff("vgg-16", "vgg-16", alpha=1)
    message = "none of the networks has a parameter 'alpha' (known: classes, resolution)"
    assert str(caught.value) == message


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository whose network, with a block that it includes, changed after the commit."""
    nets = tmp_path / "nets"
    nets.mkdir()
    blocks = (
        "blocks:\n  twice:\n    layers:\n    - {conv: 1x1, out: 16}\n    - {conv: 1x1, out: OUT}\n"
    )
    (nets / "own.yaml").write_text(blocks.replace("OUT", "8"))
    text = HEAD.replace("layers:", "include: own\nlayers:") + "- twice\n\n"
    (nets / "net.yaml").write_text(text)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "first")
    (nets / "own.yaml").write_text(blocks.replace("OUT", "4"))
    return tmp_path


def test_a_file_as_it_was_with_what_it_included(checkout: Path, run: Run) -> None:
    made = run("diff", "HEAD:nets/net.yaml", "nets/net.yaml", cwd=checkout)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.splitlines() == [
        "HEAD:nets/net.yaml → nets/net.yaml",
        "old: HEAD:nets/net.yaml, no parameters",
        "new: nets/net.yaml, no parameters",
        "convention: paper (unit MAC)",
        "",
        "               old    new  new − old  new : old",
        "Mult-Adds   12,288  8,192     -4,096    66.67 %",
        "parameters     192    128        -64    66.67 %",
        "",
        "layer         what changed  Mult-Adds  moved by  parameters  moved by",
        "twice1/conv2  output 8 → 4      8,192    -4,096         128       -64",
    ]
    inside = run("diff", "main:./net.yaml", "net.yaml", "--exit-code", cwd=checkout / "nets")
    assert (inside.returncode, inside.stderr) == (1, "")
    same = run("diff", "HEAD@{0}:nets/net.yaml", "main:nets/net.yaml", "--exit-code", cwd=checkout)
    assert same.returncode == 0
    assert same.stdout.endswith("\nlayers  none differs\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("nope:nets/net.yaml", "git knows no revision 'nope' (`git log` has them)"),
        ("--help:nets/net.yaml", "git knows no revision '--help' (`git log` has them)"),
        (
            "HEAD:nets/nett.yaml",
            "HEAD has no file 'nets/nett.yaml' (did you mean 'nets/net.yaml'?)",
        ),
    ],
)
def test_what_a_checkout_has_not(checkout: Path, run: Run, words: str, message: str) -> None:
    made = run("diff", "--", words, "nets/net.yaml", cwd=checkout)
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr == f"{words}: {message}\n"


def test_a_problem_of_an_old_file_is_told_in_the_words_of_the_user(
    checkout: Path, run: Run
) -> None:
    (checkout / "nets" / "net.yaml").write_text(HEAD + "- {cnov: 1x1}\n")
    git(checkout, "commit", "-q", "-a", "-m", "second")
    made = run("diff", "HEAD:nets/net.yaml", "vgg-16", cwd=checkout)
    assert made.stderr == (
        "HEAD:nets/net.yaml:5:4: layers[0]: unknown operator 'cnov' (did you mean 'conv'?)\n"
    )


def test_a_path_that_is_meant_from_here(checkout: Path, run: Run) -> None:
    made = run("diff", "HEAD:net.yaml", "net.yaml", cwd=checkout / "nets")
    assert made.stderr == "HEAD:net.yaml: HEAD has no file 'net.yaml' (HEAD:./net.yaml)\n"


def test_no_checkout(tmp_path: Path, run: Run) -> None:
    made = run(
        "diff", "HEAD:net.yaml", "vgg-16", cwd=tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path)
    )
    assert made.stderr == "REV:path is asked for outside of a git checkout (or name two files)\n"


def test_what_moved_without_a_cost_is_named_below(run: Run) -> None:
    made = run("diff", "mobilenet-v1", "mobilenet-v1@alpha=0.5")
    assert made.stdout.endswith("\n\nmoved at no cost  avgpool28\n")
    assert "avgpool28 " not in made.stdout
