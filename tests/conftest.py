"""What several tests need: the command line, here or as a process, and small specs."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from costcalc.cli import main
from costcalc.operators.tags import Amounts, Terms

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """The whole suite runs on the cores that there are, if pytest-xdist is there.

    Chosen tests run in this process: starting others would take longer. So do the oracles, which
    share large libraries. The tests of a file run in one process, since they share what is costly
    to make.
    """
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    option = config.option
    whole = config.args_source == pytest.Config.ArgsSource.TESTPATHS
    chosen = option.keyword or option.markexpr != "not oracle"
    if whole and not chosen and option.numprocesses is None:
        option.numprocesses, option.maxprocesses = "auto", 4
    if option.numprocesses and option.dist == "no":
        option.dist = "loadfile"


def called(
    *words: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """``called("count", "mobilenet-v1", …)``: exit code and streams of the command line, run here.

    The streams are no terminal and know all signs. What a process alone has, such as signals,
    encodings, a terminal, and the modules that it imports, is tested with processes; so are the
    examples of the documents, which have every verb.
    """
    written = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(stream, "utf-8", write_through=True) for stream in written)
    with (
        chdir(cwd or Path.cwd()),
        patch.dict(os.environ, environment),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as left,
    ):
        main(list(words), prog_name="costcalc")
    texts = (stream.getvalue().decode() for stream in written)
    return subprocess.CompletedProcess(["costcalc", *words], int(left.value.code or 0), *texts)


@pytest.fixture(scope="session")
def run() -> Run:
    """The command line, run in this process."""
    return called


def process(
    *words: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "costcalc", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        timeout=120,
    )


def amounts(terms: Amounts) -> dict[str, Any]:
    """Every amount of some terms, worked out."""
    return {tag: Terms(terms).amount(tag) for tag in terms}


def spec(layers: str, head: str = "input: 32x32x3\n") -> str:
    """A spec with these rows."""
    return f"network: net\n{head}layers:\n{layers}"
