"""Calibration: exact times give back what they were made of; measured ones, what they are worth."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc
from costcalc.graph.build import build
from costcalc.timing.calibration import calibrate
from costcalc.timing.fit import FEATURES, KERNELS, MODELS, amounts_of, fitted, model
from costcalc.timing.times import times_of

ST = Path(__file__).parents[1] / "data" / "stm32h747.csv"
NET = """network: net
parameters: {n: {default: 8, meaning: side}, c: {default: 4, meaning: channels}}
input: {side: n, channels: 4}
defaults: {padding: same, bias: false}
layers:
- {conv: 3x3, out: c}
- {dwconv: 3x3, norm: batch, activation: relu}
- relu
- {avgpool: global}
- flatten
- {fc: 10}
"""


def amounts(text: str, **values: int) -> dict[str, Fraction]:
    spec = cc.loads(text).spec
    return amounts_of(build(spec, spec.binding(values)).layers)


def test_the_amounts_of_a_network_by_hand() -> None:
    conv, dwconv, fc = 8 * 8 * 3 * 3 * 4 * 4, 8 * 8 * 3 * 3 * 4, 4 * 10
    assert amounts(NET) == {
        "mult_adds": conv + dwconv + fc,
        "conv mult_adds": conv + fc,
        "dwconv mult_adds": dwconv,
        "1x1 mult_adds": 0,
        "3x3 mult_adds": conv,
        "fc mult_adds": fc,
        "other mult_adds": 0,
        "weights": 3 * 3 * 4 * 4 + 3 * 3 * 4 + 4 * 10,
        "read": 3 * 8 * 8 * 4 + 4,
        "written": 2 * 8 * 8 * 4 + 4 + 10,
        "rows": 4,
    }
    assert list(amounts(NET)) == list(FEATURES)


def written(folder: Path, times: list[tuple[int, int, Fraction]]) -> Path:
    (folder / "net.yaml").write_text(NET)
    lines = [f"{folder / 'net.yaml'},{n},{c},{ms}" for n, c, ms in times]
    (folder / "times.csv").write_text("\n".join(["spec,n,c,time (ms)", *lines]) + "\n")
    return folder / "times.csv"


def exact(n: int, c: int) -> Fraction:
    """3 ns for each Mult-Add but those of depthwise convolutions, 5 for those, 20 for an element:
    in ms."""
    found = amounts(NET, n=n, c=c)
    taken = 3 * found["conv mult_adds"] + 5 * found["dwconv mult_adds"] + 20 * found["written"]
    return taken / 10**6


def test_exact_times_give_back_what_they_were_made_of(tmp_path: Path) -> None:
    sizes = [(4, 4), (8, 4), (8, 16), (16, 8), (16, 3), (32, 4), (32, 12), (5, 40)]
    found = calibrate(written(tmp_path, [(n, c, exact(n, c)) for n, c in sizes]))
    nano = Fraction(1, 10**9)
    assert found.fit.coefficients == {
        "conv mult_adds": 3 * nano,
        "dwconv mult_adds": 5 * nano,
        "weights": 0,
        "written": 20 * nano,
    }
    assert found.fit.left_out == (0, 0)
    assert (found.times.rows, found.times.networks) == (8, 8)


def test_times_of_one_network_are_left_out_together(tmp_path: Path) -> None:
    times = [(8, 4, Fraction(1)), (8, 4, Fraction(2)), (16, 4, Fraction(4))]
    found = calibrate(written(tmp_path, times), amounts="written")
    small, large = (amounts(NET, n=n)["written"] for n in (8, 16))
    assert found.times.networks == 2
    assert found.fit.predicted[:2] == (Fraction(4, 1000) * small / large,) * 2


def test_st_times_of_14_networks_on_one_board() -> None:
    """STMicroelectronics' model zoo; Mult-Adds alone are off by a sixth."""
    found = calibrate(ST)
    assert tuple(found.fit.coefficients) == MODELS[4] == model(14)
    assert found.fit.left_out.median < Fraction("0.022")
    assert found.fit.left_out.worst < Fraction("0.083")
    alone = calibrate(ST, amounts="mult_adds").fit.left_out
    assert Fraction("0.16") < alone.median and Fraction("0.4") < alone.worst


def test_st_times_of_a_family_that_was_left_out() -> None:
    """All times of MobileNetV1, of V2 or of FD-MobileNet, from those of the two others."""
    times = calibrate(ST).fit.times
    families = [timed._replace(network=timed.network.split()[0]) for timed in times]
    found = fitted(families, MODELS[4]).left_out
    assert found.median < Fraction("0.045") and found.worst < Fraction("0.085")


@pytest.mark.parametrize(("rows", "count"), [(2, 1), (3, 1), (4, 2), (6, 3), (8, 4), (100, 4)])
def test_there_are_two_times_for_each_coefficient(rows: int, count: int) -> None:
    assert len(model(rows)) == count


def test_the_file_of_a_device_keeps_the_fit(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "board.yaml"
    assert run("calibrate", str(ST), "--name", "my-h7", "-o", str(file)).returncode == 0
    kept, found = times_of(file), calibrate(ST, name="my-h7")
    assert kept.seconds == found.times.seconds
    assert kept.between == found.times.between and kept.operators == found.times.operators
    assert (kept.rows, kept.networks) == (14, 14)
    assert abs(kept.worst - found.times.worst) < Fraction(1, 10**6)
    assert file.read_text() == found.to_yaml()


def test_a_prediction_says_what_was_not_measured() -> None:
    times = calibrate(ST).times
    spec = cc.load("mobilenet-v1").spec
    inside = times.of(build(spec, spec.binding({"alpha": "3/4", "resolution": 160})).layers)
    assert inside.outside == ()
    spec = cc.load("vgg-16").spec
    told = times.of(build(spec, spec.defaults()).layers).outside
    most = max(high for _, high in times.between.values())
    assert told[0] == (
        f"Mult-Adds, depthwise left out: 15,470,264,320, measured 3,507,456 to {int(most):,}"
    )
    assert told[-1] == "no network with flatten, maxpool was measured"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("net,ms\nmobilenet-v1,3\n", "1:1: no column is called spec (spec,alpha,resolution,ms)"),
        (
            "spec,alpha\nmobilenet-v1,1\n",
            "1:1: no column holds times (one called by its unit: spec,alpha,resolution,ms)",
        ),
        (
            "spec,ms,s\nmobilenet-v1,1,1\n",
            "1:1: several columns hold times (one called by its unit: spec,alpha,resolution,ms)",
        ),
        (
            "spec,ms\nmobilenet-v1,0\nvgg-16,x\n",
            "2:14: '0' is no time (more than 0)\n"
            "{file}:3:8: 'x' is not a number (such as 0.35, 7/20 or 224)",
        ),
        (
            "spec,alpha,ms\nmobilenet-v1,1,3\nvgg-16,1/2,4\n",
            "3:8: vgg-16 has no parameter 'alpha' (known: classes, resolution)",
        ),
        (
            "spec,ms\nmobilnet-v1,3\n",
            "2:1: no network 'mobilnet-v1' (did you mean 'mobilenet-v1'?)",
        ),
        ("spec,ms\nvgg-16,3\nvgg-16,4\n", "times of 1 network (at least 2 are needed)"),
    ],
)
def test_what_is_wrong_with_a_table(tmp_path: Path, table: str, message: str) -> None:
    file = tmp_path / "times.csv"
    file.write_text(table)
    with pytest.raises(cc.CostcalcError) as error:
        calibrate(file)
    told = message.replace("{file}", str(file))
    start = f"{file}: " if told.startswith("times") else f"{file}:"
    assert str(error.value) == start + told


def test_mult_adds_are_those_of_all_kinds_of_rows() -> None:
    for name in ("mobilenet-v2", "resnet-50", "shufflenet-g3", "vit-b-16", "unet"):
        spec = cc.load(name).spec
        found = amounts_of(build(spec, spec.defaults()).layers)
        kinds = ("1x1", "3x3", "fc", "other", "dwconv")
        assert sum(found[f"{kind} mult_adds"] for kind in kinds) == found["mult_adds"]
        assert found["conv mult_adds"] + found["dwconv mult_adds"] == found["mult_adds"]
        assert found["mult_adds"] == cc.count(name).mult_adds
    spec = cc.load("resnet-18").spec
    three = amounts_of(build(spec, spec.defaults()).layers)["3x3 mult_adds"]
    # 4 + 3 + 3 + 3 convolutions of stride 1, each at 56·56·64² = 28·28·128² = … times 9
    assert three == 13 * 9 * 56 * 56 * 64 * 64


def test_kernels_are_asked_for_by_a_word() -> None:
    assert tuple(calibrate(ST, amounts="kernels").fit.coefficients) == KERNELS


def test_amounts_that_are_none() -> None:
    with pytest.raises(cc.CostcalcError) as error:
        calibrate(ST, amounts="writen")
    assert str(error.value) == "no amount is called 'writen' (did you mean 'written'?)"


def test_a_device_without_times() -> None:
    with pytest.raises(cc.CostcalcError) as error:
        times_of("esp32-s3")
    assert str(error.value) == (
        "esp32-s3 has no times that were measured "
        "(`costcalc calibrate TABLE -o FILE.yaml` makes a file that has)"
    )


BOARD = "time on stm32h747i-disco"


def test_time_is_a_cost_whose_closed_form_is_the_sum() -> None:
    fs = times_of("stm32h747i-disco").femtoseconds
    for name, values in (
        ("mobilenet-v1", {"alpha": "3/4", "resolution": 160}),
        ("mobilenet-v2", {"alpha": "1/2", "resolution": 100}),
        ("fd-mobilenet", {"classes": 7}),
        ("resnet-50", {"resolution": 225}),
        ("shufflenet-g3", {"s": "1/2"}),
        ("cifar-densenet-bc", {}),
    ):
        spec = cc.load(name).spec
        found = amounts_of(build(spec, spec.binding(values)).layers)
        counted = cc.count(name, cost=BOARD, values=values)
        assert counted.costs["time"] == sum(each * found[amount] for amount, each in fs.items())
        form = cc.formula(name, cost=BOARD)
        assert form.at(rounded=True, **values)[2] == counted.costs["time"]


def test_what_ships_is_the_fit_to_what_is_tested() -> None:
    shipped, found = times_of("stm32h747i-disco"), calibrate(ST).times
    assert shipped.seconds == found.seconds and shipped.between == found.between
    assert "model zoo" in shipped.source


def test_a_count_says_what_its_time_is_worth(run: Run) -> None:
    notes = cc.count("mobilenet-v1", alpha="3/4", cost=BOARD).notes
    assert notes == (
        "time: 1002 ms by a fit to 14 times of 14 networks, of which one left out was 2.1 % off "
        "in the median, 8.2 % at worst",
    )
    told = run("count", "vgg-16", "--cost", BOARD).stdout
    assert "outside of what was measured: no network with flatten, maxpool was measured" in told
    assert "time fs" in run("formula", "mobilenet-v1", "--cost", BOARD).stdout


@pytest.mark.parametrize("cost", ["time", "flash,time on", "time of stm32h747i-disco"])
def test_a_time_is_that_on_a_device(cost: str) -> None:
    with pytest.raises(cc.CostcalcError) as error:
        cc.count("mobilenet-v1", cost=cost)
    assert str(error.value) == (
        "a time is that on a device "
        "(time on FILE: a device that `costcalc calibrate` wrote, or that ships with times)"
    )
