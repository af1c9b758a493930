"""The base of operators that use a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, NoReturn

from fanjet.authoring.exceptions import AirflowException, FailException
from fanjet.authoring.operator import BaseOperator
from fanjet.operators.sql.any_database import make_database_hook
from fanjet.operators.sql.hook import DbApiHook
from fanjet.runtime.connections import BaseHook


class BaseSQLOperator(BaseOperator):
    """Has a hook for a database, as `get_db_hook`.

    Args:
        conn_id: The connection; a template.
        database: The database, in place of the connection's; a template.
        hook_params: More arguments for the hook; templates.
        retry_on_failure: Whether a check that fails may be tried again.
        options: As in `BaseOperator`.
    """

    #: The attribute with the connection's id.
    conn_id_field: ClassVar[str] = "conn_id"
    template_fields: ClassVar[Sequence[str]] = ("conn_id", "database", "hook_params")

    def __init__(
        self,
        *,
        conn_id: str | None = None,
        database: str | None = None,
        hook_params: Mapping[str, Any] | None = None,
        retry_on_failure: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.conn_id = conn_id
        self.database = database
        self.hook_params: Mapping[str, Any] = hook_params or {}
        self.retry_on_failure = retry_on_failure

    def get_db_hook(self) -> DbApiHook:
        """The hook; a subclass may give another one."""
        return self._hook

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: Mapping[str, Any] | None = None) -> DbApiHook:
        """The hook for the connection of an id."""
        return make_database_hook(BaseHook.get_connection(conn_id), hook_params)

    @cached_property
    def _hook(self) -> DbApiHook:
        conn_id = getattr(self, self.conn_id_field)
        if not conn_id:
            raise FailException(f"Task '{self.task_id}' names no connection. Fix: give {self.conn_id_field}='...'")
        hook = self.get_hook(conn_id, self.hook_params)
        if self.database:
            hook.database = self.database
        return hook

    def _raise_exception(self, message: str) -> NoReturn:
        """Fail a check.

        Raises:
            AirflowException: It may be tried again.
            FailException: It may not.
        """
        raise AirflowException(message) if self.retry_on_failure else FailException(message)
