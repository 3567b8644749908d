"""Sweeps as Parquet (extra: ``parquet``). The only module that imports pyarrow.

Importing it raises a :class:`~costcalc.errors.CostcalcError` where pyarrow is not installed.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from costcalc.design_space.sweep.axes import Value
from costcalc.design_space.sweep.blocks import fits_int64
from costcalc.design_space.sweep.exact_array import INT, Array
from costcalc.design_space.sweep.query import PERCENT, Batch, Column
from costcalc.design_space.sweep.run import Progress, Run
from costcalc.errors import CostcalcError
from costcalc.language.parameters import value_text
from costcalc.report.views.sweeps import constants, data_columns

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError:
    hint = "pip install 'costcalc[parquet]'"
    raise CostcalcError("a .parquet file needs pyarrow", hint) from None


def write_parquet(run: Run, path: Path, progress: Progress | None = None) -> int:
    """Rows as Parquet, one row group per chunk. Returns how many rows there are.

    Whole parameters are int64, fractions the nearest double, pairs and words text. Costs are
    int64 where the axes prove that it holds them, else decimals of 38 digits. Percents are
    doubles of two places. The binding and the convention are in the file's metadata.

    :raises CostcalcError: a cost is beyond what its column holds.
    """
    said = {
        "convention": run.convention.name,
        "unit": run.convention.unit,
        **run.measures.to_dict(),
        "baseline": dict(run.baseline) or "defaults",
        "shapes": "rounded as the specs say",
    }
    kinds = _kinds(run)
    coded = [name for name in kinds if name not in (*run.query.costs, *run.query.percents)]
    schema = pa.schema(kinds | {name: pa.dictionary(pa.int32(), kinds[name]) for name in coded})
    words = {n: schema.field(n).type for n in coded if pa.types.is_string(kinds[n])}
    about = {"costcalc": json.dumps(said)}
    read = pa.schema(kinds | words, about).serialize()  # numbers are read as numbers
    form = {"compression": "zstd", "compression_level": 1, "use_dictionary": coded}
    written = 0
    with parquet.ParquetWriter(path, schema, **form, store_schema=False) as writer:
        for batch in run.batches(progress):
            arrays = [_array(batch, run, field.name, field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            written += batch.length
        writer.add_key_value_metadata({**about, "ARROW:schema": b64encode(read)})
    return written


def _kinds(run: Run) -> dict[str, pa.DataType]:
    """The columns with what they hold, chosen before the first cost is counted."""
    whole = all(fits_int64(part.plan) for part in run.parts)
    cost = pa.int64() if whole else pa.decimal128(38, 0)
    known = dict.fromkeys(run.query.costs, cost) | dict.fromkeys(run.query.percents, pa.float64())
    return {
        name: known[name] if name in known else _kind(_all_values(run, name))
        for name in data_columns(run)
    }


def _all_values(run: Run, name: str) -> list[Value]:
    """Every value that the column of a parameter, or of a word, may have."""
    values: list[Value | None] = []
    for part in run.parts:
        swept = {run.query.column_of(n): column for n, column in part.plan.space.swept.items()}
        values += swept.get(name, (constants(run, part.label).get(name),))
    return [value for value in values if value is not None]


def _kind(values: list[Value]) -> pa.DataType:
    if any(isinstance(value, (str, tuple)) for value in values):
        return pa.string()
    return pa.float64() if any(isinstance(v, Fraction) for v in values) else pa.int64()


def _array(batch: Batch, run: Run, name: str, kind: pa.DataType) -> pa.Array:
    if name in run.query.costs:
        return _costs(batch.columns[name], name, kind)
    if name in PERCENT:
        return _percents(batch.columns[name], kind)
    if name in batch.columns:
        codes, values = batch.columns[name]
        return _coded(np.asarray(codes), values or (), kind)
    codes, specs = batch.columns["spec"]
    by_spec = [constants(run, str(spec)).get(name) for spec in specs or ()]
    return _coded(np.asarray(codes), by_spec, kind)


def _percents(column: Column, kind: pa.DataType) -> pa.Array:
    hundredths = np.asarray(column.listed() if column.values else column.numbers)
    if hundredths.dtype == object:
        return pa.array([None if n is None else n / 100 for n in hundredths], kind)
    return pa.array(hundredths / 100, kind)


def _coded(codes: Array, values: Sequence[Value | None], kind: pa.DataType) -> pa.Array:
    """The values at the codes: a dictionary that the writer need not make."""
    held: list[str | int | float] = []
    for value in values:
        if pa.types.is_string(kind.value_type):
            held.append(value_text(value))
        elif isinstance(value, (int, Fraction)):
            held.append(float(value) if pa.types.is_float64(kind.value_type) else int(value))
        else:
            held.append(0)  # never read: a network that lacks the parameter
    lacks = np.array([value is None for value in values], bool)
    indices = pa.array(codes.astype(np.int32), mask=lacks[codes] if lacks.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(held, kind.value_type))


def _costs(column: Column, name: str, kind: pa.DataType) -> pa.Array:
    """A column of costs; the kind was chosen before the first was counted.

    :raises CostcalcError: one that the kind does not hold.
    """
    decimals = pa.types.is_decimal(kind)
    if isinstance(column.numbers, np.ndarray) and column.numbers.dtype != object and not decimals:
        return pa.array(column.numbers, kind)
    numbers = [number for number in column.listed() if isinstance(number, int)]
    most, what = (10**38, "38 digits") if decimals else (INT, "int64")
    if any(abs(number) >= most for number in numbers):
        raise CostcalcError(f"{name} beyond {what}", "a .csv file holds them")
    return pa.array([Decimal(number) for number in numbers] if decimals else numbers, kind)
