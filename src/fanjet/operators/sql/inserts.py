"""INSERT statements for rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fanjet.errors import DagValueError

if TYPE_CHECKING:
    from fanjet.operators.sql.database_hook import DatabaseHook

#: How databases say that a row takes the place of one with the same key; ``{}`` is the rest of the statement.
_REPLACE = {"sqlite": "INSERT OR REPLACE", "duckdb": "INSERT OR REPLACE", "mysql": "REPLACE"}
#: Those that want to be told which columns the key has.
_ON_CONFLICT = frozenset({"postgresql"})


class InsertStatement:
    """Inserts rows into a table.

    Args:
        hook: That of the database.
        table: The table.
        columns: Its columns; None for all in their order.
        replace: Whether a row takes the place of one with the same key.
        key: The columns of the key.

    Raises:
        DagValueError: The database cannot replace rows, or needs the columns or the key for it.
    """

    def __init__(
        self,
        hook: DatabaseHook,
        table: str,
        columns: Sequence[str] | None,
        *,
        replace: bool,
        key: str | Sequence[str] | None,
    ) -> None:
        self._hook = hook
        self._table = table
        self._columns = [str(column) for column in columns] if columns else []
        self._key = [key] if isinstance(key, str) else list(key or ())
        dialect = hook.dialect_name
        self._verb = _REPLACE.get(dialect, "INSERT") if replace else "INSERT"
        self._updates = replace and dialect in _ON_CONFLICT
        if replace and not self._updates and self._verb == "INSERT":
            raise DagValueError(f"insert_rows(replace=True) is not known for {dialect}.", fix="write a MERGE statement")
        if self._updates and not (self._columns and self._key):
            raise DagValueError(
                f"insert_rows(replace=True) needs target_fields and replace_index for {dialect}.", fix="give both"
            )

    def execute(self, cursor: Any, rows: list[tuple[Any, ...]], *, at_once: bool) -> None:
        """Insert rows; those of one length go to the driver together."""
        if at_once and len({len(row) for row in rows}) == 1:
            cursor.executemany(self.write(len(rows[0])), rows)
            return
        for row in rows:
            cursor.execute(self.write(len(row)), row)

    def write(self, width: int) -> str:
        """The statement for rows with so many cells."""
        columns = f" ({', '.join(self._columns)})" if self._columns else ""
        marks = ", ".join([self._hook.placeholder] * width)
        if self._hook.placeholder == ":1":
            marks = ", ".join(f":{number}" for number in range(1, width + 1))
        text = f"{self._verb} INTO {self._table}{columns} VALUES ({marks})"
        return text + self._write_conflict() if self._updates else text

    def _write_conflict(self) -> str:
        others = [column for column in self._columns if column not in self._key]
        key = ", ".join(self._key)
        if not others:
            return f" ON CONFLICT ({key}) DO NOTHING"
        return f" ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(f"{each} = EXCLUDED.{each}" for each in others)


def serialize_row(row: Sequence[Any], serialize: Callable[[Any], Any]) -> tuple[Any, ...]:
    """The cells of a row as the driver gets them."""
    return tuple(serialize(cell) for cell in row)
