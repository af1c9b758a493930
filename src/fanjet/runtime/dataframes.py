"""Tables as Parquet: DataFrames and Series of pandas, DataFrames of polars, tables of Arrow.

The rule for all: what comes out equals what went in, with its types. Where Parquet cannot promise that, the table is
written, read back and compared, and if it differs it is kept in another way (a pickle, Arrow's own stream).
"""

from __future__ import annotations

import io
import warnings
from importlib import import_module
from typing import Any

import msgspec

#: Names the codec inside a blob or a `ValueReference`; both of the first are Parquet files, by the library that reads.
PARQUET, POLARS, ARROW = "parquet", "polars", "arrow"

#: In the file's metadata: what pandas made of it, and what Parquet has no place for.
_NOTE = b"fanjet"

#: Columns of these types come back the same always; names are those of NumPy and of pandas' nullable types.
_KEPT_TYPES = frozenset(
    f"{kind}{bits}" for kind in ("int", "uint", "Int", "UInt") for bits in (8, 16, 32, 64)
) | {"float32", "float64", "Float32", "Float64", "bool", "boolean"}  # fmt: skip


class _Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands in the metadata of a file that a value of pandas became."""

    series: bool = False
    name: str | None = None
    #: The frequency of a time index.
    freq: str | None = None
    #: Columns of times and durations in seconds, which Parquet has in milliseconds at least.
    in_seconds: tuple[str, ...] = ()


_decode_note = msgspec.json.Decoder(_Note).decode


def find_pandas_blob(value: Any) -> tuple[str, bytes] | None:
    """Parquet for a frame or series that it keeps exactly; None for all others, and where pyarrow is missing."""
    pd = import_module("pandas")  # loaded already, as the value is of pandas
    try:
        pa = import_module("pyarrow")
    except ModuleNotFoundError:
        return None  # pandas works without it, so do tasks that return DataFrames
    if type(value) is pd.Series:
        if value.name is not None and not isinstance(value.name, str):
            return None
        frame = value.to_frame(name="value")
    elif type(value) is pd.DataFrame:
        frame = value
    else:
        return None
    if not _has_plain_labels(frame, pd):
        return None
    try:
        data = _write_pandas(value, frame)
        return (PARQUET, data) if _is_kept(frame, pd) or _same_pandas(read_table(PARQUET, data), value, pd) else None
    except (pa.ArrowException, TypeError, ValueError, KeyError, OverflowError):
        return None


def _write_pandas(value: Any, frame: Any) -> bytes:
    freq = getattr(frame.index, "freq", None)
    is_series = frame is not value
    in_seconds = tuple(label for label in frame.columns if str(frame[label].dtype).partition("[")[2][:1] == "s")
    note = _Note(is_series, value.name if is_series else None, None if freq is None else freq.freqstr, in_seconds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what cannot be kept is found by comparing
        table = import_module("pyarrow").Table.from_pandas(frame)
    return _write_parquet(table.replace_schema_metadata({**(table.schema.metadata or {}), _NOTE: _encode(note)}))


def _has_plain_labels(frame: Any, pd: Any) -> bool:
    """Whether labels are of a kind that Parquet has, and no column holds Python objects.

    Objects do not come back the same (sets, tuples, None beside NaN; from pandas 3 on also text).
    """
    columns, index = frame.columns, frame.index
    if not all(isinstance(label, str) for label in columns) or columns.has_duplicates or columns.nlevels > 1:
        return False
    if any(not isinstance(name, str) and name is not None for name in (*columns.names, *index.names)):
        return False
    if any(label.startswith("__index_level_") for label in columns) or not set(index.names).isdisjoint(columns):
        return False
    keeps_text_objects = int(pd.__version__.partition(".")[0]) < 3
    for array in [*(frame[label] for label in columns), *_index_levels(index)]:
        is_text = keeps_text_objects and pd.api.types.infer_dtype(array, skipna=False) == "string"
        if (array.dtype == object and not is_text) or str(array.dtype).startswith(("Sparse", "complex")):
            return False
    return True


def _is_kept(frame: Any, pd: Any) -> bool:
    """Whether the types alone promise that everything comes back the same."""
    text = pd.Index(["a"]).dtype
    if frame.attrs or not frame.flags.allows_duplicate_labels or not len(frame.columns) or frame.columns.dtype != text:
        return False
    if frame.columns.name is not None or type(frame.index) not in (pd.RangeIndex, pd.Index):
        return False
    arrays = [*(frame[label] for label in frame.columns), *_index_levels(frame.index)]
    return all(array.dtype == text or str(array.dtype) in _KEPT_TYPES for array in arrays)


def _index_levels(index: Any) -> list[Any]:
    return list(index.levels) if hasattr(index, "levels") else [index]


def _same_pandas(back: Any, value: Any, pd: Any) -> bool:
    """Whether two frames or series are the same in every respect that a task could see."""
    if type(back) is not type(value) or back.attrs != value.attrs or repr(back.flags) != repr(value.flags):
        return False
    is_frame = type(value) is pd.DataFrame
    compare = pd.testing.assert_frame_equal if is_frame else pd.testing.assert_series_equal
    exactly: dict[str, Any] = {"check_column_type": "exact"} if is_frame else {}
    try:
        compare(back, value, check_exact=True, check_index_type="exact", check_freq=True, **exactly)
    except AssertionError:
        return False
    return _types_of(back, is_frame) == _types_of(value, is_frame)


def _types_of(value: Any, is_frame: bool) -> list[Any]:
    """Each type with what its name leaves out: the class of a time zone, but for UTC, which several classes are."""
    dtypes = [*value.dtypes, value.columns.dtype] if is_frame else [value.dtype]
    dtypes += [level.dtype for level in _index_levels(value.index)]
    zones = [getattr(dtype, "tz", None) for dtype in dtypes]
    return [
        (dtype, type(dtype), "UTC" if str(zone) == "UTC" else type(zone))
        for dtype, zone in zip(dtypes, zones, strict=True)
    ]


def find_polars_blob(value: Any) -> tuple[str, bytes] | None:
    """Parquet for a DataFrame of polars that it keeps exactly; None for all others."""
    pl = import_module("polars")  # loaded already, as the value is of polars
    if type(value) is not pl.DataFrame or not value.width:
        return None
    sink = io.BytesIO()
    try:
        value.write_parquet(sink)
        back = read_table(POLARS, sink.getvalue())
        return (POLARS, sink.getvalue()) if back.schema == value.schema and back.equals(value) else None
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None  # polars has types that Parquet lacks


def find_arrow_blob(value: Any) -> tuple[str, bytes] | None:
    """Parquet for a table of Arrow, Arrow's own stream for one with types that Parquet lacks."""
    pa = import_module("pyarrow")  # loaded already, as the value is of it
    if type(value) is not pa.Table:
        return None
    try:
        data = _write_parquet(value)
        back = read_table(PARQUET, data)
        if back.schema.equals(value.schema, check_metadata=True) and back.equals(value):
            return PARQUET, data
    except pa.ArrowException:
        pass  # such a type exists in Arrow only
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, value.schema) as writer:
        writer.write_table(value)
    return ARROW, sink.getvalue()


def _write_parquet(table: Any) -> bytes:
    pq = import_module("pyarrow.parquet")
    sink = import_module("pyarrow").BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def read_table(codec: str, data: bytes) -> Any:
    """The table; a frame or series where pandas or polars wrote it."""
    if codec == POLARS:
        return import_module("polars").read_parquet(io.BytesIO(data))
    pa = import_module("pyarrow")  # late: only readers of tables pay for it
    if codec == ARROW:
        return pa.ipc.open_stream(data).read_all()
    table = import_module("pyarrow.parquet").read_table(pa.BufferReader(data))
    metadata = table.schema.metadata or {}
    if _NOTE not in metadata:
        return table
    note = _decode_note(metadata[_NOTE])
    frame = table.to_pandas()
    for label in note.in_seconds:
        frame[label] = frame[label].dt.as_unit("s")
    if note.freq is not None:
        frame.index.freq = note.freq
    return frame["value"].rename(note.name) if note.series else frame


def _encode(note: _Note) -> bytes:
    return msgspec.json.encode(note)
