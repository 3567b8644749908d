"""Bindings from a CSV file: a header of parameter names, one binding per line."""

from __future__ import annotations

import csv
from pathlib import Path

from costcalc.errors import CostcalcError, Place, Problem


def read_points(path: Path) -> list[dict[str, str]]:
    """The rows of a file as text by parameter name.

    :raises CostcalcError: it can't be read, or a line has not the header's number of values.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:  # spreadsheets write a BOM
            reader = csv.reader(lines)
            header = [name.strip() for name in next(reader, [])]
            if not header or "" in header or len(set(header)) < len(header):
                problem = Problem("the first line must name the parameters", "alpha,delta")
                raise CostcalcError(problem._replace(place=Place(str(path), 1, 1)))
            rows = []
            for row in reader:
                if not "".join(row).strip() and len(row) < 2:
                    continue  # a blank line
                if len(row) != len(header):
                    message = f"{len(row)} values for {len(header)} parameters"
                    place = Place(str(path), reader.line_num, 1)
                    raise CostcalcError(Problem(message, ", ".join(header), place))
                rows.append({n: v.strip() for n, v in zip(header, row, strict=True)})
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CostcalcError(f"{path}: {reason}", "a CSV file of bindings") from None
