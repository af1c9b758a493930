"""Tasks that execute SQL."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fanjet.authoring.decorated import DecoratedOperator
from fanjet.errors import DagTypeError, DagValueError
from fanjet.operators.sql.base import BaseSQLOperator
from fanjet.operators.sql.handlers import fetch_all_handler, gives_one_result

_EXTENSIONS = (".sql", ".json")


class SQLExecuteQueryOperator(BaseSQLOperator):
    """Executes SQL on the database of a connection; the rows are the task's result.

    Args:
        sql: A text, a list of statements, or the name of a ``.sql`` file; a template.
        autocommit: Whether each statement is committed by itself; by default all are one transaction.
        parameters: For placeholders in the SQL: a mapping for those with names, else a sequence. Templates.
        handler: Makes a statement's result of its cursor; by default all its rows.
        output_processor: Makes another list of the list of results and the list of the cursors' descriptions.
        split_statements: Whether a text is split where its statements end.
        return_last: Whether only the last result of a text is the task's.
        show_return_value_in_logs: Whether the result is logged.
        requires_result_fetch: Whether the handler is called also where the result is not kept.
        conn_id: The connection; a template.
        database: The database, in place of the connection's; a template.
        options: As in `BaseSQLOperator`.
    """

    template_fields = ("sql", "parameters", *BaseSQLOperator.template_fields)
    template_ext = _EXTENSIONS
    template_fields_renderers = {"sql": "sql", "parameters": "json"}  # noqa: RUF012
    ui_color = "#cdaaed"

    def __init__(
        self,
        *,
        sql: str | Sequence[str],
        autocommit: bool = False,
        parameters: Mapping[str, Any] | Iterable[Any] | None = None,
        handler: Callable[[Any], Any] | None = fetch_all_handler,
        output_processor: Callable[[list[Any], list[Any]], Any] | None = None,
        conn_id: str | None = None,
        database: str | None = None,
        split_statements: bool | None = None,
        return_last: bool = True,
        show_return_value_in_logs: bool = False,
        requires_result_fetch: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(conn_id=conn_id, database=database, **options)
        self.sql: Any = sql
        self.autocommit = autocommit
        self.parameters: Any = parameters
        self.handler = handler
        self.output_processor = output_processor
        self.split_statements = split_statements
        self.return_last = return_last
        self.show_return_value_in_logs = show_return_value_in_logs
        self.requires_result_fetch = requires_result_fetch

    def execute(self, context: Any) -> Any:  # noqa: ARG002 - the signature that all operators have
        """Execute it."""
        hook = self.get_db_hook()
        split = {} if self.split_statements is None else {"split_statements": self.split_statements}
        fetches = self.do_xcom_push or self.requires_result_fetch
        output = hook.run(
            self.sql,
            autocommit=self.autocommit,
            parameters=_read_parameters(self.parameters, self.task_id),
            handler=self.handler if fetches else None,
            return_last=self.return_last,
            **split,
        )
        if not self.do_xcom_push:
            return None
        if gives_one_result(self.sql, self.return_last, self.split_statements):
            return self._process_output([output], hook.descriptions)[-1]
        return self._process_output(output, hook.descriptions)

    def _process_output(self, results: list[Any], descriptions: list[Any]) -> Any:
        """The task's result of the results of its statements; a subclass may make something else of them."""
        if self.show_return_value_in_logs:
            self.log.info("The result is: %s", results)
        return results if self.output_processor is None else self.output_processor(results, descriptions)


def _read_parameters(parameters: Any, task_id: str) -> Any:
    """Parameters; of a text, as templates make it, the literal in it.

    Raises:
        DagValueError: There is none.
    """
    if not isinstance(parameters, str):
        return parameters
    try:
        return ast.literal_eval(parameters)
    except (ValueError, SyntaxError) as error:
        raise DagValueError(
            f"Task '{task_id}': parameters={parameters!r} is no literal.", fix="give a dict, a list, or its text"
        ) from error


class SqlDecoratedOperator(DecoratedOperator, SQLExecuteQueryOperator):
    """``@task.sql``: executes the SQL that the function returns, which is a template.

    Args:
        arguments: Those of `SQLExecuteQueryOperator` but for `sql`, and of `DecoratedOperator`.
    """

    template_fields = (  # type: ignore[assignment] # the bases have tuples of their own lengths
        *DecoratedOperator.template_fields,
        "parameters",
        *BaseSQLOperator.template_fields,
    )
    custom_operator_name = "@task.sql"

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{**arguments, "sql": ""})

    def execute(self, context: Any) -> Any:
        """Have the function make the SQL, and execute it.

        Raises:
            DagTypeError: The function returned something else.
        """
        sql = self.call_function(context)
        texts = [sql] if isinstance(sql, str) else sql
        if (
            not isinstance(texts, list)
            or not texts
            or not all(isinstance(each, str) and each.strip() for each in texts)
        ):
            shown = "an empty text" if isinstance(sql, str) else f"a value of type {type(sql).__name__}"
            raise DagTypeError(
                f"Task '{self.task_id}': the SQL is {shown}.", fix="return SQL as str, or a list of statements"
            )
        rendered = [context["ti"].render_template(each, "sql", _EXTENSIONS) for each in texts]
        self.sql = rendered[0] if isinstance(sql, str) else rendered
        return SQLExecuteQueryOperator.execute(self, context)
