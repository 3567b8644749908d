"""``costcalc sweep``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costcalc.cli import options as opt
from costcalc.cli.files import output_file, printed_to
from costcalc.errors import CostcalcError
from costcalc.language.parameters import USUAL, pairs

if TYPE_CHECKING:
    from costcalc.design_space.sweep.run import Progress, Run

FORMATS = ("table", "csv", "json", "markdown", "latex", "html", "parquet")


@click.command(
    cls=opt.AxisCommand,
    epilog="\b\nExamples:\n"
    "  costcalc sweep --alpha --delta\n"
    "  costcalc sweep mobilenet-v1 --alpha 0.25,0.5,0.75,1 --resolution 128:224:32\n"
    "  costcalc sweep ehm-mobilenet --alpha 1/32:1:1/32 --delta 1,2,4 \\\n"
    '      --budget "mult_adds<=6M,params<=1.7M" --pareto mult_adds,alpha\n'
    "  costcalc sweep mobilenet-v1 fd-mobilenet --alpha 0.1:1#10 --plot costs.svg",
)
@click.argument("specs", nargs=-1, shell_complete=opt.complete_spec)
@opt.axis_options
@click.option("--points", type=click.Path(path_type=Path), help="Bindings from a CSV file instead.")
@opt.convention_option
@opt.cost_options
@click.option("--baseline", metavar="NAME=VALUE,…", help="What ratios refer to; else the defaults.")
@click.option("--budget", default="", metavar="LIMITS", help='"mult_adds<=6M,params<=1.7M".')
@click.option(
    "--pareto", default="", metavar="A,B", help="The Pareto front of two columns, as max:alpha."
)
@click.option("--sort", default="", metavar="COLUMN", help="Rising, or falling with -COLUMN.")
@click.option("--top", type=int, metavar="N", help="The first N rows.")
@click.option("--skip", is_flag=True, help="Leave out bindings at which the network can't exist.")
@opt.plot_option
@click.option("--plot-x", default="", metavar="COLUMN", help="Its horizontal axis, as params.")
@click.option(
    "--plot-y",
    default="",
    metavar="COLUMN",
    help="Its vertical axis: a cost, or a parameter for a map.  [default: both costs]",
)
@opt.output_options(*FORMATS)
def sweep(
    specs: tuple[str, ...],
    points: Path | None,
    baseline: str | None,
    format_: str | None,
    output: Path | None,
    plot: Path | None,
    plot_x: str,
    plot_y: str,
    force: bool,
    **options: Any,
) -> None:
    """Count SPECS at many settings: a table or a picture.

    Exactly, at all combinations of parameter values. Values are lists and ranges: 0.25,0.5 or
    start:stop:step (stop included) or start:stop#count. An option without values, as --alpha, takes
    the usual ones of the spec, which its paper prints; without SPECS, all shipped networks that
    have such.
    """
    if plot is None and (plot_x or plot_y):
        raise CostcalcError("--plot-x and --plot-y belong to --plot", "--plot costs.svg")
    kind = opt.chosen_format(format_, output, FORMATS)
    if kind == "parquet" and output is None:
        raise CostcalcError("parquet is for files", "--output FILE.parquet")
    if force and output is None and plot is None:
        raise CostcalcError("--force belongs to --output and --plot", "leave --force out")
    ending = opt.picture_ending(plot)
    run = _run(specs, points, baseline, options)
    written = []
    if output is not None:
        written.append(_write(run, output, kind, force))
    if plot is not None:
        written.append(_draw(run, plot, ending, force, (plot_x, plot_y)))
    if output is None and (plot is None or format_ is not None):
        _print(run, kind, nullcontext() if kind in ("csv", "json") else _progress(run))
    elif run.is_small and (output is None or output.is_file()):  # not a device
        _print(run, "table", nullcontext())
    sys.stdout.flush()  # what is said of files comes last
    for line in written:
        print(line, file=sys.stderr)


def _run(
    specs: tuple[str, ...], points: Path | None, baseline: str | None, options: dict[str, Any]
) -> Run:
    from costcalc.design_space.sweep import run as runs
    from costcalc.design_space.sweep.axes import read_points

    axes = opt.binding(options, bare=USUAL)
    rows = None if points is None else read_points(points)
    bound = None if baseline is None else pairs(baseline)
    return runs.sweep(specs, axes, baseline=bound, rows=rows, **options)


def _print(run: Run, format: str, bar: AbstractContextManager[Progress | None]) -> int:
    """Prints the rows, and says how many there are. A bar is gone before a table is printed."""
    from costcalc.report import emit
    from costcalc.report.views import sweeps

    with bar as progress:
        if format in sweeps.STREAMS:
            return sweeps.STREAMS[format](run, sys.stdout, progress)
        document = sweeps.sweep_document(run, progress)
    emit(document, format)
    return len(document.grids[0].rows)


def _draw(run: Run, plot: Path, kind: str, force: bool, axes: tuple[str, str]) -> str:
    """The picture in a file, and what is said of it."""
    from costcalc.report.formats.plots import draw
    from costcalc.report.views.pictures import picture

    drawn = picture(run, *axes)
    with output_file(plot, force=force) as path:
        draw(drawn, path, kind)
    return f"{plot}: a picture of {drawn.points:,} rows"


def _write(run: Run, output: Path, kind: str, force: bool) -> str:
    """The rows in a file, and what is said of it."""
    if kind == "parquet":
        from costcalc.report.formats.parquet import write_parquet

        with output_file(output, force=force) as path, _progress(run) as progress:
            rows = write_parquet(run, path, progress)
    else:
        with printed_to(output, force=force):
            rows = _print(run, kind, _progress(run))
    return f"{output}: {rows:,} {'row' if rows == 1 else 'rows'}"


@contextmanager
def _progress(run: Run) -> Iterator[Progress | None]:
    """A bar on stderr for sweeps that take a while, if stderr is a terminal."""
    if run.is_small or not sys.stderr.isatty():
        yield None
        return
    from costcalc.report.formats.terminal import progress

    done = 0
    with progress() as step:

        def advance(points: int) -> None:
            nonlocal done
            done += points
            step(f"{done:,} of {run.size:,} points", done, run.size)

        yield advance
