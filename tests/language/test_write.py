"""Documents as text: what is written reads as the same document."""

from __future__ import annotations

import pytest

from costcalc.graph.loading import load_spec
from costcalc.language.library import spec_names
from costcalc.language.write import same, write
from costcalc.source.reader import read_text


@pytest.mark.parametrize("name", spec_names())
def test_shipped_specs_are_the_same_written(name: str) -> None:
    root = load_spec(name).reading[0]
    assert same(read_text(write(root)), root)


def test_rows_that_do_not_fit_stand_open() -> None:
    """A row is in one line if it fits; its branches else are, each in one if it fits."""
    branch = "{conv: 3x3, out: 64, stride: 2, padding: valid, activation: none}"
    text = (
        "network: net\n"
        "input: 8x8x4\n"
        "layers:\n"
        "- {add: [[], {conv: 3x3, out: 4}]}\n"
        "- add:\n"
        "  - []\n"
        f"  - - {branch}\n"
        f"    - {branch}\n"
        f"  - {branch}\n"
        "  coded: module\n"
    )
    assert write(read_text(text)) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("3x3", "3x3"),
        ("-1", "-1"),
        ("'in'", '"in"'),
        ("max(1, alpha)", '"max(1, alpha)"'),
        ("'a # b'", '"a # b"'),
        ("a == b", "a == b"),
        ("'c=\"d\"'", '"c=\\"d\\""'),
        ("", ""),
        ("''", '""'),
        ("~", ""),
        ("'null'", '"null"'),
    ],
)
def test_quotes_stand_where_they_are_needed_and_where_they_were(value: str, written: str) -> None:
    text = f"x: {value}"
    root = read_text(text)
    assert write(root) == f"x: {written}".rstrip() + "\n"
    assert same(read_text(write(root)), root)
    assert not same(read_text("x: other"), root)


def test_words_in_quotes_are_others() -> None:
    assert not same(read_text("x: [relu]"), read_text('x: ["relu"]'))
    assert not same(read_text("{x: 1, y: 2}"), read_text("{y: 2, x: 1}"))
