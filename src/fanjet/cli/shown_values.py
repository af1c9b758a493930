"""Values on a screen: tables as tables, the rest as JSON or by the preview that was recorded; nothing is loaded."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from fanjet.cli.quantities import say_count
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import Terminal
from fanjet.errors import ExecutionError
from fanjet.model.texts import escape_controls, printable
from fanjet.model.values import PLAIN, REFERENCE, SECRET, CellValue, TablePreview, ValueReference
from fanjet.runtime.masked_urls import mask_urls
from fanjet.runtime.table_previews import table_of_dicts
from fanjet.runtime.values import JSON, find_reference, find_table, to_json

#: The most rows of a list of dicts that lies in the database; of others, only what was recorded is known.
_MOST_ROWS = 20

#: A column is given so much of a terminal at least, with the gap behind it.
_LEAST_COLUMN = 10


def value_line(data: bytes) -> str:
    """A value on one line of a table of values."""
    shown = to_json(data)
    if data[:1] != PLAIN and type(shown) is dict and shown.keys() <= {"type", "preview", "table"}:
        return str(shown["preview"])
    return json.dumps(shown, ensure_ascii=False)


def value_as_data(data: bytes, problems: list[str]) -> Any:
    """A value for `--json`, read from the value store where it is JSON.

    Args:
        data: The value.
        problems: Gets what keeps it from being read; its preview stands for it then, with the problem as ``"error"``.
    """
    try:
        return to_json(data, load=True)
    except ExecutionError as error:
        problems.append(str(error))
        return {**to_json(data), "error": str(error)}


def value_screen(data: bytes, whole: str, terminal: Terminal) -> str:
    """One value for people.

    Args:
        data: The value.
        whole: The command that prints all of it, where one can.
        terminal: What the screen can show.
    """
    reference, shown, table = find_reference(data), to_json(data), find_table(data)
    if table is None and data[:1] == PLAIN:
        table = _find_dicts(shown)
    table = None if table is None else _fit_columns(table, terminal)
    lines = []
    if reference is not None:
        lines.append(_heading(reference, table))
    elif table is not None:
        lines.append(f"{shown['type'] if type(shown) is dict else 'list'}, {_say_size(table)}")
    if table is not None:
        lines.append(_render(table, terminal).rstrip())
    elif reference is not None and type(shown) is dict:
        lines.append(_plain_lines(shown["preview"]))
    else:
        lines.append(escape_controls(json.dumps(shown, indent=2, ensure_ascii=False)))
    can_all = data[:1] == PLAIN or (data[:1] == REFERENCE and reference is not None and reference.codec == JSON)
    notes = [_say_missing(table), f"`{whole}` prints all of it" if can_all else _say_use(data, reference)]
    if any(notes) and (reference is not None or notes[0] or data[:1] == SECRET):
        mark = terminal.symbol("…", "...")
        lines.append(terminal.style(f"{mark} {'; '.join(filter(None, notes))}", "dim"))
    return "\n".join(lines) + "\n"


def _fit_columns(table: TablePreview, terminal: Terminal) -> TablePreview:
    """Only as many columns as have room to be read."""
    most = max(1, terminal.width // _LEAST_COLUMN) if terminal.live else len(table.columns)
    return msgspec.structs.replace(
        table, columns=table.columns[:most], types=table.types[:most], rows=[row[:most] for row in table.rows]
    )


def _find_dicts(shown: Any) -> TablePreview | None:
    """A list of dicts as a table, where all of its cells are simple; a single one reads better as JSON."""
    if type(shown) is not list or len(shown) < 2:
        return None
    if any(type(row) is not dict or any(type(cell) in (list, dict) for cell in row.values()) for row in shown):
        return None
    return table_of_dicts(shown, _MOST_ROWS)


def _heading(reference: ValueReference, table: TablePreview | None) -> str:
    """``pandas.DataFrame, 20,000 rows x 3 columns, 1.2 MB (parquet) in /home/me/.fanjet/values/...``."""
    parts = [reference.type]
    if table is not None:
        parts.append(_say_size(table))
    elif reference.length is not None:
        parts.append(say_count(reference.length, "item"))
    place = f"{say_bytes(reference.size_bytes)} ({reference.codec}) in {mask_urls(reference.uri)}"
    return ", ".join([*parts, place])


def _say_size(table: TablePreview) -> str:
    rows, columns = table.shape
    return f"{say_count(rows, 'row')} x {say_count(columns, 'column')}"


def _render(table: TablePreview, terminal: Terminal) -> str:
    """The types stand below the names; numbers stand at the right."""
    numeric = [
        any(type(row[at]) in (int, float) for row in table.rows)
        and all(row[at] is None or type(row[at]) in (int, float) for row in table.rows)
        for at in range(len(table.columns))
    ]
    columns = [Column(name, right=right, flexible=True) for name, right in zip(table.columns, numeric, strict=True)]
    types: list[str | Cell] = [Cell(name, "dim") for name in table.types]
    return render_table(columns, [types, *([_cell(cell) for cell in row] for row in table.rows)], terminal)


def _cell(cell: CellValue) -> str | Cell:
    if cell is None:
        return Cell("-", "dim")
    if type(cell) is bool:
        return str(cell)
    return f"{cell:.7g}" if type(cell) is float else str(cell)


def _say_missing(table: TablePreview | None) -> str:
    """``19,995 more rows, 28 more columns``."""
    if table is None:
        return ""
    rows = table.shape[0] - len(table.rows)
    columns = table.shape[1] - max(0, len(table.columns) - table.index_columns)
    counts = [(rows, "more row"), (columns, "more column")]
    return ", ".join(say_count(count, noun) for count, noun in counts if count > 0)


def _say_use(data: bytes, reference: ValueReference | None) -> str:
    if data[:1] == SECRET:
        return "secrets are masked"
    return "the file is Parquet" if reference is not None and reference.codec == "parquet" else ""


def _plain_lines(text: str) -> str:
    return "\n".join(map(printable, text.splitlines()))


def say_bytes(count: int) -> str:
    """``512 bytes``, ``1.2 kB``, ``50 MB``."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{count} bytes" if unit == "bytes" else f"{size:.1f} {unit}" if size < 10 else f"{size:,.0f} {unit}"
