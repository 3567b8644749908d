"""Times on this machine: what is run, and a table that can be calibrated with."""

from __future__ import annotations

import json
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc
from costcalc.export.measuring import Measured
from costcalc.timing.calibration import calibrate

NET = """\
network: net
parameters: {w: {default: 4, meaning: width}}
input: 8x8x4
layers:
- {conv: 3x3, out: w}
- {conv: 1x1, out: 2*w}
"""


def test_a_time_is_the_median_of_the_runs() -> None:
    one = Measured("net", {}, (1, 9, 4, 2, 3))
    assert one.ns == 3
    assert one.spread == (Fraction(13, 2) - Fraction(3, 2)) / 3


def test_too_few_runs(run: Run) -> None:
    made = run("measure", "vgg-16", "--runs", "1")
    assert made.stderr == "1 run by 1 thread measure nothing (at least 2 runs by 1 thread)\n"


def test_a_parameter_that_no_network_has() -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        cc.measure("vgg-16", alpha=1)
    assert str(caught.value) == "vgg-16 has no parameter 'alpha' (known: classes, resolution)"


@pytest.mark.skipif(bool(find_spec("onnxruntime")), reason="onnxruntime is here")
def test_without_the_runtime(run: Run) -> None:
    made = run("measure", "vgg-16")
    assert (made.returncode, made.stderr) == (
        2,
        "measuring needs onnx and onnxruntime (pip install 'costcalc[measure]')\n",
    )


def test_networks_are_run_and_the_table_is_one_to_calibrate_with(tmp_path: Path, run: Run) -> None:
    pytest.importorskip("onnxruntime")
    (tmp_path / "net.yaml").write_text(NET)
    words = ("measure", "net.yaml", "net.yaml@w=8", "vgg-16@classes=3", "--runs", "2")
    bound = (*words, "--resolution", "32")
    told = json.loads(run(*bound, "-f", "json", cwd=tmp_path).stdout)
    assert [(one["spec"], one["asked"], one["runs"]) for one in told["networks"]] == [
        ("net.yaml", {}, 2),
        ("net.yaml", {"w": "8"}, 2),
        ("vgg-16", {"resolution": "32", "classes": "3"}, 2),
    ]
    assert all(one["median_ns"] > 0 for one in told["networks"])
    table = run(*bound, "-f", "csv", cwd=tmp_path).stdout
    assert table.splitlines()[0] == "spec,w,resolution,classes,ms"
    (tmp_path / "times.csv").write_text(table.replace("net.yaml", str(tmp_path / "net.yaml")))
    assert calibrate(tmp_path / "times.csv").times.networks == 3
