"""``costcalc measure``."""

from __future__ import annotations

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc measure mobilenet-v1 mobilenet-v2\n"
    "  costcalc measure mobilenet-v1@alpha=0.25 mobilenet-v2 -o times.csv\n"
    "  costcalc calibrate times.csv -o this-machine.yaml"
)
@click.argument("networks", nargs=-1, required=True, shell_complete=opt.complete_spec)
@opt.binding_options
@click.option(
    "--runs", default=30, show_default=True, metavar="N", help="Runs, after three to warm up."
)
@click.option("--threads", default=1, show_default=True, metavar="N", help="Threads of a run.")
@opt.format_option("table", "csv", "json", "markdown", "latex")
def measure(
    networks: tuple[str, ...], runs: int, threads: int, format_: str, **options: object
) -> None:
    """Time NETWORKS on this machine, in ONNX Runtime.

    The median of several runs. They are exported with random weights, fp32, and run by the
    processor. As CSV, the table is one that `costcalc calibrate` takes. A network is SPEC or
    SPEC@NAME=VALUE,….
    """
    from costcalc.export import measuring
    from costcalc.report import emit
    from costcalc.report.views.timings import measurement_document, measurement_table

    found = measuring.measure(networks, runs=runs, threads=threads, values=opt.binding(options))
    make = measurement_table if format_ == "csv" else measurement_document
    emit(make(found), format_, found.to_dict)
