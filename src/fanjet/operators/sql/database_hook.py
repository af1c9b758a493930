"""What all hooks for databases know: their connection, its address, and how it is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, ClassVar

from fanjet.errors import DagTypeError
from fanjet.operators.sql.urls import DIALECTS, make_engine, make_url
from fanjet.runtime.connections import BaseHook, Connection


class DatabaseHook(BaseHook):
    """A database that a connection names.

    Args:
        conn_ids: The id of the connection, by position; by name it is given as `conn_name_attr` says.
        schema: The database, in place of the connection's.
        database: The same.
        log_sql: Whether statements are logged before they are executed.
        connection: The connection itself, in place of its id.
        names: The id of the connection, by name.

    Raises:
        DagTypeError: An argument is not one of these.
    """

    #: The name of the argument with the connection's id.
    conn_name_attr: ClassVar[str] = "conn_id"
    default_conn_name: ClassVar[str] = "default_conn_id"
    conn_type: ClassVar[str] = ""
    hook_name: ClassVar[str] = "SQL"
    #: How the driver wants placeholders, as in `statements.adapt`.
    paramstyle: str = "pyformat"
    supports_autocommit: ClassVar[bool] = False
    #: Whether semicolons at the ends of statements that were split are left out.
    strip_semicolon: ClassVar[bool] = False

    def __init__(
        self,
        *conn_ids: str,
        schema: str | None = None,
        database: str | None = None,
        log_sql: bool = True,
        connection: Connection | None = None,
        **names: Any,
    ) -> None:
        conn_id = conn_ids[0] if conn_ids else names.pop(self.conn_name_attr, self.default_conn_name)
        if names or len(conn_ids) > 1:
            raise DagTypeError(
                f"{type(self).__name__} takes no argument {next(iter(names), conn_ids[-1])!r}.", fix="leave it out"
            )
        setattr(self, self.conn_name_attr, conn_id)
        self.database = database or schema
        self.log_sql = log_sql
        #: Of the statements that were executed last, what their cursors said of the columns.
        self.descriptions: list[Any] = []
        self._connection = connection

    def get_conn_id(self) -> str:
        """The id of the connection."""
        return str(getattr(self, self.conn_name_attr))

    @property
    def connection(self) -> Connection:
        """The connection; looked up once."""
        if self._connection is None:
            self._connection = self.get_connection(self.get_conn_id())
        return self._connection

    @property
    def connection_extra(self) -> dict[str, Any]:
        """The extra fields of the connection."""
        return self.connection.extra_dejson

    @property
    def schema(self) -> str | None:
        """The database that was asked for in place of the connection's."""
        return self.database

    @schema.setter
    def schema(self, name: str | None) -> None:
        self.database = name

    def get_conn(self) -> Any:
        """A new connection of the driver."""
        raise DagTypeError(f"Hook class {type(self).__name__} has no get_conn() method.", fix="write one")

    def get_cursor(self) -> Any:
        """A cursor of a new connection."""
        return self.get_conn().cursor()

    @property
    def dialect_name(self) -> str:
        """The kind of database, as SQLAlchemy calls it."""
        return DIALECTS.get(self.conn_type, self.conn_type)

    @property
    def placeholder(self) -> str:
        """The driver's placeholder without a name."""
        return {"qmark": "?", "named": ":1", "numeric": ":1"}.get(self.paramstyle.partition(",")[0], "%s")

    @property
    def sqlalchemy_url(self) -> Any:
        """The address for SQLAlchemy; its text hides the password."""
        return make_url(self.connection, self.database, self.conn_type or None)

    def get_uri(self) -> str:
        """The same as text, with the password."""
        return str(self.sqlalchemy_url.render_as_string(hide_password=False))

    def get_sqlalchemy_engine(self, engine_kwargs: Mapping[str, Any] | None = None) -> Any:
        """An engine of SQLAlchemy.

        Args:
            engine_kwargs: For `sqlalchemy.create_engine`.
        """
        return make_engine(self.sqlalchemy_url, **(engine_kwargs or {}))

    @property
    def inspector(self) -> Any:
        """SQLAlchemy's inspector, which knows tables and columns."""
        from sqlalchemy import inspect  # noqa: PLC0415 - slow to import, and from an extra

        return inspect(self.get_sqlalchemy_engine())

    def set_autocommit(self, conn: Any, autocommit: bool) -> None:
        """Have each statement committed by itself, or not."""
        conn.autocommit = autocommit

    def get_autocommit(self, conn: Any) -> bool:
        """Whether each statement is committed by itself."""
        return self.supports_autocommit and bool(getattr(conn, "autocommit", False))

    @contextmanager
    def open(self, *, autocommit: bool = False) -> Iterator[Any]:
        """A connection of the driver that is closed at the end, and does not commit by itself."""
        with closing(self.get_conn()) as conn:
            if autocommit or self.supports_autocommit:
                self.set_autocommit(conn, autocommit)
            yield conn
