"""One view for each kind of result, as a neutral document; here the words that all of them use."""

from __future__ import annotations

from collections.abc import Mapping

from costcalc.algebra.notation import SYMBOLS
from costcalc.conventions.convention import work_name
from costcalc.language.parameters import text_of
from costcalc.report.document import Column

#: The number of a network's parameters; files for programs call it as JSON does.
PARAMS = Column("parameters", numeric=True, key="params")


def binding_text(values: Mapping[str, object]) -> str:
    """``α = 1/2, R = 160``."""
    return ", ".join(f"{SYMBOLS.get(n, n)} = {text_of(v)}" for n, v in values.items())


def headers(*units: str) -> dict[str, str]:
    """The headings of costs that are counted in these units."""
    return {"mult_adds": work_name(*units), "params": "parameters"}
