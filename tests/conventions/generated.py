"""Parts of documents that a command prints: between ``<!-- costcalc … -->`` and ``<!-- end -->``.

``python tests/conventions/generated.py`` renews them.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "conventions.md"
_PART = re.compile(r"(<!-- costcalc (?P<words>.*?) -->\n)(?P<body>.*?)(<!-- end -->)", re.S)


def renewed(page: str) -> str:
    """The page with every generated part as its command prints it now."""

    def part(match: re.Match[str]) -> str:
        result = subprocess.run(
            [sys.executable, "-m", "costcalc", *shlex.split(match["words"])],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        table = result.stdout.partition("\n\n")[2]  # without the heading
        return f"{match[1]}{table}{match[4]}"

    return _PART.sub(part, page)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
