"""Every shipped network that somebody else wrote, too, layer by layer.

Not in the default run: ``pytest -m oracle`` (docs/oracles.md).
"""

from __future__ import annotations

import importlib.util

import pytest
from cases import Case, Pair
from tables import CASES

import costcalc as cc

pytestmark = pytest.mark.oracle

#: Specs that none of the libraries builds; tests/networks has the authors' own and public figures.
NOWHERE = {
    *("pyd-mobilenet", "pyd-resnet", "pydmobilenet-add", "pydmobilenet-concat"),
    *("ds-cnn", "ds-cnn-l", "eegnet", "mlperf-autoencoder", "mobilefacenet", "resnet-8"),
    *("mcunet-in2", "tc-resnet8", "unet", "yolov3-tiny", "yolov4-tiny", "yolov5s"),
}


def name(case: Case) -> str:
    reading = " as read" if case.departs else ""
    return f"{case.spec} {case.binding}: {case.oracle}{reading}"


def need(library: str) -> None:
    """Skip without it. Importing timm would need torchvision, so it is only looked for."""
    for module in ("torch", library):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"needs {module} (extra: oracle)")


@pytest.mark.parametrize(
    ("case", "size"),
    [
        pytest.param(case, size, id=f"{name(case)} {size[0]}x{size[1]}")
        for case in CASES
        for size in case.sizes
    ],
)
def test_layers(case: Case, size: Pair) -> None:
    """Kernel, stride, groups, channels, output, MACs and weights of each layer, and the totals."""
    need(case.oracle.library)
    found = case.measured(size)
    corrected = case.departs.corrected(found) if case.departs else found
    theirs, (ours, totals) = corrected.rows(), case.as_read(size)
    assert len(theirs[: case.first]) == (case.first or len(ours))
    assert case.arranged(ours) == case.arranged(theirs)
    if case.any_order:
        assert ours != theirs, f"the order agrees: compare it ({case.any_order!r})"
    if case.first is None:
        assert totals == corrected.totals()


@pytest.mark.parametrize("case", [pytest.param(c, id=name(c)) for c in CASES if c.departs])
def test_departures_are_real(case: Case) -> None:
    """Without its reading, the comparison fails: the note is still true."""
    need(case.oracle.library)
    for size in case.sizes:
        found = case.measured(size)
        rows, totals = case.as_shipped(size)
        assert (case.arranged(rows), totals) != (case.arranged(found.rows()), found.totals())


def test_every_shipped_spec_has_an_oracle() -> None:
    assert {case.spec for case in CASES} | NOWHERE == set(cc.spec_names())
