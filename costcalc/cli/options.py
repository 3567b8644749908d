"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from costcalc.language import library
from costcalc.language.parameters import pairs

F = TypeVar("F", bound=Callable[..., Any])
PARAMETERS = ("alpha", "delta", "rho", "resolution", "classes")


def complete_spec(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Shipped networks for the shell, or else files."""
    names = [CompletionItem(n) for n in library.spec_names() if n.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def complete_convention(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Shipped conventions for the shell, or else files."""
    from costcalc.conventions.shelf import all_conventions

    names = [CompletionItem(n) for n in all_conventions() if n.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def spec_argument(function: F) -> F:
    """The SPEC that a verb works on: a file, or the name of a shipped network."""
    return click.argument("spec", shell_complete=complete_spec)(function)


def binding_options(function: F) -> F:
    """``--alpha`` … ``--set``, gathered as one dict of text: ``binding``."""
    options = [
        click.option("--alpha", "-a", metavar="A", help="Width multiplier, such as 0.5 or 1/2."),
        click.option("--delta", "-d", metavar="D", help="Depth multiplier, a positive integer."),
        click.option("--rho", metavar="P", help="Resolution multiplier, such as 6/7."),
        click.option("--resolution", "-r", metavar="N|HxW", help="Side of the input, or HxW."),
        click.option("--classes", "-c", metavar="N", help="Number of classes."),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="NAME=VALUE",
            help="Any parameter of the spec, such as n=6. Can be given several times.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def axis_options(function: F) -> F:
    """``--alpha`` … ``--set`` with lists and ranges as values, gathered by :func:`binding`."""
    options = [
        click.option(
            "--alpha", "-a", metavar="VALUES", help="Width multipliers: 0.25,0.5 or 0.1:1:0.1."
        ),
        click.option("--delta", "-d", metavar="VALUES", help="Depth multipliers: 1,2,4."),
        click.option("--rho", metavar="VALUES", help="Resolution multipliers."),
        click.option(
            "--resolution", "-r", metavar="VALUES", help="Sides: 128:224:32 or 224,224x160."
        ),
        click.option("--classes", "-c", metavar="VALUES", help="Numbers of classes."),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="NAME=VALUES",
            help="Any parameter of the specs, such as n=3,6. Can be given several times.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def convention_option(function: F) -> F:
    return click.option(
        "--convention",
        shell_complete=complete_convention,
        default="paper",
        show_default=True,
        help="What is counted: a name from `costcalc list conventions`, or FILE, FILE:NAME.",
    )(function)


def conventions_option(function: F) -> F:
    """``--convention`` where it may also be ``all``."""
    return click.option(
        "--convention",
        shell_complete=complete_convention,
        default="paper",
        show_default=True,
        help="What is counted: a name from `costcalc list conventions`, FILE, FILE:NAME, or all.",
    )(function)


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


def binding(options: dict[str, Any]) -> dict[str, str]:
    """Takes the binding out of a verb's options, as text by parameter name.

    :raises CostcalcError: ``--set`` without a value, or a parameter given twice.
    """
    values = {name: options.pop(name) for name in PARAMETERS}
    given = [f"{name}={value}" for name, value in values.items() if value is not None]
    settings = pairs(options.pop("settings"), "--set NAME=VALUE", before="--set ")
    return pairs([*given, *(f"{name}={value}" for name, value in settings.items())])
