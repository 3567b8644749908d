"""Files that users name, and standard input: read whole, or told what is wrong with the name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from costcalc.errors import CONTROL, CostcalcError, Place, Problem, nearest, visible

#: What a file can be wanted as.
NETWORK, CLAIMS = "a costcalc network", "a claims file"
CONVENTIONS, BLOCKS = "a file of conventions", "a file of blocks"
TABLE, BUDGETS = "a table", "a file of budgets"
DEVICES = "a device"
MAX_BYTES = 32_000_000
YAML = (".yaml", ".yml")
#: The words for standard input, and how messages call it.
STDIN = ("-", "/dev/stdin")
SHOWN = "<stdin>"
#: The standard input that was read, if one was: another one stands for it in tests.
_emptied: list[TextIO] = []


def shown(path: Path) -> str:
    """What messages call a file."""
    return SHOWN if str(path) in STDIN else str(path)


def stem(path: Path, otherwise: str) -> str:
    """A file's name without its ending; ``otherwise`` for a stream, which has none."""
    return otherwise if str(path) == "-" or path.is_relative_to("/dev") else visible(path.stem)


def is_file(path: str | Path, ask: Callable[[Path], bool] = Path.is_file) -> bool:
    """Whether there is a file; no name is too long to ask."""
    with suppress(OSError):
        return ask(Path(path))
    return False


def is_file_name(word: str, endings: tuple[str, ...] = YAML) -> bool:
    """Whether a word that may be a name names a file, be it there or not."""
    path = Path(word)
    return word == "-" or "/" in word or path.suffix in endings or is_file(word, Path.exists)


def read_bytes(path: Path, endings: tuple[str, ...] = YAML) -> bytes:
    """The content of a file, a pipe (``/dev/fd/63``) or, for ``-``, of standard input.

    ``endings`` are those of the files that are wanted, for hints.

    :raises CostcalcError: it can't be read, or is too large.
    """
    place = Place(shown(path))
    try:
        if str(path) == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
            if not data and _emptied[:] == [sys.stdin]:
                raise CostcalcError(Problem("can be read once", "a file for the others", place))
            _emptied[:] = [sys.stdin]
        else:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise CostcalcError(Problem("is a directory", _inside(path, endings), place)) from None
    except (OSError, ValueError) as error:  # a name may hold what none can
        hint = _near(path, endings) if isinstance(error, FileNotFoundError) else ""
        reason = getattr(error, "strerror", None) or str(error)
        raise CostcalcError(Problem(f"can't be read: {reason}", hint, place)) from None
    if len(data) > MAX_BYTES:
        problem = Problem("the file is too large", f"at most {MAX_BYTES:,} bytes", place)
        raise CostcalcError(problem)
    return data


def decoded(path: Path, data: bytes) -> str:
    """The text of a file.

    :raises CostcalcError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        where = Place(shown(path), line, column)
        raise CostcalcError(Problem("not UTF-8", "save the file as UTF-8", where)) from None


def plain_text(path: Path, data: bytes) -> str:
    """The text of a file that is no YAML.

    :raises CostcalcError: it is not UTF-8, or has control characters.
    """
    text = decoded(path, data)
    refuse_control(text, shown(path))
    return text


def refuse_control(text: str, file: str) -> None:
    """:raises CostcalcError: a character of the text is :data:`~costcalc.errors.CONTROL`."""
    found = CONTROL.search(text)
    if found:
        before = text[: found.start()]
        place = Place(file, before.count("\n") + 1, found.start() - before.rfind("\n"))
        raise CostcalcError(Problem(*control(found[0]), place))


def control(character: str) -> tuple[str, str]:
    """What is said of a control character, and the hint."""
    return f"control character U+{ord(character):04X}", "remove it"


def _inside(folder: Path, endings: tuple[str, ...]) -> str:
    """The first files in a folder that could be meant."""
    files = sorted(str(path) for path in folder.iterdir() if path.suffix in endings)
    some = ", ".join(files[:3]) + (", …" if len(files) > 3 else "")
    return f"one file of it: {some}" if some else f"it has no {' or '.join(endings)} file"


def _near(path: Path, endings: tuple[str, ...]) -> str:
    """The file whose name is nearest to one that is not there."""
    try:
        names = {other.stem: other for other in path.parent.iterdir() if other.suffix in endings}
    except OSError:
        return ""
    near = nearest(path.stem, names)
    return f"did you mean {str(names[near])!r}?" if near else ""
