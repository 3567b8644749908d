"""The shipped conventions as a whole: complete, sourced, and no tag without a weight."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import costcalc as cc
from costcalc.algebra.numbers import divide
from costcalc.graph.terms import FOLDING
from costcalc.language import library
from costcalc.operators import OPERATORS, Shape
from costcalc.operators.extents import To
from costcalc.operators.merging import MERGES
from costcalc.operators.tags import KINDS, Tag


def test_every_shipped_convention_says_where_its_rules_are() -> None:
    conventions = cc.all_conventions()
    assert len(conventions) > 30
    assert next(iter(conventions)) == "paper"
    for convention in conventions.values():
        assert convention.source, convention.name
        assert convention.meaning[0].islower() or convention.meaning.startswith(("FLOPs", "MACs"))
        assert all(quirk.endswith(".") for quirk in convention.quirks), convention.name


def test_every_tag_is_weighed_by_somebody() -> None:
    # these are in no tool's rules
    weighed = {tag for c in cc.all_conventions().values() for tag in (*c.mult_adds, *c.params)}
    idle = {tag for tag in Tag if tag not in weighed}
    assert {tag.kind for tag in idle if not tag.is_parameter} <= {
        *("l2 norm", "fractional pool", "selu", "rms norm"),
    }
    assert not any(tag.is_parameter for tag in idle)


def test_every_kind_has_a_tag_and_every_tag_its_kind() -> None:
    assert {tag.kind for tag in Tag if not tag.is_parameter} == set(KINDS)
    assert Tag.CONV_BIAS_ADD.kind == "conv bias"
    assert Tag.BILINEAR_UPSAMPLE_INPUT.kind == "bilinear upsample"


def test_every_tag_is_emitted_by_some_operator() -> None:
    x, point = Shape(8, 8, 4), Shape(1, 1, 4)
    arguments = {
        "conv": [(3, 3), 8], "dwconv": [(3, 3)], "tconv": [(2, 2), 4], "maxpool": [(2, 2)],
        "avgpool": [(2, 2)], "fmp": [2], "shuffle": [2], "space_to_depth": [(2, 2)],
        "upsample": [(2, 2)], "subsample": [(2, 2)], "zeropad": [((1, 1), (1, 1))],
        "padchannels": [8], "select": [2], "fc": [8], "groupnorm": [2], "depth_to_space": [(2, 2)],
        "resize": [To(3, 5)], "crop": [To(2, 2)], "reflectpad": [((1, 1), (1, 1))],
        "linear": [8], "reshape": [To(4, 16)], "windows": [(2, 2)],
        "lstm": [8], "gru": [8], "rnn": [8],
    }  # fmt: skip
    run = {name: operator.function for name, operator in OPERATORS.items()}
    outputs = [run[name](point if name == "fc" else x, *arguments.get(name, [])) for name in run]
    outputs += [run["conv"](x, (1, 1), 8, bias=True), run["fc"](point, 8, bias=True)]
    outputs += [run["tconv"](x, (1, 1), 8, bias=True), run["linear"](x, 8, bias=True)]
    outputs += [
        run[pool](x, to) for pool in ("maxpool", "avgpool") for to in (None, To(2, 3), "width")
    ]
    norms = ("bn", "layernorm", "instancenorm")
    outputs += [run[norm](x, scale=False, shift=False) for norm in norms]
    outputs += [run["groupnorm"](x, 2, scale=False, shift=False), run["rmsnorm"](x, scale=False)]
    thirds = (divide(4, 3), divide(1, 3))
    for mode in ("nearest", "bilinear"):
        outputs += [run["resize"](x, to, mode) for to in (To(3, 5), thirds)]
    outputs += [MERGES[kind]([x, x]) for kind in MERGES if kind != "matmul"]
    outputs.append(MERGES["matmul"]([x, x], over="channels"))
    emitted = {tag for output in outputs for tag in output.terms}
    assert emitted | set(FOLDING) == set(Tag)  # what becomes of a BN hangs on its neighbours


def with_another_tag(tmp_path: Path, line: str) -> subprocess.CompletedProcess[str]:
    """``list conventions`` of a copy of costcalc whose ledger has one tag more."""
    package = Path(cc.__file__).parent
    shutil.copytree(package, tmp_path / "costcalc", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(library.SPECS, tmp_path / "specs")
    ledger = tmp_path / "costcalc" / "operators" / "tags.py"
    text = ledger.read_text()
    assert text.count("    # parameters\n") == 1
    ledger.write_text(text.replace("    # parameters\n", f"    {line}\n\n    # parameters\n"))
    return subprocess.run(
        [sys.executable, "-m", "costcalc", "list", "conventions"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )


def test_a_new_tag_must_be_weighed_in_every_convention_that_has_no_else(tmp_path: Path) -> None:
    result = with_another_tag(tmp_path, 'GLU = "glu element"')
    assert result.returncode == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0].endswith(
        "specs/conventions/onnx.yaml:3:3: onnx-tool-folded: convention 'onnx-tool-folded' "
        "does not say what glu element weigh (weights for them, or else: 0)"
    )


def test_a_new_parameter_tag_must_be_weighed_too(tmp_path: Path) -> None:
    result = with_another_tag(tmp_path, 'NOTHING = "nothing element"')
    assert "does not say what nothing element weigh" in result.stderr


def test_a_ledger_that_is_not_changed_is_fine(tmp_path: Path) -> None:
    result = with_another_tag(tmp_path, "# no tag")
    assert (result.returncode, result.stderr) == (0, "")
