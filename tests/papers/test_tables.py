"""Tables as papers and READMEs print them, made into claims and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from costcalc.errors import CostcalcError
from costcalc.papers.claims.new import new_claims
from costcalc.papers.claims.reading import read_claims
from costcalc.papers.run import check_papers
from costcalc.papers.verify.verdicts import Verdict
from costcalc.report.views.checks import contradictions
from costcalc.source.files import shown

TABLES = Path(__file__).parent / "tables"
PUBLIC = yaml.safe_load((TABLES / "sources.yaml").read_text(encoding="utf-8"))


def checked(path: Path, spec: str | Sequence[str] = ()) -> list[Verdict]:
    """The verdicts on the figures of a table."""
    return list(check_papers([read_claims(new_claims(path, spec))]).verdicts)


# -- public tables --------------------------------------------------------------------------------


@pytest.mark.parametrize("public", PUBLIC, ids=lambda public: public["file"])
def test_public_tables(public: dict[str, Any]) -> None:
    path = TABLES / public["file"]
    spec = [word if "=" in word else str(TABLES / word) for word in public.get("spec", ())]
    if "refused" in public:
        with pytest.raises(CostcalcError) as error:
            new_claims(path, spec)
        assert str(error.value) == public["refused"].replace("{file}", shown(path))
        return
    report = check_papers([read_claims(new_claims(path, spec))])
    metrics = {verdict.figure.metric for verdict in report.verdicts}
    assert {m: words(list(report.verdicts), m) for m in metrics} == public["verdicts"]
    counted = {
        column.key[2]: column.best.name for column in report.columns if column.best.explained
    }
    assert counted == public.get("counted", {})
    assert contradictions(report.columns) == []
    differ = {
        f"{v.figure.row} / {v.figure.metric}": f"{v.figure.printed} for {v.should_be}"
        for v in report.verdicts
        if v.differs
    }
    said = {key: why.partition(": ")[0] for key, why in public.get("differs", {}).items()}
    assert differ == said


def test_false_accusations_are_at_most_one_in_a_hundred() -> None:
    tables = {public["file"]: public for public in PUBLIC}
    stored = {path.name for path in TABLES.iterdir() if path.suffix in (".csv", ".md", ".tex")}
    assert set(tables) == stored
    assert len(tables) >= 30
    figures = false = 0
    for public in PUBLIC:
        figures += sum(sum(counts.values()) for counts in public.get("verdicts", {}).values())
        false += len(public.get("wrongly", ()))
        assert set(public.get("wrongly", ())) <= set(public.get("differs", ()))
    assert 0 < false <= 0.01 * figures


def words(verdicts: list[Verdict], metric: str) -> Counter[str]:
    return Counter(v.verdict for v in verdicts if v.figure.metric == metric)


def of_text(tmp_path: Path, name: str, text: str, spec: str | Sequence[str]) -> Counter[str]:
    (tmp_path / name).write_text(text)
    return Counter(v.verdict for v in checked(tmp_path / name, spec))


NET = """
parameters: {%s: {default: 2, meaning: blocks}}
input: 32x32x3
layers:
- repeat: %s
  layers: [{conv: 3x3, out: 8}]
"""
#: MobileNet V1 at α = 1/2 and 1/4: 1,319,648 and 463,600 weights, 1,000 biases, and 5,472 and 2,736
#: channels of BN.
SMALLER = {
    f"BN {n}": f"0.5;{1_319_648 + 1_000 + n * 5_472:,}\n0.25;{463_600 + 1_000 + n * 2_736:,}\n"
    for n in (1, 3)
}
#: 32·32·3·3·3·8 = 221,184, and 32·32·3·3·8·8 = 589,824 more.
ROUNDS = "Model,%s,MACs (K)\na,1,221\nb,2,811\n"
COLLIDING = [
    *("depth", "stage", "group", "row", "spec", "at", "params", "mult_adds", "note", "unchecked"),
    *("channels", "count", "time", "accuracy", "error", "latency", "other", "repeats"),
]


def test_a_class_for_the_background() -> None:
    """One of TensorFlow's models among Caffe's and PyTorch's, with classes that nobody prints."""
    at = {
        v.figure.row: v.convention
        for v in checked(TABLES / "openvino.md")
        if v.figure.metric == "params" and v.convention
    }
    usual = "weights, biases, BN 1 per channel"
    assert {row for row, way in at.items() if way == f"{usual} at classes = 1001"} == {
        *("MobileNet V1 0.25 128", "MobileNet V2 1.4 224", "MobileNet V3 Large 1.0")
    }
    assert Counter(at.values()) == {usual: 5, f"{usual} at classes = 1001": 3}


def test_no_class_for_the_background_where_the_classes_are_printed(tmp_path: Path) -> None:
    # α = 1, 1/2 and 1/4: the last has 256 weights for one class more
    rows = ((1, 4_209_088), (0.5, 1_319_648), (0.25, 463_600 + 256))
    table = "α,Params\n" + "".join(f"{alpha},{params}\n" for alpha, params in rows)
    assert of_text(tmp_path, "a.csv", table, "mobilenet-v1") == {"rounds": 3}
    table = "α,Classes,Params\n" + "".join(f"{alpha},1000,{params}\n" for alpha, params in rows)
    assert of_text(tmp_path, "b.csv", table, "mobilenet-v1") == {"rounds": 2, "differs": 1}


# -- a network's own parameters -------------------------------------------------------------------


@pytest.mark.parametrize("name", COLLIDING)
def test_a_parameter_called_as_a_word_of_claims(name: str, tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(NET % (name, name))
    spec = str(tmp_path / "d.yaml")
    assert of_text(tmp_path, "d.csv", ROUNDS % name, spec) == {"rounds": 2}


@pytest.mark.parametrize("name", [name for name in COLLIDING if name not in ("spec", "at")])
def test_a_word_by_hand_that_is_a_parameter_too_is_asked_for(name: str, tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(NET % (name, name))
    claims = (
        "tables:\n- table: t\n  spec: d.yaml\n"
        f"  columns: [{name}, mult_adds K]\n  rows: [[1, 221]]\n"
    )
    path = tmp_path / "claims.yaml"
    with pytest.raises(Exception, match="is a parameter of d and a word of claims") as error:
        read_claims(claims, str(path))
    assert f"(at: {{{name}: …}} binds the parameter, the column is the word)" in str(error.value)


def test_a_word_is_the_word_where_the_parameter_is_bound(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(NET % ("depth", "depth"))
    path = tmp_path / "claims.yaml"
    text = (
        "tables:\n- table: t\n  spec: d.yaml\n  at: {depth: 2}\n  columns: [row, depth]\n"
        "  rows: [[a, 2]]\n"
    )
    report = check_papers([read_claims(text, str(path))])
    assert [v.verdict for v in report.verdicts] == ["rounds"]


def test_efficientnet() -> None:
    verdicts = checked(TABLES / "efficientnet.csv", str(TABLES / "efficientnet.yaml"))
    assert words(verdicts, "params").total() == words(verdicts, "mult_adds").total() == 8
    assert words(verdicts, "params")["differs"] == 0
    differ = [v.figure.row for v in verdicts if v.differs]
    # B1 has 686,802,832 at 240 and prints 0.70 B; B4 and B5 count 4.4 and 10.3 for 4.2 and 9.9
    assert differ == ["EfficientNet-B1", "EfficientNet-B4", "EfficientNet-B5"]
    assert {v.figure.metric for v in verdicts} == {"params", "mult_adds"}  # no figure is invented


# -- several networks -----------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [(), "mobilenet-v2", "mobilenet-v1"])
def test_rows_are_of_the_networks_that_they_name(spec: str | tuple[str, ...]) -> None:
    verdicts = {
        (v.figure.row, v.figure.metric): v for v in checked(TABLES / "mobilenet-v2.tex", spec)
    }
    said = {
        row: (verdicts[row, "params"].verdict, verdicts[row, "mult_adds"].verdict)
        for row, _ in verdicts
    }
    assert said == {
        "MobileNetV1": ("rounds", "differs"),  # 575 M is printed, its own paper prints 569
        "ShuffleNet (1.5)": ("unchecked", "unchecked"),
        "ShuffleNet (x2)": ("unchecked", "unchecked"),
        "NasNet-A": ("unchecked", "unchecked"),
        "MobileNetV2": ("truncates", "truncates"),
        "MobileNetV2 (1.4)": ("differs", "differs"),  # 6.9 M and 585 M against 6.06 M and 582 M
    }
    reason = "no network that is known is called 'NasNet-A'"
    assert verdicts["NasNet-A", "params"].reason == reason
    assert verdicts["MobileNetV2 (1.4)", "params"].figure.of[0].at == {"alpha": "1.4"}


def test_files_are_given_by_name(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(NET % ("n", "n"))
    text = "Net,n,MACs (K)\nMine,1,221\nDee,2,811\nMobileNetV1,,568740\nElse,1,3\n"
    net = tmp_path / "d.yaml"
    given = [f"Mine={net}", f"Dee={net}"]
    assert of_text(tmp_path, "t.csv", text, given) == {"rounds": 3, "unchecked": 1}
    # a name goes before that of a shipped network
    text = "Net,n,MACs (K)\nMobileNetV2,1,221\n"
    assert of_text(tmp_path, "t.csv", text, f"MobileNetV2={net}") == {"rounds": 1}


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("MobileNetV1 [12]", "mobilenet-v1, {}"),
        ("0.5 MobileNet v1-192", "mobilenet-v1, {alpha: 0.5, resolution: 192}"),
        ("mobilenetv2_140.ra_in1k", "mobilenet-v2, {alpha: 1.40}"),
        ("MobileNetV2 1.4x (ours)", "mobilenet-v2, {alpha: 1.4}"),
        ("ResNet-50 288x288", "resnet-50, {resolution: 288x288}"),
        ("MobileNet_v1_0.5_160_quant", "mobilenet-v1, {alpha: 0.5, resolution: 160}"),
        ("mobilenet_v2_1.0_96", "mobilenet-v2, {alpha: 1.0, resolution: 96}"),
        ("MobileNetV2_x0_25", "mobilenet-v2, {alpha: 0.25}"),
        ("mobilenetv3_small_050", "mobilenet-v3-small, {alpha: 0.50}"),
        ("mobilenetv2_160", "mobilenet-v2, {resolution: 160}"),
        ("MobileNet(alpha=0.25)", "mobilenet-v1, {alpha: 0.25}"),
        ("MobileNet V2 dm=0.5 (8-bit)", "mobilenet-v2, {alpha: 0.5}"),
        ("CIFAR DenseNet-BC (L=250, k=24)", "cifar-densenet-bc, {L: 250, k: 24}"),
        ("MobileNet dm=0.5", "nothing says what 'dm=0.5' in 'MobileNet dm=0.5' means"),
        ("MobileNet V4", "nothing says what 'v4' in 'MobileNet V4' means"),
        ("ResNet-50 (g=2)", "nothing says what 'g=2' in 'ResNet-50 (g=2)' means"),
        ("SK-ResNet-50", "nothing says what 'sk' in 'SK-ResNet-50' means"),
        ("ResNet-50-D", "nothing says what 'd' in 'ResNet-50-D' means"),
        ("MobileNetV2 100", "nothing says what '100' in 'MobileNetV2 100' means"),
        ("ResNet-50 1.5x", "nothing says what '1.5x' in 'ResNet-50 1.5x' means"),
        ("ResNet-101", "no network that is known is called 'ResNet-101'"),
        ("PreResNet-18", "no network that is known is called 'PreResNet-18'"),
        ("DARTS", "no network that is known is called 'DARTS'"),
    ],
)
def test_all_of_a_label_must_be_understood(label: str, written: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"Model;Params (M)\nVGG-16;138\n{label};4.2\n")
    assert written in new_claims(tmp_path / "t.csv")


def test_rows_without_names_are_of_the_one_network(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(NET % ("n", "n"))
    net = str(tmp_path / "d.yaml")
    for labels in (("full", "half"), ("DeeNet-A", "DeeNet-B"), ("Ours-1", "VGG-16 and ours")):
        text = "Net,n,MACs (K)\n{},2,811\n{},1,221\n".format(*labels)
        assert of_text(tmp_path, "t.csv", text, net)["rounds"] >= 1
    # of several names none is the file's
    text = "Net,n,MACs (K)\nFooNet,2,811\nBarNet,1,221\n"
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(Exception, match=r"t\.csv:2:1: no network that is known is called 'FooNet'"):
        new_claims(tmp_path / "t.csv", net)


def test_a_long_table_is_read_row_by_row(tmp_path: Path) -> None:
    rows = "".join(f"VGG-16 and {i},138\n" for i in range(1500))
    (tmp_path / "t.csv").write_text(f"Model,Params (M)\nVGG-16,138\n{rows}")
    assert new_claims(tmp_path / "t.csv").count("unchecked: ") == 1500
    (tmp_path / "t.csv").write_text(f"Model,Params (M)\nVGG-16,138\n|{'-' * 5000}x,138\n")
    assert new_claims(tmp_path / "t.csv").count("unchecked: ") == 1  # which is no Markdown


def test_versions_of_a_shipped_network_are_left_open(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "Model,FLOPs (G)\nResNet-50,3.86\nResNet-18,1.81\nVGG-16,15.47\n"
    )
    claims = new_claims(tmp_path / "t.csv")
    assert "\n  open: {strided: [middle, first]}\n" in claims
    report = check_papers([read_claims(claims)])
    assert [v.verdict for v in report.verdicts] == ["rounds", "rounds", "rounds"]
    assert report.columns[0].best.name == "paper at strided = first"
    # nor is a version said of columns in which it makes no difference
    text = "Model,Params (M),FLOPs (G)\nResNet-50,25.6,3.86\nResNet-18,11.7,1.81\n"
    (tmp_path / "t.csv").write_text(text)
    report = check_papers([read_claims(new_claims(tmp_path / "t.csv"))])
    assert [c.best.binding for c in report.columns] == [{}, {"strided": "first"}]
    assert contradictions(report.columns) == []
    # nothing is open where the table says it, nor of files
    text = "Model,strided,FLOPs (G)\nResNet-50,first,3.86\n"
    (tmp_path / "t.csv").write_text(text)
    assert "open:" not in new_claims(tmp_path / "t.csv")
    (tmp_path / "d.yaml").write_text(NET % ("n", "n") + "# no versions\n")
    assert "open:" not in new_claims(tmp_path / "t.csv", f"ResNet-50={tmp_path / 'd.yaml'}")


# -- nobody is accused without a reason -----------------------------------------------------------


def reasons(tmp_path: Path, text: str, spec: str | Sequence[str] = ()) -> dict[str, str]:
    (tmp_path / "t.csv").write_text(text)
    found = checked(tmp_path / "t.csv", spec)
    return {f"{v.figure.row} {v.figure.metric}": v.reason or v.verdict for v in found}


def test_a_column_that_is_counted_in_no_known_way_accuses_nobody(tmp_path: Path) -> None:
    # in powers of 1024, as thop printed them: 11,689,512 and 25,557,032
    found = reasons(tmp_path, "Model,Params (M)\nResNet-18,11.15\nResNet-50,24.37\n")
    said = "no known way of counting gives any of the column's 2 figures"
    assert found == {"ResNet-18 params": said, "ResNet-50 params": said}
    # one figure may be a misprint, and so may one of several
    found = reasons(tmp_path, "Model,Params (M)\nResNet-50,24.37\n")
    assert found == {"ResNet-50 params": "differs"}
    text = "Model,Params (M)\nResNet-18,11.69\nResNet-50,24.37\nVGG-16,138.36\n"
    found = reasons(tmp_path, text)
    assert list(found.values()) == ["rounds", "differs", "rounds"]


def test_a_column_of_which_few_agree_accuses_nobody(tmp_path: Path) -> None:
    rows = "VGG-16,15.47\nResNet-18,1.70\nMobileNetV1,0.61\nMobileNetV2,0.27\n"
    found = list(reasons(tmp_path, f"Model,MACs (G)\n{rows}").values())
    said = "no known way of counting gives more than 1 of the column's 4 figures"
    assert found == ["rounds", said, said, said]
    found = list(reasons(tmp_path, f"Model,MACs (G)\n{rows.replace('1.70', '1.81')}").values())
    assert found == ["rounds", "rounds", "differs", "differs"]


def test_parameters_with_bn_folded_or_without_its_scales(tmp_path: Path) -> None:
    # 4,209,088 weights, 1,000 biases and 10,944 channels of BN: 4,221,032 and 4,242,920
    for printed, bn in (("4,221,032", "BN 1"), ("4,242,920", "BN 3")):
        (tmp_path / "t.csv").write_text(f"alpha;Params\n1;{printed}\n" + SMALLER[bn])
        report = check_papers([read_claims(new_claims(tmp_path / "t.csv", "mobilenet-v1"))])
        assert [v.verdict for v in report.verdicts] == ["rounds", "rounds", "rounds"]
        assert report.columns[0].best.name == f"weights, biases, {bn} per channel"


def test_a_file_of_ones_own_may_be_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(NET % ("n", "n"))
    found = reasons(tmp_path, "Model,n,MACs (K)\na,1,300\nb,2,900\n", str(tmp_path / "d.yaml"))
    assert found == {"a mult_adds": "differs", "b mult_adds": "differs"}


def test_a_row_with_the_costs_of_another_network_is_not_accused(tmp_path: Path) -> None:
    text = "Model,Params (M),MACs (M)\nResNet-18,{},{}\nMobileNetV1,4.2,569\nMobileNetV2,3.5,301\n"
    said = "neither cost of the row is that of resnet-18"
    found = reasons(tmp_path, text.format("11.2", "560"))  # that for CIFAR
    assert found["ResNet-18 params"] == found["ResNet-18 mult_adds"] == said
    assert set(found.values()) == {said, "rounds"}
    # where one of them is near, the other may be a misprint
    found = reasons(tmp_path, text.format("11.5", "560"))
    assert found["ResNet-18 params"] == found["ResNet-18 mult_adds"] == "differs"
