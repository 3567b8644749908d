"""``costcalc memory``."""

from __future__ import annotations

from pathlib import Path

import click

from costcalc.cli import options as opt
from costcalc.hardware.arena import PLANNERS
from costcalc.hardware.order import ORDERS
from costcalc.hardware.rules import CHANNELWISE, MERGING


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc memory mobilenet-v2\n"
    "  costcalc memory mobilenet-v1 --alpha 0.25 --resolution 96\n"
    "  costcalc memory mobilenet-v2 --rule 'depthwise in place' --elements fp32\n"
    "  costcalc memory xception --order best --in-place add,dwconv\n"
    "  costcalc memory mobilenet-v2 --patches 4x4 --until bottleneck3/conv13\n"
    "  costcalc memory mobilenet-v2 --plot staircase.svg\n"
    "  costcalc memory my-net.yaml --elements weights=int4 --format json"
)
@opt.spec_argument
@opt.binding_options
@opt.elements_option
@opt.rule_option
@click.option(
    "--in-place",
    default="",
    metavar="NAMES",
    help=f"What writes where it reads besides: {', '.join(sorted((*CHANNELWISE, *MERGING)))}.",
)
@click.option(
    "--order",
    type=click.Choice(ORDERS),
    default="file",
    show_default=True,
    help="How the layers run: as in the file, or so that the peak is least.",
)
@click.option("--patches", default="", metavar="4x4", help="The first layers patch by patch.")
@click.option("--until", default="", metavar="NAME", help="With --patches: the last such layer.")
@click.option(
    "--planner",
    type=click.Choice(list(PLANNERS)),
    default="tflm",
    show_default=True,
    help="Where an arena has its tensors: as TensorFlow Lite Micro puts them, or each apart.",
)
@opt.plot_option
@opt.format_option("table", "json", "csv", "markdown", "latex")
def memory(
    spec: str,
    elements: str,
    rule: str,
    in_place: str,
    order: str,
    patches: str,
    until: str,
    planner: str,
    plot: Path | None,
    format_: str,
    force: bool = False,
    **options: object,
) -> None:
    """Say how much RAM and flash SPEC needs, and which layers.

    The peak is exact for the rule and the order that are stated; a tensor lives from the layer that
    writes it to the last that reads it.
    """
    from costcalc import network
    from costcalc.report import emit
    from costcalc.report.views.memory import memory_document

    ending = opt.picture_ending(plot)
    result = network.load(spec).memory(
        elements=elements,
        rule=rule,
        in_place=in_place,
        order=order,
        patches=patches,
        until=until,
        planner=planner,
        values=opt.binding(options),
    )
    emit(memory_document(result), format_, result.to_dict)
    if plot is not None:
        from costcalc.report.views.memory import memory_picture

        opt.drawn(memory_picture(result), plot, ending, "steps", force=force)
