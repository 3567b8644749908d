"""What the counters themselves give for a PyTorch network: one function per tool.

``python counters.py TOOL SPEC…`` prints a number for each; so old versions can run in a process of
their own, with their folder on ``PYTHONPATH``.
"""

from __future__ import annotations

import collections
import collections.abc
import contextlib
import importlib
import io
import logging
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from built import Builder
from measure import stub_torchvision
from torch import Tensor, nn

import costcalc as cc
from costcalc.export.torch.module import module as written
from costcalc.graph.build import build

Counter = Callable[[nn.Module, Tensor], int]


def fvcore(model: nn.Module, x: Tensor) -> int:
    from fvcore.nn import FlopCountAnalysis

    analysis = FlopCountAnalysis(model, x)
    return int(analysis.unsupported_ops_warnings(False).total())


def _ptflops(model: nn.Module, x: Tensor, **options: object) -> int:
    from ptflops import get_model_complexity_info

    words = {"as_strings": False, "print_per_layer_stat": False, "verbose": False}
    found, _ = get_model_complexity_info(model, tuple(x.shape[1:]), **words, **options)
    return int(found)


def ptflops_pytorch(model: nn.Module, x: Tensor) -> int:
    return _ptflops(model, x, backend="pytorch")


def ptflops_aten(model: nn.Module, x: Tensor) -> int:
    return _ptflops(model, x, backend="aten")


def ptflops_old(model: nn.Module, x: Tensor) -> int:
    return _ptflops(model, x)


def thop(model: nn.Module, x: Tensor) -> int:
    collections.Iterable = collections.abc.Iterable  # version 0.0.31 looks for it there
    from thop import profile

    return int(profile(model, inputs=(x,), verbose=False)[0])


def torchinfo(model: nn.Module, x: Tensor) -> int:
    from torchinfo import summary

    return int(summary(model, input_data=x, verbose=0).total_mult_adds)


def torchprofile(model: nn.Module, x: Tensor) -> int:
    from torchprofile import profile_macs

    return int(profile_macs(model, x))


def _calflops(model: nn.Module, x: Tensor) -> tuple[int, int]:
    from calflops import calculate_flops

    flops, macs, _ = calculate_flops(
        model=model,
        input_shape=tuple(x.shape),
        output_as_string=False,
        print_results=False,
        print_detailed=False,
    )
    return int(flops), int(macs)


def calflops_flops(model: nn.Module, x: Tensor) -> int:
    return _calflops(model, x)[0]


def calflops_macs(model: nn.Module, x: Tensor) -> int:
    return _calflops(model, x)[1]


def _deepspeed(model: nn.Module, x: Tensor) -> tuple[int, int]:
    from deepspeed.profiling.flops_profiler import get_model_profile

    flops, macs, _ = get_model_profile(
        model, args=[x], print_profile=False, detailed=False, as_string=False, warm_up=0
    )
    return int(flops), int(macs)


def deepspeed_flops(model: nn.Module, x: Tensor) -> int:
    return _deepspeed(model, x)[0]


def deepspeed_macs(model: nn.Module, x: Tensor) -> int:
    return _deepspeed(model, x)[1]


def flop_counter_mode(model: nn.Module, x: Tensor) -> int:
    from torch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        model(x)
    return int(counter.get_total_flops())


def torchscan(model: nn.Module, x: Tensor) -> int:
    from torchscan import crawl_module

    found = crawl_module(model, tuple(x.shape[1:]))
    metrics = [layer["metrics"] for layer in found["layers"]]  # containers have no macs
    return sum(int(own["macs"]["known_value"] or 0) for own in metrics if "macs" in own)


def _onnx_tool(model: nn.Module, x: Tensor, *, folded: bool) -> int:
    import onnx

    mode = torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE
    for module in model.modules():  # equal BN tensors would be merged
        if isinstance(module, nn.BatchNorm2d) and module.weight is not None:
            nn.init.uniform_(module.weight)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "net.onnx")
        torch.onnx.export(model, x, path, training=mode, opset_version=17, dynamo=False)
        return profiled(onnx.load(path))


def profiled(model: object) -> int:
    """What onnx-tool gives for an ONNX model."""
    import onnx_tool

    graph = onnx_tool.Model(model).graph
    graph.graph_reorder_nodes()
    graph.shape_infer()
    graph.profile()
    return int(graph.macs[0]) if isinstance(graph.macs, list) else int(graph.macs)


def onnx_tool_folded(model: nn.Module, x: Tensor) -> int:
    return _onnx_tool(model, x, folded=True)


def onnx_tool_bn(model: nn.Module, x: Tensor) -> int:
    return _onnx_tool(model, x, folded=False)


#: Convention → (what to import, what to call). The last two are old versions, run on their own.
COUNTERS: dict[str, tuple[str, Counter]] = {
    "fvcore-0.1.5": ("fvcore", fvcore),
    "ptflops-0.7.5": ("ptflops", ptflops_pytorch),
    "ptflops-aten": ("ptflops", ptflops_aten),
    "thop-0.1.1": ("thop", thop),
    "torchinfo-1.8.0": ("torchinfo", torchinfo),
    "torchprofile-0.1.0": ("torchprofile", torchprofile),
    "calflops-flops": ("calflops", calflops_flops),
    "calflops-macs": ("calflops", calflops_macs),
    "deepspeed-flops": ("deepspeed", deepspeed_flops),
    "deepspeed-macs": ("deepspeed", deepspeed_macs),
    "torch-flopcounter": ("torch.utils.flop_counter", flop_counter_mode),
    "torchscan-0.2.0": ("torchscan", torchscan),
    "onnx-tool-folded": ("onnx_tool", onnx_tool_folded),
    "onnx-tool-bn": ("onnx_tool", onnx_tool_bn),
    "ptflops-0.6.9": ("ptflops", ptflops_old),
    "thop-0.0.31": ("thop", thop),
}
OLD = ("ptflops-0.6.9", "thop-0.0.31")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Counters talk; the tests do not listen."""
    logging.disable(logging.WARNING)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


def exported(given: str) -> tuple[nn.Module, Tensor]:
    """A spec as the module that ``costcalc export`` writes, and an input for it."""
    spec = cc.load(given).spec
    graph, names = build(spec, spec.defaults()), dict[str, Any]()
    exec(written(graph), names)
    (size,) = graph.inputs.values()
    return names["Net"]().eval(), torch.zeros(1, size.channels, size.height, size.width)


#: These see more than the rows: how a module of any batch finds its shapes, or that tokens lie side
#: by side. They get modules of a batch of one.
OF_ONE = ("onnx-tool", "ptflops-aten")


def counted(convention: str, spec: str) -> int:
    """What the convention's tool gives for a spec."""
    model, x = Builder(spec).build() if convention.startswith(OF_ONE) else exported(spec)
    with quiet(), torch.no_grad():
        return COUNTERS[convention][1](model, x)


def installed(convention: str) -> bool:
    """Whether the tool can be imported here."""
    stub_torchvision()  # calflops and DeepSpeed may import timm, which imports torchvision
    try:
        importlib.import_module(COUNTERS[convention][0].split(".")[0])
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    for path in sys.argv[2:]:
        print(counted(sys.argv[1], path))
