"""``costcalc memory``."""

from __future__ import annotations

import click

from costcalc.cli import options as opt
from costcalc.hardware.arena import PLANNERS


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc memory mobilenet-v2\n"
    "  costcalc memory mobilenet-v1 --alpha 0.25 --resolution 96\n"
    "  costcalc memory mobilenet-v2 --rule 'depthwise in place' --elements fp32\n"
    "  costcalc memory my-net.yaml --elements weights=int4 --format json"
)
@opt.spec_argument
@opt.binding_options
@opt.elements_option
@opt.rule_option
@click.option(
    "--planner",
    type=click.Choice(list(PLANNERS)),
    default="tflm",
    show_default=True,
    help="Where an arena has its tensors: as TensorFlow Lite Micro puts them, or each apart.",
)
@opt.format_option("table", "json", "csv", "markdown", "latex")
def memory(
    spec: str, elements: str, rule: str, planner: str, format_: str, **options: object
) -> None:
    """How much memory SPEC needs, step by step: live tensors, arena, flash, traffic.

    The peak is exact for the rule and the order that are stated; a tensor lives from the layer that
    writes it to the last that reads it.
    """
    from costcalc import network
    from costcalc.report import emit
    from costcalc.report.views.memory import memory_document

    result = network.load(spec).memory(
        elements=elements, rule=rule, planner=planner, values=opt.binding(options)
    )
    emit(memory_document(result), format_, result.to_dict)
