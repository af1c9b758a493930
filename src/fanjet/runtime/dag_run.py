"""The run that a try belongs to, as contexts and templates show it."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from fanjet.authoring.instants import INSTANTS
from fanjet.model.runs import RunInfo


class DagRun:
    """``dag_run`` in contexts and the source of their instants, which are aware and UTC.

    Args:
        info: What is fixed about the run.
    """

    def __init__(self, info: RunInfo) -> None:
        self.info = info
        self.run_id = info.run_id
        self.dag_id = info.dag_id
        self.run_type = info.run_type
        #: Of a run for a partition of an asset, of which there are none here.
        self.partition_key: str | None = None
        self.partition_date: datetime | None = None
        #: A try only ever sees a run that is under way.
        self.state = "running"

    @cached_property
    def logical_date(self) -> datetime | None:
        """The instant that the run stands for; None for one that was started without."""
        return self._find(self.info.logical_date)

    @cached_property
    def data_interval_start(self) -> datetime | None:
        """The begin of the time that the run's data is about."""
        return self._find(self.info.data_interval_start)

    @cached_property
    def data_interval_end(self) -> datetime | None:
        """The end of it."""
        return self._find(self.info.data_interval_end)

    @cached_property
    def queued_at(self) -> datetime:
        """When the run was created."""
        return INSTANTS.show(self.info.created_at)

    @cached_property
    def start_date(self) -> datetime:
        """When the run began."""
        return INSTANTS.show(self.info.started_at)

    @property
    def run_after(self) -> datetime:
        """When the run was due."""
        return self.data_interval_end or self.queued_at

    @property
    def external_trigger(self) -> bool:
        """Whether the run was started by hand."""
        return self.run_type == "manual"

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

    def _find(self, instant: datetime | None) -> datetime | None:
        return None if instant is None else INSTANTS.show(instant)

    def __repr__(self) -> str:
        return f"<DagRun {self.dag_id} {self.run_id}>"
