"""The examples that need an optional extra: ``pycon`` blocks, run after the page's own."""

from __future__ import annotations

import doctest

import pytest
from documents import ROOT, blocks


def test_dask_example() -> None:
    pytest.importorskip("dask.array")
    path = ROOT / "docs" / "sweep.md"
    extra = blocks(path, "pycon")
    assert len(extra) == 1 and "import dask.array" in extra[0]
    page = "\n".join([*blocks(path, "python"), *extra])
    test = doctest.DocTestParser().get_doctest(page, {}, path.name, str(path), 0)
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
