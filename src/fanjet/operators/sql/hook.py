"""Hooks for databases: statements, rows and data frames through a connection and its driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from fanjet.errors import DagTypeError, DagValueError
from fanjet.operators.sql import frames
from fanjet.operators.sql.database_hook import DatabaseHook
from fanjet.operators.sql.handlers import fetch_all_handler, fetch_one_handler, get_row_count, gives_one_result
from fanjet.operators.sql.inserts import InsertStatement, serialize_row
from fanjet.operators.sql.statements import Parameters, adapt, split_statements

Sql = str | Iterable[str]


class DbApiHook(DatabaseHook):
    """The base of hooks for databases. A subclass opens connections in `get_conn` and names its kind of database."""

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

    def bulk_load(self, table: str, tmp_file: str) -> None:
        """Load a file with tabs between its columns into a table; hooks of databases that can have it."""
        raise DagTypeError(
            f"{type(self).__name__} cannot load the file {tmp_file} into {table} by itself.", fix="use insert_rows()"
        )

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
