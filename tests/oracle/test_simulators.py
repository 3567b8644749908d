"""Workloads of shipped networks as the simulators themselves read them."""

from __future__ import annotations

from pathlib import Path

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
