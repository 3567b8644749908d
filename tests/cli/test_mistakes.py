"""What people mistype (``mistakes.yaml``): one line for each problem, located and mending."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Run

CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("mistakes.yaml").read_text("utf-8")
)
HEAD = "network: net\ninput: 32x32x3\n"
SPEC = f"{HEAD}layers:\n- {{conv: 3x3, out: 8}}\n"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_whole_message(run: Run, tmp_path: Path, case: dict[str, Any]) -> None:
    head = HEAD + "".join(f"{line}\n" for line in [case.get("head")] if line)
    text = case.get("file", f"{head}layers:\n- {case.get('row', 'relu')}\n")
    files = {"net.yaml": text, **case.get("other", {})}
    for name, written in files.items():
        (tmp_path / name).write_text(written, case.get("coded", "utf-8"))
    told = run(*case.get("words", "count net.yaml").split(), cwd=tmp_path)
    says = case["says"]
    assert told.stderr.rstrip("\n").split("\n") == ([says] if isinstance(says, str) else says)
    assert (told.returncode, told.stdout) == (2, "")


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 74


@pytest.mark.parametrize(
    "written",
    [
        b"\xef\xbb\xbf" + SPEC.encode(),
        SPEC.replace("\n", "\r\n").encode(),
        SPEC.encode("utf-8").rstrip(),
    ],
    ids=["byte order mark", "CRLF", "no last newline"],
)
def test_what_editors_add_is_no_mistake(run: Run, tmp_path: Path, written: bytes) -> None:
    (tmp_path / "net.yaml").write_bytes(written)
    assert f" {32 * 32 * 27 * 8:,} " in run("count", "net.yaml", cwd=tmp_path).stdout
