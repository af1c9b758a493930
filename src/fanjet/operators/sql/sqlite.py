"""The hook for files of SQLite."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fanjet.errors import DagValueError
from fanjet.operators.libraries import import_library
from fanjet.operators.sql.hook import DbApiHook
from fanjet.operators.sql.statements import Parameters

#: How long a statement waits for other writers.
_BUSY_S = 60.0


class SqliteHook(DbApiHook):
    """A file of SQLite. The connection is ``sqlite:////an/absolute/path``, or ``sqlite:///a/relative/one``.

    Airflow reads the latter as an absolute path too; here it is one where its folder exists only there. Without a path
    the database is in memory. Extra fields are parameters of SQLite's URIs, such as ``mode=ro``.
    """

    conn_name_attr = "sqlite_conn_id"
    default_conn_name = "sqlite_default"
    conn_type = "sqlite"
    hook_name = "SQLite"
    paramstyle = "qmark,named"

    def get_conn(self) -> sqlite3.Connection:
        path = self._path
        query = urlencode(self.connection_extra)
        if query and path != ":memory:":
            return sqlite3.connect(f"{Path(path).absolute().as_uri()}?{query}", uri=True, timeout=_BUSY_S)
        return sqlite3.connect(path, timeout=_BUSY_S)

    def _execute(self, cursor: Any, statement: str, parameters: Parameters | None) -> None:
        try:
            super()._execute(cursor, statement, parameters)
        except (sqlite3.ProgrammingError, sqlite3.Warning) as error:
            if "one statement at a time" not in str(error):
                raise
            raise DagValueError(
                "The SQL has more than one statement, and SQLite executes one at a time.",
                fix="give split_statements=True, or a list of statements",
            ) from error

    def set_autocommit(self, conn: Any, autocommit: bool) -> None:
        conn.isolation_level = None if autocommit else "DEFERRED"

    def get_autocommit(self, conn: Any) -> bool:
        return conn.isolation_level is None

    @property
    def sqlalchemy_url(self) -> Any:
        engine = import_library("sqlalchemy.engine", "fanjet[sql]", "SQL through SQLAlchemy")
        query = {name: str(value) for name, value in self.connection_extra.items()}
        if query:
            return engine.URL.create("sqlite", database=f"file:{self._path}", query={**query, "uri": "true"})
        return engine.URL.create("sqlite", database=self._path)

    @property
    def _path(self) -> str:
        """Where the file is."""
        connection = self.connection
        given = self.database or "/".join(part for part in (connection.host, connection.schema) if part)
        if not given or given == ":memory:":
            return ":memory:"
        absolute = Path("/", given)
        is_elsewhere = "/" in given and not Path(given).parent.is_dir() and absolute.parent.is_dir()
        return str(absolute) if is_elsewhere else given
