"""The first rows of tables, for people: DataFrames, Arrow tables, lists of dicts."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import msgspec

from fanjet.model.values import CellValue, TablePreview
from fanjet.runtime.secrets import SECRETS

#: What a preview holds at most; wide and long tables are cut further until their text fits.
MAX_ROWS = 5
MAX_COLUMNS = 12
MAX_CELL_CHARS = 40
MAX_TEXT_BYTES = 2000

#: So much of a text is searched for secrets before it is cut, as half a secret would not be found.
_SEARCHED_CHARS = 4000
_EXACT_INT = 2**53


def find_table(value: Any) -> TablePreview | None:
    """The preview of a table; None for what is none.

    Raises:
        Exception: Whatever a library or a type of the author raises.
    """
    if type(value) is list:
        return _fit(table_of_dicts(value)) if _is_table(value) else None
    library = type(value).__module__.partition(".")[0]
    if library not in {"pandas", "polars", "pyarrow"} or len(getattr(value, "shape", ())) not in (1, 2):
        return None
    if library == "pandas":
        return _fit(_of_pandas(value))
    if library == "polars":
        return _fit(_of_polars(value))
    return _fit(_of_arrow(value)) if hasattr(value, "to_pylist") and hasattr(value, "schema") else None


def _is_table(items: list[Any]) -> bool:
    """Whether the first items are dicts with text for keys."""
    head = items[:MAX_ROWS]
    return bool(head) and all(type(item) is dict and item and all(type(key) is str for key in item) for item in head)


def table_of_dicts(items: list[dict[str, Any]], most_rows: int = MAX_ROWS) -> TablePreview:
    """The first rows of a list of dicts; a column for each key that stands in them."""
    head = items[:most_rows]
    names = list(dict.fromkeys(key for item in head for key in item))
    rows = [[_cell(item.get(name)) for name in names[:MAX_COLUMNS]] for item in head]
    return TablePreview(
        shape=(len(items), len(names)),
        columns=[cut_text(name) for name in names[:MAX_COLUMNS]],
        types=[_common_type(item.get(name) for item in head) for name in names[:MAX_COLUMNS]],
        rows=rows,
    )


def _common_type(values: Iterable[Any]) -> str:
    names = dict.fromkeys(type(value).__name__ for value in values if value is not None)
    return "|".join(islice(names, 3))


def _of_pandas(value: Any) -> TablePreview:
    frame = value.to_frame() if value.ndim == 1 else value
    head = frame.iloc[:MAX_ROWS, :MAX_COLUMNS]
    index = head.index
    numbered = type(index).__name__ == "RangeIndex" and index.name is None and index.start == 0 and index.step == 1
    levels = [] if numbered else [index.get_level_values(level) for level in range(index.nlevels)]
    names = ["" if level.name is None else level.name for level in levels]
    columns = [*levels, *(head.iloc[:, at] for at in range(head.shape[1]))]
    return TablePreview(
        shape=(int(frame.shape[0]), int(frame.shape[1])),
        columns=[cut_text(str(name)) for name in (*names, *head.columns)],
        types=[str(column.dtype) for column in columns],
        rows=_rows(columns),
        index_columns=len(levels),
    )


def _of_polars(value: Any) -> TablePreview:
    frame = value.to_frame() if len(value.shape) == 1 else value
    head = frame.head(MAX_ROWS)
    columns = [head.to_series(at) for at in range(min(head.width, MAX_COLUMNS))]
    return TablePreview(
        shape=frame.shape,
        columns=[cut_text(column.name) for column in columns],
        types=[cut_text(str(column.dtype)) for column in columns],
        rows=_rows([column.to_list() for column in columns]),
    )


def _of_arrow(value: Any) -> TablePreview:
    head = value.slice(0, MAX_ROWS)
    fields = list(value.schema)[:MAX_COLUMNS]
    return TablePreview(
        shape=value.shape,
        columns=[cut_text(field.name) for field in fields],
        types=[cut_text(str(field.type)) for field in fields],
        rows=_rows([head.column(at).to_pylist() for at in range(len(fields))]),
    )


def _rows(columns: Sequence[Iterable[Any]]) -> list[list[CellValue]]:
    return [[_cell(item) for item in row] for row in zip(*columns, strict=True)]


def _cell(item: Any) -> CellValue:
    """As JSON where that says it exactly, else as text; nothing where it is missing."""
    if item is None or type(item).__name__ in {"NAType", "NaTType"}:
        return None
    if getattr(item, "shape", None) == () and hasattr(item, "item"):
        item = item.item()  # a scalar of NumPy
    if type(item) is bool or (type(item) is int and abs(item) < _EXACT_INT):
        return item
    if type(item) is float:
        return None if math.isnan(item) else item if math.isfinite(item) else str(item)
    if type(item) is str:
        return cut_text(item)
    return cut_text(_repr.repr(item) if isinstance(item, list | tuple | dict | set | bytes) else str(item))


def cut_text(text: str, width: int = MAX_CELL_CHARS) -> str:
    """One line of at most so many characters, secrets masked."""
    line = " ".join(SECRETS.mask(text[:_SEARCHED_CHARS]).encode(errors="replace").decode().split())
    return line if len(line) <= width else line[: width - 1] + "…"


def _fit(table: TablePreview) -> TablePreview:
    """Cut columns, then rows, until the whole is small; the database keeps one for each value."""
    while len(msgspec.json.encode(table)) > MAX_TEXT_BYTES and len(table.columns) > 1:
        at = max(1, len(table.columns) * 3 // 4)
        table = msgspec.structs.replace(
            table,
            columns=table.columns[:at],
            types=table.types[:at],
            rows=[row[:at] for row in table.rows],
            index_columns=min(table.index_columns, at),
        )
    return table


_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = _SEARCHED_CHARS
