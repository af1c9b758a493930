"""Branches by what a query says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fanjet.authoring.exceptions import AirflowException
from fanjet.operators.sql.base import BaseSQLOperator
from fanjet.operators.sql.booleans import to_boolean
from fanjet.operators.sql.statements import Parameters


class BranchSQLOperator(BaseSQLOperator):
    """A branch: the first value of a query, true or false, says what follows.

    Args:
        sql: The query, or the name of a ``.sql`` file with it; a template.
        follow_task_ids_if_true: The task id or ids then.
        follow_task_ids_if_false: The task id or ids otherwise.
        parameters: For placeholders in it.
        options: As in `BaseSQLOperator`.
    """

    kind = "branch"
    template_fields = ("sql", *BaseSQLOperator.template_fields)
    template_ext = (".sql",)
    template_fields_renderers = {"sql": "sql"}  # noqa: RUF012
    ui_color = "#a22034"

    def __init__(
        self,
        *,
        sql: str,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        parameters: Parameters | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.sql = sql
        self.parameters = parameters
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false

    def execute(self, context: Any) -> Any:  # noqa: ARG002 - the signature that all operators have
        """Choose.

        Raises:
            AirflowException: The query has no rows, or says neither true nor false.
        """
        row = self.get_db_hook().get_first(self.sql, self.parameters)
        if not row:
            raise AirflowException(f"Task '{self.task_id}': this query has no rows: {self.sql}")
        is_true = to_boolean(row[0], self.task_id)
        self.log.info("The query says %s", is_true)
        return self.follow_task_ids_if_true if is_true else self.follow_task_ids_if_false
