"""The hook for PostgreSQL."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from fanjet.errors import DagValueError
from fanjet.operators.libraries import import_library
from fanjet.operators.sql.hook import DbApiHook
from fanjet.operators.sql.urls import find_driver

#: The extra field ``cursor``, and what makes such rows in psycopg 3 and in psycopg2.
_ROWS = {"dictcursor": "dict_row", "realdictcursor": "dict_row", "namedtuplecursor": "namedtuple_row"}
_CURSORS = {
    "dictcursor": "DictCursor",
    "realdictcursor": "RealDictCursor",
    "namedtuplecursor": "NamedTupleCursor",
}


class PostgresHook(DbApiHook):
    """A PostgreSQL database, through psycopg 3 or psycopg2, whichever is installed.

    Extra fields of the connection go to the driver, such as ``sslmode``; ``cursor`` is ``dictcursor`` or
    ``namedtuplecursor`` for other rows than tuples.

    Args:
        conn_ids: As in `DbApiHook`.
        options: Options for the server, such as ``-c search_path=sales``.
        names: As in `DbApiHook`.
    """

    conn_name_attr = "postgres_conn_id"
    default_conn_name = "postgres_default"
    conn_type = "postgres"
    hook_name = "PostgreSQL"
    supports_autocommit = True

    def __init__(self, *conn_ids: str, options: str | None = None, **names: Any) -> None:
        super().__init__(*conn_ids, **names)
        self.options = options

    def get_conn(self) -> Any:
        connection = self.connection
        module = find_driver(self.conn_type).module
        driver = import_library(module, "psycopg[binary]", "A connection of type 'postgres'")
        arguments = {
            "host": connection.host,
            "port": connection.port,
            "user": connection.login,
            "password": connection.password,
            "dbname": self.database or connection.schema,
            "options": self.options,
            **self._driver_arguments(module),
        }
        return driver.connect(**{name: value for name, value in arguments.items() if value not in (None, "")})

    def _driver_arguments(self, module: str) -> dict[str, Any]:
        extra = dict(self.connection_extra)
        for name in ("sqlalchemy_scheme", "sqlalchemy_query"):
            extra.pop(name, None)
        cursor = extra.pop("cursor", None)
        if cursor is None:
            return extra
        if str(cursor).lower() not in _ROWS:
            raise DagValueError(f"PostgresHook: cursor={cursor!r} cannot be used.", fix=f"give one of {list(_ROWS)}")
        if module == "psycopg":
            rows = import_library("psycopg.rows", "psycopg[binary]", "Rows of another kind")
            return {**extra, "row_factory": getattr(rows, _ROWS[str(cursor).lower()])}
        extras = import_library("psycopg2.extras", "psycopg2-binary", "Rows of another kind")
        return {**extra, "cursor_factory": getattr(extras, _CURSORS[str(cursor).lower()])}

    def copy_expert(self, sql: str, filename: str) -> None:
        """Execute a COPY statement, ``FROM STDIN`` or ``TO STDOUT``, with a file.

        Args:
            sql: The statement.
            filename: The file that is read or written.
        """
        self.log.info("Running %s with the file %s", sql, filename)
        reads = " from stdin" in " ".join(sql.lower().split())
        with (
            Path(filename).open("rb" if reads else "wb") as file,
            self.open() as conn,
            closing(conn.cursor()) as cursor,
        ):
            if hasattr(cursor, "copy_expert"):  # psycopg2
                cursor.copy_expert(sql, file)
            elif reads:
                with cursor.copy(sql) as copy:
                    while data := file.read(1 << 16):
                        copy.write(data)
            else:
                with cursor.copy(sql) as copy:
                    for data in copy:
                        file.write(data)
            conn.commit()

    def bulk_load(self, table: str, tmp_file: str) -> None:
        """Load a file with tabs between its columns into a table."""
        self.copy_expert(f"COPY {table} FROM STDIN", tmp_file)

    def bulk_dump(self, table: str, tmp_file: str) -> None:
        """Write a table to a file with tabs between its columns."""
        self.copy_expert(f"COPY {table} TO STDOUT", tmp_file)
