"""Checks of the columns and rows of a table, all in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from fanjet.errors import DagValueError
from fanjet.operators.sql.base import BaseSQLOperator
from fanjet.operators.sql.booleans import to_boolean

_COMPARISONS = ("equal_to", "greater_than", "geq_to", "less_than", "leq_to")

_COLUMN_QUERY = "SELECT '{column}' AS col_name, '{check}' AS check_type, {measure} AS check_result FROM {table}{where}"
_TABLE_QUERY = (
    "SELECT '{name}' AS check_name, MIN({name}) AS check_result "
    "FROM (SELECT CASE WHEN {condition} THEN 1 ELSE 0 END AS {name} FROM {table}{where}) AS sq"
)


class _ChecksTable(BaseSQLOperator):
    """What checks of a table share.

    Args:
        table: The table; a template.
        partition_clause: A condition for the rows that count; a template.
        options: As in `BaseSQLOperator`.

    Raises:
        DagValueError: The clause has a semicolon.
    """

    template_fields = ("table", "partition_clause", "sql", *BaseSQLOperator.template_fields)
    template_fields_renderers = {"sql": "sql"}  # noqa: RUF012
    sql: str

    def __init__(self, *, table: str, partition_clause: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        if partition_clause is not None and ";" in partition_clause:
            raise DagValueError(
                f"Task '{self.task_id}': partition_clause has a semicolon.", fix="give one condition as in a WHERE"
            )
        self.table = table
        self.partition_clause = partition_clause

    def _write_where(self, check: Mapping[str, Any]) -> str:
        clauses = [clause for clause in (self.partition_clause, check.get("partition_clause")) if clause]
        return f" WHERE {' AND '.join(clauses)}" if clauses else ""

    def _fail(self, failed: Sequence[str], records: Any) -> None:
        if failed:
            self._raise_exception(f"Test failed. Task '{self.task_id}': {'; '.join(failed)}. Results: {records}")
        self.log.info("All checks have passed: %s", records)


class SQLColumnCheckOperator(_ChecksTable):
    """Fails unless the columns of a table are as expected.

    Args:
        table: The table; a template.
        column_mapping: By column and check (``null_check``, ``distinct_check``, ``unique_check``, ``min``, ``max``),
            what its result is to be: ``equal_to``, ``greater_than``, ``geq_to``, ``less_than``, ``leq_to``, and by
            which part of it that may differ, ``tolerance``; also ``partition_clause``.
        accept_none: Whether a result of NULL counts as 0.
        options: ``partition_clause``, and those of `BaseSQLOperator`.

    Raises:
        DagValueError: A check is not known or compares with nothing.
    """

    column_checks: ClassVar[Mapping[str, str]] = {
        "null_check": "SUM(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END)",
        "distinct_check": "COUNT(DISTINCT({column}))",
        "unique_check": "COUNT({column}) - COUNT(DISTINCT({column}))",
        "min": "MIN({column})",
        "max": "MAX({column})",
    }

    def __init__(
        self, *, table: str, column_mapping: Mapping[str, Mapping[str, Any]], accept_none: bool = True, **options: Any
    ) -> None:
        super().__init__(table=table, **options)
        self.column_mapping = column_mapping
        self.accept_none = accept_none
        queries = []
        for column, checks in column_mapping.items():
            for check, wanted in checks.items():
                self._validate(column, check, wanted)
                measure = self.column_checks[check].format(column=column)
                where = self._write_where(wanted)
                queries.append(
                    _COLUMN_QUERY.format(column=column, check=check, measure=measure, table=table, where=where)
                )
        self.sql = " UNION ALL ".join(queries)

    def _validate(self, column: str, check: str, wanted: Mapping[str, Any]) -> None:
        where = f"Task '{self.task_id}', column '{column}'"
        if check not in self.column_checks:
            raise DagValueError(
                f"{where}: there is no check '{check}'.", fix=f"write one of {', '.join(self.column_checks)}"
            )
        if not any(name in wanted for name in _COMPARISONS):
            raise DagValueError(
                f"{where}: check '{check}' compares with nothing.", fix=f"give one of {', '.join(_COMPARISONS)}"
            )
        if "equal_to" in wanted and any(name in wanted for name in _COMPARISONS[1:]):
            raise DagValueError(f"{where}: check '{check}' has equal_to and more.", fix="give equal_to alone")

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature that all operators have
        """Check."""
        records = self.get_db_hook().get_records(self.sql)
        if not records:
            self._raise_exception(f"Task '{self.task_id}': this query has no rows: {self.sql}")
        failed = [
            f"column {column}, {check}: {result} is not {dict(wanted)}"
            for column, check, result in records
            if not self._passes(wanted := self.column_mapping[column][check], result)
        ]
        self._fail(failed, records)

    def _passes(self, wanted: Mapping[str, Any], result: Any) -> bool:
        value = 0 if result is None and self.accept_none else result
        if value is None:
            return False
        tolerance = wanted.get("tolerance")

        def low(bound: Any) -> Any:  # without a tolerance a bound may be a date or a text
            return bound if tolerance is None else bound - abs(bound) * float(tolerance)

        def high(bound: Any) -> Any:
            return bound if tolerance is None else bound + abs(bound) * float(tolerance)

        tests = {
            "equal_to": lambda bound: low(bound) <= value <= high(bound) if tolerance is not None else value == bound,
            "greater_than": lambda bound: value > low(bound),
            "geq_to": lambda bound: value >= low(bound),
            "less_than": lambda bound: value < high(bound),
            "leq_to": lambda bound: value <= high(bound),
        }
        return all(tests[name](wanted[name]) for name in _COMPARISONS if name in wanted)


class SQLTableCheckOperator(_ChecksTable):
    """Fails unless conditions hold for a table.

    Args:
        table: The table; a template.
        checks: By name, ``check_statement``, a condition in SQL for all rows (``a < b``) or of them all
            (``COUNT(*) > 0``), and perhaps ``partition_clause``.
        accept_none: Whether a query without rows passes.
        options: ``partition_clause``, and those of `BaseSQLOperator`.
    """

    def __init__(
        self, *, table: str, checks: Mapping[str, Mapping[str, Any]], accept_none: bool = False, **options: Any
    ) -> None:
        super().__init__(table=table, **options)
        self.checks = checks
        self.accept_none = accept_none
        self.sql = " UNION ALL ".join(
            _TABLE_QUERY.format(
                name=name, condition=check["check_statement"], table=table, where=self._write_where(check)
            )
            for name, check in checks.items()
        )

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature that all operators have
        """Check."""
        records = self.get_db_hook().get_records(self.sql)
        results = {name: result for name, result in records or () if result is not None}
        if not results and self.accept_none:
            self.log.warning("Table %s has no rows to check, which passes here.", self.table)
            return
        if not records:
            self._raise_exception(f"Task '{self.task_id}': this query has no rows: {self.sql}")
        failed = [
            f"{name}: {check['check_statement']}"
            for name, check in self.checks.items()
            if not to_boolean(results.get(name, False), self.task_id)
        ]
        self._fail(failed, records)
