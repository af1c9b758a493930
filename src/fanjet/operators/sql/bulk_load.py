"""Tasks that load a file into a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fanjet.operators.sql.base import BaseSQLOperator


class SQLBulkLoadOperator(BaseSQLOperator):
    """Loads a file with tabs between its columns into a table, in the database's own quick way.

    Args:
        table: The table; a template.
        tmp_file: The file; a template.
        preoperator: SQL that is executed before; a template.
        postoperator: SQL that is executed after; a template.
        options: As in `BaseSQLOperator`.
    """

    template_fields = ("table", "tmp_file", "preoperator", "postoperator", *BaseSQLOperator.template_fields)

    def __init__(
        self,
        *,
        table: str,
        tmp_file: str,
        preoperator: str | Sequence[str] | None = None,
        postoperator: str | Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.table = table
        self.tmp_file = tmp_file
        self.preoperator = preoperator
        self.postoperator = postoperator

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature that all operators have
        """Load it."""
        hook = self.get_db_hook()
        if self.preoperator:
            hook.run(self.preoperator)
        hook.bulk_load(self.table, self.tmp_file)
        if self.postoperator:
            hook.run(self.postoperator)
