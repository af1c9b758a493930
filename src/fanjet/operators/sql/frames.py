"""Data frames of the rows of a query."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fanjet.errors import DagValueError
from fanjet.operators.libraries import import_library

_KINDS = ("pandas", "polars")


def read(conn: Any, statement: str, parameters: Any, kind: str, options: Mapping[str, Any]) -> Any:
    """One data frame.

    Args:
        conn: A connection of the driver.
        statement: A query in its style.
        parameters: Its parameters; None for none.
        kind: ``pandas`` or ``polars``.
        options: For the function that reads.

    Raises:
        DagValueError: There is no such kind.
        LibraryNotInstalled: The library is missing.
    """
    library = _find(kind)
    if kind == "pandas":
        with _drivers_are_fine():
            return library.read_sql(statement, conn, params=parameters or None, **options)
    given = {"execute_options": {"parameters": parameters}} if parameters else {}
    return library.read_database(statement, conn, **{**given, **options})


def read_chunks(
    conn: Any, statement: str, parameters: Any, kind: str, size: int, options: Mapping[str, Any]
) -> Iterator[Any]:
    """Data frames of `size` rows; the other arguments and the errors as in `read`."""
    if kind == "pandas":
        with _drivers_are_fine():
            yield from _find(kind).read_sql(statement, conn, params=parameters or None, chunksize=size, **options)
        return
    given = {"iter_batches": True, "batch_size": size}
    yield from read(conn, statement, parameters, kind, {**given, **options})


def _find(kind: str) -> Any:
    if kind not in _KINDS:
        raise DagValueError(f"df_type={kind!r} cannot be used.", fix="give 'pandas' or 'polars'")
    return import_library(kind, kind, f"A data frame of {kind}")


@contextmanager
def _drivers_are_fine() -> Iterator[None]:
    """Pandas would rather have a connection of SQLAlchemy, and says so; the driver's own is enough to read."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="pandas only supports SQLAlchemy", category=UserWarning)
        yield
