"""The documents are true: every example is run, every link leads somewhere."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from documents import ROOT, Example, blocks, documents, examples, matches, output, write_files

import costcalc as cc
from costcalc.cli import VERBS
from costcalc.operators import OPERATORS

EXAMPLES = [example for path in documents() for example in examples(path)]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.file.name}: {e.command}")
def test_commands_print_what_is_shown(example: Example, tmp_path: Path) -> None:
    write_files(example.file, tmp_path)
    actual = output(example.command, tmp_path)
    assert matches(example.expected, actual), actual


def test_a_wrong_example_would_be_seen() -> None:
    assert matches("a\n…\nd\n", "a\nb\nc\nd\n")
    assert not matches("a\n…\nd\n", "a\nb\nc\ne\n")
    assert not matches("a\n", "a\nb\n")


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_python_examples(path: Path) -> None:
    page = "\n".join(blocks(path, "python"))  # later examples build on earlier ones
    test = doctest.DocTestParser().get_doctest(page, {}, path.name, str(path), 0)
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target
        assert (path.parent / target).resolve().is_relative_to(ROOT), target


def test_every_verb_has_a_page_that_the_readme_names() -> None:
    readme = (ROOT / "README.md").read_text()
    for verb in VERBS:
        assert (ROOT / "docs" / f"{verb}.md").is_file(), verb
        assert f"docs/{verb}.md" in readme, verb


def test_every_verb_is_run_as_a_process() -> None:
    assert {example.command.split()[1] for example in EXAMPLES} == set(VERBS)


def test_every_operator_is_in_the_language_page() -> None:
    page = (ROOT / "docs" / "spec-language.md").read_text()
    for name in OPERATORS:
        assert f"`{name}" in page, name


def test_the_language_page_s_network_counts() -> None:
    first, *_ = (b for b in blocks(ROOT / "docs" / "spec-language.md", "yaml") if "network:" in b)
    assert cc.loads(first).count(n=3).mult_adds == (
        16 * 16 * (27 * 32 + 3 * (9 * 32 + 32 * 32)) + 32 * 10
    )


def test_nothing_points_outside_the_project() -> None:
    # parents of the checkout, and absolute paths that only one machine has
    marks = re.compile(
        r"\.\./(?!README|CONTRIBUTING|docs/|specs/)\w|(?<![\w./])/(?!dev/)[a-z]+/\w+/"
    )
    for path in [*documents(), *ROOT.glob("*.md"), *(ROOT / "specs").rglob("*.yaml")]:
        assert not marks.search(path.read_text()), path
