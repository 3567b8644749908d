"""What several tests need: running the command line as a process, and small specs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from costcalc.operators.tags import Terms

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def run() -> Run:
    """``run("count", "mobilenet-v1", …)``: the command line in a process of its own."""

    def runs(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "costcalc", *words],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
            timeout=120,
        )

    return runs


def amounts(terms: Terms) -> dict[str, Any]:
    """Every amount of some terms, worked out."""
    return {tag: terms.amount(tag) for tag in terms}


def spec(layers: str, head: str = "input: 32x32x3\n") -> str:
    """A spec with these rows."""
    return f"network: net\n{head}layers:\n{layers}"
