"""Layers patch by patch: parts of maps, held against windows tap by tap, and a printed figure."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

import costcalc as cc

KIB = 1024
#: Kernel, stride, padding before, dilation, channels that leave.
Window = tuple[int, int, int, int, int]


def test_mobilenet_v2_in_4_by_4_patches_needs_172_kb() -> None:
    """1372 kB layer by layer, and 172 kB with the first blocks in 4 × 4 patches: Lin et al. 2021
    (MCUNetV2), arXiv:2110.15352, Figure 1. It counts as mcunet does, depthwise in place. What
    holds the 172 kB lies behind the patches: an expansion at 28 × 28."""
    counted: dict[str, Any] = {"rule": "residual held", "in_place": "dwconv"}
    assert cc.memory("mobilenet-v2", **counted).peak_bytes == 112 * 112 * (16 + 96) == 1372 * KIB
    found = cc.memory("mobilenet-v2", **counted, patches="4x4", until="bottleneck3/conv13")
    assert found.peak_bytes == 28 * 28 * (32 + 192)
    assert f"{found.peak_bytes / KIB:.0f}" == "172"
    assert found.peak.step == "bottleneck3/expansion_14"
    assert found.patches is not None
    # 7 × 7 of 28 × 28 hang on 35 × 35 of 112 × 112 in the middle
    assert found.patches.bytes == 28 * 28 * 32 + 35 * 35 * (16 + 96)


def windows(source: random.Random, side: int) -> list[Window]:
    """Convolutions one after the other that leave something of a map."""
    found: list[Window] = []
    for _ in range(source.randint(1, 4)):
        kernel, dilation = source.randint(1, 3), source.randint(1, 2)
        stride, padding = source.randint(1, 2), source.randint(0, 2)
        left = (side + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
        if left >= 2:
            found.append((kernel, stride, padding, dilation, source.randint(1, 5)))
            side = left
    return found


@pytest.mark.parametrize("seed", range(25))
def test_each_layer_runs_where_a_later_window_has_a_tap(seed: int) -> None:
    """Each cell of the grid asks for the places of the map before it that some tap meets."""
    source = random.Random(seed)
    side, parts = source.randint(6, 15), (source.randint(1, 2), source.randint(1, 2))
    rows = windows(source, side) or [(1, 1, 0, 1, 3)]
    text = f"input: {side}x{side}x2\nlayers:\n" + "".join(
        f"- {{conv: {k}x{k}, out: {out}, stride: {s}, padding: {p}, dilation: {d}, name: c{i}}}\n"
        for i, (k, s, p, d, out) in enumerate(rows)
    )
    sides, channels = [side], [2, *(out for *_, out in rows)]
    for k, s, p, d, _ in rows:
        sides.append((sides[-1] + 2 * p - d * (k - 1) - 1) // s + 1)

    def needed(part: int, of: int) -> list[int]:
        """How many places of each map, the input first, one part of the last hangs on."""
        end = sides[-1]
        places = {*range(part * end // of, (part + 1) * end // of)}
        counts = [len(places)]
        for (k, s, p, d, _), before in zip(reversed(rows), reversed(sides[:-1]), strict=True):
            met = {o * s - p + d * j for o in places for j in range(k)} & {*range(before)}
            places = {*range(min(met, default=0), max(met, default=-1) + 1)}
            counts.append(len(places))
        return counts[::-1]

    work, most = 0, 0
    for r in range(parts[0]):
        for c in range(parts[1]):
            height, width = needed(r, parts[0]), needed(c, parts[1])
            elements = [h * w * n for h, w, n in zip(height, width, channels, strict=True)]
            for i, (k, *_, out) in enumerate(rows, 1):
                work += k * k * channels[i - 1] * out * height[i] * width[i]
                own = elements[i] if i < len(rows) else 0
                most = max(most, sides[-1] ** 2 * channels[-1] + elements[i - 1] + own)
    net = cc.loads(text)
    found = net.memory(patches=f"{parts[0]}x{parts[1]}", until=f"c{len(rows) - 1}")
    assert found.patches is not None
    assert (found.patches.mult_adds, found.patches.bytes) == (work, most)
    assert found.patches.extra == work - net.count().mult_adds


def test_a_shortcut_is_cut_as_what_it_is_added_to() -> None:
    """The body hangs on one place more on each inner side; the shortcut waits meanwhile."""
    net = cc.loads("""
input: 8x8x4
layers:
- {conv: 1x1, out: 4, activation: none}
- residual: [{conv: 3x3, out: 4, activation: none, name: body}]
- {conv: 1x1, out: 2, activation: none, name: last}
""")
    found = net.memory(patches="2x2", until="last")
    whole, halo, cell = 8 * 8 * 2, 5 * 5 * 4, 4 * 4 * 4
    assert [step.live_bytes for step in found.steps] == [
        whole + 2 * halo,
        whole + halo + cell,
        whole + halo + 2 * cell,
        whole + cell,
    ]
    assert found.steps[2].read_bytes == 4 * 2 * cell
    assert found.steps[1].weights_bytes == 4 * (3 * 3 * 4 * 4)
    assert found.patches is not None
    assert found.patches.extra == 4 * (5 * 5 - 4 * 4) * 4 * 4


def test_json_has_what_patches_cost(run: Any) -> None:
    words = ("memory", "mobilenet-v2", "--patches", "4x4", "--until", "bottleneck3/conv13")
    data = json.loads(run(*words, "--format", "json").stdout)
    assert data["arena"] is None
    assert data["patches"] == {
        "grid": [4, 4],
        "until": "bottleneck3/conv13",
        "bytes": 28 * 28 * 32 + 35 * 35 * 96 + 17 * 17 * 96,
        "mult_adds": 119_202_032,
        "extra": 27_919_344,
    }
    assert "patches" not in json.loads(run(*words[:2], "--format", "json").stdout)
    shown = run(*words).stdout
    assert (
        "patches      4x4 until bottleneck3/conv13: 170,432 bytes (166.4 KiB); "
        "119,202,032 Mult-Adds, 27,919,344 of them for the halo (30.59 % more)\n" in shown
    )


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "mobilenet-v2",
            {"patches": "4x4"},
            "patches and until belong together (--patches 4x4 --until NAME)",
        ),
        (
            "mobilenet-v2",
            {"patches": "4", "until": "conv1"},
            "'4' is no grid of patches (ROWSxCOLUMNS, such as 4x4)",
        ),
        (
            "mobilenet-v2",
            {"patches": "2x2", "until": "conv1", "order": "best"},
            "patches run in the order of the file (leave --order out)",
        ),
        (
            "mobilenet-v2",
            {"patches": "2x2", "until": "cnv1"},
            "no layer is called 'cnv1' (did you mean 'conv1'?)",
        ),
        (
            "mobilenet-v2",
            {"patches": "1x1", "until": "avgpool63"},
            "avgpool63 needs its whole map: it can't run patch by patch "
            "(--until a layer before it)",
        ),
        (
            "mobilenet-v2",
            {"patches": "8x8", "until": "conv62"},
            "8x8 patches of a map of 7x7 (at most one for each place)",
        ),
        (
            "mobilenet-v2",
            {"patches": "2x2", "until": "bottleneck2/expansion_7"},
            "bottleneck2/conv6 is needed by bottleneck2/add10, behind bottleneck2/expansion_7 "
            "(--until where only one map goes on)",
        ),
    ],
)
def test_what_is_no_stage_is_refused(name: str, options: Any, message: str) -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        cc.memory(name, **options)
    assert str(caught.value) == message


def test_why_no_arena_is_planned(run: Any) -> None:
    patches = ("--patches", "4x4", "--until", "bottleneck3/conv13")
    assert (
        "\narena        not planned: the first layers run once for each patch\n"
        in run("memory", "mobilenet-v2", *patches).stdout
    )
    assert (
        "\narena        not planned: its planner knows the rule live only\n"
        in run("memory", "mobilenet-v2", "--in-place", "add").stdout
    )
