"""The run that a try belongs to, as contexts and templates show it."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from fanjet.model.runs import RunInfo


class DagRun:
    """``dag_run`` in contexts. All instants are aware and UTC.

    Args:
        info: What is fixed about the run.
    """

    def __init__(self, info: RunInfo) -> None:
        self.info = info
        self.run_id = info.run_id
        self.dag_id = info.dag_id
        self.run_type = info.run_type
        self.logical_date = info.logical_date
        self.data_interval_start = info.data_interval_start
        self.data_interval_end = info.data_interval_end
        self.queued_at = info.created_at
        self.start_date = info.started_at
        #: A try only ever sees a run that is under way.
        self.state = "running"

    @property
    def execution_date(self) -> datetime | None:
        """The older name of `logical_date`."""
        return self.logical_date

    @cached_property
    def conf(self) -> dict[str, Any]:
        """The configuration given with the trigger."""
        return dict(msgspec.json.decode(self.info.conf))

    @cached_property
    def params(self) -> dict[str, Any]:
        """The DAG's parameters with the values of this run."""
        return dict(msgspec.json.decode(self.info.params))

    def __repr__(self) -> str:
        return f"<DagRun {self.dag_id} {self.run_id}>"
