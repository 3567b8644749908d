"""A module of PyTorch that runs once, and every torch function that it calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from costcalc.exchange.torch.maps import Tensor
from costcalc.exchange.torch.translator import Reader, Translator
from costcalc.exchange.translation import Translation

Tensor.register(torch.Tensor)


class Running(TorchFunctionMode):
    """Tells a translator of the functions that are called."""

    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self.translator = translator

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        operator = isinstance(func, torch._ops.OpOverload)  # of programs of torch.export
        name = str(func).rpartition(".")[0] if operator else func.__name__
        self.translator.call(name, args, kwargs, out)
        return out


def translate(
    model: nn.Module,
    inputs: Sequence[torch.Tensor],
    readers: Mapping[str, Reader],
    run: Callable[[], object],
) -> Translation:
    """What a module does to its inputs while ``run`` runs it."""
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    translator = Translator(learned, inputs, readers)
    with torch.no_grad(), ExitStack() as hooks:
        for path, module in model.named_modules():
            hooks.callback(follow(module, path, translator.running))
        with Running(translator):
            run()
    translation = translator.finished(model.named_parameters())
    translation.types = {path: type(module).__name__ for path, module in model.named_modules()}
    return translation


def follow(module: nn.Module, path: str, running: list[str]) -> Callable[[], None]:
    """Note a module while it runs; what is given back ends that."""

    def begin(module: nn.Module, given: object) -> None:
        running.append(path)

    def end(module: nn.Module, given: object, made: object) -> None:
        running.pop()

    hooks = (
        module.register_forward_pre_hook(begin),
        module.register_forward_hook(end, always_call=True),
    )

    def remove() -> None:
        for hook in hooks:
            hook.remove()

    return remove
