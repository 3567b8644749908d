"""Files that are not what their name says, or say what no network has: a message for each, and
nothing is run. What only ONNX and TensorFlow Lite have is tested with their readers."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from conftest import Run
from test_keras import conv, image, layer, model
from test_texts_of_models import CAFFE, DARKNET, NCNN
from test_ultralytics import TEXT


class Ran:
    """What an unpickled file would do."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (Path("ran"),)


PICKLE = (
    "this is a PyTorch file, not a costcalc network (a pickle may hold any code and is never "
    "opened: `costcalc import package.module:function --input 3x224x224` runs what builds the "
    "network, and an ONNX file of it is read)"
)
#: By ending: the package that reads it, what an empty file is, and a pickle.
KINDS = {
    ".onnx": ("onnx", *["not an ONNX model, or a part of one"] * 2),
    ".tflite": ("tflite", *["not a TensorFlow Lite model"] * 2),
    ".keras": ("", "not a Keras model, or a damaged one", PICKLE),
    ".h5": ("h5py", *["not a Keras model, or a damaged one"] * 2),
    ".json": ("", "the file is empty", PICKLE),
    ".cfg": ("", "the file is empty", PICKLE),
    ".yaml": ("", "the file is empty", PICKLE),
    ".prototxt": ("", "the model has no layers", ":1:1: not UTF-8 (save the file as UTF-8)"),
    ".param": ("", "an ncnn model begins with 7767517", ":1:1: not UTF-8 (save the file as UTF-8)"),
    ".pt2": ("", *["not a program of torch.export, or a damaged one"] * 2),
    **dict.fromkeys((".pt", ".pth", ".ckpt"), ("", PICKLE, PICKLE)),
    ".bin": ("", "the file is empty", PICKLE),
}


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("ending", KINDS)
def test_empty_files_and_pickles(run: Run, tmp_path: Path, ending: str, protocol: int) -> None:
    package, empty, pickled = KINDS[ending]
    if package:
        pytest.importorskip(package)
    for data, said in ((b"", empty), (pickle.dumps(Ran(), protocol), pickled)):
        (tmp_path / f"net{ending}").write_bytes(data)
        result = run("count", f"net{ending}", cwd=tmp_path)
        between = "" if said.startswith(":") else ": "
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"net{ending}{between}{said}\n"
    assert [path.name for path in tmp_path.iterdir()] == [f"net{ending}"]


KERAS = json.dumps(
    model(
        image(32, 32, 3),
        conv("c", "x", 16, groups=1),
        layer("ReLU", "r", "c"),
        layer("Dense", "y", "r", units=10, use_bias=True),
    )
)
NAMED = "what it gives has the name of what is given before"
UNREAD = "what no layer before gives is read"
AHEAD = "a section that is not before it is read"
WHOLE = "a whole number is needed"
WEIGHTS = "Convolution of another number of weights than the file says (conv)"
SCALE = "nc, and the scale of its name, are numbers above 0"
#: By file: what it says, and by kind of damage the text, what stands there instead, and the
#: messages; those of layers without what all begin with.
DAMAGE: dict[str, tuple[str, dict[str, tuple[str, str, list[str]]]]] = {
    "net.cfg": (DARKNET, {
        "huge": ("filters=16", "filters=99999999999",
                 [f"filters=99999999999: {WHOLE} (convolutional0)"]),
        "zero": ("groups=8", "groups=0",
                 ["a convolution of 8 output channels in 0 groups (convolutional2)"]),
        "negative": ("filters=16", "filters=-3",
                     ["a convolution of -3 output channels in 1 groups (convolutional0)"]),
        "nan": ("size=3", "size=nan", [f"size=nan: {WHOLE} (convolutional0)"]),
        "fraction": ("stride=2", "stride=1.5", [f"stride=1.5: {WHOLE} (convolutional0)"]),
        "word": ("output=10", "output=many", [f"output=many: {WHOLE} (connected7)"]),
        "circle": ("from=-1", "from=4", [f"{AHEAD} (shortcut4)"]),
        "nowhere": ("layers = -1, 1", "layers = -9", [f"{AHEAD} (route3)"]),
        "number for a word": ("activation=leaky", "activation=5",
                              ["activation 5 (convolutional0)"]),
        "other layer": ("from=-1", "from=-1\nweights_type=per_channel",
                        ["weights_type=per_channel (shortcut4)"]),
    }),
    "net.prototxt": (CAFFE, {
        "huge": ("num_output: 16", "num_output: 99999999999",
                 [f"num_output=99999999999: {WHOLE} (conv)"]),
        "zero": ("group: 16", "group: 0",
                 ["a convolution of 16 output channels in 0 groups (dw)"]),
        "negative": ("stride: 2", "stride: -3",
                     ["stride: expected a positive whole number, got -3 (conv)"]),
        "nan": ("kernel_size: 3", "kernel_size: nan", [f"kernel_size=nan: {WHOLE} (conv)"]),
        "fraction": ("pad: 1", "pad: 1.5", [f"pad=1.5: {WHOLE} (dw)"]),
        "word": ("bias_term: false", "bias_term: many",
                 ["bias_term=many: true or false is needed (conv)"]),
        "name twice": ('top: "dw"', 'top: "conv"', [f"{NAMED} (dw)", f"{UNREAD} (sum)"]),
        "circle": ('bottom: "dw" bottom', 'bottom: "sum" bottom', [f"{UNREAD} (sum)"]),
        "nowhere": ('bottom: "dw" bottom', 'bottom: "z" bottom', [f"{UNREAD} (sum)"]),
        "number for a word": ('type: "ReLU"', "type: 18", ["layer 18 (relu)"]),
        "message for a word": ('name: "relu"', "name { a: 1 }", ["a layer without a type"]),
        "word for a message": ("pooling_param {", "pooling_param: 3 x {",
                               ["pooling_param that is no message (pool)"]),
        "nothing read": ('bottom: "data" top', "top",
                         ["a layer that reads 0 maps, of 1 (conv)"]),
        "nothing said": ("num_output: 16", "",
                         ["a convolution of 0 output channels in 1 groups (conv)"]),
    }),
    "net.param": (NCNN, {
        "huge": ("6=432", "6=99999999999", [WEIGHTS]),
        "zero": ("3=2", "3=0", ["a stride or a dilation of 0 (conv)"]),
        "negative": ("7=16", "7=-3", ["a convolution of 16 output channels in -3 groups (dw)"]),
        "nan": ("1=3 3=2", "1=nan 3=2", ["option 1 that is no number (conv)"]),
        "fraction": ("9=1", "9=1.5", ["option 9 that is no whole number (conv)"]),
        "word": ("2=3.0", "2=many", ["option 2 that is no number (gate)"]),
        "name twice": ("1 1 dw three", "1 1 dw dw", [f"{NAMED} (gate)", f"{UNREAD} (clip)"]),
        "circle": ("1 1 dw three", "1 1 three three", [f"{UNREAD} (gate)"]),
        "nowhere": ("1 1 dw three", "1 1 z three", [f"{UNREAD} (gate)"]),
        "nothing read": ("conv 1 1 data conv", "conv 0 1 conv",
                         ["a layer that reads 0 maps, of 1 (conv)"]),
    }),
    "net.json": (KERAS, {
        "huge": ('"filters": 16', '"filters": 1e999', [f"filters=inf: {WHOLE} (c)"]),
        "zero": ('"groups": 1', '"groups": 0',
                 ["a convolution of 16 output channels in 0 groups (c)"]),
        "negative": ('"units": 10', '"units": -3',
                     ["out: expected a positive whole number, got -3 (y)"]),
        "fraction": ('"strides": [1, 1]', '"strides": [1.5, 1]',
                     [f"stride=[1.5, 1]: {WHOLE} (c)"]),
        "word": ('"groups": 1', '"groups": "many"', [f"groups=many: {WHOLE} (c)"]),
        "expression": ('"kernel_size": [3, 3]', '"kernel_size": ["1 + 2", 3]',
                       [f"kernel=['1 + 2', 3]: {WHOLE} (c)"]),
        "true": ('"strides": [1, 1]', '"strides": [true, true]',
                 [f"stride=[True, True]: {WHOLE} (c)"]),
        "name twice": ('"name": "r"', '"name": "c"', [f"{NAMED} (c)", f"{UNREAD} (y)"]),
        "circle": ('"keras_history": ["x"', '"keras_history": ["c"', [f"{UNREAD} (c)"]),
        "nowhere": ('"keras_history": ["c"', '"keras_history": ["z"', [f"{UNREAD} (r)"]),
        "no output": ('"output_layers": ["y"', '"output_layers": ["z"',
                      ["an output that nothing gives (z)"]),
        "no outputs": ('"output_layers": ["y", 0, 0]', '"output_layers": []',
                       ["a model that gives nothing"]),
        "number for a word": ('"padding": "same"', '"padding": 0',
                              ["padding=0: same, valid or causal is needed (c)"]),
        "list for a word": ('"filters": 16', '"filters": 16, "activation": []',
                            ["an activation that is no word (c)"]),
    }),
    "net8n.yaml": (TEXT, {
        "huge": ("[-1, 2, C2f", "[-1, 99999999, C2f",
                 ["50000000 repetitions: 1 to 100 are read (1.C2f)"]),
        "negative": ("[-1, 2, C2f", "[-1, -2, C2f",
                     ["-2 repetitions: 1 to 100 are read (1.C2f)"]),
        "fraction": ("[64, 3, 2]", "[64, 3, 1.5]", [f"stride=1.5: {WHOLE} (0.Conv)"]),
        "word": ("[64, 3, 2]", "[many, 3, 2]", ["Conv without a number of channels (0.Conv)"]),
        "circle": ("[-1, 0], 1, Concat", "[-1, 5], 1, Concat",
                   ["what no row before gives is read (5.Concat)"]),
        "nowhere": ("[-1, 0], 1, Concat", "[-1, -99], 1, Concat",
                    ["what no row before gives is read (5.Concat)"]),
        "number for a word": ("SPPF", "5", ["module 5 (2.5)"]),
    }),
}  # fmt: skip
CELLS = [(name, kind) for name, (_, kinds) in DAMAGE.items() for kind in kinds]


@pytest.mark.parametrize(("name", "kind"), CELLS)
def test_networks_that_do_not_exist(run: Run, tmp_path: Path, name: str, kind: str) -> None:
    text, kinds = DAMAGE[name]
    old, new, messages = kinds[kind]
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1))
    result = run("count", name, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [f"{name}: not translated: {said}" for said in messages]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("net.cfg", "[upsample]", "[ups", " line 33 is no section and no option "
         "([section], or key=value)"),
        ("net.prototxt", 'layer { name: "relu"', "layer {" * 30, " line 8 is none of a prototxt "
         "(name: value, or name { … })"),
        ("net.param", "conv 1 1 data", "conv 99 1 data", " line 4 is no layer"),
        ("net.param", "-23330=4,3", "-23330=9,3", " line 4 is no layer"),
        ("net.json", '"filters": 16', '"filters": NaN',
         " not translated: filters=NaN: a whole number is needed (c)"),
        ("net.json", '"units": 10', '"units": 10, "units": 20',
         " the key 'units' comes twice in an object"),
        ("net8n.yaml", "nc: 10", "nc: 0", f" {SCALE}"),
        ("net8n.yaml", "0.25, 1024", "nan, 1024", f" {SCALE}"),
        ("net8n.yaml", "nc: 10", "nc: 10\nnc: 20", "3:1: duplicate key 'nc' (first on line 2)"),
        ("net8n.yaml", "[128, 5]]", "[128", "9:19: backbone[2][3]: '[' is not closed (add ']')"),
    ],
)  # fmt: skip
def test_texts_that_are_damaged(
    run: Run, tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    text = DAMAGE[name][0]
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1))
    result = run("count", name, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"{name}:{message}\n")
