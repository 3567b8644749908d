"""Sweeps as Parquet (extra: ``parquet``). The only module that imports pyarrow."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from costcalc.design_space.sweep.batch import Batch
from costcalc.design_space.sweep.compute import fits_int64
from costcalc.design_space.sweep.exact_array import INT
from costcalc.design_space.sweep.query import COSTS, PERCENT
from costcalc.design_space.sweep.run import Progress, Run
from costcalc.errors import CostcalcError
from costcalc.language.parameters import value_text
from costcalc.report.views.sweeps import constants, data_columns


def write_parquet(run: Run, path: Path, progress: Progress | None = None) -> int:
    """Rows as Parquet, one row group per chunk. Returns how many rows there are.

    Whole parameters are int64, fractions the nearest double, pairs and words text. Costs are
    int64 where the axes prove that it holds them, else decimals of 38 digits. Percents are
    doubles of two places. The binding and the convention are in the file's metadata.

    :raises CostcalcError: pyarrow is not installed, or a cost is beyond what its column holds.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        hint = "pip install costcalc[parquet]"
        raise CostcalcError("a .parquet file needs pyarrow", hint) from None
    columns = data_columns(run)
    values = {name: _all_values(run, name) for name in columns}
    whole = all(fits_int64(part.plan) for part in run.parts)
    kinds: dict[str, Any] = {}
    for name in columns:
        if name in COSTS:
            kinds[name] = pa.int64() if whole else pa.decimal128(38, 0)
        elif name in PERCENT:
            kinds[name] = pa.float64()
        else:
            kinds[name] = _kind(values[name], pa)
    about = {
        "costcalc": json.dumps(
            {
                "convention": run.convention.name,
                "unit": run.convention.unit,
                "baseline": dict(run.baseline) or "defaults",
                "shapes": "rounded as the specs say",
            }
        )
    }
    schema = pa.schema(list(kinds.items()), metadata=about)
    written = 0
    with parquet.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for batch in run.batches(progress):
            arrays = [_array(batch, run, name, kinds[name], pa) for name in columns]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            written += batch.length
    return written


def _all_values(run: Run, name: str) -> list[Any]:
    """Every value that a column may have; costs and percents have none."""
    if name == "spec":
        return [part.plan.spec.name for part in run.parts]
    found: list[Any] = []
    for part in run.parts:
        spec = part.plan.spec.name
        found += part.plan.space.swept.get(name, (constants(run, spec).get(name),))
    return found


def _kind(values: list[Any], pa: Any) -> Any:
    known = [value for value in values if value is not None]
    if any(isinstance(value, (str, tuple)) for value in known):
        return pa.dictionary(pa.int32(), pa.string())
    return pa.float64() if any(isinstance(v, Fraction) for v in known) else pa.int64()


def _array(batch: Batch, run: Run, name: str, kind: Any, pa: Any) -> Any:
    if name in COSTS:
        return _costs(batch.columns[name].numbers, name, kind, pa)
    if name in PERCENT:
        hundredths = batch.columns[name].listed() if batch.columns[name].values else None
        if hundredths is None:
            hundredths = batch.columns[name].numbers
        if isinstance(hundredths, list) or hundredths.dtype == object:
            return pa.array([None if n is None else n / 100 for n in hundredths], kind)
        return pa.array(hundredths / 100, kind)
    if name not in batch.columns:
        specs = batch.columns["spec"]
        values = [constants(run, spec).get(name) for spec in specs.values or ()]
        return _coded(np.asarray(specs.numbers), values, kind, pa)
    column = batch.columns[name]
    return _coded(np.asarray(column.numbers), list(column.values or ()), kind, pa)


def _coded(codes: Any, values: list[Any], kind: Any, pa: Any) -> Any:
    """The values at the codes, as an array of a kind."""
    if pa.types.is_dictionary(kind):
        texts = [None if value is None else value_text(value) for value in values]
        distinct = list(dict.fromkeys(text for text in texts if text is not None))
        place = {text: i for i, text in enumerate(distinct)}
        index = pa.array([None if t is None else place[t] for t in texts], pa.int32())
        return pa.DictionaryArray.from_arrays(index.take(pa.array(codes)), pa.array(distinct))
    if pa.types.is_float64(kind):
        values = [None if value is None else float(value) for value in values]
    if None in values:
        return pa.array(values, kind).take(pa.array(codes))
    plain = np.array(values, np.float64 if pa.types.is_float64(kind) else np.int64)
    return pa.array(plain[codes], kind)


def _costs(numbers: Any, name: str, kind: Any, pa: Any) -> Any:
    """A column of costs; the kind was chosen before the first was counted.

    :raises CostcalcError: one that the kind does not hold.
    """
    decimals = pa.types.is_decimal(kind)
    if decimals or isinstance(numbers, list) or numbers.dtype == object:
        numbers = numbers if isinstance(numbers, list) else numbers.tolist()
        most, what = (10**38, "38 digits") if decimals else (INT, "int64")
        if any(abs(number) >= most for number in numbers):
            raise CostcalcError(f"{name} beyond {what}", "a .csv file holds them")
        numbers = [Decimal(number) for number in numbers] if decimals else numbers
    return pa.array(numbers, kind)
