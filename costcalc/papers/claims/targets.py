"""Reading what a claim is about: targets, bindings, lists of words."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from fractions import Fraction
from pathlib import Path

from costcalc.algebra.expressions import ExpressionError, compile_expression, exact_number
from costcalc.errors import did_you_mean
from costcalc.graph.selection import Target
from costcalc.papers.claims.claims import TEXT
from costcalc.papers.claims.named import Named, written
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.record import items, mapping, only_keys, text

NETWORK_KEYS = ("spec", "at", "group", "stages", "until", "items", "block")
#: One operator on its own, with free symbols (:mod:`costcalc.papers.claims.operators`).
LAYER_KEYS = ("layer", "kernel", "kernels", "in", "multiplier", "out", "map", "branches")
LAYERS = (
    "standard",
    "depthwise",
    "pointwise",
    "separable",
    "pyramid",
    "pyramid-add",
    "pyramid-concat",
    "add",
    "concat",
)


def read_target(node: Node, problems: Named) -> tuple[Target, ...]:
    """A target; several where ``spec`` is a list, since the claim holds for each."""
    table = mapping(node, "{spec, at, …} or {layer, kernel, in, out}")
    values = table.values
    if "layer" in values:
        only_keys(table, LAYER_KEYS, problems)
        kind = text(values["layer"], "a kind of layer")
        if kind not in LAYERS:
            raise values["layer"].error(f"unknown layer {kind!r}", did_you_mean(kind, LAYERS))
        for key, value in values.items():
            if key != "layer":
                try:
                    compile_expression(text(value, "a size"))
                except ExpressionError as error:
                    raise value.error(str(error), error.hint) from None
        return (Target(node.place, layer=read_words(table)),)
    only_keys(table, NETWORK_KEYS, problems)
    if "spec" not in values:
        raise node.error("the target names no network", "spec: a name, or layer: a kind of layer")
    target = Target(
        node.place,
        at=read_words(values["at"]) if "at" in values else {},
        group=_word(values, "group"),
        stages=tuple(text(i, "a size") for i in items(values["stages"], "a list of sizes"))
        if "stages" in values
        else (),
        until=read_number(values["until"]) if "until" in values else None,
        items=_word(values, "items"),
        block=_word(values, "block"),
    )
    specs = read_specs(values["spec"], problems)
    problems.bound(specs, written(values.get("at")))
    return tuple(target._replace(spec=name) for name in specs)


def read_name(node: Node) -> str:
    """What a printed table is called."""
    name = text(node, "the table's name")
    if name == TEXT:
        raise node.error(f"no table can be called {name!r}", "the statements stand there")
    return name


def read_specs(node: Node, problems: Named) -> tuple[str, ...]:
    """One spec, or a list of them; ``-`` is none. One that does not exist is noted."""
    if isinstance(node, Text) and node.text == "-":
        return ()
    listed = node.items if isinstance(node, List) else [node]
    return tuple(read_spec(item, problems) for item in listed)


def read_spec(node: Node, problems: Named) -> str:
    """A spec's name; a file is looked for beside the claims first."""
    name = text(node, "a spec")
    if name.endswith((".yaml", ".yml")):
        beside = Path(node.place.file).parent / name
        name = str(beside) if beside.is_file() else name
    problems.network(node, name)
    return name


def read_words(node: Node) -> Dict[str, str]:
    """A mapping of plain words."""
    if isinstance(node, Text) and not node.text:
        return {}
    table = mapping(node, "values by name")
    return {key: text(value, "a value") for key, value in table.values.items()}


def read_choices(node: Node) -> Dict[str, tuple[str, ...]]:
    """``open: {classes: [10, 100]}``."""
    table = mapping(node, "values by parameter")
    return {
        key: tuple(text(item, "a value") for item in items(value, "a list of values"))
        for key, value in table.values.items()
    }


def read_number(node: Node) -> Fraction:
    try:
        return Fraction(exact_number(text(node, "a number")))
    except ExpressionError as error:
        raise node.error(str(error), error.hint) from None


def _word(values: Dict[str, Node], key: str) -> str:
    return text(values[key], "a word") if key in values else ""


def optional(table: Mapping, key: str) -> str:
    """The text under ``key``, or nothing."""
    return _word(table.values, key)
