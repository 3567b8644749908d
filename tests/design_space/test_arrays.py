"""`net.sweep` and `net.compile`: named arrays, points, pandas, dask."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

import costcalc as cc
from costcalc.errors import CostcalcError

NET = cc.load("mobilenet-v1")


def test_a_grid() -> None:
    sweep = NET.sweep(alpha=["1/4", "0.5"], resolution="128:224:32", delta=2)
    assert sweep.mult_adds.shape == sweep.params.shape == (2, 4)
    assert sweep.mult_adds.dtype == np.int64
    assert sweep["alpha"].tolist() == [Fraction(1, 4), Fraction(1, 2)]
    assert sweep["resolution"].tolist() == [128, 160, 192, 224]
    assert list(sweep.arrays()) == ["alpha", "resolution", "mult_adds", "params"]
    assert sweep.fixed == {"delta": 2, "rho": 1, "classes": 1000}
    for i, alpha in enumerate(("1/4", "1/2")):
        for j, side in enumerate((128, 160, 192, 224)):
            count = NET.count(alpha=alpha, resolution=side, delta=2)
            assert sweep.mult_adds[i, j] == count.mult_adds
            assert sweep["params"][i, j] == count.params


def test_points_in_their_order() -> None:
    rows = [
        {"alpha": "0.5", "resolution": "224x160"},
        {"alpha": "1", "resolution": 97},
        {"alpha": "0.5", "resolution": 128},
    ]
    sweep = NET.sweep(points=rows)
    assert not sweep.grid
    assert sweep.mult_adds.tolist() == [NET.count(**row).mult_adds for row in rows]


def test_points_with_words() -> None:
    network = cc.load("pyd-mobilenet")
    rows = [{"width": w, "n": n} for n in (3, 6) for w in ("out", "in", "out")]
    sweep = network.sweep(points=rows)
    assert sweep.params.tolist() == [network.count(**row).params for row in rows]


def test_past_int64() -> None:
    sweep = NET.sweep(alpha=[1, 100, 10_000], resolution=[224, 10**6])
    assert sweep.mult_adds.dtype == object
    expected = NET.count(alpha=10_000, resolution=10**6).mult_adds
    assert expected > 2**63
    assert sweep.mult_adds[2, 1] == expected
    assert sweep.mult_adds[0, 0] == 568740352


def test_skipping_what_does_not_exist() -> None:
    with pytest.raises(CostcalcError, match=r"0 channels \[at alpha = 1/100, resolution = 100\]"):
        NET.sweep(alpha=["1/100", "1/10"], resolution=[100, 200])
    sweep = NET.sweep(alpha=["1/100", "1/10"], resolution=[100, 200], skip=True)
    assert sweep["alpha"].tolist() == [Fraction(1, 10)] * 2
    assert sweep.mult_adds.tolist() == [
        NET.count(alpha="1/10", resolution=r).mult_adds for r in (100, 200)
    ]


def test_mistakes() -> None:
    with pytest.raises(CostcalcError) as caught:
        NET.sweep(alpha="1:2", gamma=3)
    assert str(caught.value) == (
        "alpha: '1:2' is not a range (0.25,0.5 or start:stop:step (stop included) or"
        " start:stop#count)\n"
        "mobilenet-v1 has no parameter 'gamma' (known: alpha, classes, delta, resolution, rho)"
    )
    with pytest.raises(CostcalcError, match=r"^point 2 does not name the same parameters"):
        NET.sweep(points=[{"alpha": 1}, {"delta": 1}])
    with pytest.raises(CostcalcError, match=r"^the sweep has no 'flops'"):
        NET.sweep(alpha=[1])["flops"]


def test_pandas() -> None:
    pytest.importorskip("pandas")
    frame = NET.sweep(alpha=["0.35", 1], resolution=[160, (224, 160)]).to_pandas()
    assert list(frame.columns) == ["alpha", "resolution", "mult_adds", "params"]
    assert frame.alpha.tolist() == [0.35, 0.35, 1.0, 1.0]
    assert frame.resolution.tolist() == ["160", "224x160"] * 2
    assert frame.mult_adds[3] == NET.count(resolution="224x160").mult_adds


def test_compiled_for_numpy() -> None:
    cost = NET.compile()
    assert cost.parameters == ("alpha", "delta", "rho", "resolution", "classes")
    found = cost(alpha=(np.arange(32, 1025)[:, None], 1024), delta=np.array([1, 2]))
    rng = random.Random(1)
    for _ in range(20):
        i, j = rng.randrange(993), rng.randrange(2)
        count = NET.count(alpha=Fraction(i + 32, 1024), delta=j + 1)
        assert (found.mult_adds[i, j], found.params[i, j]) == (count.mult_adds, count.params)
    assert cost().mult_adds == 568740352


def test_compiled_widens() -> None:
    found = NET.compile()(resolution=np.array([224, 10**6]), alpha=np.array([10**4]))
    assert found.mult_adds[1] == NET.count(resolution=10**6, alpha=10**4).mult_adds


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"alpha": np.array([0.5])},
            "alpha: ndarray is not an exact argument "
            "(whole numbers, or a pair (whole numerators, one whole denominator))",
        ),
        (
            {"alpha": (np.array([1, 2]), 1024)},
            "the closed form of mobilenet-v1 does not hold at point (0,) "
            "(sweep it instead: another structure, or no network)",
        ),
        ({"delta": np.array([0, 1])}, "delta: 0 is outside its domain (a positive integer)"),
        (
            {"delta": (np.array([1]), 2)},
            "delta: a pair can't be whole numbers (a positive integer)",
        ),
        (
            {"delta": np.array([1, Fraction(3, 2)], object)},
            "delta: ndarray is not an exact argument "
            "(whole numbers, or a pair (whole numerators, one whole denominator))",
        ),
        (
            {"alpha": (np.array([1, 1.9], object), 2)},
            "alpha: tuple is not an exact argument "
            "(whole numbers, or a pair (whole numerators, one whole denominator))",
        ),
        (
            {"alpha": (np.array([1, 2]), True)},
            "alpha: tuple is not an exact argument "
            "(whole numbers, or a pair (whole numerators, one whole denominator))",
        ),
        (
            {"resolution": "224x160"},
            "resolution: 224x160 is not one side (compile(resolution=…) binds a pair)",
        ),
        (
            {"depth": 3},
            "the function has no argument 'depth' (did you mean 'delta'?)",
        ),
    ],
)
def test_compiled_refuses(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        NET.compile()(**arguments)
    assert str(caught.value) == message


def test_compiled_takes_numpy_s_scalars_and_whole_objects() -> None:
    cost = NET.compile()
    expected = NET.count(alpha="3/4", delta=2)
    found = cost(alpha=(np.array([3]), np.int64(4)), delta=np.int32(2))
    assert found.mult_adds.tolist() == [expected.mult_adds]
    found = cost(alpha="3/4", delta=np.array([1, 2, np.int64(2)], object))
    assert found.params.tolist() == [
        NET.count(alpha="3/4", delta=delta).params for delta in (1, 2, 2)
    ]


def test_compiled_keeps_fractional_limits() -> None:
    da = pytest.importorskip("dask.array")
    cost = NET.compile(limits={"alpha": "3/2"})
    found = cost(alpha=(da.arange(1, 5), 2)).params.compute()
    expected = [NET.count(alpha=Fraction(i, 2)).params for i in (1, 2, 3)]
    assert found.tolist() == [*expected, -1]
    with pytest.raises(CostcalcError, match=r"^alpha: Array is not an exact argument"):
        cost(alpha=da.from_array(np.array([1.9], object), chunks=1))
    with pytest.raises(CostcalcError) as caught:
        NET.compile(limits={"resolution": "224x160"})
    assert str(caught.value) == (
        "resolution: 224x160 is not one side (compile(resolution=…) binds a pair)"
    )


def test_compiled_for_dask() -> None:
    da = pytest.importorskip("dask.array")
    cost = NET.compile(limits={"alpha": 1, "resolution": 512})
    alpha = da.arange(1, 1101, chunks=300)[:, None]
    sides = da.arange(33, 600, chunks=100)
    found = cost(alpha=(alpha, 1024), resolution=sides)
    assert type(found.mult_adds).__module__.startswith("dask")
    values = found.mult_adds.compute(scheduler="threads")
    whole = NET.sweep(alpha="1/32:1:1/1024", resolution=range(33, 513))
    assert (values[31:1024, :480] == whole.mult_adds).all()
    assert (values[:31] == -1).all()  # no channel is left: no network
    assert (values[1024:] == -1).all() and (values[:, 480:] == -1).all()  # beyond the limits
    with pytest.raises(CostcalcError, match=r"^delta: a lazy array needs its limit"):
        cost(delta=sides)
