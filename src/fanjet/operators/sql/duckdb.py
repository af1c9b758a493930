"""The hook for files of DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from fanjet.operators.libraries import import_library
from fanjet.operators.sql.hook import DbApiHook


class DuckDbHook(DbApiHook):
    """A file of DuckDB. The connection is ``duckdb:////an/absolute/path``, or without a path one in memory.

    Extra fields of the connection are settings of DuckDB, such as ``access_mode=read_only``.
    """

    conn_name_attr = "duckdb_conn_id"
    default_conn_name = "duckdb_default"
    conn_type = "duckdb"
    hook_name = "DuckDB"
    paramstyle = "qmark"

    def get_conn(self) -> Any:
        connection = self.connection
        given = self.database or "/".join(part for part in (connection.host, connection.schema) if part)
        duckdb = import_library("duckdb", "duckdb", "A connection of type 'duckdb'")
        return duckdb.connect(given or ":memory:", config=self.connection_extra)

    @contextmanager
    def open(self, *, autocommit: bool = False) -> Iterator[Any]:
        """A connection with a transaction, or without one where each statement is committed by itself."""
        with closing(self.get_conn()) as conn:
            yield _Connection(conn, autocommit=autocommit)


class _Connection:
    """A connection that is its own cursor, as another one would have a transaction of its own.

    Args:
        conn: The connection.
        autocommit: Whether it is left to commit each statement.
    """

    def __init__(self, conn: Any, *, autocommit: bool) -> None:
        self._conn = conn
        self._in_transactions = not autocommit
        if self._in_transactions:
            conn.begin()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    def cursor(self) -> _Connection:
        """Itself."""
        return self

    def close(self) -> None:
        """Nothing: whoever has opened the connection closes it."""

    def commit(self) -> None:
        """Commit, and begin the next transaction."""
        if self._in_transactions:
            self._conn.commit()
            self._conn.begin()
