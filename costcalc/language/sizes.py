"""Sizes as they are written: what enters the network, and what papers print beside its rows."""

from __future__ import annotations

import re

from costcalc.language.model import Size
from costcalc.operators.columns import (
    Value,
    Whole,
    evaluated,
    expression,
    number,
    whole_number,
)
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.record import Problems, mapping, name, only_keys, text


def has_length(single: Node | None, several: Node | None = None) -> bool:
    """Whether an input is a sequence, ``{length: 8000, channels: 1}``: a map of one column, where
    windows, strides and paddings are of the length alone."""
    given = several.values.values() if isinstance(several, Mapping) else [single]
    return any(isinstance(node, Mapping) and "length" in node.values for node in given)


#: What is said of a key that was to be one of these.
_MISSPELT = ("did you mean 'input'?", "did you mean 'inputs'?")


def read_inputs(
    single: Node | None, several: Node | None, root: Node, problems: Problems
) -> dict[str, Size]:
    """What enters the network, by name; a ``single`` one is called ``input``."""
    if several is None:
        if any(p.hint in _MISSPELT for p in problems.found if single is None):
            return {}
        if single is None:
            raise root.error("the spec has no input", "input: {side: resolution, channels: 3}")
        return {"input": read_input(single, problems)}
    if single is not None:
        raise several.error("inputs beside input", "all of them in inputs")
    hint = "inputs: {left: 105x105x1, right: 105x105x1}"
    if not isinstance(several, Mapping):
        raise several.error(f"expected inputs by name, got {several.got}", hint)
    if not several.values:
        raise several.error("no inputs", hint)
    sizes = {}
    for key, node in several.values.items():
        with problems.collected():
            column = isinstance(node, Text) and "x1x" in node.text
            if has_length(None, several) and not (has_length(node) or column):
                message = f"{key!r} beside an input that has a length"
                raise node.error(message, "all of them by height and width, or lengths and 1x1xC")
            sizes[name(several.keys[key], "the name of an input")] = read_input(node, problems)
    return sizes


def read_input(node: Node, problems: Problems) -> Size:
    """``{side, channels}``, ``{height, width, channels}``, ``{length, channels}`` or ``32x32x3``.

    A side is evaluated with ``resolution`` bound to that axis.
    """
    if isinstance(node, Text):
        _refuse_channels_first(node)
        return read_size(node)
    if isinstance(node, List) and all(isinstance(item, Text) for item in node.items):
        written = "x".join(item.text for item in node.items if isinstance(item, Text))
        raise node.error("an input is no list", f"write {written}")
    table = mapping(node, "{side, channels}")
    only_keys(table, ("side", "height", "width", "length", "channels"), problems)
    side = table.values.get("side")
    if has_length(table):
        return _of_length(table, problems)
    if isinstance(side, Text):
        _refuse_two_sides(side, table)
    for axis in ("height", "width"):
        if side is not None and axis in table.values:
            message = f"{axis} beside side, which stands for height and width"
            problems.add(table.keys[axis], message, "either side, or height and width")
    sides = [table.values.get(axis, side) for axis in ("height", "width")]
    if None in sides or "channels" not in table.values:
        hint = "{side: resolution, channels: 3} or {height, width, channels}"
        raise node.error("the input needs sides and channels", hint)
    height, width = (_side(s) for s in sides if s is not None)
    return height, width, Whole().parse(table.values["channels"])


def _of_length(table: Mapping, problems: Problems) -> Size:
    for key in table.values.keys() & {"side", "height", "width"}:
        message = f"{key} beside length, which is the only side"
        problems.add(table.keys[key], message, "either length, or height and width")
    if "channels" not in table.values:
        raise table.error("the input needs channels", "{length: 8000, channels: 1}")
    one = Whole().parse(Text(table.place, "1"))
    return _side(table.values["length"]), one, Whole().parse(table.values["channels"])


def _refuse_two_sides(side: Text, table: Mapping) -> None:
    """``side: 49x10`` is not one side; ``resolution`` may be two, but it is a parameter."""
    two = re.fullmatch(r"(\w+)\s*[x×]\s*(\w+)", side.text)
    if two and (two[1].isdigit() or "×" in side.text):
        channels = table.values.get("channels")
        written = channels.text if isinstance(channels, Text) else "…"
        hint = f"{{height: {two[1]}, width: {two[2]}, channels: {written}}}"
        raise side.error(f"{side.text!r} is two sides", hint)


def _refuse_channels_first(node: Text) -> None:
    """``3x224x224`` is a picture as PyTorch has it, and hardly a map 3 high with 224 channels; in
    a mapping it is."""
    parts = re.split("[x×]", node.text.replace(" ", ""))
    if len(parts) != 3 or parts[0] not in ("1", "2", "3", "4"):
        return
    channels, height, width = parts
    small = width in ("1", "2", "3", "4")
    picture = channels == "3" and all(side.isdigit() and int(side) > 16 for side in parts[1:])
    if picture or (height == width and not small):
        said = f"{{height: {channels}, width: {height}, channels: {width}}}"
        message = f"{node.text!r} is {channels} high, {height} wide, with {width} channels"
        raise node.error(
            message, f"channels come last: {height}x{width}x{channels}; if it is meant: {said}"
        )


def _side(node: Node) -> Value:
    what = "a side in pixels"
    if isinstance(node, Text) and "²" in node.text:  # a map of 96² is 96x96
        raise node.error(f"{node.text!r} is both sides at once", node.text.replace("²", ""))
    expr = expression(node, what)
    return Value(lambda scope: number(evaluated(expr, scope, node), node, what), expr.names, node)


_SIZE = re.compile(r"(?P<h>[^x×]+)[x×](?P<w>[^x×]+)[x×](?P<c>.+)|(?P<s>[0-9]+)(\^2|²)[x×](?P<k>.+)")


def read_size(node: Node, length: bool = False) -> Size:
    """A printed size: ``112x112x32``, ``16×16×(32α×δ)``, ``224²×3``; of a ``length`` ``100x8``."""
    written = text(node, "a size such as 112x112x32").replace(" ", "")
    if length and len(sides := re.split("[x×]", written)) == 2:
        written = f"{sides[0]}x1x{sides[1]}"
    match = _SIZE.fullmatch(written)
    if not match:
        two = re.fullmatch(r"([0-9]+)[x×]([0-9]+)", written)
        sequence = f"of a sequence: {{length: {two[1]}, channels: {two[2]}}}" if two else ""
        hint = sequence or "such as 112x112x32"
        raise node.error(f"{written!r} is not a size", hint)
    if re.fullmatch(r"[0-9]+([x×][0-9]+){3,}", written):
        raise node.error(f"{written!r} is not a size", "maps have two sides, height and width")
    if match["s"]:
        parts = (match["s"], match["s"], match["k"])
    else:
        parts = (match["h"], match["w"], match["c"])
    h, w, c = (_printed(Text(node.place, part)) for part in parts)
    return h, w, c


def _printed(node: Text) -> Value:
    expr = expression(node, "a size such as 112x112x32")
    return Value(lambda scope: whole_number(evaluated(expr, scope, node), node), expr.names, node)
