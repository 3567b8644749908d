"""The conventions that ship with costcalc, and those in a user's own files."""

from __future__ import annotations

from pathlib import Path

from costcalc import shipped
from costcalc.convention import Convention
from costcalc.convention_file import ConventionFile
from costcalc.errors import CostcalcError, Problem, did_you_mean

DEFAULT = "paper"

__all__ = ["DEFAULT", "Convention", "all_conventions", "find_convention", "read_conventions"]


class _Shelf:
    """The shipped files; each is read once, and only if it is needed."""

    def __init__(self) -> None:
        basic = shipped.CONVENTIONS / "basic.yaml"  # read first: the usual ones are there
        self.paths = sorted(shipped.convention_files(), key=lambda path: path != basic)
        self.files: dict[Path, ConventionFile] = {}

    def file(self, path: Path) -> ConventionFile:
        if path not in self.files:
            self.files[path] = ConventionFile(path, self)
        return self.files[path]

    def names(self) -> list[str]:
        return [name for path in self.paths for name in self.file(path).names]

    def find(self, name: str) -> Convention | None:
        for path in self.paths:
            if name in self.file(path).names:
                return self.file(path).read(name)
        return None


def find_convention(name_or_file: str) -> Convention:
    """A shipped convention by name, or the only (or last) one of a file.

    :raises CostcalcError: no such convention, or a bad file.
    """
    if name_or_file.endswith((".yaml", ".yml")) or "/" in name_or_file:
        return list(read_conventions(Path(name_or_file)).values())[-1]
    found = _Shelf().find(name_or_file)
    if found is None:
        hint = (
            did_you_mean(name_or_file, _Shelf().names()) or "`costcalc list conventions`, or a file"
        )
        raise CostcalcError(Problem(f"no convention {name_or_file!r}", hint))
    return found


def all_conventions() -> dict[str, Convention]:
    """Every shipped convention by name, the default one first."""
    shelf = _Shelf()
    found: dict[str, Convention] = {}
    for path in shelf.paths:
        for name, convention in shelf.file(path).read_all().items():
            if name in found:
                raise CostcalcError(f"convention {name!r} is shipped twice")
            found[name] = convention
    return found


def read_conventions(path: Path) -> dict[str, Convention]:
    """The conventions of a file, in the order written. They may extend shipped ones.

    :raises CostcalcError: with every problem of the file.
    """
    return ConventionFile(path, _Shelf()).read_all()
