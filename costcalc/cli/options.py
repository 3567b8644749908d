"""Options that several verbs share."""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import reduce, wraps
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click
from click.shell_completion import CompletionItem

from costcalc.analysis.costs import COSTS, MAIN
from costcalc.cli.files import output_file, printed_to
from costcalc.conventions.shelf import all_conventions
from costcalc.errors import CostcalcError
from costcalc.hardware.rules import RULES
from costcalc.language import library
from costcalc.language.parameters import USUAL, pairs
from costcalc.source.files import YAML

if TYPE_CHECKING:
    from costcalc.report.drawing import Picture

F = TypeVar("F", bound=Callable[..., object])
#: The parameters that have options of their own, with their flags.
PARAMETERS = {
    "alpha": ("--alpha", "-a"),
    "delta": ("--delta", "-d"),
    "rho": ("--rho",),
    "resolution": ("--resolution", "-r"),
    "classes": ("--classes", "-c"),
}


Completion: TypeAlias = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completion(names: Callable[[], Iterable[str]]) -> Completion:
    """For the shell: the names that start as the word does, or else files."""

    def complete(_: click.Context, __: click.Parameter, word: str) -> list[CompletionItem]:
        items = [CompletionItem(name) for name in names() if name.startswith(word)]
        return items or [CompletionItem(word, type="file")]

    return complete


complete_spec = _completion(library.spec_names)
complete_convention = _completion(all_conventions)
complete_device = _completion(library.device_names)
#: The SPEC that a verb works on: a file, or the name of a shipped network.
spec_argument = click.argument("spec", shell_complete=complete_spec)


#: What a value of an option starts like; a bare option is followed by a SPEC or another option.
_VALUE = re.compile(rf"{USUAL}$|[-+]?[(.]*[0-9]")


class AxisCommand(click.Command):
    """A verb with options whose values may be left out: the usual values of the spec are meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = (option for option in self.params if isinstance(option, click.Option))
        takes = {flag for option in options if not option.is_flag for flag in option.opts}
        axes = {flag for flags in PARAMETERS.values() for flag in flags}
        words, rest = [], deque(args)
        while rest:
            words.append(word := rest.popleft())
            following = rest[0] if rest else ""
            is_value = _VALUE.match(following) and not following.endswith(YAML)
            if word in axes and not is_value:
                words.append(USUAL)
            elif word in takes and rest:
                words.append(rest.popleft())
        return super().parse_args(ctx, words)


def _bound(settings: tuple[str, str], **texts: tuple[str, str]) -> Callable[[F], F]:
    """Options for the usual parameters and ``--set``: how the value is shown, and the help."""
    metavar, help = settings
    options = [
        *(click.option(*PARAMETERS[n], metavar=m, help=text) for n, (m, text) in texts.items()),
        click.option("--set", "settings", multiple=True, metavar=metavar, help=help),
    ]
    return lambda function: reduce(lambda made, option: option(made), reversed(options), function)


#: ``--alpha`` … ``--set``, gathered as one dict of text by :func:`binding`.
binding_options = _bound(
    ("NAME=VALUE", "Parameters of the spec by name: n=6 or n=6,k=12. Can be given several times."),
    alpha=("A", "Width multiplier, such as 0.5 or 1/2."),
    delta=("D", "Depth multiplier, a positive integer."),
    rho=("P", "Resolution multiplier, such as 6/7."),
    resolution=("N|HxW", "Side of the input, or HxW; 96² is 96x96."),
    classes=("N", "Number of classes."),
)
#: The same with lists and ranges as values, or without: the usual ones (:class:`AxisCommand`).
axis_options = _bound(
    ("NAME[=VALUES]", "Parameters of the specs by name: n=3,6. Can be given several times."),
    alpha=("[VALUES]", "Width multipliers: 0.25,0.5 or 0.1:1:0.1."),
    delta=("[VALUES]", "Depth multipliers: 1,2,4."),
    rho=("[VALUES]", "Resolution multipliers."),
    resolution=("[VALUES]", "Sides: 128:224:32 or 224,224x160."),
    classes=("[VALUES]", "Numbers of classes."),
)


def _convention(values: str) -> Callable[[F], F]:
    return click.option(
        "--convention",
        shell_complete=complete_convention,
        default="paper",
        show_default=True,
        help=f"What is counted: a name from `costcalc list conventions`, {values}",
    )


convention_option = _convention("or FILE, FILE:NAME.")
conventions_option = _convention("FILE, FILE:NAME, or all.")


elements_option = click.option(
    "--elements",
    metavar="TYPES",
    default="int8",
    show_default=True,
    help="Element sizes: int8, int4, int16, fp16, bf16, fp32, w4a8, or weights=…,activations=…; "
    "by row behind it: 'w4a4; first, last: int8'; or a FILE of these.",
)
rule_option = click.option(
    "--rule",
    type=click.Choice(list(RULES)),
    default="live",
    show_default=True,
    help="What lies in memory at a step.",
)
#: Endings of pictures.
PICTURES = (".svg", ".png", ".pdf")
plot_option = click.option(
    "--plot", type=click.Path(path_type=Path), help="A picture: .svg, .png or .pdf."
)


def picture_ending(path: Path | None) -> str:
    """The ending of a picture, which is its format; nothing without a picture.

    :raises CostcalcError: it is none of a picture.
    """
    if path is not None and path.suffix.lower() not in PICTURES:
        hint = f"{', '.join(PICTURES[:-1])} or {PICTURES[-1]}"
        raise CostcalcError(f"{path} has no known ending", hint)
    return "" if path is None else path.suffix.lower()[1:]


def cost_options(command: F) -> F:
    """``--cost``, ``--elements`` and ``--rule``: what is asked for, and what it hangs on."""
    names = ", ".join(name for name in COSTS if name not in MAIN)
    help = f"Besides Mult-Adds and parameters: {names}."
    option = click.option("--cost", default="", metavar="NAMES", help=help)
    return option(elements_option(rule_option(command)))


def drawn(picture: Picture, file: Path, ending: str, what: str, *, force: bool) -> None:
    """A picture as a file, and on stderr what it shows."""
    from costcalc.report.formats.plots import draw

    with output_file(file, force=force) as path:
        draw(picture, path, ending)
    sys.stdout.flush()  # what is said of files comes last
    print(f"{file}: a picture of {picture.points:,} {what}", file=sys.stderr)


#: Which format the ending of a file asks for; ``.txt`` is what is printed without ``--format``.
ENDINGS = {
    ".txt": "",
    ".csv": "csv",
    ".json": "json",
    ".md": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".py": "python",
    ".yaml": "yaml",
    ".parquet": "parquet",
    ".sarif": "sarif",
    ".xml": "junit",
}


def output_options(*formats: str) -> Callable[[F], F]:
    """``--format``, ``--output`` and ``--force``, as they were given; without formats, the last
    two."""
    options = [
        click.option(
            *("--format", "-f", "format_"),
            type=click.Choice(formats),
            help=f"How to print it.  [default: {formats[0] if formats else ''}]",
        ),
        click.option(
            *("--output", "-o"),
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"Write it to FILE ({_listed(formats)})." if formats else "Write it to FILE.",
        ),
        click.option("--force", is_flag=True, help="Overwrite FILE."),
    ][0 if formats else 1 :]
    return lambda function: reduce(lambda made, option: option(made), reversed(options), function)


def _listed(formats: Sequence[str]) -> str:
    """The endings of the files that may be written: ``.txt, .csv or .html``."""
    *first, last = (e for e, format in ENDINGS.items() if format in formats or not format)
    return f"{', '.join(first)} or {last}"


def chosen_format(given: str | None, output: Path | None, formats: Sequence[str]) -> str:
    """The format that is asked for, or that the ending of the file asks for.

    :raises CostcalcError: the ending asks for none of the formats.
    """
    device = output is not None and output.exists() and not output.is_file()
    if given is not None or output is None or device:
        return given or formats[0]
    format = ENDINGS.get(output.suffix.lower())
    if format is None or (format and format not in formats):
        hint = f"{_listed(formats)}, or --format"
        raise CostcalcError(f"{output} has no known ending", hint)
    return format or formats[0]


def format_option(*formats: str) -> Callable[[Callable[..., int | None]], Callable[..., None]]:
    """The options of a verb that prints in one of some formats, to standard output or to a file,
    which is whole or not there; ``html`` is always one. The verb is told ``format_``, and may
    return an exit code. Without formats the verb prints what it prints."""
    known = (*formats, "html") if formats else ()

    def decorated(verb: Callable[..., int | None]) -> Callable[..., None]:
        @wraps(verb)
        def command(*, output: Path | None, force: bool, **given: Any) -> None:
            if force and output is None and given.get("plot") is None:
                raise CostcalcError("--force belongs to --output", "leave --force out")
            if given.get("plot") is not None:
                given["force"] = force
            if known:
                given["format_"] = chosen_format(given["format_"], output, known)
            with nullcontext() if output is None else printed_to(output, force=force):
                code = verb(**given)
            if code:
                sys.exit(code)

        return output_options(*known)(command)

    return decorated


def refuse_bare(command: click.Command, words: Sequence[str]) -> None:
    """:raises CostcalcError: a parameter's option has no value where it needs one."""
    known = {flag for option in command.params for flag in option.opts}
    flags = {flag: flags[0] for flags in PARAMETERS.values() for flag in flags if flag in known}
    for word, following in pairwise([] if isinstance(command, AxisCommand) else [*words, "-"]):
        if word in flags and following[:1] == "-" and not _VALUE.match(following):
            hint = f"`costcalc sweep {flags[word]}` takes the usual values"
            raise CostcalcError(f"{flags[word]} needs a value", hint)


def binding(options: dict[str, object], bare: str = "") -> dict[str, str]:
    """Takes the binding out of a verb's options, as text by parameter name.

    ``bare`` is what ``--set NAME`` without a value means, if anything.

    :raises CostcalcError: ``--set`` without a value, or a parameter given twice.
    """
    given = [f"{n}={value}" for n in PARAMETERS if (value := options.pop(n)) is not None]
    settings = options.pop("settings")
    assert isinstance(settings, tuple)
    settings = [f"{text}={bare}" if bare and "=" not in text else text for text in settings]
    more = pairs(settings, "--set NAME=VALUE", before="--set ")
    return pairs([*given, *(f"{name}={value}" for name, value in more.items())])
