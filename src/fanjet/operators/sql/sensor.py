"""Sensors that look into a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from fanjet.authoring.exceptions import AirflowException
from fanjet.operators.sensor import BaseSensorOperator
from fanjet.operators.sql.any_database import make_database_hook
from fanjet.operators.sql.statements import Parameters
from fanjet.runtime.connections import BaseHook


class SqlSensor(BaseSensorOperator):
    """Waits until the first value of a query is true (not 0, empty, false or NULL), or is what a function says.

    Args:
        conn_id: The connection; a template.
        sql: The query, or the name of a ``.sql`` file with it; a template.
        parameters: For placeholders in it; templates.
        success: Says of the value whether the wait is over.
        failure: Says of the value whether the wait has failed; asked before `success`.
        selector: Takes the value from the first row; by default the first.
        fail_on_empty: Whether a query without rows is a failure.
        hook_params: More arguments for the hook; templates.
        options: As in `BaseSensorOperator`.
    """

    template_fields = ("sql", "hook_params", "parameters", "conn_id")
    template_ext = (".hql", ".sql")
    ui_color = "#7c7287"

    def __init__(
        self,
        *,
        conn_id: str,
        sql: str,
        parameters: Parameters | None = None,
        success: Callable[[Any], Any] | None = None,
        failure: Callable[[Any], Any] | None = None,
        selector: Callable[[Any], Any] = itemgetter(0),
        fail_on_empty: bool = False,
        hook_params: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.conn_id = conn_id
        self.sql = sql
        self.parameters = parameters
        self.success = success
        self.failure = failure
        self.selector = selector
        self.fail_on_empty = fail_on_empty
        self.hook_params = hook_params

    def poke(self, context: Any) -> bool:  # noqa: ARG002 - the signature that all operators have
        """Look once.

        Raises:
            AirflowException: It has failed.
        """
        hook = make_database_hook(BaseHook.get_connection(self.conn_id), self.hook_params)
        row = hook.get_first(self.sql, self.parameters)
        if not row:
            if self.fail_on_empty:
                raise AirflowException(f"Sensor '{self.task_id}': this query has no rows: {self.sql}")
            return False
        value = self.selector(row)
        if self.failure is not None and self.failure(value):
            raise AirflowException(f"Sensor '{self.task_id}': {value!r} is a failure. Query: {self.sql}")
        return bool(value if self.success is None else self.success(value))
