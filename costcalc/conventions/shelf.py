"""The conventions that ship with costcalc, and those in a user's own files."""

from __future__ import annotations

from pathlib import Path

from costcalc.conventions.convention import Convention
from costcalc.conventions.file import ConventionFile
from costcalc.errors import CostcalcError, Place, Problem, did_you_mean
from costcalc.language import library

DEFAULT = "paper"
_ENDINGS = (".yaml", ".yml")

__all__ = [
    "DEFAULT",
    "Convention",
    "all_conventions",
    "as_convention",
    "find_convention",
    "read_conventions",
]


class _Shelf:
    """The shipped files; each is read once, and only if it is needed."""

    def __init__(self) -> None:
        basic = library.CONVENTIONS / "basic.yaml"  # read first: the usual ones are there
        self.paths = sorted(library.convention_files(), key=lambda path: path != basic)
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
    """A shipped convention by name, the only one of a file, or ``file.yaml:name``.

    :raises CostcalcError: no such convention, a bad file, or one that holds several.
    """
    file, colon, name = name_or_file.rpartition(":")
    if not colon or not file.endswith(_ENDINGS):
        file, name = name_or_file, ""
    if file.endswith(_ENDINGS) or "/" in file:
        return _in_file(file, name)
    shelf = _Shelf()
    convention = shelf.find(name_or_file)
    if convention is None:
        hint = did_you_mean(name_or_file, shelf.names()) or "`costcalc list conventions`, or a file"
        raise CostcalcError(Problem(f"no convention {name_or_file!r}", hint))
    return convention


def as_convention(convention: str | Convention) -> Convention:
    """The convention itself, found where it is given by name or file.

    :raises CostcalcError: as :func:`find_convention`.
    """
    return find_convention(convention) if isinstance(convention, str) else convention


def _in_file(file: str, name: str) -> Convention:
    """The convention of that name; without a name, the only one."""
    conventions = ConventionFile(Path(file), _Shelf())
    names = conventions.names
    if name and name not in names:
        raise CostcalcError(
            Problem(f"no convention {name!r}", did_you_mean(name, names), Place(file))
        )
    if not name and len(names) > 1:
        listed = f"{len(names)} conventions: {', '.join(names)}"
        raise CostcalcError(Problem(listed, f"one of them is {file}:{names[0]}", Place(file)))
    return conventions.read(name or names[0])


def all_conventions() -> dict[str, Convention]:
    """Every shipped convention by name, the default one first."""
    shelf = _Shelf()
    conventions: dict[str, Convention] = {}
    for path in shelf.paths:
        for name, convention in shelf.file(path).read_all().items():
            if name in conventions:
                raise CostcalcError(f"convention {name!r} is shipped twice")
            conventions[name] = convention
    return conventions


def read_conventions(path: Path) -> dict[str, Convention]:
    """The conventions of a file, in the order written. They may extend shipped ones.

    :raises CostcalcError: with every problem of the file.
    """
    return ConventionFile(path, _Shelf()).read_all()
