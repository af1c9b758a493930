"""Hooks for databases: statements, rows and data frames through a connection and its driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any, ClassVar

from fanjet.errors import DagTypeError, DagValueError
from fanjet.operators.sql import frames
from fanjet.operators.sql.handlers import fetch_all_handler, fetch_one_handler, get_row_count, gives_one_result
from fanjet.operators.sql.inserts import InsertStatement, serialize_row
from fanjet.operators.sql.statements import Parameters, adapt, split_statements
from fanjet.operators.sql.urls import DIALECTS, make_engine, make_url
from fanjet.runtime.connections import BaseHook, Connection

Sql = str | Iterable[str]


class DbApiHook(BaseHook):
    """The base of hooks for databases. A subclass opens connections in `get_conn` and names its kind of database.

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

    def run(
        self,
        sql: Sql,
        autocommit: bool = False,
        parameters: Parameters | None = None,
        handler: Callable[[Any], Any] | None = None,
        split_statements: bool = False,
        return_last: bool = True,
    ) -> Any:
        """Execute statements in one transaction.

        Args:
            sql: One text, or a list of statements.
            autocommit: Whether each statement is committed by itself.
            parameters: For placeholders; each statement gets them.
            handler: Makes a statement's result of its cursor.
            split_statements: Whether a text is split where its statements end.
            return_last: Whether only the last result of a text is given.

        Returns:
            What the handler made: of the last statement where `sql` is one text, else a list. None without a handler.

        Raises:
            DagValueError: There is no statement.
        """
        statements = self._list_statements(sql, split=split_statements)
        results = []
        self.descriptions = []
        with self.open(autocommit=autocommit) as conn, closing(conn.cursor()) as cursor:
            for statement in statements:
                self._execute(cursor, statement, parameters)
                if handler is not None:
                    results.append(self._make_common_data_structure(handler(cursor)))
                    self.descriptions.append(cursor.description)
            if not self.get_autocommit(conn):
                conn.commit()
        if handler is None:
            return None
        if gives_one_result(sql, return_last, split_statements):
            self.descriptions = self.descriptions[-1:]
            return results[-1]
        return results

    def _list_statements(self, sql: Sql, *, split: bool) -> list[str]:
        texts = [sql] if isinstance(sql, str) else list(sql)
        if isinstance(sql, str) and split:
            texts = split_statements(sql, self.dialect_name)
            texts = [each.rstrip("; \n") if self.strip_semicolon else each for each in texts]
        texts = [each for each in texts if each.strip()]
        if not texts:
            raise DagValueError("There is no SQL statement to execute.", fix="give one as sql")
        return texts

    def _execute(self, cursor: Any, statement: str, parameters: Parameters | None) -> None:
        if self.log_sql:
            told = f", parameters: {parameters}" if parameters else ""
            self.log.info("Running statement: %s%s", statement, told)
        if parameters:
            cursor.execute(*adapt(statement, parameters, self.paramstyle))
        else:
            cursor.execute(statement)
        count = get_row_count(cursor)
        if count is not None:
            self.log.info("Rows affected: %s", count)

    def _make_common_data_structure(self, result: Any) -> Any:
        """Rows as tuples, for drivers that have classes of their own for them."""
        return result

    @contextmanager
    def open(self, *, autocommit: bool = False) -> Iterator[Any]:
        """A connection of the driver that is closed at the end, and does not commit by itself."""
        with closing(self.get_conn()) as conn:
            if autocommit or self.supports_autocommit:
                self.set_autocommit(conn, autocommit)
            yield conn

    def get_records(self, sql: Sql, parameters: Parameters | None = None) -> Any:
        """All rows."""
        return self.run(sql, parameters=parameters, handler=fetch_all_handler)

    def get_first(self, sql: Sql, parameters: Parameters | None = None) -> Any:
        """The first row; None where there is none."""
        return self.run(sql, parameters=parameters, handler=fetch_one_handler)

    def get_df(self, sql: Sql, parameters: Parameters | None = None, *, df_type: str = "pandas", **options: Any) -> Any:
        """The rows as a data frame.

        Args:
            sql: A query.
            parameters: For placeholders.
            df_type: ``pandas`` or ``polars``.
            options: For `pandas.read_sql` or `polars.read_database`.
        """
        statement = self._list_statements(sql, split=False)[0]
        if parameters:
            statement, parameters = adapt(statement, parameters, self.paramstyle)
        with self.open() as conn:
            return frames.read(conn, statement, parameters, df_type, options)

    def get_pandas_df(self, sql: Sql, parameters: Parameters | None = None, **options: Any) -> Any:
        """As `get_df`, with pandas."""
        return self.get_df(sql, parameters, **options)

    def get_df_by_chunks(
        self,
        sql: Sql,
        parameters: Parameters | None = None,
        *,
        chunksize: int,
        df_type: str = "pandas",
        **options: Any,
    ) -> Iterator[Any]:
        """The rows as data frames of so many rows each."""
        statement = self._list_statements(sql, split=False)[0]
        if parameters:
            statement, parameters = adapt(statement, parameters, self.paramstyle)
        with self.open() as conn:
            yield from frames.read_chunks(conn, statement, parameters, df_type, chunksize, options)

    def get_pandas_df_by_chunks(
        self, sql: Sql, parameters: Parameters | None = None, *, chunksize: int, **options: Any
    ) -> Iterator[Any]:
        """As `get_df_by_chunks`, with pandas."""
        return self.get_df_by_chunks(sql, parameters, chunksize=chunksize, **options)

    def insert_rows(
        self,
        table: str,
        rows: Iterable[Sequence[Any]],
        target_fields: Sequence[str] | None = None,
        commit_every: int = 1000,
        replace: bool = False,
        *,
        executemany: bool = True,
        fast_executemany: bool = False,
        autocommit: bool = False,
        replace_index: str | Sequence[str] | None = None,
    ) -> None:
        """Insert rows.

        Args:
            table: The table.
            rows: The rows; they may be an iterator.
            target_fields: The columns; by default all of the table, in its order.
            commit_every: How many rows make a transaction; 0 for all in one.
            replace: Whether a row takes the place of one with the same key.
            executemany: Whether the rows of a transaction are given to the driver at once.
            fast_executemany: The driver's own way to do that quickly, where it has one.
            autocommit: Whether each statement is committed by itself.
            replace_index: The columns of the key, for databases that want to be told.
        """
        insert = InsertStatement(self, table, target_fields, replace=replace, key=replace_index)
        done = 0
        with self.open(autocommit=autocommit) as conn, closing(conn.cursor()) as cursor:
            if fast_executemany:
                cursor.fast_executemany = True
            for chunk in _chunk(rows, commit_every):
                values = [serialize_row(row, lambda cell: self._serialize_cell(cell, conn)) for row in chunk]
                insert.execute(cursor, values, at_once=executemany)
                if not self.get_autocommit(conn):
                    conn.commit()
                done += len(values)
        self.log.info("Inserted %s rows into %s", done, table)

    @staticmethod
    def _serialize_cell(cell: Any, conn: Any = None) -> Any:  # noqa: ARG004 - subclasses may need the connection
        """What the driver gets for a cell."""
        return cell

    def test_connection(self) -> tuple[bool, str]:
        """Whether the database answers, and what went wrong otherwise."""
        try:
            self.get_first("SELECT 1")
        except Exception as error:  # noqa: BLE001 - the answer is about all that can go wrong
            return False, str(error)
        return True, "The database answers."


def _chunk(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if size and len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
