"""``costcalc import``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from costcalc.cli import options as opt


@click.command(
    "import",
    epilog="\b\nExamples:\n"
    "  costcalc import model.onnx -o my-net.yaml\n"
    "  costcalc import torchvision.models:resnet50 --input 3x224x224\n"
    "  costcalc import 'timm:create_model(\"ghostnet_100\")' --input 3x224x224",
)
@click.argument("model")
@click.option(
    "--input",
    "sizes",
    multiple=True,
    metavar="SIZE",
    help="The input, channels first: 3x224x224. Of a PyTorch module once for each; of a file only "
    "where it leaves its sides open, or has others.",
)
@click.option("--name", default="", metavar="NAME", help="What to call the network.")
@opt.format_option()
def import_(model: str, sizes: tuple[str, ...], name: str) -> None:
    """Write the spec of a MODEL of another program, as a paper has its table.

    MODEL is a file, or what builds a PyTorch module: package.module:function. What has no row is
    refused, all of it at once; what is free, or said by another row, is listed on standard error.
    """
    from costcalc.errors import CostcalcError
    from costcalc.models.importing import import_file, import_torch
    from costcalc.source.files import is_file

    built = ":" in model and not is_file(model)
    if built and not sizes:
        raise CostcalcError("--input is needed to run a module", "--input 3x224x224")
    read = import_torch(model, [*sizes], name) if built else None
    found = read or import_file(Path(model), name, sizes)
    sys.stdout.write(found.text)
    for line in found.said():
        print(line, file=sys.stderr)
