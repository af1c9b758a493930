"""Values that JSON cannot hold, as bytes: DataFrames and Arrow tables as Parquet, arrays as .npy, all else pickled.

The libraries are never imported for a value of another kind: a value can only be a DataFrame where pandas is already
loaded.
"""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any

import msgspec

from fanjet.errors import DagTypeError

#: Names the codec inside a blob or a `ValueReference`.
PARQUET, ARROW, NUMPY, PICKLE = "parquet", "arrow", "numpy", "pickle"

_SERIES_KEY = b"fanjet.series"

#: What to return in place of things that have no lasting form, by the name of their type.
_INSTEAD = {
    "generator": "return list(...) of it",
    "map": "return list(...) of it",
    "filter": "return list(...) of it",
    "zip": "return list(...) of it",
    "coroutine": "return the awaited result (asyncio.run)",
    "TextIOWrapper": "return the path of the file",
    "BufferedReader": "return the path of the file",
    "BufferedWriter": "return the path of the file",
    "Connection": "return what was read through it and connect anew in the next task",
    "lock": "return data instead",
}


def type_name(value: object) -> str:
    """The qualified name of a value's type; without its module for builtins."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def to_blob(value: object) -> tuple[str, bytes]:
    """The codec and the bytes that keep `value` best.

    Raises:
        DagTypeError: The value has no lasting form.
    """
    library = type(value).__module__.partition(".")[0]
    blob: tuple[str, bytes] | None = None
    if library == "pandas":
        blob = _find_pandas_blob(value)
    elif library == "pyarrow":
        blob = _find_arrow_blob(value)
    elif library == "numpy":
        blob = _find_numpy_blob(value)
    return blob or (PICKLE, _pickle(value))


def from_blob(codec: str, data: bytes) -> Any:
    """The value that `to_blob` made `data` of."""
    if codec == PICKLE:
        return import_module("pickle").loads(data)  # written by a task of the same DAG; only workers come here
    if codec == NUMPY:
        np = import_module("numpy")  # late: only readers and writers of arrays pay for it

        return np.load(io.BytesIO(data), allow_pickle=False)
    return _read_arrow(codec, data)


def _pickle(value: object) -> bytes:
    """Pickle by cloudpickle, which also takes classes and functions of the DAG file."""
    cloudpickle = import_module("cloudpickle")  # late: most values are JSON

    if isinstance(value, io.IOBase):  # cloudpickle would keep the content as it is now
        raise not_storable(value, "an open file ends with its process")
    try:
        return bytes(cloudpickle.dumps(value, protocol=5))
    except RecursionError as error:
        raise not_storable(value, "it refers to itself or is nested too deeply") from error
    except Exception as error:  # user types raise what they like from __reduce__ and __getstate__
        raise not_storable(value, str(error) or type(error).__name__) from error


def not_storable(value: object, reason: str) -> DagTypeError:
    """The error for a value that has no lasting form."""
    kind = type(value)
    fix = _INSTEAD.get(kind.__name__, "return data: numbers, strings, lists, dicts, DataFrames, or the path of a file")
    return DagTypeError(f"A result of type {type_name(value)} cannot be stored ({reason}).", fix=f"{fix}.")


def _find_pandas_blob(value: Any) -> tuple[str, bytes] | None:
    """Parquet for frames and series that it keeps exactly; None for all others, and where pyarrow is missing."""
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
    if not _parquet_keeps(frame):
        return None
    try:
        table = pa.Table.from_pandas(frame)
    except (pa.ArrowException, TypeError, ValueError):
        return None
    if type(value) is pd.Series:
        name = msgspec.json.encode(value.name)
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), _SERIES_KEY: name})
    return PARQUET, _write_parquet(table)


def _parquet_keeps(frame: Any) -> bool:
    """Whether dtypes, labels and index all come back the same.

    Columns of Python objects do not (sets, tuples, None beside NaN; from pandas 3 on also text), nor do labels that
    are no text, nor the frequency of a time index.
    """
    pd = import_module("pandas")  # loaded already, as the value is of pandas

    if not all(isinstance(label, str) for label in frame.columns) or frame.columns.has_duplicates:
        return False
    if frame.columns.name is not None or getattr(frame.index, "freq", None) is not None:
        return False
    keeps_text_objects = int(pd.__version__.partition(".")[0]) < 3
    for array in [*(frame[label] for label in frame.columns), *_index_levels(frame.index)]:
        is_text = keeps_text_objects and pd.api.types.infer_dtype(array, skipna=False) == "string"
        if (array.dtype == object and not is_text) or str(array.dtype).startswith(("Sparse", "complex")):
            return False
    return True


def _index_levels(index: Any) -> list[Any]:
    return list(index.levels) if hasattr(index, "levels") else [index]


def _find_arrow_blob(value: Any) -> tuple[str, bytes] | None:
    """Parquet for a table, Arrow's own stream for one with types that Parquet lacks."""
    pa = import_module("pyarrow")

    if type(value) is not pa.Table:
        return None
    try:
        data = _write_parquet(value)
        if _read_arrow(PARQUET, data).schema.equals(value.schema, check_metadata=False):
            return PARQUET, data
    except pa.ArrowException:
        pass  # such a type exists in Arrow only
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, value.schema) as writer:
        writer.write_table(value)
    return ARROW, sink.getvalue()


def _write_parquet(table: Any) -> bytes:
    pq = import_module("pyarrow.parquet")

    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _read_arrow(codec: str, data: bytes) -> Any:
    """A table; a frame or series where pandas wrote it."""
    pa = import_module("pyarrow")

    if codec == ARROW:
        return pa.ipc.open_stream(data).read_all()
    pq = import_module("pyarrow.parquet")

    table = pq.read_table(io.BytesIO(data))
    metadata = table.schema.metadata or {}
    if b"pandas" not in metadata:
        return table
    frame = table.to_pandas()
    if _SERIES_KEY not in metadata:
        return frame
    return frame["value"].rename(msgspec.json.decode(metadata[_SERIES_KEY]))


def _find_numpy_blob(value: Any) -> tuple[str, bytes] | None:
    """A .npy file for an array without Python objects in it."""
    np = import_module("numpy")  # late: only readers and writers of arrays pay for it

    if type(value) is not np.ndarray or value.dtype.hasobject or value.dtype.metadata:
        return None
    sink = io.BytesIO()
    np.save(sink, value, allow_pickle=False)
    return NUMPY, sink.getvalue()
