"""Text that a file must not hold, and how much of it a message shows."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from conftest import Run, spec

import costcalc as cc
from costcalc.conventions.shelf import read_conventions
from costcalc.papers.claims.new import new_claims
from costcalc.papers.claims.reading import read_claims

#: Commands of a terminal, a line end of another kind, the direction of text, half a character.
CONTROL = ["\0", "\b", "\x1b", "\x7f", "\x9b", "\r", "\x85", "\u2028", "\u202e", "\u2066", "\u200f"]
HALF = "\ud800"
NET = spec("- {conv: 3x3, out: 8}\n")


def refusal(text: str) -> str:
    with pytest.raises(cc.CostcalcError) as caught:
        cc.loads(text, "net.yaml")
    return str(caught.value)


@pytest.mark.parametrize("character", [*CONTROL, HALF])
def test_no_file_holds_control_characters(character: str, tmp_path: Path) -> None:
    told = f"control character U+{ord(character):04X} (remove it)"
    assert refusal(f"title: a\n# é {character}x\n{NET}") == f"net.yaml:2:5: {told}"
    with pytest.raises(cc.CostcalcError) as caught:
        read_claims(f"paper: é{character}x\n", "mine.yaml")
    assert str(caught.value) == f"mine.yaml:1:9: {told}"
    if character == HALF:
        return  # no file can hold it
    for name, ending in (("table", ".csv"), ("table", ".tex"), ("conventions", ".yaml")):
        path = tmp_path / f"{name}{ending}"
        path.write_bytes(f"a,b\n1,{character}2\n".encode())
        with pytest.raises(cc.CostcalcError) as caught:
            new_claims(path, "vgg-16") if name == "table" else read_conventions(path)
        assert str(caught.value) == f"{path}:2:3: {told}"


@pytest.mark.parametrize("escape", ["\\e", "\\x9b", "\\r", "\\N", "\\L", "\\u202e", "\\0"])
def test_an_escape_is_no_way_around(escape: str) -> None:
    assert refusal(f'source: "a{escape}[2K"\n{NET}').startswith(
        "net.yaml:1:9: source: control character U+"
    )
    assert ": control character U+" in refusal(f'"a{escape}": b\n{NET}')


def test_a_text_on_several_lines_is_one_line() -> None:
    text = 'title: "a\\n\\\\input{x}\\tb"\nsource: |\n  one\n\n    two\n'
    net = cc.loads(text + NET.replace("\n", "\r\n"))
    assert net.spec.title == "a \\input{x} b"
    assert net.spec.source == "one two"
    rows = "- conv: 3x3\n  out: |\n    max(8,\n        in)\n"
    assert cc.loads(spec(rows)).count().params == 8 * 3 * 3 * 3


def test_a_message_quotes_little(run: Run, tmp_path: Path) -> None:
    prose = "all work and no play " * 100
    (tmp_path / "prose.yaml").write_text(prose)
    (tmp_path / "net.yaml").write_text(f"include: prose\n{NET}")
    for words in (("count", "prose.yaml"), ("count", "net.yaml"), ("check", "prose.yaml")):
        assert "got 'all work and no play all work and no pl…all work and no play'" in (
            run(*words, cwd=tmp_path).stderr
        ), words
    (tmp_path / "table.csv").write_text(f"{','.join(map(str, range(999)))}\n{prose}\n")
    told = run("claims", "new", "--from", "table.csv", "--spec", "vgg-16", cwd=tmp_path)
    assert len(told.stderr) < 200
    deep = ".".join("x" * 50 for _ in range(99))
    assert len(refusal(spec(f"- {{conv: 3x3, out: {deep}}}\n"))) < 200


def test_a_file_s_name_commands_no_terminal(run: Run, tmp_path: Path) -> None:
    name = "\x1b]0;owned\x07\n.yaml"
    shown = "\\u001b]0;owned\\u0007\\u000a"
    (tmp_path / name).write_text("input: 8x8x3\nlayers: [relu]\n")
    assert run("count", name, cwd=tmp_path).stdout.splitlines()[0] == shown
    (tmp_path / name).write_text("layers: [relu]\n")
    for words in (("count", name), ("sweep", name), ("compare", name, name)):
        assert run(*words, cwd=tmp_path).stderr.startswith(f"{shown}.yaml:1:1: "), words
    assert run("check", name, cwd=tmp_path).stderr.startswith(f"{shown}.yaml: this is a ")
    for words in (
        ("claims", "new", "--from", "\x1b.csv", "--spec", "vgg-16"),
        ("sweep", "vgg-16", "--points", "\x1b.csv"),
        ("show-convention", "\x1b.yaml"),
    ):
        assert run(*words, cwd=tmp_path).stderr.startswith("\\u001b."), words


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ".yaml", "a\0.yaml"])
def test_no_name_is_too_long_to_be_told(name: str, tmp_path: Path) -> None:
    claims = tmp_path / "claims.yaml"
    said = "  columns: [row, params M]\n  rows: [[a, 1]]\n"
    claims.write_text(f"tables:\n- table: a\n  spec: {name.replace(chr(0), '')}\n{said}")
    for ask in (
        cc.load,
        lambda name: cc.compare([name, "vgg-16"]),
        lambda _: cc.check([str(claims)]),
    ):
        with pytest.raises(cc.CostcalcError) as caught:
            ask(name)
        assert len(str(caught.value)) < 600


def test_a_file_is_not_its_own_file_of_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"include: a\nblocks: {{b: {{layers: [relu]}}}}\n{NET}")
    told = "'a' is this file itself (include: another file, of blocks)"
    with pytest.raises(cc.CostcalcError) as caught:
        cc.load(path)
    assert str(caught.value) == f"{path}:1:10: include: {told}"
    link = tmp_path / "c.yaml"
    link.symlink_to(path)
    with pytest.raises(cc.CostcalcError) as caught:
        cc.load(link)
    assert str(caught.value) == f"{link}:1:10: include: {told}"


def test_no_text_is_read_with_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text in ("1if n else 3", "0in", "2or", "1j", "0x1for", "'\\d'", '"\\d" in n'):
            refused = refusal(spec(f"- conv: 3x3\n  out: >\n    {text}\n"))
            assert refused.startswith("net.yaml:5:8: layers[0].out: "), text
