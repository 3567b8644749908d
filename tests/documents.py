"""The examples of README and docs: found, run, compared.

``python tests/documents.py`` rewrites what they print. A ``console`` block holds commands (``$ …``)
and their output; a line ``…`` stands for lines left out. A ``python`` block with ``>>>`` is a
doctest. Files that an example needs are the ``yaml`` blocks whose first line is a comment with a
file name, ``# net.yaml``, and the ``csv`` blocks below a line with a quoted file name and a colon
(csv has no comments, so a block with one could not be pasted).
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
#: A table below a line with its name, or with the name in a comment.
TABLE = re.compile(
    r"(?:^`([\w.-]+\.csv)`:\n\n)?^```csv\n(?:# ([\w.-]+\.csv)\n)?(.*?)^```$", re.M | re.S
)


class Example(NamedTuple):
    """One command with the output that the document shows."""

    file: Path
    command: str
    expected: str


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(path: Path, language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(path.read_text()) if name == language]


def examples(path: Path) -> Iterator[Example]:
    for block in blocks(path, "console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, expected = part.partition("\n")
            yield Example(path, command, expected)


def write_files(path: Path, folder: Path) -> None:
    """The files that the document's examples read."""
    for block in blocks(path, "yaml"):
        match = re.match(r"# ([\w.-]+\.yaml)\n", block)
        if match:
            (folder / match[1]).write_text(block)
    for above, inside, table in TABLE.findall(path.read_text()):
        if above or inside:
            (folder / (above or inside)).write_text(table)


def output(command: str, folder: Path) -> str:
    """What a command prints, both streams, run as a process in ``folder``."""
    words = shlex.split(command)
    assert words[0] == "costcalc", command
    result = subprocess.run(
        [sys.executable, "-m", "costcalc", *words[1:]],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        timeout=120,
    )
    assert "Traceback" not in result.stdout, result.stdout  # never to be shown, never rewritten
    return result.stdout


def matches(expected: str, actual: str) -> bool:
    """Whether the output is the shown one; ``…`` on a line of its own stands for any lines."""
    parts = [
        re.escape(part) for part in re.split(r"^…\n", expected.rstrip("\n") + "\n", flags=re.M)
    ]
    return re.fullmatch("(?:.*\n)*?".join(parts), actual.rstrip("\n") + "\n") is not None


def rewrite(path: Path, folder: Path) -> None:
    """Put the present output into the document (examples with ``…`` are left as they are)."""
    write_files(path, folder)
    text = path.read_text()
    for example in examples(path):
        shown = f"$ {example.command}\n{example.expected}"
        if "…\n" not in example.expected:
            fresh = output(example.command, folder).rstrip()
            tail = "\n" if example.expected.endswith("\n\n") else ""
            text = text.replace(shown, f"$ {example.command}\n{fresh}{fresh and chr(10)}{tail}")
    path.write_text(text)


if __name__ == "__main__":
    import tempfile

    for document in documents():
        with tempfile.TemporaryDirectory() as temporary:
            rewrite(document, Path(temporary))
