"""A task that lets only the newest run go on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fanjet.authoring.operator import BaseOperator


class LatestOnlyOperator(BaseOperator):
    """Skips the tasks right after it in runs that make up for the past; runs that were started by hand go on.

    A run is the newest until the data interval after its own has ended, taken to be as long as its own.
    """

    kind = "short_circuit"
    ui_color = "#e9ffdb"
    #: Tasks further on follow their trigger rules.
    ignore_downstream_trigger_rules = False

    def execute(self, context: Any) -> bool:
        """Whether to go on."""
        run = context["dag_run"]
        start, end = run.data_interval_start, run.data_interval_end
        if run.run_type == "manual" or start is None or start == end:
            return True
        is_latest = bool(datetime.now(UTC) < end + (end - start))
        self.log.info("The data interval of the run ended at %s; it is %sthe newest.", end, "" if is_latest else "not ")
        return is_latest
