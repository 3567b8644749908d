"""``costcalc verify``."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc verify my-net.yaml model.onnx\n"
    "  costcalc verify mobilenet-v2 model.tflite --alpha 0.35 -r 160\n"
    "  costcalc verify resnet-50 torchvision.models:resnet50 --input 3x224x224"
)
@opt.spec_argument
@click.argument("model")
@opt.binding_options
@click.option(
    "--input",
    "sizes",
    multiple=True,
    metavar="SIZE",
    help="The input of MODEL, channels first: 3x224x224. Of a PyTorch module once for each.",
)
@opt.format_option()
def verify(spec: str, model: str, sizes: tuple[str, ...], **options: Any) -> int:
    """Say whether SPEC is the network of a MODEL, by layer.

    MODEL is a file of another program, what builds a PyTorch module (package.module:function), or
    a spec. Says the first layer that differs, and in what. Exit code 1 if one does.
    """
    from costcalc.models import verifying

    values = opt.binding(options)
    theirs, source = verifying.model_of(model, [*sizes])
    found = verifying.verify(spec, theirs, source, values)
    for line in found.lines:
        print(line)
    return int(not found.equal)
