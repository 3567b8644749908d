"""What the tools themselves gave for one activation or norm of a map of 6×5×8: 240 elements.

Measured (batch 1, evaluation mode) as the difference that the row makes between a convolution and a
sigmoid; :mod:`test_counters` among the oracles does it again. What could not be run is from the
source that the convention names.
"""

from __future__ import annotations

import pytest

import costcalc as cc

ELEMENTS, POSITIONS, CHANNELS = 6 * 5 * 8, 6 * 5, 8
#: Rows whose scale and shift may be left out: both there, no scale, no shift, neither.
NORMS = ("bn", "layernorm", "groupnorm: 4", "instancenorm")
WITHOUT = ("", ", scale: false", ", shift: false", ", scale: false, shift: false")
ACTIVATIONS = ("gelu", "elu", "selu", "tanh", "softplus", "mish", "hardtanh")
OTHERS = ("rmsnorm", "rmsnorm, scale: false", "lrn: 5", "lrn: 4", "prelu", "prelu: layer")

#: By convention: of each norm the four ways, of each activation, and of the others.
Numbers = dict[str, tuple[int, ...]]
NOTHING: Numbers = {**dict.fromkeys(NORMS, (0,) * 4), "activations": (0,) * 7, "others": (0,) * 6}
_AFFINE = dict.fromkeys(NORMS[1:], (1200, 960, 1200, 960))
_ONE = dict.fromkeys(NORMS, (240, 0, 240, 0))
_PARAMETERS = dict.fromkeys(NORMS, (16, 8, 8, 0))
_GROUPS = dict.fromkeys(("bn", "groupnorm: 4", "instancenorm"), (480, 480, 480, 240))
_HALVED = dict.fromkeys(("bn", "layernorm", "instancenorm"), (960, 960, 960, 480))
_FLOPS: Numbers = {
    **NOTHING,
    **_AFFINE,
    "bn": (480, 240, 480, 240),
    "activations": (240, 240, 0, 0, 0, 0, 0),
    "others": (0, 0, 1080, 1050, 240, 240),
}
MEASURED: dict[str, Numbers] = {
    "fvcore-0.1.5": {**NOTHING, **_AFFINE, "bn": (480, 240, 480, 240)},
    "ptflops-0.6.9": {
        **NOTHING,
        **_GROUPS,
        "activations": (240, 240, 0, 0, 0, 0, 0),
        "others": (0, 0, 0, 0, 240, 240),
    },
    "ptflops-0.7.5": {
        **_GROUPS,
        "layernorm": (240,) * 4,
        "activations": (480, 480, 0, 0, 0, 0, 0),
        "others": (0, 0, 1080, 1050, 480, 480),
    },
    "ptflops-aten": NOTHING,
    "thop-0.0.31": {**NOTHING, "bn": (480,) * 4},
    "thop-0.1.1": {**NOTHING, **_HALVED, "others": (0, 0, 0, 0, 240, 240)},
    "torchinfo-1.8.0": {**NOTHING, **_PARAMETERS, "others": (8, 0, 0, 0, 8, 1)},
    "torchprofile-0.1.0": {**NOTHING, **_ONE, "others": (0, 0, 720, 720, 0, 0)},
    "deepspeed-flops": _FLOPS,
    "calflops-flops": _FLOPS,
    "deepspeed-macs": NOTHING,
    "calflops-macs": NOTHING,
    "torch-flopcounter": NOTHING,
    "torchscan-0.2.0": {**NOTHING, "bn": (480, 480, 480, 240)},
    "onnx-tool-bn": {
        "bn": (7440,) * 4,
        "layernorm": (2550,) * 4,
        "groupnorm: 4": (2160,) * 4,
        "instancenorm": (1680,) * 4,
        "activations": (1680, 8400, 0, 18_240, 18_240, 36_720, 480),
        "others": (0, 0, 10_080, 9840, 480, 480),
    },
    # from their sources: 4 of any BN or instance norm, 3 of ELU and PReLU; 3 and 2 of H·W
    "imgclsmob-flops": {
        **NOTHING,
        **dict.fromkeys(("bn", "instancenorm"), (4 * ELEMENTS,) * 4),
        "activations": (0, 3 * ELEMENTS, 0, 0, 0, 0, 0),
        "others": (0, 0, 0, 0, 3 * ELEMENTS, 3 * ELEMENTS),
    },
    "convnet-burden": {
        **NOTHING,
        "others": (0, 0, *(3 * ELEMENTS + 2 * POSITIONS,) * 2, 0, 0),
    },
    "keras-flops-0.1.2": {**NOTHING, "bn": (2 * ELEMENTS + 6 * CHANNELS,) * 4},
}
MEASURED["mmengine"] = MEASURED["fvcore-0.1.5"]
#: As function calls, where that is another number.
_ALL = ("groupnorm: 4", "layernorm", "instancenorm")
FUNCTIONAL: dict[str, Numbers] = {
    "ptflops-0.6.9": {**NOTHING, "bn": MEASURED["ptflops-0.6.9"]["bn"]},
    "ptflops-0.7.5": {
        **NOTHING,
        "bn": MEASURED["ptflops-0.7.5"]["bn"],
        "activations": (240, 240, 0, 0, 0, 0, 0),
        "others": (0, 0, 1080, 1050, 240, 240),
    },
    "thop-0.1.1": {**NOTHING, "bn": MEASURED["thop-0.1.1"]["bn"]},
    "torchinfo-1.8.0": {**NOTHING, "bn": MEASURED["torchinfo-1.8.0"]["bn"]},
}
#: Kinds of which the source of a tool says nothing, or that are an error there.
UNKNOWN = {
    "condensenet": {*_ALL, *ACTIVATIONS, "rmsnorm", "lrn: 5"},
    "convnet-burden": {*_ALL, *ACTIVATIONS, "rmsnorm", "prelu"},
    "imgclsmob-flops": {"layernorm", "groupnorm: 4", "rmsnorm", "lrn: 5", *ACTIVATIONS} - {"elu"},
    "pycls": {"groupnorm: 4", "instancenorm", "rmsnorm", "lrn: 5"},
    "onnx-tool-bn": {"rmsnorm", "selu"},
    "onnx-tool-folded": {"rmsnorm", "selu"},
    "tf-profiler": {*_ALL, "rmsnorm", "gelu", "mish", "hardtanh", "prelu"},
}
UNKNOWN["keras-flops-0.1.2"] = UNKNOWN["tf-profiler"]


def network(row: str, coding: str = "module") -> cc.Network:
    coded = f"defaults: {{coded: {coding}}}\n"
    return cc.loads(f"input: 6x5x8\n{coded}layers:\n- relu\n- {{{row}}}\n")


def makes(convention: cc.Convention, row: str, coding: str = "module") -> int:
    """What the row makes of the count."""
    return int(network(row, coding).count(convention=convention).layers[1].mult_adds)


def table(convention: cc.Convention, coding: str = "module") -> Numbers:
    rows = {norm: [norm + without for without in WITHOUT] for norm in NORMS}
    rows |= {"activations": list(ACTIVATIONS), "others": list(OTHERS)}
    return {key: tuple(makes(convention, row, coding) for row in rows[key]) for key in rows}


@pytest.mark.parametrize("convention", MEASURED)
def test_what_a_tool_makes_of_a_row(convention: str) -> None:
    assert table(cc.find_convention(convention)) == MEASURED[convention]


@pytest.mark.parametrize("convention", FUNCTIONAL)
def test_what_a_tool_makes_of_a_function_call(convention: str) -> None:
    assert table(cc.find_convention(convention), "functional") == FUNCTIONAL[convention]


def test_what_is_not_known_is_said() -> None:
    every = (*_ALL, *ACTIVATIONS, "rmsnorm", "lrn: 5", "prelu", "bn")
    for name, convention in cc.all_conventions().items():
        notes = {row: network(row).count(convention=convention).notes for row in every}
        unknown = {row for row in every if any("no known rule" in note for note in notes[row])}
        assert unknown == UNKNOWN.get(name, set()), name


@pytest.mark.parametrize(
    ("row", "trained", "stored"),
    [
        ("bn", 2 * CHANNELS, 4 * CHANNELS),
        ("bn, scale: false", CHANNELS, 3 * CHANNELS),
        ("bn, shift: false", CHANNELS, 3 * CHANNELS),
        ("bn, scale: false, shift: false", 0, 2 * CHANNELS),
        *((f"{norm}", 2 * CHANNELS, 2 * CHANNELS) for norm in NORMS[1:]),
        *((f"{norm}, scale: false", CHANNELS, CHANNELS) for norm in NORMS[1:]),
        *((f"{norm}, shift: false", CHANNELS, CHANNELS) for norm in NORMS[1:]),
        *((f"{norm}, scale: false, shift: false", 0, 0) for norm in NORMS[1:]),
        *(("rmsnorm", CHANNELS, CHANNELS), ("rmsnorm, scale: false", 0, 0)),
        *(("l2norm", CHANNELS, CHANNELS), ("l2norm, scale: false", 0, 0)),
        *(("lrn", 0, 0), ("lrn: 4", 0, 0)),
        *(("prelu", CHANNELS, CHANNELS), ("prelu: layer", 1, 1), ("gelu", 0, 0)),
    ],
)
def test_parameters(row: str, trained: int, stored: int) -> None:
    count = network(row).count
    assert count(convention="trainable").params == trained
    assert count(convention="keras").params == count(convention="with-statistics").params == stored
    assert count().params == 0
    assert count(convention="without-bn").params == (0 if "bn" in row else trained)
    # a BN that no convolution absorbs is stored as a scale and a shift, whatever it learned
    assert count(convention="deployed").params == (2 * CHANNELS if "bn" in row else trained)
