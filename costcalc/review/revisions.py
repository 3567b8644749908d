"""Files of a git checkout as they were: ``REV:path`` stands for the file of that revision."""

from __future__ import annotations

import io
import posixpath
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.source.files import YAML, is_file


@contextmanager
def as_it_was(word: str, folder: Path = Path()) -> Iterator[str]:
    """The file that ``REV:path`` names, with all YAML files of that revision, which it may include,
    beside it in a folder that lives as long as the block. Another word is given back as it is.

    A path is one of the whole repository, as git has it; ``./path`` starts at the working
    directory, or ``folder``. ``@NAME=VALUE`` may follow.

    :raises CostcalcError: not inside a checkout, or no such revision or file.
    """
    revision, _, rest = word.partition(":")
    path, at, binding = rest.partition("@")
    if not (revision and path) or is_file(folder / f"{revision}:{path}"):
        yield word
        return
    here = ("-C", str(folder), "rev-parse")
    commit = _told(*here, "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise CostcalcError(f"{word}: git knows no revision {revision!r}", "`git log` has them")
    prefix, top = _told(*here, "--show-prefix"), _told(*here, "--show-toplevel")
    if path.startswith(("./", "../")):
        path = posixpath.normpath(prefix + path)
    files = _told("-C", top, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")
    if path not in files:
        beside = f"./{path}" if prefix + path in files else ""
        hint = f"{revision}:{beside}" if beside else did_you_mean(path, files)
        raise CostcalcError(f"{word}: {revision} has no file {path!r}", hint)
    wanted = [file for file in files if file == path or file.endswith(YAML)]
    literal = (f":(literal){file}" for file in wanted)
    packed = _git("-C", top, "archive", commit, "--", *literal)
    with TemporaryDirectory(prefix="costcalc-") as kept:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(kept, filter="data")
        try:
            yield f"{Path(kept) / path}{at}{binding}"
        except CostcalcError as error:
            raise CostcalcError([_called(p, kept, revision) for p in error.problems]) from None


def _called(problem: Problem, folder: str, revision: str) -> Problem:
    """A problem whose file is called as the user calls it."""
    file = problem.place.file
    if not file.startswith(folder):
        return problem
    name = f"{revision}:{Path(file).relative_to(folder).as_posix()}"
    return problem._replace(place=problem.place._replace(file=name))


def _told(*words: str) -> str:
    """What git prints, as text."""
    return _git(*words).decode("utf-8", "replace").strip()


def _git(*words: str) -> bytes:
    """What git prints; nothing where it fails.

    :raises CostcalcError: there is no git, or no checkout.
    """
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False)
    except OSError:
        raise CostcalcError("REV:path needs git", "or name two files") from None
    if b"not a git repository" in done.stderr:
        raise CostcalcError("REV:path is asked for outside of a git checkout", "or name two files")
    return b"" if done.returncode else done.stdout
