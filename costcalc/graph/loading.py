"""Networks by name, file or text: read, and held against the sizes that their tables print."""

from __future__ import annotations

from pathlib import Path

from costcalc.errors import CostcalcError, Problem, nearest
from costcalc.graph.build import check_printed_sizes
from costcalc.language import Spec, library
from costcalc.language.parser import parse_file, parse_text
from costcalc.source.files import YAML, is_file, is_file_name, plain_text, read_bytes


def load_spec(name_or_file: str | Path) -> Spec:
    """A shipped network by name, or the one in a file; ``-`` is standard input.

    :raises CostcalcError: no such network, or a file with problems (all of them at once).
    """
    return _checked(parse_file(find_spec(name_or_file), (library.BLOCKS,)))


def spec_text(name_or_file: str | Path) -> str:
    """The file of a network as it stands.

    :raises CostcalcError: as :func:`find_spec`, or it can't be shown.
    """
    path = find_spec(name_or_file)
    return plain_text(path, read_bytes(path))


def find_spec(name_or_file: str | Path) -> Path:
    """The file of a network.

    :raises CostcalcError: the word names neither a shipped network nor a file.
    """
    text, path = str(name_or_file), Path(name_or_file)
    if text.endswith(YAML) or is_file(path):
        return path
    shipped = library.SPECS / f"{text}.yaml"
    if "/" not in text and is_file(shipped):
        return shipped
    from costcalc.source.kinds import FOREIGN  # only on the way to an error, or to a stream

    if is_file_name(text, FOREIGN):
        return path
    raise CostcalcError(_unknown(text))


def _unknown(name: str) -> Problem:
    """That there is no network of a name, with what may be meant."""
    if name in library.claim_names():
        return Problem(f"{name!r} is a paper", f"`costcalc check {name}` checks its claims")
    near = nearest(name, [*library.spec_names(), *(path.name for path in Path().glob("*.yaml"))])
    own = name if name.replace("-", "_").isidentifier() else "NAME"
    shelf = f"`costcalc list specs` names what ships; `costcalc new {own}` starts one of your own"
    return Problem(f"no network {name!r}", f"did you mean {near!r}?" if near else shelf)


def loads_spec(text: str, file: str = "<text>") -> Spec:
    """The network in a YAML text; ``file`` is the name that problems give."""
    return _checked(parse_text(text, file, (library.BLOCKS,)))


def as_spec(spec: str | Path | Spec) -> Spec:
    """The network itself, loaded where it is given by name or file.

    :raises CostcalcError: as :func:`load_spec`.
    """
    return spec if isinstance(spec, Spec) else load_spec(spec)


def _checked(spec: Spec) -> Spec:
    check_printed_sizes(spec)
    return spec
