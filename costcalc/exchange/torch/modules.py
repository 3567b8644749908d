"""A module of PyTorch, given as such or as the function that builds it, as a translation."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram

from costcalc.errors import CostcalcError, did_you_mean, type_name
from costcalc.exchange.torch.aten import READERS
from costcalc.exchange.torch.running import translate
from costcalc.exchange.translation import Translation

_READ = (nn.Module, ExportedProgram)
_INPUT = "a tensor, or a size without the batch such as 3x224x224"


def read_module(module: nn.Module | ExportedProgram, given: object) -> Translation:
    """What a module does to its input, a tensor or a size (a list of several), in evaluation mode;
    a program of torch.export in the mode that it was exported in.

    :raises CostcalcError: it is no module, or does not run.
    """
    exported = isinstance(module, ExportedProgram)
    if isinstance(module, ExportedProgram):
        module = module.module()
    if not isinstance(module, nn.Module):
        raise CostcalcError(f"{type_name(module)} is not a torch.nn.Module")
    several = given if isinstance(given, list | tuple) else [given]
    device = next((parameter.device for parameter in module.parameters()), torch.device("cpu"))
    inputs = [one if isinstance(one, Tensor) else sized(one, device) for one in several]
    if any(tensor.dim() < 2 or tensor.shape[0] != 1 for tensor in inputs):
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in inputs)
        raise CostcalcError(f"the input is {shapes}", "a batch of one, such as (1, 3, 224, 224)")
    with nullcontext() if exported else evaluated(module):
        try:
            translation = translate(module, inputs, READERS, lambda: module(*inputs))
        except Exception as error:  # code of others
            message = f"{type(module).__name__} does not run: {_first(error)}"
            raise CostcalcError(message, f"--input is {_INPUT}") from None
    translation.notes = f"{type(module).__module__}.{type(module).__qualname__}, {versions(module)}"
    return translation


def _first(error: Exception) -> str:
    """The first line of what code of others says."""
    return (str(error).splitlines() or [""])[0] or type(error).__name__


def versions(module: nn.Module) -> str:
    """Those of torch and of the library that a module is of."""
    library = type(module).__module__.partition(".")[0]
    found = {"torch": str(torch.__version__)}
    own = getattr(sys.modules.get(library), "__version__", "")
    if own:
        found[library] = str(own)
    return ", ".join(f"{name} {version}" for name, version in found.items())


@contextmanager
def evaluated(module: nn.Module) -> Iterator[None]:
    """A module in evaluation mode, and afterwards as it was."""
    before = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in before:
            part.training = training


def sized(size: object, device: torch.device) -> Tensor:
    """An input of a size, channels first: ``3x224x224``, or the numbers.

    :raises CostcalcError: it is none.
    """
    numbers = [*map(int, re.findall("[0-9]+", size))] if isinstance(size, str) else []
    if not numbers or not re.fullmatch("[0-9]+([x×][0-9]+)*", str(size)) or 0 in numbers:
        raise CostcalcError(f"{size!r} is not an input", _INPUT)
    return torch.zeros(1, *numbers, device=device)


def read_built(call: str, sizes: Sequence[str]) -> Translation:
    """What the module does that a function builds: ``package.module:function``, or with arguments
    ``timm:create_model("resnet50", num_classes=10)``. It is built without numbers where it can be.

    :raises CostcalcError: there is no such function, it builds no module, or as
        :func:`read_module`.
    """
    for device in ("meta", "cpu"):
        try:
            with torch.device(device):
                module = built(call)
            translation = read_module(module, [*sizes])
        except CostcalcError:
            if device == "cpu":
                raise
        else:
            break
    translation.notes = f"{call} of {translation.notes}"
    return translation


def built(call: str) -> nn.Module | ExportedProgram:
    """What a function gives.

    :raises CostcalcError: there is none of that name, or its arguments are no values.
    """
    name, _, path = call.partition(":")
    path, bracket, _ = path.partition("(")
    arguments: list[Any] = []
    named: dict[str, Any] = {}
    if bracket:
        try:
            parsed = ast.parse(f"_{call[call.index('(') :]}", mode="eval").body
            assert isinstance(parsed, ast.Call)
            arguments = [ast.literal_eval(argument) for argument in parsed.args]
            named = {word.arg or "": ast.literal_eval(word.value) for word in parsed.keywords}
        except (SyntaxError, ValueError, AssertionError):
            hint = 'values only, such as ("resnet50", num_classes=10)'
            raise CostcalcError(f"{call!r} has arguments that can't be read", hint) from None
    found: Any = imported(name)
    for word in path.split("."):
        try:
            found = getattr(found, word)
        except AttributeError:
            hint = did_you_mean(word, [known for known in dir(found) if known[0] != "_"])
            raise CostcalcError(f"{name} has no {word!r}", hint) from None
    try:
        module = found if isinstance(found, _READ) else found(*arguments, **named)
    except Exception as error:  # code of others
        raise CostcalcError(f"{call} builds no module: {_first(error)}") from None
    if not isinstance(module, _READ):
        raise CostcalcError(f"{call} gives {type_name(module)}", "a torch.nn.Module")
    return module


def imported(name: str) -> Any:
    """A module of Python, also of the working directory.

    :raises CostcalcError: there is none.
    """
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        hint = "package.module:function"
        raise CostcalcError(f"no module {error.name!r} of Python", hint) from None
    except Exception as error:  # code of others
        raise CostcalcError(f"{name} can't be imported: {_first(error)}") from None
    finally:
        sys.path.remove(here)
