"""Networks by name, file or text: read, and held against the sizes that their tables print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias

from costcalc.errors import CostcalcError, Problem, nearest, type_name
from costcalc.graph.build import build, check_printed_sizes, said_otherwise
from costcalc.language import Spec, library
from costcalc.language.parameters import by_name, pairs
from costcalc.language.parser import parse_file, parse_text
from costcalc.source.files import STDIN, YAML, is_file, is_file_name, plain_text, read_bytes


def load_spec(name_or_file: str | Path) -> Spec:
    """A shipped network by name, or the one in a file; ``-`` is standard input.

    :raises CostcalcError: no such network, or a file with problems (all of them at once).
    """
    path = find_spec(name_or_file)
    if path.suffix in YAML:
        return _parsed(path)
    from costcalc.source.kinds import reader_of

    reader = reader_of(path)
    return load_model(path, reader) if reader else _parsed(path)


def _parsed(path: Path) -> Spec:
    """The network in a file of YAML, which may be that of another program."""
    try:
        return _checked(parse_file(path, (library.BLOCKS,)))
    except CostcalcError as error:
        reader = getattr(getattr(error, "kind", None), "reader", "")
        if not reader or str(path) in STDIN:
            raise
    return load_model(path, reader)


def load_model(path: Path, reader: str) -> Spec:
    """The network in the file of another program.

    :raises CostcalcError: as :func:`~costcalc.exchange.reading.read_flat`.
    """
    from costcalc.exchange.reading import read_flat

    return told(read_flat(path, reader))


def told(spec: Spec) -> Spec:
    """The network; what its rows do not say of the model that they were made of goes to who runs
    it, whatever is asked for: to standard error, if nothing else is set up for logging."""
    for line in said_otherwise(spec):
        import logging  # where something is said

        logging.getLogger("costcalc").warning("%s: %s", spec.file, line)
    return spec


def spec_text(name_or_file: str | Path) -> str:
    """The file of a network as it stands; that of another program as a spec.

    :raises CostcalcError: as :func:`find_spec`, or it can't be shown.
    """
    path = find_spec(name_or_file)
    if path.suffix in YAML:
        return plain_text(path, read_bytes(path))
    from costcalc.language.write import write
    from costcalc.source.kinds import reader_of

    if reader_of(path):
        spec = load_spec(path)
        build(spec, {})  # what is shown, is what may be counted
        return write(spec.reading[0])
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
    """The network in a YAML text; ``file`` is the name that problems give.

    :raises CostcalcError: with all problems of the text.
    """
    if not isinstance(text, str):
        raise CostcalcError(f"{type_name(text)} is not a YAML text", "a str; cc.load reads files")
    return _checked(parse_text(text, file, (library.BLOCKS,)))


class HasSpec(Protocol):
    """A :class:`~costcalc.network.Network`."""

    @property
    def spec(self) -> Spec: ...


#: What every function takes for a network.
Source: TypeAlias = str | Path | Spec | HasSpec


def as_spec(source: Source) -> Spec:
    """The network itself, loaded where it is given by name or file.

    :raises CostcalcError: as :func:`load_spec`, or it is none of what is taken.
    """
    spec = getattr(source, "spec", source)
    if isinstance(spec, Spec):
        return spec
    if isinstance(source, str | Path):
        return load_spec(source)
    hint = "a name, a file, or what cc.load or cc.loads gave"
    if isinstance(source, Mapping):
        hint = "cc.loads(yaml.safe_dump(…)) reads one"
    elif isinstance(source, list | tuple | set):
        hint = "one at a time; compare and sweep take several"
    raise CostcalcError(f"{type_name(source)} is not a network", hint)


def several(sources: object) -> list[Any]:
    """A list of what may be one alone: a text is one name and not its letters, a network one
    network.

    :raises CostcalcError: it is no list.
    """
    if isinstance(sources, list | tuple) and not isinstance(sources, Spec):
        return [*sources]
    if sources is None or isinstance(sources, Mapping | int | float):
        raise CostcalcError(f"{type_name(sources)} names nothing", "a name, or a list of names")
    return [sources]


def name_of_source(source: Source) -> str:
    """What to call a network: what was given, or its own name."""
    return str(source) if isinstance(source, str | Path) else as_spec(source).name


class Named(NamedTuple):
    """A network, and what it was given as: a name or a file."""

    given: str
    spec: Spec


def named(given: Source) -> Named:
    """:raises CostcalcError: no such network, or a file with problems."""
    return Named(name_of_source(given), as_spec(given))


def named_at(source: Source) -> tuple[Named, Mapping[str, str]]:
    """A network, and the binding that its name carries: ``mobilenet-v1@alpha=0.5,delta=2``.

    :raises CostcalcError: as :func:`named`, or a part of the binding is no ``NAME=VALUE``.
    """
    if not isinstance(source, str):
        return named(source), {}
    name, at, text = source.rpartition("@")
    if not at or source.endswith(YAML) or is_file(source):  # a folder a@b
        name, at = source, ""
    own = pairs(text, "SPEC@NAME=VALUE,NAME=VALUE", after=f" in {source!r}") if at else {}
    network = named(name)
    return network, by_name(own, network.spec.parameters)


def _checked(spec: Spec) -> Spec:
    check_printed_sizes(spec)
    return spec
