"""Tasks that bring rows into a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fanjet.authoring.exceptions import SkipException
from fanjet.authoring.operator import BaseOperator
from fanjet.operators.sql.any_database import make_database_hook
from fanjet.operators.sql.base import BaseSQLOperator
from fanjet.operators.sql.hook import DbApiHook
from fanjet.runtime.connections import BaseHook

RowsProcessor = Callable[..., list[Any]]


class SQLInsertRowsOperator(BaseSQLOperator):
    """Inserts rows, perhaps the result of another task; without rows it is skipped.

    Args:
        table_name: The table; a template.
        rows: The rows: sequences, or dicts by column.
        schema: The schema of the table; a template.
        columns: The columns; by default those of the first row that is a dict, else all.
        ignored_columns: Columns that are left out.
        rows_processor: Makes other rows of them: ``function(rows, **context)``.
        preoperator: SQL that is executed before; a template.
        postoperator: SQL that is executed after; a template.
        insert_args: More arguments for `DbApiHook.insert_rows`.
        options: As in `BaseSQLOperator`.
    """

    template_fields = (
        "table_name",
        "rows",
        "schema",
        "columns",
        "ignored_columns",
        "preoperator",
        "postoperator",
        "insert_args",
        *BaseSQLOperator.template_fields,
    )
    template_ext = (".sql",)
    template_fields_renderers = {"preoperator": "sql", "postoperator": "sql"}  # noqa: RUF012

    def __init__(
        self,
        *,
        table_name: str,
        rows: Any = None,
        schema: str | None = None,
        columns: Iterable[str] | None = None,
        ignored_columns: Iterable[str] | None = None,
        rows_processor: RowsProcessor | None = None,
        preoperator: str | Sequence[str] | None = None,
        postoperator: str | Sequence[str] | None = None,
        insert_args: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.table_name = table_name
        self.rows = rows
        self.schema = schema
        self.columns = list(columns) if columns else None
        self.ignored_columns = sorted(ignored_columns or ())
        self.rows_processor = rows_processor
        self.preoperator = preoperator
        self.postoperator = postoperator
        self.insert_args: Mapping[str, Any] = insert_args or {}

    def execute(self, context: Any) -> None:
        """Insert them.

        Raises:
            SkipException: There are none.
        """
        if not self.rows:
            raise SkipException(f"Task '{self.task_id}' has no rows to insert.")
        hook = self.get_db_hook()
        if self.preoperator:
            hook.run(self.preoperator)
        rows = list(self.rows_processor(self.rows, **context) if self.rows_processor else self.rows)
        columns, rows = self._arrange(rows)
        table = f"{self.schema}.{self.table_name}" if self.schema else self.table_name
        hook.insert_rows(table, rows, target_fields=columns, **self.insert_args)
        if self.postoperator:
            hook.run(self.postoperator)

    def _arrange(self, rows: list[Any]) -> tuple[list[str] | None, list[Any]]:
        """The columns, and the rows as sequences of them."""
        columns = self.columns or self._find_columns(rows)
        if columns is None:
            return None, rows
        kept = [column for column in columns if column not in self.ignored_columns]
        if isinstance(rows[0], Mapping):
            return kept, [[row.get(column) for column in kept] for row in rows]
        if len(kept) == len(columns):
            return kept, rows
        places = [columns.index(column) for column in kept]
        return kept, [[row[place] for place in places] if len(row) == len(columns) else row for row in rows]

    def _find_columns(self, rows: list[Any]) -> list[str] | None:
        if isinstance(rows[0], Mapping):
            return list(rows[0])
        if not self.ignored_columns:
            return None
        found = self.get_db_hook().inspector.get_columns(self.table_name, schema=self.schema)
        return [column["name"] for column in found]


class GenericTransfer(BaseOperator):
    """Executes a query on one database and inserts its rows into a table of another.

    Args:
        sql: The query, or the name of a ``.sql`` file with it; a template.
        destination_table: The table; a template.
        source_conn_id: The connection that the query is executed on; a template.
        destination_conn_id: The connection of the table; a template.
        source_hook_params: More arguments for the hook of the query.
        destination_hook_params: More arguments for the hook of the table.
        rows_processor: Makes other rows of them: ``function(rows, **context)``.
        preoperator: SQL that is executed on the destination before; a template.
        insert_args: More arguments for `DbApiHook.insert_rows`.
        page_size: How many rows are read at once; None for all.
        paginated_sql_statement_clause: How a page is asked for: a format of the query, the size and the offset.
        options: As in `BaseOperator`.
    """

    template_fields = (
        "source_conn_id",
        "destination_conn_id",
        "sql",
        "destination_table",
        "preoperator",
        "insert_args",
        "page_size",
        "paginated_sql_statement_clause",
    )
    template_ext = (".sql", ".hql")
    template_fields_renderers = {"sql": "sql", "preoperator": "sql"}  # noqa: RUF012
    ui_color = "#b0f07c"

    def __init__(
        self,
        *,
        sql: str | Sequence[str],
        destination_table: str,
        source_conn_id: str,
        destination_conn_id: str,
        source_hook_params: Mapping[str, Any] | None = None,
        destination_hook_params: Mapping[str, Any] | None = None,
        rows_processor: RowsProcessor | None = None,
        preoperator: str | Sequence[str] | None = None,
        insert_args: Mapping[str, Any] | None = None,
        page_size: int | None = None,
        paginated_sql_statement_clause: str = "{} LIMIT {} OFFSET {}",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.sql = sql
        self.destination_table = destination_table
        self.source_conn_id = source_conn_id
        self.destination_conn_id = destination_conn_id
        self.source_hook_params = source_hook_params
        self.destination_hook_params = destination_hook_params
        self.rows_processor = rows_processor
        self.preoperator = preoperator
        self.insert_args: Mapping[str, Any] = insert_args or {}
        self.page_size = page_size
        self.paginated_sql_statement_clause = paginated_sql_statement_clause

    def execute(self, context: Any) -> None:
        """Transfer the rows, page by page."""
        source = _make_hook(self.source_conn_id, self.source_hook_params)
        destination = _make_hook(self.destination_conn_id, self.destination_hook_params)
        if self.preoperator:
            destination.run(self.preoperator)
        for rows in self._read(source):
            processed = self.rows_processor(rows, **context) if self.rows_processor else rows
            destination.insert_rows(self.destination_table, processed, **self.insert_args)

    def _read(self, source: DbApiHook) -> Iterable[Any]:
        if not self.page_size or not isinstance(self.sql, str):
            yield source.get_records(self.sql) or []
            return
        size, offset = int(self.page_size), 0
        while rows := source.get_records(self.paginated_sql_statement_clause.format(self.sql, size, offset)):
            yield rows
            offset += size


def _make_hook(conn_id: str, hook_params: Mapping[str, Any] | None) -> DbApiHook:
    return make_database_hook(BaseHook.get_connection(conn_id), hook_params)
