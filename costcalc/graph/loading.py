"""Networks by name, file or text: read, and held against the sizes that their tables print."""

from __future__ import annotations

from pathlib import Path

from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.graph.build import check_printed_sizes
from costcalc.language import Spec, library
from costcalc.language.parser import parse_file, parse_text


def load_spec(name_or_file: str | Path) -> Spec:
    """A shipped network by name, or the one in a file.

    :raises CostcalcError: no such network, or a file with problems (all of them at once).
    """
    text = str(name_or_file)
    path = Path(name_or_file)
    if not text.endswith((".yaml", ".yml")) and not path.is_file():
        path = library.SPECS / f"{text}.yaml"
        if "/" in text or not path.is_file():
            hint = did_you_mean(text, library.spec_names()) or "`costcalc list specs`, or a file"
            raise CostcalcError(Problem(f"no network {text!r}", hint))
    return _checked(parse_file(path, (library.BLOCKS,)))


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
