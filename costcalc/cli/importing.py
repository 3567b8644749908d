"""``costcalc import``."""

from __future__ import annotations

import sys

import click

from costcalc.cli import options as opt


@click.command(
    "import",
    epilog="\b\nExamples:\n"
    "  costcalc import model.onnx -o my-net.yaml\n"
    "  costcalc import torchvision.models:resnet50 --input 3x224x224\n"
    "  costcalc import 'timm:create_model(\"ghostnet_100\")' --input 3x224x224\n"
    "  costcalc import a.onnx b.onnx --at alpha=1/2 --at alpha=1",
)
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option(
    "--input",
    "sizes",
    multiple=True,
    metavar="SIZE",
    help="The input, channels first: 3x224x224. Of a PyTorch module once for each, or 3xRxR for "
    "images of any sides; of a file where it has others. Of several MODELs for all, or for each.",
)
@click.option(
    "--at",
    multiple=True,
    metavar="NAME=VALUE",
    help="The parameters of a model of a family: alpha=1/2,n=6. Once for each MODEL.",
)
@click.option("--verify", is_flag=True, help="Only hold the last MODEL against the spec.")
@click.option("--name", default="", metavar="NAME", help="What to call the network.")
@opt.format_option()
def import_(
    models: tuple[str, ...], sizes: tuple[str, ...], at: tuple[str, ...], verify: bool, name: str
) -> None:
    """Turn a model (ONNX, PyTorch, TFLite, Keras) into YAML.

    As a paper has its table.

    MODEL is a file, or what builds a PyTorch module: package.module:function. What has no row is
    refused, all of it at once; what is free, or said by another row, is listed on standard error.
    Several are members of a family, and become one spec in the parameters of --at.
    """
    from costcalc.models import families, importing

    each = len(models) > 1 and len(sizes) == len(models)
    given = [[size] for size in sizes] if each else [[*sizes]] * len(models)
    members = [importing.read(*one) for one in zip(models, given, strict=True)]
    called = name or members[0].name
    if not at and len(members) == 1 and not verify:
        (member,) = members
        found = importing.imported(member.translation, called, member.source)
        text, said = found.text, found.said()
    else:
        fitted = families.several(members, at, called, verify)
        text, said = fitted
    sys.stdout.write(text)
    for line in said:
        print(line, file=sys.stderr)
