"""The hook for any database that SQLAlchemy knows, and which hook a connection has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanjet.authoring.exceptions import FailException
from fanjet.operators.libraries import import_library
from fanjet.operators.sql.duckdb import DuckDbHook
from fanjet.operators.sql.hook import DbApiHook
from fanjet.operators.sql.postgres import PostgresHook
from fanjet.operators.sql.sqlite import SqliteHook
from fanjet.operators.sql.urls import make_engine, make_url
from fanjet.runtime.connections import Connection

#: Types of connections that are no databases.
_OTHERS = frozenset(
    {
        "",
        "aws",
        "email",
        "file",
        "fs",
        "ftp",
        "google_cloud_platform",
        "http",
        "https",
        "kubernetes",
        "s3",
        "sftp",
        "slack",
        "smtp",
        "ssh",
    }
)


class SqlHook(DbApiHook):
    """Any database that SQLAlchemy knows; the type of the connection is its name there, such as ``mssql+pyodbc``.

    Args:
        conn_ids: As in `DbApiHook`.
        schema: As in `DbApiHook`.
        database: As in `DbApiHook`.
        log_sql: As in `DbApiHook`.
        connection: As in `DbApiHook`.
        sql_conn_id: The id of the connection.
        query: More of what stands behind the question mark of the address, such as ``warehouse`` for Snowflake.
    """

    conn_name_attr = "sql_conn_id"
    default_conn_name = "sql_default"

    def __init__(
        self,
        *conn_ids: str,
        schema: str | None = None,
        database: str | None = None,
        log_sql: bool = True,
        connection: Connection | None = None,
        sql_conn_id: str = "sql_default",
        **query: Any,
    ) -> None:
        super().__init__(
            *(conn_ids or (sql_conn_id,)), schema=schema, database=database, log_sql=log_sql, connection=connection
        )
        self._query = query
        self._engine: Any = None

    @property
    def sqlalchemy_url(self) -> Any:
        return make_url(self.connection, self.database, query=self._query)

    def get_conn(self) -> Any:
        pooled = self._get_engine().raw_connection()
        conn = pooled.driver_connection
        pooled.detach()  # whoever asked closes it; no pool waits for it
        return conn

    def set_autocommit(self, conn: Any, autocommit: bool) -> None:
        if autocommit:
            self._get_engine().dialect.set_isolation_level(conn, "AUTOCOMMIT")

    @property
    def dialect_name(self) -> str:
        return str(self._get_engine().dialect.name)

    def _get_engine(self) -> Any:
        if self._engine is None:
            pool = import_library("sqlalchemy.pool", "fanjet[sql]", "SQL through SQLAlchemy")
            self._engine = make_engine(self.sqlalchemy_url, poolclass=pool.NullPool)
            self.paramstyle = self._engine.dialect.paramstyle
        return self._engine


class MySqlHook(SqlHook):
    """A database of MySQL or MariaDB, through mysqlclient, PyMySQL or Connector/Python, whichever is installed."""

    conn_name_attr = "mysql_conn_id"
    default_conn_name = "mysql_default"
    conn_type = "mysql"
    hook_name = "MySQL"

    def __init__(self, *conn_ids: str, mysql_conn_id: str = "mysql_default", **options: Any) -> None:
        super().__init__(*(conn_ids or (mysql_conn_id,)), **options)

    @property
    def sqlalchemy_url(self) -> Any:
        return make_url(self.connection, self.database, "mysql", self._query)


HOOKS: Mapping[str, type[DbApiHook]] = {
    "sqlite": SqliteHook,
    "postgres": PostgresHook,
    "postgresql": PostgresHook,
    "mysql": MySqlHook,
    "mariadb": MySqlHook,
    "duckdb": DuckDbHook,
}


def make_database_hook(connection: Connection, hook_params: Mapping[str, Any] | None = None) -> DbApiHook:
    """The hook for a connection to a database.

    Args:
        connection: The connection; its type decides.
        hook_params: More arguments for the hook.

    Raises:
        FailException: The connection has no type, or one that is no database.
    """
    kind = (connection.conn_type or "").lower()
    if kind in _OTHERS:
        raise FailException(
            f"Connection '{connection.conn_id}' is of type '{kind}', which is no database. Fix: give it the type of "
            "one, such as postgres"
        )
    return HOOKS.get(kind, SqlHook)(connection.conn_id or "", **(hook_params or {}))
