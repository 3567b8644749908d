"""Whole messages for everything that a file can get wrong; never a traceback or a number."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import spec
from hypothesis import given, settings
from hypothesis import strategies as st

import costcalc as cc
from costcalc.source.reader import read_text


def problems(text: str) -> list[str]:
    """The messages for a spec, without the file's name."""
    with pytest.raises(cc.CostcalcError) as caught:
        cc.loads(text, "net.yaml").count()
    return [line.removeprefix("net.yaml:") for line in str(caught.value).splitlines()]


TAKEN = ("relu", "repeat", "first", "name", "from", "group", "when", "input", "output")

CASES: dict[str, tuple[str, list[str]]] = {
    "all problems of a file at once": (
        "network: x\nchanels: floor\ninput: 32x32x3\nlayers:\n"
        "- {conv: 3x3, out: 8, strid: 2}\n- {cnov: 1x1, out: 3}\n- {conv: 1x1, out: alpah}\n",
        [
            "2:1: unknown key 'chanels' (did you mean 'channels'?)",
            "5:23: layers[0]: unknown key 'strid' for conv (did you mean 'stride'?)",
            "6:4: layers[1]: unknown operator 'cnov' (did you mean 'conv'?)",
            "7:20: layers[2].out: undefined name 'alpah' (did you mean 'alpha'?)",
        ],
    ),
    "a tab": (
        "network: x\ninput: 32x32x3\nlayers:\n\t- {conv: 3x3, out: 8}\n",
        ["4:1: a tab (indent with spaces)"],
    ),
    "a row without a colon": (
        spec("- dwconv 3x3\n"),
        ["4:3: layers[0]: 'dwconv 3x3' has no colon (- {dwconv: 3x3})"],
    ),
    "capital letters": (
        spec("- {conv: 3x3, out: 8, activation: ReLU}\n"),
        [
            "4:35: layers[0].activation: expected none, relu, relu6, hswish, hsigmoid, sigmoid, "
            "swish, leaky, gelu, elu, selu, tanh, softplus, mish, hardtanh or prelu, got 'ReLU' "
            "(did you mean 'relu'?)"
        ],
    ),
    "a square of pixels as its side": (
        spec("- {conv: 3x3, out: 8}\n", "input: {side: 96², channels: 1}\n"),
        ["2:15: input.side: '96²' is both sides at once (96)"],
    ),
    "two sides in one": (
        spec("- {conv: 3x3, out: 8}\n", "input: {side: 49x10, channels: 1}\n"),
        ["2:15: input.side: '49x10' is two sides ({height: 49, width: 10, channels: 1})"],
    ),
    "duplicate key": ("a: 1\na: 2\n", ["2:1: duplicate key 'a' (first on line 1)"]),
    "missing column": (
        spec("- {conv: 3x3}\n"),
        [
            "4:3: layers[0]: conv needs 'out' "
            "(out: a channel count; the network's rule makes it whole)"
        ],
    ),
    "wrong types": (
        spec("- {conv: 3x3, out: [1]}\n- {conv: {a: 1}, out: 3}\n- {maxpool: 2, stride: -1}\n"),
        [
            "4:20: layers[0].out: expected a channel count, got a list",
            "5:10: layers[1].conv: expected 3x3, 1x7, a number for both, or [rows, columns], "
            "got a mapping",
            "6:24: layers[2].stride: expected a positive whole number, got -1",
        ],
    ),
    "yaml's yes is not true": (
        spec("- {conv: 3x3, out: 8, bias: yes}\n"),
        ["4:29: layers[0].bias: expected true or false, got 'yes' (did you mean 'true'?)"],
    ),
    "fractional channels under the exact rule": (
        spec("- {conv: 3x3, out: 8/3}\n"),
        [
            "4:20: layers[0].out: 8/3 channels is not a whole number "
            "(the rule is exact: choose another binding, or set a rule such as `channels: floor`)"
        ],
    ),
    "no width is widened to a multiple": (
        spec("- {conv: 3x3, out: 0}\n", "channels: divisible(8)\ninput: 32x32x3\n"),
        ["5:20: layers[0].out: 0 channels (at least 1 must remain)"],
    ),
    "a negative width is not widened to a multiple": (
        spec("- {conv: 3x3, out: 2 - in}\n", "channels: divisible(8)\ninput: 32x32x3\n"),
        ["5:20: layers[0].out: -1 channels (at least 1 must remain)"],
    ),
    "nothing is made divisible": (
        spec("- {conv: 3x3, out: 'divisible(in - 3, 8)'}\n"),
        ["4:20: layers[0].out: 0 made divisible in 'divisible(in - 3, 8)' (only what is above 0)"],
    ),
    "shapes that do not meet": (
        spec("- add:\n  - [{conv: 3x3, out: 8}]\n  - [{conv: 3x3, out: 16, stride: 2}]\n"),
        [
            "4:3: layers[0]: add of 32x32x8 and 16x16x16 "
            "(all branches must have one shape, or 1 where it is spread)"
        ],
    ),
    "groups": (
        spec("- {conv: 3x3, out: 9, groups: 3}\n- {conv: 1x1, out: 8, groups: 3}\n"),
        [
            "5:3: layers[1]: 8 output channels are not divisible by 3 groups "
            "(groups must divide input and output channels)"
        ],
    ),
    "a side that becomes 0, and what follows is not blamed": (
        spec("- {maxpool: [33, 1], stride: 1}\n- {conv: 3x3, out: 8}\n- {fc: 10}\n"),
        [
            "4:3: layers[0]: the height becomes 0, from 32x32x3 (fewer strides or a larger input)",
        ],
    ),
    "fc on a map": (
        spec("- {fc: 10}\n"),
        ["4:3: layers[0]: fc on a 32x32 map (pool or flatten first)"],
    ),
    "undefined and unused parameters": (
        spec(
            "- {conv: 3x3, out: 8*detla}\n",
            "parameters: {n: {default: 2, meaning: m}}\ninput: 32x32x3\n",
        ),
        [
            "2:14: parameters: parameter 'n' is never used (remove it)",
            "5:20: layers[0].out: undefined name 'detla' (did you mean 'delta'?)",
        ],
    ),
    "defaults outside their domain": (
        spec(
            "- {conv: 3x3, out: alpha*delta}\n",
            "parameters: {alpha: 0, delta: 1/2}\ninput: 32x32x3\n",
        ),
        [
            "2:21: parameters.alpha: alpha: 0 is outside its domain (a positive number)",
            "2:31: parameters.delta: delta: 1/2 is outside its domain (a positive integer)",
        ],
    ),
    "usual values outside their domain": (
        spec(
            '- {conv: 3x3, out: 8*alpha*n, when: w == "a"}\n',
            "parameters:\n"
            "  alpha: {default: 1, usual: [1, banana, -3]}\n"
            "  n: {default: 1, meaning: m, usual: [2, 1/2, []]}\n"
            "  w: {default: a, choices: [a, b], meaning: m, usual: [b, c]}\n"
            "input: {side: resolution, channels: 3}\n",
        ),
        [
            "3:34: parameters.alpha.usual[1]: alpha: 'banana' is not a number "
            "(such as 0.35, 7/20 or 224)",
            "3:42: parameters.alpha.usual[2]: alpha: -3 is outside its domain (a positive number)",
            "4:42: parameters.n.usual[1]: n: 1/2 is outside its domain (a positive integer; "
            "`domain: positive number` in the spec allows it)",
            "4:47: parameters.n.usual[2]: expected a value, got a list",
            "5:59: parameters.w.usual[1]: w: 'c' is not a choice (one of a, b)",
        ],
    ),
    "a word that is no choice": (
        spec(
            '- {relu: , when: w == "c"}\n',
            "parameters: {w: {default: a, choices: [a, b], meaning: m}}\ninput: 32x32x3\n",
        ),
        ["5:18: layers[0].when: 'c' is not a choice (known: a, b)"],
    ),
    "choices that are no names": (
        spec(
            "- {relu: , when: w != p}\n",
            'parameters: {w: {default: p, choices: [p, "=1+1", a b], meaning: m}}\ninput: 3x3x3\n',
        ),
        [
            "2:43: parameters.w.choices[1]: '=1+1' is not a name (letters, digits, - and _)",
            "5:18: layers[0].when: undefined name 'p' (known: alpha, classes, delta, resolution, "
            "rho)",
        ],
    ),
    "words that are reserved": (
        "blocks: {b: {takes: [in], layers: [relu]}}\n"
        + spec(
            "- {b: 8}\n",
            "parameters: {in: {default: 8, meaning: m}, lambda: 1, max: 2, 2x: 1}\ninput: 3x3x3\n",
        ),
        [
            "1:13: blocks.b: 'in' is reserved (another name for the argument)",
            "3:14: parameters: 'in' is reserved (another name for the parameter)",
            "3:44: parameters: 'lambda' is reserved (another name for the parameter)",
            "3:55: parameters: 'max' is reserved (another name for the parameter)",
            "3:63: parameters: '2x' can't name a parameter (letters, digits and _)",
        ],
    ),
    "the printed input size": (
        spec("- {conv: 3x3, out: 8, stride: 2}\n- {relu: , input: 15x16x8}\n"),
        [
            "5:19: layers[1].input: the printed input size is 15x16x8, "
            "the computed one 16x16x8 (at the defaults)"
        ],
    ),
    "a row that is not there": (
        spec("- {relu: , name: steam}\n- {relu: , from: stem}\n"),
        ["5:18: layers[1].from: no row is named 'stem' (did you mean 'steam'?)"],
    ),
    "a name that comes later": (
        spec("- {relu: , from: end}\n- {relu: , name: end}\n"),
        ["4:3: layers[0]: 'end' is named only further down (name it before it is used)"],
    ),
    "blocks that contain themselves": (
        "blocks:\n  a: {layers: [{b: }]}\n  b: {layers: [{a: }]}\n" + spec("- {a: }\n"),
        ["2:6: blocks.a: block 'a' contains itself", "3:6: blocks.b: block 'b' contains itself"],
    ),
    "arguments": (
        "blocks: {b: {takes: [c, s], layers: [{conv: 3x3, out: c, stride: s}]}}\n"
        + spec(
            "- {b: {c: 8}}\n- {b: [8, 1, 1]}\n"
            "- {b: {c: 8, s: 1, q: 2}}\n- {b: [8, 1], first: {s: 2}}\n"
        ),
        [
            "5:3: layers[0]: b needs its argument 's' (it takes c, s)",
            "6:7: layers[1].b: b takes 2 arguments (c, s)",
            "7:20: layers[2].b: b takes no 'q' (known: c, s)",
            "8:15: layers[3]: first without repeat (repeat: n)",
        ],
    ),
    "blocks called as what begins a row, or a column of one": (
        "blocks:\n"
        + "".join(f"  {word}: {{layers: [relu]}}\n" for word in TAKEN)
        + spec("- relu\n"),
        [
            f"{line}:3: blocks: {word!r} is taken (choose another name)"
            for line, word in enumerate(TAKEN, 2)
        ],
    ),
    "an argument twice": (
        "blocks: {b: {takes: [c, c], layers: [{conv: 3x3, out: c}]}}\n" + spec("- {b: 8}\n"),
        ["1:25: blocks.b.takes[1]: argument 'c' twice (another name for one of them)"],
    ),
    "an include that is not there": (
        spec("- relu\n", "include: residul\ninput: 3x3x3\n"),
        ["2:10: include: no file of blocks 'residul' (did you mean 'residual'?)"],
    ),
    "a billion repetitions": (
        spec("- repeat: 1000000000\n  layers: [relu]\n"),
        ["4:11: layers[0].repeat: 1000000000 repetitions (at most 500,000)"],
    ),
    "towers of powers": (
        spec("- {conv: 3x3, out: 9**9**9}\n"),
        ["4:20: layers[0].out: the power is too large in '9**9**9' (at most 4096 bits)"],
    ),
    "code": (
        spec("- {conv: 3x3, out: \"__import__('os').system('true')\"}\n"),
        [
            "4:20: layers[0].out: unknown function in \"__import__('os').system('true')\" "
            "(known: ceil, divisible, floor, max, min, nearest, round, whole)"
        ],
    ),
    "channels that square themselves": (
        spec("- repeat: 100\n  layers: [{conv: 1x1, out: in*in}]\n"),
        [
            "5:29: layers[0].layers[0].out: 1853020188851841 channels are too many "
            "(at most 1,000,000,000)"
        ],
    ),
    "an input that is misspelt": (
        "imput: 8x8x3\nlayers: [relu]\n",
        ["1:1: unknown key 'imput' (did you mean 'input'?)"],
    ),
    "no input": (
        "layers: [relu]\n",
        ["1:1: the spec has no input (input: {side: resolution, channels: 3})"],
    ),
    "a side beside height and width": (
        spec("- relu\n", "input: {side: 8, height: 9, width: 10, channels: 3}\n"),
        [
            "2:18: input: height beside side, which stands for height and width "
            "(either side, or height and width)",
            "2:29: input: width beside side, which stands for height and width "
            "(either side, or height and width)",
        ],
    ),
    "no layers": ("input: 3x3x3\n", ["1:1: the spec has no layers (layers: a list of rows)"]),
    "an empty file": ("", [" the file is empty"]),
    "only a comment": ("# nothing\n", [" the file is empty"]),
    "not a mapping": (
        "- 1\n",
        ["1:1: expected a mapping with network, input and layers, got a list"],
    ),
    "an empty row": (
        spec("- {}\n- \n"),
        [
            "4:3: layers[0]: an empty row (such as {conv: 3x3, out: 64})",
            "5:2: layers[1]: expected a row, got nothing",
        ],
    ),
    "a tag": (
        "a: !!python/object:os.system {b: 1}\n",
        [
            "1:4: a: YAML tag 'tag:yaml.org,2002:python/object:os.system' "
            "(values are written without tags)"
        ],
    ),
    "an alias bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        ["1:4: a: YAML anchors are not part of the language (use blocks)"],
    ),
    "two documents": ("a: 1\n---\nb: 2\n", ["2:1: more than one document (one network per file)"]),
    "a bracket that is not closed": (
        "a: [1, 2\nb: 3",
        ["1:4: a: '[' is not closed (add ']')"],
    ),
    "a brace that is not closed": (
        "layers:\n- {conv: 3x3,\n- relu\n",
        ["2:3: layers[0]: '{' is not closed (add '}')"],
    ),
    "no comma": (
        spec("- {conv: 3x3 out: 8}\n"),
        ["4:17: not YAML: did not find expected ',' or '}' (a comma between columns)"],
    ),
    "a wrong indent": (
        spec("- {relu: }\n - {relu: }\n"),
        [
            "5:2: not YAML: did not find expected key "
            "(lines that belong together are indented alike)"
        ],
    ),
    "a condition that is a number": (
        spec("- {relu: , when: alpha + 1}\n"),
        [
            "4:18: layers[0].when: expected a condition such as s == 1 and in == out, "
            "got 'alpha + 1'"
        ],
    ),
    "a number for a condition": (
        spec(
            "- {conv: 3x3, out: 64 if n else 32}\n",
            "parameters: {n: {default: 2, meaning: m}}\ninput: 32x32x3\n",
        ),
        [
            "5:20: layers[0].out: 2 is neither true nor false in '64 if n else 32' "
            "(compare it, as in s == 1)"
        ],
    ),
    "a condition for a number": (
        spec("- {conv: 3x3, out: 9 + -(in == 16)}\n"),
        ["4:20: layers[0].out: false is not a number in '9 + -(in == 16)'"],
    ),
    "a condition for a width": (
        spec("- add:\n  - {conv: 3x3, out: in == 3}\n  - {fc: in == 3}\n"),
        [
            "5:22: layers[0].add[0].out: expected a number of channels, got true",
            "6:10: layers[0].add[1].fc: expected a positive whole number, got true",
        ],
    ),
    "a window that is larger": (
        "blocks: {b: {takes: [k], layers: [{conv: k, out: 8, when: k > 3}]}}\n"
        + spec("- {b: {k: 3x3}}\n"),
        [
            "1:59: blocks.b.layers[0].when: 3x3 > 3 has no meaning in 'k > 3' "
            "[in layers[0] → b, line 5] (only numbers are larger or smaller)"
        ],
    ),
    "a window for a condition": (
        "blocks: {b: {takes: [k], layers: [{conv: k, out: 8, when: not k}]}}\n"
        + spec("- {b: {k: 3x3}}\n"),
        [
            "1:59: blocks.b.layers[0].when: 3x3 is neither true nor false in 'not k' "
            "[in layers[0] → b, line 5] (compare it, as in s == 1)"
        ],
    ),
    "products for windows": (
        spec(
            "- {conv: 3*3, out: 8}\n- {conv: 3 · 1, out: 8}\n- {conv: delta×delta, out: 8}\n"
            "- {conv: delta * delta, out: 8}\n- {conv: 3², out: 8}\n"
            "- {conv: delta**2, out: 8}\n- {conv: 2×delta, out: 8}\n"
        ),
        [
            "4:10: layers[0].conv: '3*3' is a product, not rows x columns (write 3x3)",
            "5:10: layers[1].conv: '3 · 1' is a product, not rows x columns (write 3x1)",
            "6:10: layers[2].conv: 'delta×delta' is a product, not rows x columns "
            "(write [delta, delta])",
            "7:10: layers[3].conv: 'delta * delta' is a product, not rows x columns "
            "(write [delta, delta])",
            "8:10: layers[4].conv: '3²' is a product, not rows x columns (write 3x3)",
            "9:10: layers[5].conv: 'delta**2' is a product, not rows x columns "
            "(write [delta, delta])",
            "10:10: layers[6].conv: '2×delta' is a product, not rows x columns (write [2, delta])",
        ],
    ),
    "windows that are none": (
        spec("- {dwconv: global}\n- {conv: 3x3, out: 8, stride: 0x2}\n- {conv: , out: 8}\n"),
        [
            "4:12: layers[0].dwconv: expected 3x3, 1x7, a number for both, or [rows, columns], "
            "got 'global' (only maxpool and avgpool can be global)",
            "5:31: layers[1].stride: expected 3x3, 1x7, a number for both, or [rows, columns], "
            "got '0x2' (at least 1x1)",
            "6:10: layers[2].conv: conv needs its kernel "
            "(conv: 3x3, 1x7, a number for both, or [rows, columns])",
        ],
    ),
    "what a global pool has no use for": (
        spec("- {avgpool: global, stride: 7, padding: 3, round: up, name: pool}\n"),
        [
            "4:21: layers[0]: 'stride' has no effect on a global pool (remove it)",
            "4:32: layers[0]: 'padding' has no effect on a global pool (remove it)",
            "4:44: layers[0]: 'round' has no effect on a global pool (remove it)",
        ],
    ),
    "structures without rows": (
        spec("- {repeat: 3, layers: []}\n- {branch: []}\n"),
        [
            "4:23: layers[0].layers: a repeat of no rows (at least one row)",
            "5:12: layers[1].branch: a branch of no rows (at least one row)",
        ],
    ),
    "digits that can be misread": (
        spec(
            "- {conv: 3x3, out: ٣٢}\n- {conv: ٣x٣, out: 8}\n- {conv: 3x03, out: 010}\n"
            "- {conv: 3x3, out: 8, padding: ١}\n- {conv: 3x3, out: 8, padding: [01, 1]}\n"
            "- {conv: 3x3, out: 8, input: ٣²×3}\n",
            "channels: divisible(٨)\nsides: divisible(8)\n"
            "parameters: {alpha: 01}\ninput: 32x32x3\n",
        ),
        [
            "2:11: channels: unknown rounding rule 'divisible(٨)' "
            "(one of exact, floor, ceil, nearest, round or divisible(8, min=16))",
            "3:8: sides: unknown rounding rule 'divisible(8)' "
            "(one of exact, floor, ceil, nearest, round)",
            "4:21: parameters.alpha: alpha: '01' begins with a 0 (write 1)",
            "7:20: layers[0].out: '٣٢' has other digits than 0 to 9 (write it with these)",
            "8:10: layers[1].conv: '٣x٣' has other digits than 0 to 9 (write it with these)",
            "9:10: layers[2].conv: '03' begins with a 0 (write 3)",
            "9:21: layers[2].out: '010' begins with a 0 (write 10)",
            "10:32: layers[3].padding: '١' has other digits than 0 to 9 (write it with these)",
            "11:33: layers[4].padding[0]: '01' begins with a 0 (write 1)",
            "12:30: layers[5].input: '٣²×3' is not a size (such as 112x112x32)",
        ],
    ),
    "columns left empty": (
        spec("- {conv: 3x3, out: , norm: , activation: , bias: , padding: , stride: }\n"),
        [
            "4:20: layers[0].out: expected a channel count, got nothing",
            "4:28: layers[0].norm: expected batch, layer, group, instance, rms, lrn or none, "
            "got nothing",
            "4:42: layers[0].activation: expected none, relu, relu6, hswish, hsigmoid, sigmoid, "
            "swish, leaky, gelu, elu, selu, tanh, softplus, mish, hardtanh or prelu, got nothing",
            "4:50: layers[0].bias: expected true or false, got nothing",
            "4:61: layers[0].padding: expected same, valid, half, a number, [rows, columns] or "
            "[top, bottom, left, right], got nothing",
            "4:71: layers[0].stride: expected 3x3, 1x7, a number for both, or [rows, columns], "
            "got nothing",
        ],
    ),
    "columns of other operators": (
        spec(
            "- {dwconv: 3x3, out: 8}\n- {dwconv: 3x3, groups: 3}\n"
            "- {tconv: 3x3, out: 8, multiplier: 2}\n- {fc: 10, stride: 2, out: 3}\n"
            "- {relu: , norm: batch}\n- {add: [[], []], stride: 2}\n- {bn: , out: 3}\n"
        ),
        [
            "4:17: layers[0]: dwconv has no column 'out' (its columns: stride, multiplier, "
            "padding, dilation, bias, fixed, gain, norm, activation, coded)",
            "5:17: layers[1]: dwconv has no column 'groups' (its columns: stride, multiplier, "
            "padding, dilation, bias, fixed, gain, norm, activation, coded)",
            "6:24: layers[2]: tconv has no column 'multiplier' (its columns: out, stride, "
            "padding, output_padding, dilation, groups, bias, fixed, gain, norm, activation, "
            "coded)",
            "7:12: layers[3]: fc has no column 'stride' (its columns: bias, activation, coded)",
            "7:23: layers[3]: fc has no column 'out' "
            "(it is the value of fc itself: a positive whole number, or an expression)",
            "8:12: layers[4]: relu has no column 'norm' (its columns: coded)",
            "9:19: layers[5]: add has no column 'stride' (its columns: coded)",
            "10:10: layers[6]: bn has no column 'out' (its columns: scale, shift)",
        ],
    ),
    "unknown keys": (
        spec(
            "- {maxpool: 2, kernel: 2}\n- {bn: , cost: 2}\n- {repeat: 2, layer: [relu]}\n"
            "- {name: a, grup: b}\n"
        ),
        [
            "4:16: layers[0]: maxpool has no column 'kernel' (it is the value of maxpool itself: "
            "3x3, a number for both, global, or {to: 7x7})",
            "5:10: layers[1]: unknown key 'cost' for bn "
            "(known: from, group, input, name, output, scale, shift, weights, when)",
            "6:3: layers[2]: repeat needs its layers (layers: a list of rows)",
            "6:15: layers[2]: unknown key 'layer' for repeat (did you mean 'layers'?)",
            "7:13: layers[3]: unknown key 'grup' (did you mean 'group'?)",
        ],
    ),
    "an operator that is not the first key": (
        spec("- {name: a, conv: 3x3}\n- {out: 8, conv: 3x3}\n- {nam: a, conv: 3x3}\n"),
        [
            "4:4: layers[0]: a row begins with its operator, not with 'name' (write conv first)",
            "5:4: layers[1]: a row begins with its operator, not with 'out' (write conv first)",
            "6:4: layers[2]: unknown operator 'nam' (`costcalc list operators` lists them)",
        ],
    ),
    "a comma that ends a value": (
        "blocks: {b: {takes: [c], layers: [{conv: 1x1, out: c}]}}\n"
        + spec("- {conv: 3x3, out: max(8, alpha)}\n- {b: {c: 24*max(1, alpha)}}\n"),
        [
            "5:20: layers[0].out: 'max(8' is not arithmetic "
            '(quote what has a comma: "max(a, b)")',
            "5:27: layers[0]: unknown key 'alpha)' for conv "
            '(quote what has a comma: "max(a, b)")',
            "6:11: layers[1].b.c: '24*max(1' is not arithmetic "
            '(quote what has a comma: "max(a, b)")',
            "6:21: layers[1].b: b takes no 'alpha)' (quote what has a comma: \"max(a, b)\")",
        ],
    ),
    "an unknown rule": (
        spec("- relu\n", "channels: rounded\ninput: 3x3x3\n"),
        [
            "2:11: channels: unknown rounding rule 'rounded' "
            "(one of exact, floor, ceil, nearest, round or divisible(8, min=16))"
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_messages(case: str) -> None:
    text, expected = CASES[case]
    assert problems(text) == expected


def test_a_problem_at_a_binding_names_the_binding() -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        cc.load("mobilenet-v1").count(alpha="0.01")
    (problem,) = caught.value.problems[:1]
    assert problem.message == "0 channels [at alpha = 1/100]"
    assert problem.hint == "at least 1 must remain"


def test_a_small_width_is_still_widened_to_a_multiple() -> None:
    net = cc.loads(spec("- {conv: 3x3, out: 32α}\n", "channels: divisible(8)\ninput: 4x4x3\n"))
    assert net.count(alpha="0.01").mult_adds == 4 * 4 * 3 * 3 * 3 * 8


@pytest.mark.parametrize(
    ("rule", "out", "channels"),
    [
        ("divisible(8)", "floor(3) + (in - 8)", 16),  # 3 + 8 = 11
        ("divisible(8)", "floor(11)", 11),
        ("floor", "floor(in/2)*alpha + (5*alpha)", 6),  # 8·(1/2) + 5/2
    ],
)
def test_only_a_whole_call_of_a_rounding_function_escapes_the_rule(
    rule: str, out: str, channels: int
) -> None:
    head = f"channels: {rule}\nparameters: {{alpha: 1/2}}\ninput: 4x4x16\n"
    net = cc.loads(spec(f"- {{conv: 1x1, out: {out}, when: alpha < 1}}\n", head))
    assert net.count().mult_adds == 4 * 4 * 16 * channels


def test_a_window_is_compared_with_a_number() -> None:
    net = cc.loads(
        "blocks: {b: {takes: [k], layers: [{conv: k, out: 8, when: k == 3}]}}\n"
        + spec("- {b: {k: 3x3}}\n- {b: {k: 1x3}}\n")
    )
    assert net.count().mult_adds == 32 * 32 * 3 * 3 * 3 * 8


HEIGHT_AND_WIDTH = (
    "net.yaml:4:18: layers[0].when: 224x160 > 32 has no meaning in 'resolution > 32' "
    "[at resolution = 224x160] (only numbers are larger or smaller)"
)


def test_a_condition_on_height_and_width_at_once_is_a_message() -> None:
    head = "input: {side: resolution, channels: 3}\n"
    net = cc.loads(spec("- {relu: , when: resolution > 32}\n", head), "net.yaml")
    for ask in (net.count, net.sweep):
        with pytest.raises(cc.CostcalcError) as caught:
            ask(resolution="224x160")
        assert str(caught.value) == HEIGHT_AND_WIDTH
    with pytest.raises(cc.CostcalcError) as caught:
        net.sweep(resolution=["64", "224x160"])
    assert str(caught.value) == HEIGHT_AND_WIDTH


def test_a_truth_value_is_no_number_in_closed_forms_either() -> None:
    head = "parameters: {n: {default: 2, meaning: m}}\ninput: 32x32x3\n"
    block = "blocks: {b: {takes: [t], layers: [{conv: 1x1, out: 8*t}]}}\n"
    with pytest.raises(cc.CostcalcError) as caught:
        cc.loads(block + spec("- {b: {t: n == 2}}\n", head), "net.yaml").formula()
    assert str(caught.value) == (
        "net.yaml:1:52: blocks.b.layers[0].out: (n - 2 == 0) is not a number in '8*t' "
        "[in layers[0] → b, line 6]"
    )
    with pytest.raises(cc.CostcalcError) as caught:
        cc.loads(spec("- {relu: , when: n}\n", head), "net.yaml").formula()
    assert str(caught.value) == (
        "net.yaml:5:18: layers[0].when: expected a condition such as s == 1 and in == out, got 'n'"
    )


def test_a_branch_without_rows_is_the_identity_of_a_merge() -> None:
    net = cc.loads(spec("- add: [[], [{conv: 3x3, out: 3}]]\n"))
    assert net.count().mult_adds == 32 * 32 * 3 * 3 * 3 * 3


def test_bad_values_are_all_named() -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        cc.load("mobilenet-v1").count(alpha="-1", delta="1/2", rho=0.5, depth=3)
    assert str(caught.value).splitlines() == [
        "alpha: -1 is outside its domain (a positive number)",
        "delta: 1/2 is outside its domain (a positive integer)",
        'rho: 0.5 is a float (write it as text: "0.35" is exactly 7/20)',
        "mobilenet-v1 has no parameter 'depth' (did you mean 'delta'?)",
    ]


def test_a_structure_that_a_free_parameter_leaves_open_is_refused() -> None:
    net = cc.loads(spec("- {conv: 3x3, out: 8, stride: 2, when: alpha > 1/2}\n"), "net.yaml")
    assert net.count(alpha=1).mult_adds == 16 * 16 * 3 * 3 * 3 * 8
    assert net.count(alpha="1/2").mult_adds == 0
    with pytest.raises(cc.CostcalcError) as caught:
        net.formula()
    assert str(caught.value) == (
        "net.yaml:4:40: layers[0].when: whether this row exists depends on "
        "(alpha - 1/2 > 0) (give a value to alpha)"
    )


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes("network: x\ntitle: café\n".encode("latin-1"))
    with pytest.raises(cc.CostcalcError) as caught:
        cc.load(path)
    assert str(caught.value) == f"{path}:2:11: not UTF-8 (save the file as UTF-8)"


def test_a_spec_does_not_include_itself(tmp_path: Path) -> None:
    path = tmp_path / "residual.yaml"  # as the shipped file of blocks is called
    head = "include: residual\ninput: 8x8x16\n"
    path.write_text(spec("- {basic: 16}\n", head))
    assert cc.load(path).count().mult_adds == 2 * 8 * 8 * 3 * 3 * 16 * 16


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    with path.open("wb") as file:
        file.truncate(32_000_001)
    with pytest.raises(cc.CostcalcError) as caught:
        cc.load(path)
    assert str(caught.value) == f"{path}: the file is too large (at most 32,000,000 bytes)"


def test_repetitions_inside_repetitions_stop_at_the_limit() -> None:
    body = "- repeat: 1000\n  layers:\n  - repeat: 1000\n    layers: [relu]\n"
    assert problems(spec(body)) == [
        "4:3: layers[0]: more than 500,000 rows, repetitions included (fewer repetitions)"
    ]


def test_blocks_that_double_stop_at_the_limit() -> None:
    blocks = "".join(f"  b{i}: {{layers: [{{b{i + 1}: }}, {{b{i + 1}: }}]}}\n" for i in range(40))
    (message,) = problems(f"blocks:\n{blocks}  b40: {{layers: [relu]}}\n" + spec("- {b0: }\n"))
    assert message == (
        "24:27: blocks.b22.layers[1]: more than 500,000 rows, repetitions included "
        "(fewer repetitions)"
    )


@pytest.mark.parametrize("levels", [101, 999, 1_001, 100_000])
@pytest.mark.parametrize(
    ("before", "opening", "after", "place", "path"),
    [
        ("", "[", "", "1:101", "[0]" * 20 + "…" + "0]" + "[0]" * 6),
        ("", "[", "]", "1:101", "[0]" * 20 + "…" + "0]" + "[0]" * 6),
        ("", "- ", "", "1:201", "[0]" * 20 + "…" + "0]" + "[0]" * 6),
        ("", "{a: ", "}", "1:401", "a." * 30 + "…" + ".a" * 10),
        ("é: {x: ", "[", "", "1:106", "é.x" + "[0]" * 19 + "…" + "0]" + "[0]" * 6),
        ("\n# é\nx: ", "[", "", "3:103", "x" + "[0]" * 19 + "[0" + "…" + "0]" + "[0]" * 6),
    ],
)
def test_deep_nesting_is_a_message(
    levels: int, before: str, opening: str, after: str, place: str, path: str
) -> None:
    """Also where PyYAML, which reads ahead, gives up first: from 6.0.4 on at 1,000 levels."""
    with pytest.raises(cc.CostcalcError) as error:
        read_text(before + opening * levels + after * levels)
    message = "nesting too deep (at most 100 levels)"
    assert str(error.value) == f"<text>:{place}: {path}: {message}"


def test_nesting_before_a_mistake_is_told_first() -> None:
    with pytest.raises(cc.CostcalcError, match=r"nesting too deep \(at most 100 levels\)"):
        read_text("[" * 150 + "'never closed")


def test_a_hundred_thousand_layers_work() -> None:
    net = cc.loads(spec("- repeat: 50000\n  layers: [{dwconv: 3x3}, {conv: 1x1, out: 3}]\n"))
    count = net.count()
    assert len(count.layers) == 100_000
    assert count.mult_adds == 50_000 * 32 * 32 * (3 * 3 * 3 + 3 * 3)


words = st.sampled_from(
    [
        "conv",
        "3x3",
        "out",
        "8",
        "alpha",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "-",
        "\n",
        " ",
        "  ",
        "repeat",
        "layers",
        "input",
        "32x32x3",
        "relu",
        "add",
        "&a",
        "*a",
        "!!x",
        "'",
        '"',
        "#",
        "|",
        "1/0",
        "when",
    ]
)


@settings(max_examples=300)
@given(st.lists(words, max_size=40).map("".join))
def test_no_text_gives_anything_but_a_count_or_problems(text: str) -> None:
    try:
        cc.loads(text).count()
    except cc.CostcalcError as error:
        assert error.problems
