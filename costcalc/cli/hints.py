"""What an option that does not exist could have meant."""

from __future__ import annotations

import click

from costcalc.errors import CostcalcError, did_you_mean


def unknown_option(error: click.NoSuchOption, words: list[str]) -> CostcalcError:
    """The problem, with a hint: ``--set`` for a parameter of a network that is named in ``words``,
    or the nearest option."""
    command = error.ctx.command if error.ctx else click.Command("costcalc")
    message = f"{command.name} has no option {error.option_name!r}"
    name = error.option_name.lstrip("-").replace("-", "_")
    if any(option.name == "settings" for option in command.params) and name in _parameters(words):
        value = _value(error.option_name, words)
        return CostcalcError(message, f"--set {name}={value}")
    options = [text for option in command.params for text in option.opts if text.startswith("--")]
    return CostcalcError(message, did_you_mean(error.option_name, options))


def _parameters(words: list[str]) -> set[str]:
    """The parameters of all networks among the words of a command."""
    from costcalc import network

    found: set[str] = set()
    for word in words:
        try:
            found |= set(network.load(word.partition("@")[0]).parameters)
        except CostcalcError:
            continue  # not a network: an option, a value, the verb
    return found


def _value(option: str, words: list[str]) -> str:
    """What was given for the option: ``--n=26`` or ``--n 26``."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word.startswith(f"{option}="):
            return word.partition("=")[2] or "VALUE"
        if word == option:
            return following if following and not following.startswith("-") else "VALUE"
    return "VALUE"
