"""What the columns of a layer table hold, by their headings. The words are data: a heading that is
none of them is not guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from costcalc.source.nodes import Text
from costcalc.source.tables import Row, Table

#: The columns of printed tables, by what is read of them.
_COLUMNS = {
    "layer": r"(?:layer )?(?:type|operators?|operation|layers?|module)(?: stride)?",
    "window": r"(?:kernel|filter|patch)(?: size)?(?: stride)?|size stride|k",
    "filter": r"filter shape|weights? shape",
    "input": r"input(?: (?:size|shape))?|resolution",
    "output": r"output(?: (?:size|shape))?|feature size",
    "stride": r"s|strides?",
    "width": r"c|#?out|#?(?:output |out )?(?:channels|filters|maps)",
    "repeat": r"|n|repeats?|#?(?:repeats|layers|blocks)|number of (?:layers|blocks)",
    "t": r"t|expansion(?: factor)?",
    "exp": r"exp(?:ansion)? size|#?exp",
    "SE": r"se|squeeze excite",
    "NL": r"nl|nonlinearity|activation",
    "origin": "from",
    "further": "further",
    "defaults": "defaults",
    "group": "group",
    "label": r"(?:layer|group|stage|block) ?(?:name)?|stage|group|#|row|no",
}
#: What the tables that are read have at least, in words.
FAMILIES = (
    "Type / Stride, Filter Shape, Input Size; Output Size, Layer; Input, Operator, t, c, n, s; "
    "Input, Operator, exp size, #out, SE, NL, s; or Operator, Resolution, #Channels, #Layers"
)


class Columns(NamedTuple):
    """Where each thing stands; ``unread`` are the headings of what is not used."""

    places: dict[str, list[int]]
    unread: list[Text]


def _plain(heading: str) -> str:
    """A heading as :data:`_COLUMNS` has it, without the letters that say how it is called."""
    words = re.findall(r"[a-z0-9#]+", heading.lower().replace("_", " "))
    return " ".join([word for word in words if len(word.strip("#")) > 1] or words)


def read_columns(table: Table, layers: str = "") -> Columns | None:
    """The columns of a layer table, None if it is none. ``layers`` is the heading of that with the
    layers, where several networks stand side by side.

    :raises CostcalcError: there are several, and none of them is chosen.
    """
    places: dict[str, list[int]] = {}
    others = []
    for i, heading in enumerate(table.headings):
        plain = _plain(heading.text)
        name = next((n for n, words in _COLUMNS.items() if re.fullmatch(words, plain)), "")
        if name:
            places.setdefault(name, []).append(i)
        else:
            others.append(i)
    if not places.keys() & {"input", "output"}:
        return None
    if layers or "layer" not in places:
        networks = [i for i in others if _names_layers(table.rows, i)] + places.get("layer", [])
        chosen = [i for i in networks if layers in ("", table.headings[i].text)]
        if len(chosen) > 1 or (networks and not chosen):
            listed = ", ".join(table.headings[i].text for i in networks)
            what = f"no column {layers!r}" if layers else "the table has several networks"
            raise table.headings[networks[0]].error(what, f"--column takes one: {listed}")
        if not chosen:
            return None
        places["layer"] = chosen
    unread = [table.headings[i] for i in others if i not in places["layer"]]
    return Columns(places, unread)


def _names_layers(rows: Sequence[Row], column: int) -> bool:
    """Whether most of what stands in a column looks like layers: 3×3, a pooling, a block."""
    cells = [row[column].text for row in rows if row[column].text]
    alike = [re.search(r"\d\s*[×x]\s*\d|conv|pool|block", cell.lower()) for cell in cells]
    return bool(cells) and sum(map(bool, alike)) * 2 >= len(cells)
