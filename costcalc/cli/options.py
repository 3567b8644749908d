"""Options that several verbs share."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from functools import reduce
from typing import TypeAlias, TypeVar

import click
from click.shell_completion import CompletionItem

from costcalc.conventions.shelf import all_conventions
from costcalc.language import library
from costcalc.language.parameters import USUAL, pairs

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
            is_value = _VALUE.match(following) and not following.endswith((".yaml", ".yml"))
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
    ("NAME=VALUE", "Any parameter of the spec, such as n=6. Can be given several times."),
    alpha=("A", "Width multiplier, such as 0.5 or 1/2."),
    delta=("D", "Depth multiplier, a positive integer."),
    rho=("P", "Resolution multiplier, such as 6/7."),
    resolution=("N|HxW", "Side of the input, or HxW."),
    classes=("N", "Number of classes."),
)
#: The same with lists and ranges as values, or without: the usual ones (:class:`AxisCommand`).
axis_options = _bound(
    ("NAME[=VALUES]", "Any parameter of the specs, such as n=3,6. Can be given several times."),
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


def format_option(*formats: str) -> Callable[[F], F]:
    return click.option(
        "--format",
        "-f",
        "format_",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print it.",
    )


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
