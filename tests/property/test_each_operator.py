"""Every operator over its columns: all that it counts, as whole numbers and in closed form.

The second calculator gives the numbers, under a convention in which every tag has a weight of its
own. Windows, strides, dilations and paddings are not square, so that no axis stands for the other.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from calculator import calculate
from operations import ELEMENTWISE, NORMS, SPELLED
from random_specs import flow, written
from routes import WEIGHTS, own_convention

from costcalc import CostcalcError, loads

PADDINGS = ("same", "valid", "half", 1, [2, 1], [0, 3, 1, 2])
SIDES = ((7, 10), (9, 8), (12, 5), (3, 4))


def rows() -> list[dict[str, Any]]:
    windows = ("3x2", "1x4", 1), ("1x2", "3x1", "2x3")
    slid = [
        {"stride": stride, "padding": padding} for stride, padding in product(windows[1], PADDINGS)
    ]
    found: list[dict[str, Any]] = []
    for i, columns in enumerate(slid):
        kernel, bias, groups = windows[0][i % 3], i % 2 == 0, (1, 2, 4)[i % 3]
        found += [
            {"conv": kernel, "out": 8, **columns, "bias": bias, "groups": groups},
            {"conv": kernel, "out": 8, **columns, "dilation": ("2x1", "1x3")[i % 2]},
            {"dwconv": kernel, **columns, "multiplier": 1 + i % 2, "bias": not bias},
            {"tconv": ("3x2", "4x5")[i % 2], "out": 8, **columns, "bias": bias, "groups": groups},
        ]
        more = (
            {"output_padding": ([0, 1], 1, [1, 0])[i % 3]} if columns["padding"] != "same" else {}
        )
        tconv = {"tconv": ("3x2", "2x5", 1)[i % 3], "out": 4, "groups": groups, **columns, **more}
        found.append({**tconv, "dilation": ("2x3", "3x2")[i % 2], "bias": not bias})
        found.append(
            {"maxpool": ("3x2", "2x2")[i % 2], **columns, "dilation": ("2x1", "1x3")[i % 2]}
        )
        for verb, way in product(("maxpool", "avgpool"), ("up", "down")):
            found.append({verb: ("3x2", "2x2", "2x5")[i % 3], **columns, "round": way})
    norms: tuple[Any, ...] = ("batch", "none", {"batch": None, "scale": False}, {"group": 4}, "lrn")
    activations: tuple[Any, ...] = ("none", "prelu", {"prelu": "layer"}, "leaky")
    for norm, activation in product(norms, activations):
        for verb in ({"conv": 3, "out": 8}, {"conv": 3, "out": 8, "bias": True}, {"dwconv": 3}):
            found.append({**verb, "norm": norm, "activation": activation})
        found.append({"tconv": 3, "out": 8, "norm": norm, "activation": activation})
    for verb in (*ELEMENTWISE, *SPELLED, "bn", "l2norm", "softmax", "dropout", "flatten"):
        found.append({verb: None})
    for scale, shift in product((True, False), repeat=2):
        learned = {"scale": scale, "shift": shift}
        found += [{verb: 4 if verb == "groupnorm" else None, **learned} for verb in NORMS]
        found += [{"rmsnorm": None, "scale": scale}, {"l2norm": None, "scale": scale}]
    for verb, per in product(("scale", "shift"), (None, "channel", "layer")):
        found.append({verb: per})
    for kernels in ({"fixed": True}, {"gain": True}, {"fixed": True, "gain": True}):
        for verb in ({"conv": "3x2", "out": 4}, {"dwconv": 3, "multiplier": 2}):
            found.append({**verb, **kernels, "bias": True, "norm": "batch"})
        found.append({"tconv": "2x3", "out": 6, "stride": 2, **kernels})
    found += [{"learned": None}, {"learned": "3x4x5"}, {"learned": [2, "in", "2*in"]}]
    found += [{"learned": "7x5x4", "params": "in*3"}, {"learned": None, "params": 0}]
    found += [{"lrn": None}, {"lrn": 4}, {"prelu": "layer"}, {"prelu": "channel"}]
    found += [
        {"groupnorm": "in"},
        {"shuffle": 2},
        {"space_to_depth": 2},
        {"space_to_depth": 1},
        {"fmp": "3/2"},
    ]
    found += [{"upsample": "2x3", "mode": mode} for mode in ("nearest", "bilinear")]
    found += [{"upsample": 2}, {"subsample": "2x3"}, {"zeropad": [0, 1, 2, 4]}, {"zeropad": [1, 3]}]
    found += [{"padchannels": 11}, {"select": 5}, {"depth_to_space": 2}, {"depth_to_space": 1}]
    found += [{"reflectpad": padding} for padding in (1, [2, 0], [0, 1, 2, 3], [4, 3])]
    for size in ("2x5", 3, {"to": "4x4"}, {"like": "wide"}, {"like": "narrow"}):
        found += [{"resize": size, "mode": mode} for mode in ("nearest", "bilinear")]
        found += [{"crop": size}] if size != {"like": "wide"} else []
    found += [{"zeropad": size} for size in ({"to": "9x10"}, {"like": "wide"})]
    for verb, over in product(("avgpool", "maxpool"), ("channels", "height", "width")):
        found.append({verb: {"over": over}})
    found += [{"crop": {"by": by}} for by in (1, [1, 0], [0, 1, 2, 0])]
    for by in ("3/2", "1/2", 2, ["1/3", "5/4"]):
        found += [{"resize": {"by": by}, "mode": mode} for mode in ("nearest", "bilinear")]
    found += [{"avgpool": "global"}, {"maxpool": "global"}, {"maxpool": "2x3"}, {"avgpool": 2}]
    for verb, size in product(("maxpool", "avgpool"), ("2x5", "3x3", 1)):
        found.append({verb: {"to": size}})
    found += [{verb: {"like": "wide"}} for verb in ("maxpool", "avgpool")]
    for bias, activation in product((True, False), ("none", "prelu", {"prelu": "layer"})):
        found.append({"linear": 6, "bias": bias, "activation": activation})
    found += [{"tokens": None}, {"transpose": None}, {"transpose": "sides"}, {"windows": "3x2"}]
    found += [{"reshape": size} for size in ("7x10", "10x7", "4x5x28", [1, 2, "4*width*height"])]
    found += [{"softmax": 4}, {"softmax": "height"}]
    for heads, other in product((1, 4, "height"), ([], [{"conv": 1, "out": 8, "stride": "2x1"}])):
        scores = {"matmul": [[], other], "over": "channels", "heads": heads}
        values = {"matmul": [[scores, {"softmax": heads}], other], "over": "tokens"}
        found += [scores, {**values, "heads": heads}]
    found.append({"matmul": [["transpose"], []], "over": "tokens"})
    for verb, biases, ways in product(("lstm", "gru", "rnn"), (0, 1, 2), (False, True)):
        both = {"bidirectional": ways, "last": biases == 1}
        found.append({verb: ("width", 5)[ways], "biases": biases, **both})
    for along in ("height", "width", "channels"):
        own: dict[str, Any] = {"conv": 1, "out": 8}
        own = {"maxpool": {"over": along}} if along != "channels" else own
        found.append({"concat": [[], [own]], "along": along})
    return found


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> str:
    return own_convention(tmp_path_factory.mktemp("conventions"))


@pytest.mark.parametrize("row", rows(), ids=flow)
def test_an_operator_counts_what_the_second_calculator_does(every: str, row: Any) -> None:
    spec = {
        "parameters": {
            "height": {"default": 7, "meaning": "m"},
            "width": {"default": 10, "meaning": "m"},
        },
        "input": {"height": "height", "width": "width", "channels": 8},
        "layers": [
            {"branch": [{"zeropad": [1, 0, 2, 1], "name": "wide"}]},
            {"branch": [{"maxpool": "2x3", "name": "narrow"}]},
            row,
            "bn",
        ],
    }
    network = loads(written(spec))
    formula = network.formula(convention=every)
    work, params = WEIGHTS["every"]
    for height, width in SIDES:
        sides = {"height": height, "width": width}
        terms = calculate(spec, sides)
        right = terms and tuple(
            sum(terms[tag] * weight for tag, weight in table.items()) for table in (work, params)
        )
        free = {name: sides[name] for name in formula.parameters}
        if right is None:
            with pytest.raises(CostcalcError):
                network.count(convention=every, **sides)
            with pytest.raises(CostcalcError):
                formula.at(rounded=True, **free)
            continue
        count = network.count(convention=every, **sides)
        assert (count.mult_adds, count.params) == right
        assert formula.at(rounded=True, **free) == right
