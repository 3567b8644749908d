"""``costcalc roofline``."""

from __future__ import annotations

from pathlib import Path

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc roofline mobilenet-v1 --alpha 0.25 --device stm32h747i-disco\n"
    "  costcalc roofline mobilenet-v2 --device ethos-u55-128 --plot roofline.svg\n"
    "  costcalc roofline resnet-50 --device jetson-nano --elements fp16\n"
    "  costcalc roofline my-net.yaml --device my-board.yaml"
)
@opt.spec_argument
@opt.binding_options
@click.option(
    "--device",
    metavar="NAME",
    required=True,
    shell_complete=opt.complete_device,
    help="A name from `costcalc list devices`, or FILE.",
)
@opt.elements_option
@opt.plot_option
@opt.format_option("table", "json", "csv", "markdown", "latex")
def roofline(
    spec: str,
    device: str,
    elements: str,
    plot: Path | None,
    format_: str,
    force: bool = False,
    **options: object,
) -> None:
    """Say how fast SPEC can be at best on a device, and why.

    Layer by layer: compute or memory. Least times are no predictions: what is computed takes at
    least as long as at the peak rate, and what is moved, each byte once, as at the whole bandwidth.
    """
    from costcalc import network
    from costcalc.report import emit
    from costcalc.report.views.rooflines import roofline_document, roofline_picture

    ending = opt.picture_ending(plot)
    result = network.load(spec).roofline(
        device=device, elements=elements, values=opt.binding(options)
    )
    emit(roofline_document(result), format_, result.to_dict)
    if plot is not None:
        opt.drawn(roofline_picture(result), plot, ending, "layers", force=force)
