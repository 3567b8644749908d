"""A translation as a spec of one row for each operation: what the model says, and no more.

It is made without a text, so that rows are told by what the model calls them.
"""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import chain, pairwise
from itertools import count as numbers

from costcalc.errors import CostcalcError, Place, Problem
from costcalc.exchange.translation import Row, Translation, remarks
from costcalc.language.model import Spec
from costcalc.language.parser import parse
from costcalc.source.nodes import Data, Mapping, Node, marked

#: No name of a row is longer.
MAX_NAME = 60
#: Words that name no row.
_RESERVED = ("in", "true", "false", "shared")
_SAID = 3  # places of a reason


def flat(translation: Translation, name: str, file: str) -> Spec:
    """The spec, each layer of which will be held against the map that the model says it leaves;
    ``file`` is what problems call the model.

    :raises CostcalcError: something has no row; all reasons, each with the first places.
    """
    refuse(translation, file)
    places = order(translation.rows)
    sides = translation.sides or {0: [row.form for row in translation.rows]}
    forms = {side: tuple([forms[i] for i in places]) for side, forms in sides.items()}
    zeros = frozenset(k for k, i in enumerate(places) if i in translation.zeros)
    spec = parse(document(translation, name, file, {"layers": layers(translation, places, file)}))
    return spec._replace(remarks=remarks(translation), forms=forms, zeros=zeros)


def refuse(translation: Translation, file: str) -> None:
    """:raises CostcalcError: something has no row, or there are no rows."""
    problems = []
    for reason, count in sorted(translation.refusals.items()):
        places = translation.places.get(reason, [])
        times = f"{count} times" if count > 1 else ""
        listed = ", ".join([*places[:_SAID], *(["…"] if len(places) > _SAID else [])])
        hint = ": ".join(part for part in (times, listed) if part)
        problems.append(Problem(f"not translated: {reason}", hint, Place(file)))
    if not problems and all(map(is_input, translation.rows)):
        problems.append(Problem("the model has no layers", "", Place(file)))
    if problems:
        raise CostcalcError(problems)


def is_input(row: Row) -> bool:
    """Whether a row is what enters the network."""
    return not row.columns and not row.inputs


def legal(name: str) -> str:
    """A name that a spec can have, of what a model calls something; empty if nothing is left."""
    word = re.sub(r"[^A-Za-z0-9_-]+", ".", name).strip(".-")
    word = word[-MAX_NAME + 4 :].lstrip(".-")  # its end tells more, and a number may follow
    return f"_{word}" if word[:1].isdigit() else word


def unused(word: str, taken: Container[str], joint: str = "") -> str:
    """A name that is free: the word, or with a number behind it."""
    names = chain([word], (f"{word}{joint}{n}" for n in numbers(2)))
    return next(name for name in names if name not in taken)


def named(rows: list[Row]) -> list[str]:
    """A name for every row, each its own; an input is called so if no other is read."""
    read = {i for row in rows for i in row.inputs}
    inputs = [i for i, row in enumerate(rows) if is_input(row) and i in read]
    taken = set(_RESERVED)
    labels = []
    for i, row in enumerate(rows):
        label = unused("input" if inputs == [i] else legal(row.name) or f"r{i}", taken, ".")
        taken.add(label)
        labels.append(label)
    return labels


def document(translation: Translation, name: str, file: str, own: dict[str, Data]) -> Mapping:
    """The file of a spec that says what a translation does, and what is its own: its layers."""
    labels = named(translation.rows)
    read = {i for row in translation.rows for i in row.inputs}
    inputs = {
        labels[i]: dict(zip(("height", "width", "channels"), row.form, strict=True))
        for i, row in enumerate(translation.rows)
        if is_input(row) and i in read
    }
    top: dict[str, Data] = {"network": legal(name) or "network", "notes": translation.notes}
    top |= {"parameters": None, "channels": None}
    top["defaults"] = {"norm": "none", "activation": "none", "bias": False}
    if len(inputs) == 1:
        (size,) = inputs.values()
        square: dict[str, Data] = {"side": "resolution", "channels": size["channels"]}
        top["input"] = square if translation.sides else {**size}
    else:
        top["inputs"] = {name: {**size} for name, size in inputs.items()}
    if translation.sides:
        top["parameters"] = {"resolution": next(iter(translation.sides))}
    top |= {"include": None, "blocks": None, **own}  # in the order of a file
    root = marked({key: said for key, said in top.items() if said}, Place(file))
    assert isinstance(root, Mapping)
    return root


def order(rows: list[Row]) -> list[int]:
    """The places of the rows as they are written: as the model runs, but that what alone reads a
    map comes behind it. A map that has no name is read by nothing else, as counters see it."""
    readers: dict[int, list[int]] = {}
    for i, row in enumerate(rows):
        for source in row.inputs:
            readers.setdefault(source, []).append(i)
    places: dict[int, None] = {}
    for i, row in enumerate(rows):
        while not is_input(row) and i not in places:
            places[i] = None
            following = readers.get(i, [])
            if len(following) != 1 or rows[following[0]].merges:
                break
            if rows[following[0]].columns.get("weights", i) not in places:
                break  # who lends them is still to come
            i, row = following[0], rows[following[0]]
    return [*places]


def layers(translation: Translation, places: list[int], file: str) -> list[Node]:
    """A row of the spec for each of the translation, in this order; it names whose map it takes,
    but for that of the row before it."""
    rows, labels, written = translation.rows, named(translation.rows), list[Node]()
    read = {i for row in rows for i in row.inputs}
    asked = {row.columns["weights"] for row in rows if "weights" in row.columns}
    before = next((i for i, row in enumerate(rows) if is_input(row) and i in read), -1)
    for source, i in pairwise([before, *places]):
        asked.update(j for j in rows[i].inputs if rows[i].merges or j != source)
    for source, i in pairwise([before, *places]):
        row = rows[i]
        columns = dict(row.columns)
        if row.merges:
            verb = next(iter(columns))
            columns[verb] = [[{"from": labels[j]}] for j in row.inputs]
        elif row.inputs and row.inputs[0] != source:
            columns["from"] = labels[row.inputs[0]]
        if "weights" in columns:
            columns["weights"] = labels[columns["weights"]]
        if row.name or i in asked:
            columns["name"] = labels[i]
        written.append(marked(columns, Place(file, path=f"{row.name or labels[i]} (row {i})")))
    return written
