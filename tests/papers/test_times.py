"""Measured times of the papers: how well fits explain them, apart from all verdicts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from conftest import Run

from costcalc.papers.run import Report, check
from costcalc.papers.verify.verdicts import tally
from costcalc.timing.fit import MODELS

#: By paper and column: times, coefficients, the worst and the median error of what is left out,
#: and the median by Mult-Adds alone; shares of 1000, cut off.
COLUMNS = {
    ("002-fd-mobilenet", "Table 4", "time"): (9, 4, 76, 52, 319),
    ("003-mobilenet-series", "Fig. 15", "time"): (4, 2, 242, 117, 176),
    ("004-pydmobilenet", "Table 5", "time GPU"): (11, 4, 397, 30, 327),
    ("004-pydmobilenet", "Table 5", "time CPU"): (11, 4, 151, 58, 112),
}


@pytest.fixture(scope="module")
def report() -> Report:
    return check(["002", "003", "004"])


def test_the_papers_times(report: Report) -> None:
    found = {(time.paper, time.table, time.metric): time for time in report.times}
    assert list(found) == list(COLUMNS)
    for key, (times, coefficients, worst, median, alone) in COLUMNS.items():
        fit, by_work = found[key].fit, found[key].alone
        assert (len(fit.times), tuple(fit.coefficients)) == (times, MODELS[coefficients])
        shares = (fit.left_out.worst, fit.left_out.median, by_work.left_out.median)
        assert [int(share * 1000) for share in shares] == [worst, median, alone]
        assert tuple(by_work.coefficients) == ("mult_adds",)


def test_fd_mobilenet_is_faster_than_its_mult_adds_say(report: Report) -> None:
    """By Mult-Adds alone FD-MobileNet 1x would take 46 % longer; it writes fewer elements."""
    table = report.times[0]
    rows = {timed.network: i for i, timed in enumerate(table.fit.times)}
    fast, slow = rows["FD-MobileNet 1×"], rows["0.5× MobileNet-224"]
    assert Fraction("0.46") < table.alone.errors[fast] < Fraction("0.47")
    assert abs(table.fit.errors[fast]) < Fraction("0.06")
    written = [table.fit.times[i].amounts["written"] for i in (fast, slow)]
    # what leaves the stem, the pairs, the pooling and the classifier, softmax too
    sides = {112: 32, 56: 32 + 64, 28: 64 + 3 * 128, 14: 128 + 3 * 256, 7: 256 + 11 * 512 + 1024}
    pairs = sum(side * side * channels for side, channels in sides.items()) - 7 * 7 * 512
    assert written[0] == pairs + 1024 + 2 * 1000
    assert written[0] < Fraction("0.62") * written[1]


def test_no_verdict_on_a_figure_moves(report: Report) -> None:
    times = [v for v in report.verdicts if v.figure.metric.startswith("time")]
    printed = [v for v in times if v.figure.table != "text"]
    assert {v.verdict for v in printed} == {"unchecked"}
    assert tally(printed).unchecked == 9 + 4 + 2 + 2 * 11
    assert {v.reason for v in printed} == {"measured on a device"}


def test_the_report_has_a_table_of_times(run: Run) -> None:
    lines = run("check", "002", "--table", "Table 4").stdout.splitlines()
    (heading,) = (i for i, line in enumerate(lines) if "coefficients" in line)
    shown = " ".join(lines[heading + 1].split())
    assert shown == "002-fd-mobilenet Table 4 time 9 4 5.25 % 7.68 % 31.96 %"


def test_three_times_are_not_fitted(tmp_path: Path) -> None:
    rows = "\n".join(f"  - [{a}, {ms}]" for a, ms in ((1, 9), ("1/2", 4), ("1/4", 2)))
    claims = (
        "paper: P\ntables:\n- table: T\n  spec: mobilenet-v1\n  unchecked: {time ms: measured}\n"
        f"  columns: [alpha, time ms]\n  rows:\n{rows}\n"
    )
    file = tmp_path / "p.yaml"
    file.write_text(claims)
    assert check(file).times == ()
    file.write_text(claims + "  - [3/4, 6]\n")
    (time,) = check(file).times
    assert tuple(time.fit.coefficients) == MODELS[2]
    assert time.to_dict()["rows"][0]["row"] == "alpha=1"
