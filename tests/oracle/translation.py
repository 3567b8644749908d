"""What a module became: the rows of a flat spec, or why there is none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml
from maps import Form, Refused


class Row(NamedTuple):
    """A row to be: its columns, the rows that it reads, and whether it merges them."""

    columns: dict[str, Any]
    inputs: tuple[int, ...]
    form: Form
    merges: bool = False


@dataclass
class Translation:
    """What a module became: its rows, and what stands in the way of a spec.

    ``stand_ins`` are rows that say less than the network does, and operations without a row that
    were left out; neither changes Mult-Adds or parameters.
    """

    rows: list[Row] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    stand_ins: Counter[str] = field(default_factory=Counter)

    def text(self, name: str) -> str:
        """The spec, as YAML.

        :raises Refused: something has no row; the reasons, each once.
        """
        if self.refusals:
            raise Refused("; ".join(sorted(self.refusals)))
        named = {
            i for k, row in enumerate(self.rows) for i in row.inputs if row.merges or i != k - 1
        }
        named |= {row.columns["weights"] for row in self.rows if "weights" in row.columns}
        height, width, channels = self.rows[0].form
        layers = [self.line(i, row, i in named) for i, row in enumerate(self.rows)]
        head = f"network: {name}\ndefaults: {{norm: none, activation: none, bias: false}}\n"
        size = f"input: {{height: {height}, width: {width}, channels: {channels}}}\n"
        return f"{head}{size}layers:\n" + "".join(f"- {line}\n" for line in layers if line)

    def line(self, index: int, row: Row, named: bool) -> str:
        columns = dict(row.columns)
        if "weights" in columns:
            columns["weights"] = f"r{columns['weights']}"
        if row.merges:
            verb = next(iter(columns))
            columns[verb] = [[{"from": f"r{i}"}] for i in row.inputs]
        elif row.inputs and row.inputs[0] != index - 1:
            columns["from"] = f"r{row.inputs[0]}"
        if named:
            columns["name"] = f"r{index}"
        if not columns:
            return ""
        return yaml.safe_dump(
            columns, default_flow_style=True, width=10**6, sort_keys=False
        ).strip()
