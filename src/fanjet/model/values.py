"""XCom values as they travel and rest: one byte that names the format, then the value itself or where it lies.

`PLAIN` is JSON whose meaning is complete; `TAGGED` is JSON in which an object with a single key that starts with ``$``
stands for a Python type (tuple, set, dict with other keys, datetime, bytes, ...); `REFERENCE` is JSON of a
`ValueReference`; `SECRET` is a value of one of these formats behind what may be shown of it. Engine, store and server
carry the bytes and never decode more than the reference.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

PLAIN = b"j"
TAGGED = b"t"
REFERENCE = b"r"
SECRET = b"s"

#: The key of what a task returned.
RETURN_VALUE = "return_value"

#: What a cell of a table's preview may be; all else is text.
CellValue: TypeAlias = str | int | float | bool | None


class TablePreview(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The first rows and columns of a table: a DataFrame, an Arrow table, a list of dicts."""

    #: How many rows and columns the table has.
    shape: tuple[int, int]
    #: Names of the first columns, those of the index before all others.
    columns: list[str]
    #: The type of each of these; empty text where none is known.
    types: list[str]
    rows: list[list[CellValue]]
    #: How many of `columns` are the index; they do not count in `shape`.
    index_columns: int = 0


class ValueReference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value that rests in the value store, with all that a page may show without loading it."""

    uri: str
    #: ``json``, ``parquet``, ``polars``, ``arrow``, ``numpy`` or ``pickle``.
    codec: str
    #: The qualified name of the Python type.
    type: str
    size_bytes: int
    #: A few hundred characters for people.
    preview: str
    #: `len()` of the value, None where it has none.
    length: int | None = None
    #: Of the stored bytes; tells a damaged object from a whole one.
    crc32: int | None = None
    #: Where the value is a table.
    table: TablePreview | None = None
