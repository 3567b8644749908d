"""Workloads of shipped networks as the simulators themselves read them."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import costcalc as cc
from costcalc.export.workloads import scale_sim, zigzag
from costcalc.graph.build import build

pytestmark = pytest.mark.oracle
#: Windows that a topology does not say.
REFUSED = ("deeplabv3-mobilenet-v3", "ds-cnn-l", "ssd300-vgg16", "ssd512-vgg16")


@pytest.mark.parametrize("name", cc.spec_names())
def test_scale_sim(name: str, tmp_path: Path) -> None:
    topologies = pytest.importorskip("scalesim.topology_utils").topologies()
    spec = cc.load(name).spec
    graph = build(spec, spec.defaults())
    if name in REFUSED:
        with pytest.raises(cc.CostcalcError, match="not in a topology of SCALE-Sim"):
            scale_sim(graph)
        return
    (tmp_path / "net.csv").write_text(scale_sim(graph))
    topologies.load_arrays(str(tmp_path / "net.csv"))
    topologies.topo_calc_hyperparams()
    macs = sum(layer[2] for layer in topologies.layers_calculated_hyperparams)
    assert macs == cc.count(name).mult_adds


@pytest.mark.parametrize("name", cc.spec_names())
def test_zigzag(name: str) -> None:
    validator = pytest.importorskip("zigzag.parser.workload_validator").WorkloadValidator
    factory = pytest.importorskip("zigzag.parser.workload_factory").LayerNodeFactory
    spec = cc.load(name).spec
    read = validator(yaml.safe_load(zigzag(build(spec, spec.defaults()))))
    assert read.validate()
    layers = [factory(layer, None).create_node_attr() for layer in read.normalized_data]
    assert sum(one.layer_dim_sizes.total_size for one in layers) == cc.count(name).mult_adds


@pytest.mark.parametrize(
    ("name", "values", "pool"),
    [
        ("mobilenet-v1", {"alpha": "1/4", "resolution": 96, "classes": 2}, 3 * 3 * 256),
        ("mobilenet-v1", {}, 7 * 7 * 1024),
        ("mobilenet-v2", {"alpha": "0.35", "resolution": 160}, 5 * 5 * 1280),
    ],
)
def test_vela(name: str, values: dict[str, Any], pool: int, tmp_path: Path) -> None:
    """Arm's compiler for Ethos-U counts an operation for each value that a pooling reads, and two
    for each class of a softmax, which finds the largest and adds up."""
    pytest.importorskip("ethosu.vela")
    net = cc.load(name)
    net.export(tmp_path / "net.tflite", values=values, weights="zero")
    call = [sys.executable, "-m", "ethosu.vela", str(tmp_path / "net.tflite")]
    done = subprocess.run(
        [*call, "--output-dir", str(tmp_path)], capture_output=True, text=True, check=False
    )
    (summary,) = tmp_path.glob("net_summary_*.csv")
    with summary.open() as file:
        (said,) = csv.DictReader(file)
    count = net.count(values=values)
    classes = values.get("classes", 1000)
    assert int(said["nn_macs"]) == count.mult_adds + pool + 2 * classes, done.stdout
