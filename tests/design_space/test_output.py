"""Files of sweeps: whole or not there, never overwritten unasked; streams; pictures."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import called as run

import costcalc as cc
from costcalc.errors import CostcalcError
from costcalc.report.formats.plots import _style
from costcalc.report.views import pictures

COSTCALC = [sys.executable, "-m", "costcalc"]
LARGE = [
    "sweep",
    "mobilenet-v1",
    "--alpha",
    "0.1:1:0.001",
    "--delta",
    "1:100:1",
    "--resolution",
    "33:300:1",
]
SMALL = ["sweep", "mobilenet-v1", "--alpha", "0.35,6/7", "--resolution", "128,224x160"]


def test_csv_says_all_about_each_row(tmp_path: Path) -> None:
    found = run(*SMALL, "-o", "out.csv", cwd=tmp_path)
    assert (found.stdout, found.stderr) == (run(*SMALL).stdout, "out.csv: 4 rows\n")
    network = cc.load("mobilenet-v1")
    lines = [
        "spec,alpha,resolution,delta,rho,classes,convention,mult_adds,params,mult_adds_percent,params_percent"
    ]
    for alpha in ("0.35", "6/7"):
        for side in ("128", "224x160"):
            count, base = network.count(alpha=alpha, resolution=side), network.count()
            percents = [
                f"{(20000 * a + b) // (2 * b) / 100:.2f}"
                for a, b in ((count.mult_adds, base.mult_adds), (count.params, base.params))
            ]
            lines.append(
                f"mobilenet-v1,{alpha},{side},1,1,1000,paper,{count.mult_adds},{count.params},"
                + ",".join(percents)
            )
    assert (tmp_path / "out.csv").read_text() == "\n".join(lines) + "\n"


def test_json(tmp_path: Path) -> None:
    found = run(*SMALL, "-o", "out.json", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "out.json: 4 rows\n")
    data = json.loads((tmp_path / "out.json").read_text())
    assert data["convention"] == "paper" and data["fixed"]["mobilenet-v1"]["classes"] == 1000
    assert [(row["alpha"], row["resolution"]) for row in data["rows"]] == [
        (alpha, side) for alpha in ("0.35", "6/7") for side in (128, "224x160")
    ]
    assert (
        data["rows"][0]["mult_adds"]
        == cc.load("mobilenet-v1").count(alpha="0.35", resolution=128).mult_adds
    )


def test_parquet(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    words = ["sweep", "mobilenet-v1", "fd-mobilenet", "--alpha", "0.1:1:0.001", "--delta", "1,2"]
    assert run(*words, "-o", "out.parquet", cwd=tmp_path).stderr == "out.parquet: 2,703 rows\n"
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.num_rows == 901 * 2 + 901
    assert str(table.schema.field("mult_adds").type) == "int64"
    rows = table.to_pylist()
    for row in (rows[5], rows[1000], rows[-1]):
        alpha = f"{round(row['alpha'] * 1000)}/1000"
        given = {"alpha": alpha} | ({"delta": row["delta"]} if row["delta"] else {})
        count = cc.load(row["spec"]).count(**given)
        assert (row["mult_adds"], row["params"]) == (count.mult_adds, count.params)
    assert rows[-1]["delta"] is None and rows[-1]["resolution"] == 224
    kinds = {field.name: str(field.type) for field in table.schema}
    assert [kinds[name] for name in ("alpha", "delta", "rho", "params", "params_percent")] == [
        "double", "int64", "int64", "int64", "double"
    ]  # fmt: skip
    assert kinds["spec"] == "dictionary<values=string, indices=int32, ordered=0>"
    file = parquet.read_metadata(tmp_path / "out.parquet")
    for metadata in (table.schema.metadata, file.metadata):
        about = json.loads(metadata[b"costcalc"])
        assert (about["convention"], about["baseline"]) == ("paper", "defaults")


def test_parquet_is_int64_where_the_axes_prove_it(tmp_path: Path) -> None:
    """Nine million rows of costs up to 10¹¹; only the first are computed."""
    parquet = pytest.importorskip("pyarrow.parquet")
    axes = ["--alpha", "0.1:1:0.001", "--delta", "1:10:1", "-r", "32:1031:1"]
    run("sweep", "mobilenet-v1", *axes, "--top", "3", "-o", "out.parquet", cwd=tmp_path)
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.num_rows == 3
    assert [str(table.schema.field(cost).type) for cost in ("mult_adds", "params")] == ["int64"] * 2
    assert cc.load("mobilenet-v1").count(delta=10, resolution=1031).mult_adds > 10**11


def test_parquet_has_no_python_for_each_row(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow.parquet")
    from costcalc.report.formats.parquet import write_parquet

    def calls(alpha: str) -> tuple[int, int]:
        """The rows, and the functions and rounds of generators that wrote them."""
        made = cc.sweep("mobilenet-v1", alpha=alpha, delta="1:10:1", resolution="32:131:1")
        called = 0

        def count(frame: Any, event: str, argument: Any) -> None:
            nonlocal called
            called += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            rows = write_parquet(made, tmp_path / "out.parquet")
        finally:
            sys.setprofile(None)
        return rows, called

    calls("0.5,1")  # what is made once
    few, many = calls("0.1:1:0.1"), calls("0.1:1:0.01")
    assert (few[0], many[0]) == (10_000, 91_000)
    assert many[1] - few[1] < 8_100  # a tenth of the rows more


def test_parquet_beyond_int64(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    words = ["sweep", "mobilenet-v1", "--alpha", "1,10000", "--resolution", "224,1000000"]
    assert run(*words, "-o", "out.parquet", cwd=tmp_path).stderr == "out.parquet: 4 rows\n"
    last = parquet.read_table(tmp_path / "out.parquet").to_pylist()[-1]
    assert (
        int(last["mult_adds"])
        == cc.load("mobilenet-v1").count(alpha=10**4, resolution=10**6).mult_adds
    )


def test_parquet_columns_of_costs() -> None:
    """What a column does not hold is refused, on both sides of 0."""
    pa = pytest.importorskip("pyarrow")
    from costcalc.design_space.sweep.query import Column
    from costcalc.report.formats.parquet import _costs

    def costs(numbers: Any, kind: Any) -> list[Any]:
        listed: list[Any] = _costs(Column(numbers), "params", kind).to_pylist()
        return listed

    decimal, whole = pa.decimal128(38, 0), pa.int64()
    largest = 10**38 - 1
    assert costs([-largest, largest], decimal) == [-largest, largest]
    edge = [1 - 2**63, 2**63 - 1]
    assert costs(np.array(edge, object), whole) == edge
    assert costs(np.array(edge), whole) == edge
    for kind, number, message in (
        (decimal, 10**38, "params beyond 38 digits (a .csv file holds them)"),
        (whole, 2**63, "params beyond int64 (a .csv file holds them)"),
    ):
        for sign in (1, -1):
            with pytest.raises(CostcalcError) as caught:
                costs([sign * number], kind)
            assert str(caught.value) == message


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_pictures(ending: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    words = ["sweep", "ehm-mobilenet", "--alpha", "0.1:1:0.1", "--delta", "1,2"]
    found = run(*words, "--plot", f"out.{ending}", cwd=tmp_path)
    assert found.stderr == f"out.{ending}: a picture of 20 rows\n"
    assert found.stdout == run(*words).stdout  # the table as well
    content = (tmp_path / f"out.{ending}").read_bytes()
    assert len(content) > 5000
    if ending == "svg":
        assert "δ = 2" in content.decode() and "Mult-Adds (paper)" in content.decode()
        words += ["--convention", "tf-profiler", "--plot", "flops.svg"]
        assert run(*words, cwd=tmp_path).stderr == "flops.svg: a picture of 20 rows\n"
        assert "FLOPs (tf-profiler)" in (tmp_path / "flops.svg").read_text()


def picture(tmp_path: Path, *words: str) -> str:
    """An SVG picture of a sweep, with its text as text."""
    pytest.importorskip("matplotlib")
    found = run("sweep", *words, "--plot", "out.svg", "--force", cwd=tmp_path)
    assert re.fullmatch(r"out.svg: a picture of [\d,]+ rows\n", found.stderr)
    return (tmp_path / "out.svg").read_text()


def said(text: str) -> list[str]:
    """The texts of a picture, in the order in which they were drawn."""
    return re.findall(r"<text[^>]*>([^<]*)<", text)


def test_a_picture_says_what_its_lines_have_in_common(tmp_path: Path) -> None:
    text = picture(tmp_path, "ehm-mobilenet", "--alpha", "0.5,1", "--delta", "1,2,4")
    assert ">R = 32, classes = 10<" in text
    assert ">convention paper (unit MAC)<" in text
    several = picture(tmp_path, "mobilenet-v1", "fd-mobilenet", "--alpha", "0.5,1")
    assert ">fd-mobilenet at R = 224, classes = 1000<" in several


def test_amounts_have_units_and_no_offsets(tmp_path: Path) -> None:
    text = picture(tmp_path, "mobilenet-v1", "--alpha", "0.25,0.5,0.75,1")
    assert re.search(r">\d+ M<", text)
    assert "1e" not in "".join(re.findall(r"<text[^>]*>([^<]*)<", text))


def test_a_cost_that_does_not_depend_on_a_parameter_has_one_line(tmp_path: Path) -> None:
    words = ("--alpha", "0.25,0.5,1", "--delta", "2,1", "--resolution", "128,224")
    text = picture(tmp_path, "mobilenet-v1", *words)
    labels = re.findall(r">((?:δ|R) = [^<]*)<", text)
    # each panel's lines in the order in which they end; ρ and classes are in the subtitle
    assert labels == [
        "δ = 2, R = 224", "δ = 1, R = 224", "δ = 2, R = 128", "δ = 1, R = 128", "δ = 2", "δ = 1"
    ]  # fmt: skip


NET = """
network: net
parameters: {alpha: 1, resolution: 128, delta: 1}
channels: divisible(8)
defaults: {padding: same}
input: {side: resolution, channels: 3}
layers:
- {conv: 3x3, stride: 2, out: 16α}
- {dwconv: 3x3, multiplier: delta}
- {conv: 1x1, out: 64α}
"""


def test_a_picture_says_a_parameter_with_one_value_left(tmp_path: Path) -> None:
    """All rows of the front are at R = 96, and δ was given a single value."""
    (tmp_path / "net.yaml").write_text(NET)
    axes = ("--alpha", "0.05:1:0.05", "-r", "96:160:32", "-d", "2")
    text = said(picture(tmp_path, "net.yaml", *axes, "--pareto", "max:alpha,mult_adds"))
    assert "R = 96, δ = 2" in text
    assert "Pareto front of largest alpha and smallest mult_adds" in text


def test_values_that_change_together_make_lines_of_their_own() -> None:
    """Each α has its own δ: no row shows that the cost hangs on it."""
    rows = [{"alpha": "1/2", "delta": 1}, {"alpha": "1", "delta": 2}]
    work, params = pictures.picture(cc.sweep("mobilenet-v1", rows=rows)).panels
    assert isinstance(work, pictures.Lines) and isinstance(params, pictures.Lines)
    assert list(work.lines) == list(params.lines) == ["δ = 2", "δ = 1"]


@pytest.mark.parametrize(
    ("axis", "shown"),
    [
        ("0.25,0.5,1", "0.25 0.5 1"),
        ("0.1:1:0.1", "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"),
        ("1/4,6/7,1", "0.25 6/7 1"),
        ("0.1:1:0.01", "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"),
        ("1/32:1:1/32", "0.03125 0.0625 0.125 0.25 0.5 1"),  # logarithmic
    ],
)
def test_ticks_are_swept_values(axis: str, shown: str, tmp_path: Path) -> None:
    text = said(picture(tmp_path, "mobilenet-v1", "--alpha", axis))
    ticks = text[: text.index("α")]
    assert set(ticks) <= {
        row["alpha"]
        for row in csv.DictReader(
            run("sweep", "mobilenet-v1", "--alpha", axis, "--format", "csv").stdout.splitlines()
        )
    }
    assert ticks == shown.split()


def test_a_budget_is_a_line(tmp_path: Path) -> None:
    """At its height, above all that is left."""
    words = ("mobilenet-v1", "--alpha", "0.1:1:0.1", "--budget", "mult_adds<=300M")
    drawn = pictures.picture(cc.sweep(words[0], alpha=words[2], budget=words[4]))
    work, params = drawn.panels
    assert isinstance(work, pictures.Lines) and isinstance(params, pictures.Lines)
    assert (work.y.limits, params.y.limits) == (((3e8, "budget 300,000,000"),), ())
    assert "budget 300,000,000" in said(picture(tmp_path, *words))


def test_a_map_of_two_parameters(tmp_path: Path) -> None:
    made = cc.sweep(
        "mobilenet-v1", alpha="1/2,1", resolution="224,128,160", budget="mult_adds<=300M"
    )
    drawn = pictures.picture(made, y="R")
    work, params = drawn.panels
    assert isinstance(work, pictures.Map) and isinstance(params, pictures.Map)
    net = cc.load("mobilenet-v1")
    costs = [[net.count(alpha=a, resolution=r) for a in ("1/2", 1)] for r in (128, 160, 224)]
    assert work.cells == [
        [c.mult_adds if c.mult_adds <= 3e8 else None for c in row] for row in costs
    ]
    assert params.cells[0] == [row.params for row in costs[0]] and params.cells[2][1] is None
    assert [text for _, text in work.y.ticks] == ["128", "160", "224"]
    assert (work.x.label, work.y.label, drawn.points) == ("α", "R", 5)
    words = ("mobilenet-v1", "--alpha", "1/2,1", "-r", "128,160,224", "--plot-y", "resolution")
    assert {"149 M", "569 M", "1.32 M", "4.21 M"} <= set(said(picture(tmp_path, *words)))
    many = ("mobilenet-v1", "--alpha", "0.1:1:0.05", "-r", "128:224:8", "--plot-y", "R")
    assert {"50 M", "100 M", "200 M"} <= set(said(picture(tmp_path, *many)))  # equal costs


def test_cost_against_cost(tmp_path: Path) -> None:
    drawn = pictures.picture(
        cc.sweep("mobilenet-v1", alpha="1/2,1", resolution="128,224"), x="params"
    )
    (panel,) = drawn.panels
    assert isinstance(panel, pictures.Lines)
    net = cc.load("mobilenet-v1")
    for side in (128, 224):
        counts = [(net.count(alpha=a, resolution=side), a) for a in ("0.5", "1")]
        points = [(c.params, c.mult_adds, f"α = {a}") for c, a in counts]
        assert panel.lines[f"R = {side}"] == points
    words = ("mobilenet-v1", "--alpha", "1/2,1", "-r", "128,224", "--plot-x", "params")
    text = said(picture(tmp_path, *words))
    assert {"parameters (paper)", "Mult-Adds (paper)", "α = 0.5", "α = 1"} <= set(text)
    assert [x for x in text if x.startswith("R = ")] == ["R = 224", "R = 128"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--plot-x", "alpha"], "--plot-x and --plot-y belong to --plot (--plot costs.svg)"),
        (
            ["--plot", "a.svg", "--plot-y", "delt"],
            "a picture of this sweep has no 'delt' (did you mean 'delta'?)",
        ),
        (
            ["--plot", "a.svg", "--plot-y", "resolution"],
            "a map has two parameters, and delta has 2 values "
            "(one value of delta, or --plot-y mult_adds)",
        ),
        (
            ["--plot", "a.svg", "--plot-y", "resolution", "--budget", "resolution<200,delta<2"],
            "nothing to draw (a parameter with at least two values)",
        ),
    ],
)
def test_pictures_that_can_not_be(words: list[str], message: str, tmp_path: Path) -> None:
    axes = ("--alpha", "0.5,1", "--delta", "1,2", "-r", "160,224")
    found = run("sweep", "mobilenet-v1", *axes, *words, cwd=tmp_path)
    assert (found.returncode, found.stderr) == (2, f"{message}\n")
    assert list(tmp_path.iterdir()) == []


def test_from_the_eleventh_line_on_markers_and_dashes_differ() -> None:
    styles = [tuple(_style(number, few=True).items()) for number in range(60)]
    assert len(set(styles)) == 60
    assert dict(styles[0])["color"] == dict(styles[10])["color"] == "C0"
    assert [dict(styles[i])["marker"] for i in (0, 9, 10, 20)] == ["o", "o", "s", "^"]
    assert [dict(styles[i])["linestyle"] for i in (0, 9, 10, 20)] == ["-", "-", "--", ":"]


def test_never_overwrites_unasked(tmp_path: Path) -> None:
    kept = tmp_path / "out.csv"
    kept.write_text("mine")
    found = run(*SMALL, "-o", "out.csv", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (2, "out.csv exists (--force overwrites it)\n")
    assert kept.read_text() == "mine"
    assert run(*SMALL, "-o", "out.csv", "--force", cwd=tmp_path).returncode == 0
    assert kept.read_text().startswith("spec,")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def usual_signals() -> None:
    """A suite started by nohup, or in the background of a script, hands ignored signals down."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def as_under_nohup() -> None:
    usual_signals()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@contextmanager
def on_terminal(
    words: list[str], cwd: Path, before: Callable[[], None] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A process whose stderr is a terminal, and what that shows, to be read."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(
        [*COSTCALC, *words], cwd=cwd, stderr=theirs, env=env, preexec_fn=before
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def shown(terminal: int) -> Iterator[bytes]:
    """What a process writes to its terminal, as it comes."""
    with suppress(OSError):  # the other end is closed
        while part := os.read(terminal, 4096):
            yield part


def progress(terminal: int) -> Iterator[bytes]:
    """How many points a process says it has done, each number once, as soon as it says so."""
    last, text = b"", b""
    for part in shown(terminal):
        text = text[-100:] + part
        for points in re.findall(rb"([\d,]+) of [\d,]+ points", text):
            if points != last:
                yield points
            last = points


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_sweep_leaves_nothing(number: int, tmp_path: Path) -> None:
    words = [*LARGE, "-o", "out.csv"]
    with on_terminal(words, tmp_path, usual_signals) as (process, terminal):
        assert next(progress(terminal))
        assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
        process.send_signal(number)
        assert list(shown(terminal))
        assert process.wait() != 0
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_under_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    quick = ["--delta", "1:10000:1", "--budget", "mult_adds<=1M"]  # 10⁹ points, few rows
    words = [*LARGE, *quick, "-o", "out.csv"]
    with on_terminal(words, tmp_path, as_under_nohup) as (process, terminal):
        assert next(progress(terminal))
        process.send_signal(signal.SIGHUP)
        os.set_blocking(terminal, False)
        list(shown(terminal))  # what it said before the signal
        os.set_blocking(terminal, True)
        after = progress(terminal)
        assert len({next(after) for _ in range(3)}) == 3  # the first may have been under way
        process.terminate()
        assert list(shown(terminal))
        assert process.wait() == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6))

    found = subprocess.run(
        [*COSTCALC, *LARGE, "-o", "out.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=limit,
        timeout=120,
    )
    assert (found.returncode, found.stderr) == (
        2,
        "out.csv: File too large (nothing was written)\n",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [SMALL, [*SMALL, "--format", "csv"], [*LARGE, "--format", "csv"]])
def test_a_full_disk_behind_stdout(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run([*COSTCALC, *words], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (found.returncode, found.stderr) == (2, "standard output: No space left on device\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "none/out.csv"], "none/out.csv: No such file or directory (nothing was written)\n"),
        (
            ["-o", "out.xls"],
            "out.xls has no known ending "
            "(.txt, .csv, .json, .md, .tex, .html or .parquet, or --format)\n",
        ),
        (["-o", "folder.csv"], "folder.csv is a directory (the name of a file)\n"),
        (["--plot", "out.gif"], "out.gif has no known ending (.svg, .png or .pdf)\n"),
        (
            ["--alpha", "0.1:1:0.4"],
            "alpha: the range 0.1:1:0.4 does not end at 1 (its last step reaches 0.9)\n",
        ),
        (
            ["--points", "none.csv"],
            "none.csv: can't be read: No such file or directory\n",
        ),
        (["--baseline", "alpha"], "'alpha' has no value (NAME=VALUE,NAME=VALUE)\n"),
    ],
)
def test_mistakes_are_one_line(words: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    found = run("sweep", "mobilenet-v1", "--delta", "1", *words, cwd=tmp_path)
    assert (found.returncode, found.stderr) == (2, message)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_an_unwritable_folder(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        folder, reason = Path("/proc"), "No such file or directory"  # nobody can write there
    else:
        folder, reason = tmp_path, "Permission denied"
        tmp_path.chmod(0o500)
    found = run(*SMALL, "-o", str(folder / "out.csv"))
    assert found.stderr == f"{folder / 'out.csv'}: {reason} (nothing was written)\n"


def test_points_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("alpha,resolution\n0.5,224x160\n1,97\n")
    found = run("sweep", "mobilenet-v1", "--points", "points.csv", "--format", "csv", cwd=tmp_path)
    counts = [
        cc.load("mobilenet-v1").count(alpha=a, resolution=r)
        for a, r in (("0.5", "224x160"), (1, 97))
    ]
    assert [line.split(",")[7] for line in found.stdout.splitlines()[1:]] == [
        str(count.mult_adds) for count in counts
    ]


def test_no_progress_bar_outside_a_terminal(tmp_path: Path) -> None:
    words = ["sweep", "mobilenet-v1", "--alpha", "0.1:1:0.001", "--resolution", "33:300:1"]
    found = run(*words, "-o", "out.csv", cwd=tmp_path)
    assert (found.stdout, found.stderr) == ("", "out.csv: 241,468 rows\n")


def test_a_progress_bar_on_a_terminal(tmp_path: Path) -> None:
    words = ["sweep", "mobilenet-v1", "--alpha", "0.1:1:0.001", "--resolution", "33:300:1"]
    with on_terminal([*words, "-o", "out.csv"], tmp_path) as (process, terminal):
        said = b"".join(shown(terminal))
        assert process.wait() == 0
    assert b"of 241,468 points" in said
    assert said.endswith(b"out.csv: 241,468 rows\r\n")
    rows = (tmp_path / "out.csv").read_bytes()
    assert rows.count(b"\n") == 1 + 241_468 and rows.startswith(b"spec,alpha,resolution,")
    assert b"mobilenet-v1," not in said  # the rows are in the file, and there alone


def test_a_table_is_printed_when_the_bar_is_gone(tmp_path: Path) -> None:
    """To standard output, which may be a file while the bar is on the terminal."""
    axes = ["--alpha", "0.1:1:0.01", "--resolution", "33:300:1", "--top", "1"]
    words = [*COSTCALC, "sweep", "mobilenet-v1", *axes]
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "NO_COLOR": "1"}
    said = []
    for into in (tmp_path / "out.txt", None):
        ours, theirs = pty.openpty()
        with nullcontext(theirs) if into is None else into.open("wb") as out:
            process = subprocess.Popen(words, stdout=out, stderr=theirs, env=env)
        os.close(theirs)
        said.append(b"".join(shown(ours)).rpartition(b"\x1b[1A\x1b[2K"))  # the bar is taken away
        assert process.wait() == 0
        os.close(ours)
    (bar, _, rest), (same_bar, _, table) = said
    assert b"24,388 points" in bar and b"24,388 points" in same_bar
    assert rest == b"" and table.rstrip().endswith(b"1 of 24,388 points")
    text = (tmp_path / "out.txt").read_text()
    assert text.startswith("mobilenet-v1\n") and text.endswith("\nrows  1 of 24,388 points\n")


def test_a_small_sweep_imports_neither_numpy_nor_sympy() -> None:
    code = (
        "import sys; from costcalc.cli import main\n"
        "try: main(['sweep', 'mobilenet-v1', '--alpha', '0.25,0.5,0.75,1',"
        " '--resolution', '128,160,224', '--budget', 'mult_adds<=300M', '--sort', '-params'])\n"
        "except SystemExit: print({'numpy', 'sympy', 'matplotlib', 'pyarrow'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stdout.splitlines()[-1] == "set()"
