"""Checks of the row that a query gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from fanjet.authoring.exceptions import AirflowException
from fanjet.errors import DagValueError
from fanjet.operators.sql.base import BaseSQLOperator
from fanjet.operators.sql.statements import Parameters


class _ChecksQuery(BaseSQLOperator):
    """What checks of one query share.

    Args:
        sql: The query, or the name of a ``.sql`` file with it; a template.
        parameters: For placeholders in it.
        options: As in `BaseSQLOperator`.
    """

    template_fields = ("sql", *BaseSQLOperator.template_fields)
    template_ext = (".hql", ".sql")
    template_fields_renderers = {"sql": "sql"}  # noqa: RUF012
    ui_color = "#fff7e6"

    def __init__(self, *, sql: str, parameters: Parameters | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.sql = sql
        self.parameters = parameters

    def get_row(self) -> Any:
        """The first row of the query.

        Raises:
            AirflowException: There is none.
        """
        return self.find_first(self.sql, self.parameters)

    def find_first(self, sql: str, parameters: Parameters | None = None) -> Any:
        """The first row of a query; raises as `get_row` does."""
        row = self.get_db_hook().get_first(sql, parameters)
        self.log.info("The row: %s", row)
        if not row:
            self._raise_exception(f"Task '{self.task_id}': this query has no rows: {sql}")
        return row


class SQLCheckOperator(_ChecksQuery):
    """Fails unless all values in the first row of a query are true (not 0, empty, false or NULL).

    Args:
        arguments: ``sql``, ``parameters``, and those of `BaseSQLOperator`.
    """

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature that all operators have
        """Check."""
        row = self.get_row()
        values = row.values() if isinstance(row, Mapping) else row
        if not all(values):
            self._raise_exception(f"Test failed. Task '{self.task_id}': not all of {row} are true. Query: {self.sql}")


class SQLValueCheckOperator(_ChecksQuery):
    """Fails unless all values in the first row of a query are a certain one.

    Args:
        pass_value: The value; a number, or its text, is compared as a number. A template.
        tolerance: Of a number, by which part of it (0.1 is 10 %) the values may differ.
        options: ``sql``, ``parameters``, and those of `BaseSQLOperator`.
    """

    template_fields = ("sql", "pass_value", *BaseSQLOperator.template_fields)

    def __init__(self, *, pass_value: Any, tolerance: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.pass_value = str(pass_value)
        self.tolerance = None if tolerance is None else float(tolerance)

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature that all operators have
        """Check."""
        row = self.get_row()
        wanted = to_number(self.pass_value)
        if isinstance(wanted, float):
            passes = all(self._is_near(value, wanted) for value in row)
        else:
            passes = all(str(value) == self.pass_value for value in row)
        if not passes:
            within = "" if self.tolerance is None else f" within {self.tolerance:.1%}"
            self._raise_exception(
                f"Test failed. Task '{self.task_id}': {row} is not {self.pass_value}{within}. Query: {self.sql}"
            )

    def _is_near(self, value: Any, wanted: float) -> bool:
        number = to_number(value)
        if not isinstance(number, float):
            raise AirflowException(
                f"Test failed. Task '{self.task_id}': {value!r} is no number to compare with {wanted}. "
                f"Query: {self.sql}"
            )
        return abs(number - wanted) <= abs(wanted) * (self.tolerance or 0.0)


class SQLThresholdCheckOperator(_ChecksQuery):
    """Fails unless the first value of a query is between two others.

    Args:
        min_threshold: The least number, or a query whose first value is it; a template.
        max_threshold: The greatest number, or a query; a template.
        options: ``sql``, and those of `BaseSQLOperator`.
    """

    template_fields = ("sql", "min_threshold", "max_threshold", *BaseSQLOperator.template_fields)

    def __init__(self, *, min_threshold: Any, max_threshold: Any, **options: Any) -> None:
        super().__init__(**options)
        self.min_threshold = min_threshold
        self.max_threshold = max_threshold

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature that all operators have
        """Check."""
        value = self.get_row()[0]
        least, most = self._find(self.min_threshold), self._find(self.max_threshold)
        is_within = value is not None and least <= value <= most
        self.push({"result": value, "min_threshold": least, "max_threshold": most, "within_threshold": is_within})
        if not is_within:
            self._raise_exception(
                f"Test failed. Task '{self.task_id}': {value} is not between {least} and {most}. Query: {self.sql}"
            )

    def _find(self, threshold: Any) -> Any:
        number = to_number(threshold)
        return number if isinstance(number, float) else self.find_first(threshold)[0]

    def push(self, meta_data: Mapping[str, Any]) -> None:
        """Tell what was compared; a subclass may tell others than the log."""
        self.log.info("%s", ", ".join(f"{name}: {value}" for name, value in meta_data.items()))


class SQLIntervalCheckOperator(BaseSQLOperator):
    """Fails unless metrics of a table at the run's day are near those of some days before.

    Args:
        table: The table.
        metrics_thresholds: By metric, an expression in SQL, the ratio that it stays below.
        date_filter_column: The column with the day.
        days_back: How many days before.
        ratio_formula: ``max_over_min``, the greater by the smaller; or ``relative_diff``, the difference by the older.
        ignore_zero: Whether a metric that is 0 at either day passes.
        options: As in `BaseSQLOperator`.

    Raises:
        DagValueError: There is no such formula.
    """

    template_fields = ("sql1", "sql2", *BaseSQLOperator.template_fields)
    template_ext = (".hql", ".sql")
    template_fields_renderers = {"sql1": "sql", "sql2": "sql"}  # noqa: RUF012
    ui_color = "#fff7e6"
    ratio_formulas: ClassVar[Mapping[str, Callable[[Any, Any], Any]]] = {
        "max_over_min": lambda current, past: max(current, past) / min(current, past),
        "relative_diff": lambda current, past: abs(current - past) / past,
    }

    def __init__(
        self,
        *,
        table: str,
        metrics_thresholds: Mapping[str, float],
        date_filter_column: str = "ds",
        days_back: int = -7,
        ratio_formula: str = "max_over_min",
        ignore_zero: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if ratio_formula not in self.ratio_formulas:
            raise DagValueError(
                f"Task '{self.task_id}': ratio_formula={ratio_formula!r} cannot be used.",
                fix=f"give one of {sorted(self.ratio_formulas)}",
            )
        self.table = table
        self.metrics_thresholds = metrics_thresholds
        self.metrics_sorted = sorted(metrics_thresholds)
        self.date_filter_column = date_filter_column
        self.days_back = -abs(days_back)
        self.ratio_formula = ratio_formula
        self.ignore_zero = ignore_zero
        query = f"SELECT {', '.join(self.metrics_sorted)} FROM {table} WHERE {date_filter_column}="  # noqa: S608 - the author's SQL
        self.sql1 = f"{query}'{{{{ ds }}}}'"
        self.sql2 = f"{query}'{{{{ macros.ds_add(ds, {self.days_back}) }}}}'"

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature that all operators have
        """Check."""
        past, current = self._find_row(self.sql2), self._find_row(self.sql1)
        failed = []
        for metric, now, before in zip(self.metrics_sorted, current, past, strict=True):
            ratio = self.ratio_formulas[self.ratio_formula](now, before) if now and before else None
            threshold = self.metrics_thresholds[metric]
            self.log.info("%s: now %s, before %s, ratio %s, threshold %s", metric, now, before, ratio, threshold)
            if not (self.ignore_zero if ratio is None else ratio < threshold):
                failed.append(f"{metric}: {now} now, {before} before, ratio {ratio}, threshold {threshold}")
        if failed:
            self._raise_exception(f"Test failed. Task '{self.task_id}': {'; '.join(failed)}")

    def _find_row(self, sql: str) -> Any:
        row = self.get_db_hook().get_first(sql)
        if not row:
            self._raise_exception(f"Task '{self.task_id}': this query has no rows: {sql}")
        return row


def to_number(value: Any) -> Any:
    """A number, or the text of one, as float; anything else as it is."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value
