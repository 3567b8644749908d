"""Programs of torch.export in ``.pt2`` files, read without torch; nothing in them is unpickled."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from test_damaged import Ran

import costcalc as cc

#: A symbol, and its half rounded up, as torch 2.6 and later write them, and as it did before.
HALVED = {"h": "Symbol('h', positive=True, integer=True)", "w": "w"}
HALVED |= {
    "(h + 1) // 2": f"Add(FloorDiv(Add({HALVED['h']}, Integer(-1)), Integer(2)), Integer(1))",
    "(w + 1) // 2": "((w - 1)//2) + 1",
}


def size(side: int | str) -> dict[str, Any]:
    if isinstance(side, int):
        return {"as_int": side}
    return {"as_expr": {"expr_str": HALVED.get(side, side), "hint": {"as_int": 32}}}


def argument(value: Any) -> dict[str, Any]:
    """A name is a tensor, and in a tuple several of them."""
    kinds = {bool: "as_bool", int: "as_int", float: "as_float", list: "as_ints"}
    if value is None:
        return {"as_none": True}
    if isinstance(value, tuple):
        return {"as_tensors": [{"name": name} for name in value]}
    return {"as_tensor": {"name": value}} if isinstance(value, str) else {kinds[type(value)]: value}


def node(target: str, *given: Any, out: Any, path: str = "", **named: Any) -> dict[str, Any]:
    """An operation, by its own names of arguments, which nobody asks for."""
    by_place = [{"name": f"a{i}", "arg": argument(one), "kind": 1} for i, one in enumerate(given)]
    by_name = [{"name": word, "arg": argument(one), "kind": 2} for word, one in named.items()]
    stack = f"L__self__,,net.Net;L__self__{path},{path},net.{path.title()}" if path else ""
    return {
        "target": f"torch.ops.{target}",
        "inputs": by_place + by_name,
        "outputs": [argument(out)],
        "metadata": {"nn_module_stack": stack} if stack else {},
    }


def program(
    sizes: Mapping[str, Sequence[int | str]], nodes: Sequence[Any], **ranges: Any
) -> dict[str, Any]:
    """A program of one input, x; parameters are called ``p_…``."""
    values = {
        name: {"dtype": 7, "sizes": [*map(size, shape)], "requires_grad": name[:2] == "p_"}
        for name, shape in sizes.items()
    }
    specs: list[dict[str, Any]] = [
        {"parameter": {"arg": {"name": name}, "parameter_name": name[2:].replace("_", ".")}}
        for name in sizes
        if name[:2] == "p_"
    ]
    specs.append({"user_input": {"arg": argument("x")}})
    graph = {"nodes": [*nodes], "tensor_values": values, "sym_int_values": {}}
    return {
        "graph_module": {"graph": graph, "signature": {"input_specs": specs}},
        "range_constraints": ranges,
        "torch_version": "2.13.0",
    }


#: A convolution with its norm, a part of its channels, and a linear layer.
SIZES: dict[str, Sequence[int | str]] = {
    "p_conv_weight": (8, 3, 3, 3),
    "p_bn_weight": (8,),
    "p_bn_bias": (8,),
    "p_fc_weight": (10, 4),
    "p_fc_bias": (10,),
    "x": (1, 3, 32, 32),
    **dict.fromkeys(("conv", "bn", "relu"), (1, 8, 16, 16)),
    **dict.fromkeys(("part", "other"), (1, 4, 16, 16)),
    "mean": (1, 4),
    "fc": (1, 10),
}
NODES = (
    node("aten.conv2d.default", "x", "p_conv_weight", None, [2, 2], [1, 1], out="conv",
         path="conv"),
    node("aten.batch_norm.default", "conv", "p_bn_weight", "p_bn_bias", None, None, False, 0.1,
         1e-05, True, out="bn", path="bn"),
    node("aten.relu_.default", "bn", out="relu", path="act"),
    node("aten.split.Tensor", "relu", 4, 1, out=("part", "other")),
    node("aten.mean.dim", "part", [2, 3], out="mean"),
    node("aten.linear.default", "mean", "p_fc_weight", "p_fc_bias", out="fc", path="fc"),
)  # fmt: skip
CONV, FC = 3 * 3 * 3 * 8, 4 * 10


def saved(path: Path, made: object, *, old: bool = False, **files: bytes) -> Path:
    """A program as torch.export.save writes it, before torch 2.8 or since."""
    with zipfile.ZipFile(path, "w") as archive:
        name = "serialized_exported_program.json" if old else "net/models/model.json"
        archive.writestr(name, json.dumps(made))
        for file, data in files.items():
            archive.writestr(f"net/data/{file.replace('__', '/')}", data)
    return path


@pytest.mark.parametrize("old", [False, True])
def test_a_program_is_counted(tmp_path: Path, old: bool) -> None:
    network = cc.load(saved(tmp_path / "net.pt2", program(SIZES, NODES), old=old))
    count = network.count(convention="trainable")
    assert [(layer.name, layer.type, layer.output) for layer in count.layers] == [
        ("conv", "conv 3x3", (16, 16, 8)),
        ("bn", "batch norm", (16, 16, 8)),
        ("act", "relu", (16, 16, 8)),
        ("select4", "select", (16, 16, 4)),
        ("avgpool5", "global average pool", (1, 1, 4)),
        ("fc", "fc", (1, 1, 10)),
        ("select7", "select", (16, 16, 4)),
    ]
    assert (count.mult_adds, count.params) == (16 * 16 * CONV + FC, CONV + 2 * 8 + FC + 10)
    assert network.spec.notes == "from a program of torch.export, torch 2.13.0"


def test_no_pickle_is_opened(run: Run, tmp_path: Path) -> None:
    """Weights, constants and inputs may be pickles, which run what they hold."""
    evil = pickle.dumps(Ran())
    files = ("weights__model.pt", "constants__model.pt", "sample_inputs__model.pt", "data.pkl")
    saved(tmp_path / "net.pt2", program(SIZES, NODES), **dict.fromkeys(files, evil))
    result = run("count", "net.pt2", "-f", "json", cwd=tmp_path)
    assert json.loads(result.stdout)["totals"]["mult_adds"] == 16 * 16 * CONV + FC
    assert [path.name for path in tmp_path.iterdir()] == ["net.pt2"]


def test_sides_that_are_open_are_asked_for(run: Run, tmp_path: Path) -> None:
    """The batch of an open program is one; its sides are those of ``--input``, in their range."""
    halved = ("n", 8, "(h + 1) // 2", "(w + 1) // 2")
    sizes = {**SIZES, "x": ("n", 3, "h", "w"), **dict.fromkeys(("conv", "bn", "relu"), halved)}
    sizes |= dict.fromkeys(("part", "other"), ("n", 4, *halved[2:]))
    sizes |= {"mean": ("n", 4), "fc": ("n", 10)}
    ranges = {side: {"min_val": 8, "max_val": 64} for side in "hw"}
    saved(tmp_path / "net.pt2", program(sizes, NODES, n={"min_val": 2, "max_val": None}, **ranges))
    messages = {
        (): "net.pt2: the input 'x' leaves its sides open: 1x3x?x? (`costcalc import FILE --input "
        "3x224x224` says what one image has)\n",
        ("--input", "3x63x65"): "net.pt2: the program takes sides of 8 to 64, not of 65\n",
        ("--input", "1x63x31"): "net.pt2: the input 'x' is 1x3x63x31, and no other "
        "(torch.export.export with a batch of one, at the size that is asked for)\n",
    }
    for size_, message in messages.items():
        result = run("import", "net.pt2", *size_, cwd=tmp_path)
        assert (result.returncode, result.stdout, result.stderr) == (2, "", message)
    result = run("import", "net.pt2", "--input", "3x63x31", cwd=tmp_path)
    products, params = 32 * 16 * CONV + FC, CONV + 2 * 8 + FC + 10
    assert result.stderr == (
        f"net: 7 operations in 5 rows; both count {products:,} Mult-Adds and {params} parameters "
        "(convention trainable)\n"
    )


def test_open_sides_are_the_resolution(tmp_path: Path) -> None:
    halved = ("n", 8, "(h + 1) // 2", "(w + 1) // 2")
    sizes = {**SIZES, "x": ("n", 3, "h", "w"), **dict.fromkeys(("conv", "bn", "relu"), halved)}
    sizes |= dict.fromkeys(("part", "other"), ("n", 4, *halved[2:]))
    sizes |= {"mean": ("n", 4), "fc": ("n", 10)}
    network = cc.load(saved(tmp_path / "net.pt2", program(sizes, NODES)))
    assert network.count(resolution="63x30").mult_adds == 32 * 15 * CONV + FC
    assert str(network.formula().total.mult_adds) == f"{CONV // 4}*resolution**2 + {FC}"


def test_a_map_as_high_and_wide_as_it_has_channels(tmp_path: Path) -> None:
    """What can be read either way is an image, with the channels first."""
    sizes = {"p_a_weight": (8, 3, 3, 3), "p_b_weight": (4, 8, 3, 3), "x": (1, 3, 8, 8)}
    sizes |= {"a": (1, 8, 8, 8), "b": (1, 4, 8, 8), "both": (1, 12, 8, 8)}
    conv = (None, [1, 1], [1, 1])
    nodes = [
        node("aten.conv2d.default", "x", "p_a_weight", *conv, out="a"),
        node("aten.conv2d.default", "a", "p_b_weight", *conv, out="b"),
        node("aten.cat.default", ("a", "b"), 1, out="both"),
    ]
    layers = cc.load(saved(tmp_path / "net.pt2", program(sizes, nodes))).count().layers
    assert [(layer.type, layer.output) for layer in layers] == [
        ("conv 3x3", (8, 8, 8)), ("conv 3x3", (8, 8, 4)), ("concat", (8, 8, 12)),
    ]  # fmt: skip


def test_a_fixed_size_is_no_other(run: Run, tmp_path: Path) -> None:
    saved(tmp_path / "net.pt2", program(SIZES, NODES))
    saved(tmp_path / "two.pt2", program({**SIZES, "x": (2, 3, 32, 32)}, NODES))
    hint = "(torch.export.export with a batch of one, at the size that is asked for)"
    result = run("import", "net.pt2", "--input", "3x64x64", cwd=tmp_path)
    assert result.stderr == f"net.pt2: the input 'x' is 1x3x32x32, and no other {hint}\n"
    result = run("count", "two.pt2", cwd=tmp_path)
    assert result.stderr == f"two.pt2: the input 'x' is 2x3x32x32, and no other {hint}\n"


def test_weights_that_are_stored_once_are_shared(tmp_path: Path) -> None:
    """The archive says where each is stored; the graph may read one name for both."""
    sizes = {"p_a_weight": (4, 4, 3, 3), "p_b_weight": (4, 4, 3, 3), "x": (1, 4, 8, 8)}
    sizes |= dict.fromkeys(("c", "d"), (1, 4, 8, 8))
    conv = (None, [1, 1], [1, 1])
    nodes = [
        node("aten.conv2d.default", "x", "p_b_weight", *conv, out="c", path="a"),
        node("aten.conv2d.default", "c", "p_b_weight", *conv, out="d", path="b"),
    ]
    config = {"config": {path: {"path_name": "weight_0"} for path in ("a.weight", "b.weight")}}
    file = {"weights__model_weights_config.json": json.dumps(config).encode()}
    count = cc.load(saved(tmp_path / "net.pt2", program(sizes, nodes), **file)).count()
    assert (count.mult_adds, count.params) == (2 * 8 * 8 * 3 * 3 * 4 * 4, 3 * 3 * 4 * 4)


@pytest.mark.parametrize(("read", "rows"), [("every", 4), ("state", 7)])
def test_recurrent_layers(tmp_path: Path, read: str, rows: int) -> None:
    """A row for each layer; what is left after the last step has rows if it is read."""
    each = [(4 * 8, 6), (4 * 8, 8), (4 * 8,), (4 * 8,)]
    second = [(4 * 8, 2 * 8), *each[1:]]
    shapes = [*each, *each, *second, *second]
    weights = {f"p_w{i}": shape for i, shape in enumerate(shapes)}
    sizes = {"x": (1, 5, 6), **dict.fromkeys(("h", "c", "state", "cell"), (4, 1, 8))}
    sizes |= {"every": (1, 5, 2 * 8), "act": sizes[read] if read == "state" else (1, 5, 2 * 8)}
    given = ("x", ("h", "c"), tuple(weights), True, 2, 0.0, False, True, True)
    layer = node("aten.lstm.input", *given, out="every", path="layer")
    layer["outputs"] = [argument(name) for name in ("every", "state", "cell")]
    nodes = [
        node("aten.zeros.default", [4, 1, 8], out="h"),
        node("aten.zeros.default", [4, 1, 8], out="c"),
        layer,
        node("aten.tanh.default", read, out="act"),
    ]
    made = cc.load(saved(tmp_path / "net.pt2", program({**weights, **sizes}, nodes)))
    count = made.count(convention="trainable")
    assert len(count.layers) == rows
    params = 2 * 4 * 8 * (6 + 8) + 2 * 4 * 8 * (2 * 8 + 8)
    assert (count.mult_adds, count.params) == (5 * params, params + 2 * 2 * 2 * 4 * 8)


CONTROL = node("higher_order.cond", "bn", out="relu") | {
    "inputs": [{"name": "true", "arg": {"as_graph": {"name": "t", "graph": {}}}, "kind": 1}]
}


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (node("aten.cumsum.default", "bn", 1, out="relu"), "operator cumsum"),
        (node("mine.relu.default", "bn", out="relu"), "operator mine.relu"),
        (CONTROL, "an argument of the kind as_graph"),
    ],
)
def test_what_has_no_row_is_refused(
    run: Run, tmp_path: Path, operation: dict[str, Any], reason: str
) -> None:
    operation["metadata"] = {"nn_module_stack": "L__self__,,net.Net;L__self__act,act,net.Act"}
    saved(tmp_path / "net.pt2", program(SIZES, [*NODES[:2], operation, *NODES[3:]]))
    result = run("count", "net.pt2", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"net.pt2: not translated: {reason} (act)\n"


def test_sizes_that_hang_on_values_are_refused(run: Run, tmp_path: Path) -> None:
    sizes = {**SIZES, "relu": (1, 8, "Symbol('u0', integer=True)", 16)}
    saved(tmp_path / "net.pt2", program(sizes, NODES[:3]))
    result = run("count", "net.pt2", cwd=tmp_path)
    assert result.stderr == (
        "net.pt2: not translated: a size that can't be told: \"Symbol('u0', integer=True)\" (act)\n"
    )


@pytest.mark.parametrize(
    ("name", "shape", "place"),
    [
        ("p_conv_weight", (8, 5, 3, 3), "conv"),
        ("p_bn_weight", (4,), "bn"),
        ("p_fc_weight", (10, 8), "fc"),
    ],
)
def test_tensors_that_do_not_fit(
    run: Run, tmp_path: Path, name: str, shape: tuple[int, ...], place: str
) -> None:
    """As those of a file that was changed: what no torch has written."""
    saved(tmp_path / "net.pt2", program({**SIZES, name: shape}, NODES))
    result = run("count", "net.pt2", cwd=tmp_path)
    assert result.stderr == f"net.pt2: not translated: tensors that do not fit ({place})\n"


def test_parameters_that_no_operation_reads(run: Run, tmp_path: Path) -> None:
    saved(tmp_path / "net.pt2", program({**SIZES, "p_aux_weight": (5, 5)}, NODES))
    result = run("count", "net.pt2", cwd=tmp_path)
    assert result.stderr == "net.pt2: not translated: parameters that no row holds (aux.weight)\n"


def test_files_that_are_no_programs(run: Run, tmp_path: Path) -> None:
    """Cut off anywhere, or with weights alone: a message."""
    whole = saved(tmp_path / "net.pt2", program(SIZES, NODES)).read_bytes()
    damaged = "net.pt2: not a program of torch.export, or a damaged one\n"
    for cut in (0, 30, len(whole) // 2, len(whole) - 1):
        (tmp_path / "net.pt2").write_bytes(whole[:cut])
        assert run("count", "net.pt2", cwd=tmp_path).stderr == damaged
    for made in ([], {"graph_module": {"graph": 3}}, program({"x": ("n", 3)}, [{}])):
        saved(tmp_path / "net.pt2", made)
        assert run("count", "net.pt2", cwd=tmp_path).stderr == damaged
    saved(tmp_path / "net.pt2", program(SIZES, [{**NODES[0], "outputs": [{}]}]))
    assert "parameters that no row holds (5 times:" in run("count", "net.pt2", cwd=tmp_path).stderr
    with zipfile.ZipFile(tmp_path / "net.pt2", "w") as archive:
        archive.writestr("net/data/weights/model.pt", pickle.dumps(Ran()))
    assert run("count", "net.pt2", cwd=tmp_path).stderr == (
        "net.pt2: it holds no program of torch.export (torch.export.save(program, FILE) writes "
        "one; weights and pickles are never opened)\n"
    )
    with zipfile.ZipFile(tmp_path / "net.pt2", "w") as archive:
        for name in "ab":
            archive.writestr(f"net/models/{name}.json", "{}")
    message = "net.pt2: it holds 2 programs of torch.export\n"
    assert run("count", "net.pt2", cwd=tmp_path).stderr == message
    assert [path.name for path in tmp_path.iterdir()] == ["net.pt2"]
