"""Handlers: functions that make a result of the cursor of a statement that was executed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fanjet.errors import DagTypeError


def fetch_all_handler(cursor: Any) -> Any:
    """All rows; None for a statement that has none, such as an INSERT."""
    return None if _describe(cursor) is None else cursor.fetchall()


def fetch_one_handler(cursor: Any) -> Any:
    """The first row; None where there is none."""
    return None if _describe(cursor) is None else cursor.fetchone()


def get_row_count(cursor: Any) -> int | None:
    """How many rows a statement has changed or found; None where the driver does not know."""
    count = getattr(cursor, "rowcount", None)
    return count if isinstance(count, int) and count >= 0 else None


def gives_one_result(sql: str | Iterable[str], return_last: bool, split_statements: bool | None) -> bool:
    """Whether `DbApiHook.run` gives the result of one statement, and no list with one for each.

    Args:
        sql: What is executed: one text, or a list.
        return_last: Whether only the last result of a text is wanted.
        split_statements: Whether a text was split.
    """
    return isinstance(sql, str) and (return_last or split_statements is False)


def _describe(cursor: Any) -> Any:
    if not hasattr(cursor, "description"):
        raise DagTypeError(
            f"A handler for cursors got a {type(cursor).__name__}, which has no description.",
            fix="write a handler for this kind of database",
        )
    return cursor.description
