"""``costcalc export``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from costcalc.cli import options as opt
from costcalc.cli.files import output_file


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc export mobilenet-v2 -o mobilenet-v2.onnx\n"
    "  costcalc export mobilenet-v1 --alpha 0.25 -o small.onnx --weights zero\n"
    "  costcalc export mobilenet-v2 -o mobilenet-v2.tflite\n"
    "  costcalc export mobilenet-v2 -o mobilenet_v2.py\n"
    "  costcalc export mobilenet-v2 -o mobilenet_v2.py --format keras\n"
    "  costcalc export mobilenet-v2 -o workload.yaml --format zigzag"
)
@opt.spec_argument
@opt.binding_options
@click.option(
    *("--output", "-o"),
    type=click.Path(path_type=Path),
    metavar="FILE",
    required=True,
    help="The model: FILE.onnx; FILE.tflite, int8; FILE.py, a PyTorch module; FILE.csv, a topology "
    "of SCALE-Sim.",
)
@click.option(
    *("--format", "form"),
    type=click.Choice(["onnx", "tflite", "torch", "keras", "scale-sim", "zigzag"]),
    help="Its format, whatever its ending: keras is Python code, zigzag a workload in YAML.",
)
@click.option(
    "--weights",
    type=click.Choice(["random", "zero"]),
    default="random",
    show_default=True,
    help="What its weights are: drawn, always the same, or zero.",
)
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def export(
    spec: str, output: Path, form: str, weights: str, force: bool, **options: object
) -> None:
    """Write SPEC as a model that runs, or for other programs.

    Its layers keep their names; its weights are not trained.
    """
    from costcalc import network
    from costcalc.export.writing import format_of

    form, net = form or format_of(output), network.load(spec)
    with output_file(output, force=force) as path:
        left = net.export(path, format=form, weights=weights, values=opt.binding(options))
    if left:
        print(f"left out, without Mult-Adds: {left}", file=sys.stderr)
