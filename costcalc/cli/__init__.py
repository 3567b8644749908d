"""The command line. Only click lives here; every verb calls the library function of its name."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module
from inspect import cleandoc
from typing import IO

import click

from costcalc.errors import CostcalcError, did_you_mean, nearest
from costcalc.report.formats.spelling import lenient
from costcalc.version import VERSION


class _Problems(click.ClickException):
    """Bad input: one line per problem on stderr, exit code 2."""

    exit_code = 2

    def __init__(self, error: CostcalcError) -> None:
        super().__init__(str(error))

    def show(self, file: IO[str] | None = None) -> None:
        print(self.message, file=sys.stderr)  # click would write UTF-8 to an ASCII terminal


#: What people come for → verb → its module and command there, imported when the verb is used.
SECTIONS = {
    "Ask one network": {
        "count": "count.count",
        "formula": "formula.formula",
        "show": "show.show",
        "explain": "explain.explain",
    },
    "Search the design space": {
        "sweep": "sweep.sweep",
        "solve": "solve.solve",
        "compare": "compare.compare",
    },
    "RAM, flash and time on a device": {
        "memory": "memory.memory",
        "roofline": "roofline.roofline",
        "calibrate": "calibrate.calibrate",
        "measure": "measure.measure",
    },
    "Review a network or a change": {
        "explore": "explore.explore",
        "report": "report.report",
        "diff": "diff.diff",
        "guard": "guard.guard",
        "verify": "verifying.verify",
    },
    "Check a paper's numbers": {
        "check": "check.check",
        "ratio": "ratio.ratio",
        "claims": "claims.claims",
    },
    "Bring models in, and out": {
        "import": "importing.import_",
        "export": "export.export",
    },
    "Start, and look things up": {
        "new": "new.new",
        "list": "listing.listing",
        "show-convention": "show_convention.show_convention",
    },
}
VERBS = {verb: where for verbs in SECTIONS.values() for verb, where in verbs.items()}
_WIDEST = max(map(len, VERBS))
#: Where a command's words are kept for hints.
_WORDS = "costcalc.words"


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"costcalc.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command, by what people come for, with its whole first sentence; click cuts it."""
        for section, verbs in SECTIONS.items():
            rows: list[tuple[str, str]] = []
            for name in verbs:
                command = self.get_command(ctx, name)
                members = command.commands if isinstance(command, click.Group) else {"": command}
                for member, part in members.items():
                    first = cleandoc((part and part.help) or "").partition("\n\n")[0]
                    rows.append((f"{name} {member}".ljust(_WIDEST), " ".join(first.split())))
            with formatter.section(section):
                formatter.write_dl(rows)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_WORDS] = list(args)  # hints look at them
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            raise CostcalcError(f"no command {args[0]!r}", did_you_mean(args[0], VERBS))
        name, command, words = super().resolve_command(ctx, args)
        if name in VERBS and command is not None:
            from costcalc.cli.options import refuse_bare

            refuse_bare(command, words)
        return name, command, words

    def invoke(self, ctx: click.Context) -> object:
        gc.set_threshold(200_000)  # graphs hold no circles, and a command ends soon
        atexit.register(gc.freeze)  # nor are they looked through for some at its end
        lenient(sys.stdout, sys.stderr)  # whatever they can't encode
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()  # a full disk is an error of the command, not of the interpreter
        except CostcalcError as error:
            raise _Problems(error) from None
        except click.NoSuchOption as error:
            raise _Problems(_unknown_option(error, ctx.meta[_WORDS])) from None
        except click.BadParameter as error:
            raise _unknown_word(error) from None
        except BrokenPipeError:
            raise  # the reader has seen enough: click ends quietly
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            where = error.filename or "standard output"
            raise _Problems(CostcalcError(f"{where}: {error.strerror}")) from None
        return result


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="costcalc")
def main() -> None:
    """What does this CNN cost, exactly, and how does that cost grow?

    A network is a SPEC: a YAML layer table that reads like the one in its paper, the name of one
    that ships, or a model file: ONNX, TFLite, Keras and others.

    \b
    costcalc count mobilenet-v1 --alpha 0.5     a network that ships, or a file
    costcalc formula mobilenet-v1               its costs as formulas
    costcalc new my-net > my-net.yaml           a network of your own
    costcalc COMMAND --help                     more examples, and all options
    """


def _unknown_option(error: click.NoSuchOption, words: list[str]) -> CostcalcError:
    """The problem, with a hint: ``--set`` for a parameter of a network that is named in ``words``,
    or the nearest option."""
    from costcalc.algebra.notation import LETTERS

    command = error.ctx.command if error.ctx else click.Command("costcalc")
    message = f"{command.name} has no option {error.option_name!r}"
    name = error.option_name.lstrip("-").replace("-", "_")
    if any(option.name == "settings" for option in command.params) and name in _parameters(words):
        value = _value(error.option_name, words)
        return CostcalcError(message, f"--set {name}={value}")
    options = [text for option in command.params for text in option.opts if text.startswith("--")]
    return CostcalcError(message, did_you_mean(f"--{LETTERS.get(name, name)}", options))


def _unknown_word(error: click.BadParameter) -> click.ClickException:
    """The problem, with the word that a misspelt one may mean, and all that there are; what is
    wrong with other values is the error as it was."""
    of, word = error.param, error.message.split("'")[1:2]
    if of is None or not isinstance(of.type, click.Choice) or not word:
        return error
    known = [str(choice) for choice in of.type.choices]
    near = nearest(word[0], known)
    hint = (f"did you mean {near!r}? " if near else "") + f"known: {', '.join(known)}"
    where = of.opts[0] if isinstance(of, click.Option) else error.ctx and error.ctx.command.name
    return _Problems(CostcalcError(f"{where} has no {word[0]!r}", hint))


def _parameters(words: list[str]) -> set[str]:
    """The parameters of all networks among the words of a command."""
    from costcalc import network

    names: set[str] = set()
    for word in words:
        if word.startswith("-"):  # an option, or standard input
            continue
        try:
            names |= set(network.load(word.partition("@")[0]).parameters)
        except CostcalcError:
            continue  # not a network: an option, a value, the verb
    return names


def _value(option: str, words: list[str]) -> str:
    """What was given for the option: ``--n=26`` or ``--n 26``."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word.startswith(f"{option}="):
            return word.partition("=")[2] or "VALUE"
        if word == option:
            return following if following and not following.startswith("-") else "VALUE"
    return "VALUE"
