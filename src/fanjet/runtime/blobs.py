"""Values that JSON cannot hold, as bytes: tables as Parquet, arrays as .npy, all else pickled.

The libraries are never imported for a value of another kind: a value can only be a DataFrame where pandas is already
loaded.
"""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any

from fanjet.errors import DagTypeError
from fanjet.runtime.dataframes import find_arrow_blob, find_pandas_blob, find_polars_blob, read_table

#: Names the codec inside a blob or a `ValueReference`, beside those of tables.
NUMPY, PICKLE = "numpy", "pickle"

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
        blob = find_pandas_blob(value)
    elif library == "pyarrow":
        blob = find_arrow_blob(value)
    elif library == "polars":
        blob = find_polars_blob(value)
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
    return read_table(codec, data)


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


def _find_numpy_blob(value: Any) -> tuple[str, bytes] | None:
    """A .npy file for an array without Python objects in it."""
    np = import_module("numpy")  # late: only readers and writers of arrays pay for it

    if type(value) is not np.ndarray or value.dtype.hasobject or value.dtype.metadata:
        return None
    sink = io.BytesIO()
    np.save(sink, value, allow_pickle=False)
    return NUMPY, sink.getvalue()
