"""What a module became: the rows of a flat spec, or why there is none."""

from __future__ import annotations

import yaml

from costcalc.exchange import translation
from costcalc.exchange.translation import Refused, Row


class Translation(translation.Translation):
    """The rows of a module."""

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
