"""Starts a run of another DAG of the same file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fanjet.authoring.exceptions import AirflowException, Rescheduled, SkipException
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.task_option_types import TaskOptions
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.requests import StartRun
from fanjet.operators.deferrable import choose_deferrable
from fanjet.operators.other_runs import find_run, start_run
from fanjet.runtime.clock import clock_of

if TYPE_CHECKING:
    from typing import Unpack


class TriggeredRunError(AirflowException):
    """The run that was started ended in a state that is not wanted."""


class TriggerDagRunOperator(BaseOperator):
    """Starts a run of another DAG of the same file; the scheduler of this run carries it out, beside it.

    Its run id is pushed as ``trigger_run_id``. Waiting takes no slot.

    Args:
        trigger_dag_id: The DAG.
        trigger_run_id: The id of the run; made of its date if left out.
        conf: The configuration of the run, which is JSON.
        logical_date: The date that it stands for, also as ISO text; now if left out.
        execution_date: The older name of `logical_date`.
        reset_dag_run: Whether a run of this id that has ended is run again.
        wait_for_completion: Whether the task ends with the run.
        poke_interval: How often it looks then: a timedelta or seconds.
        allowed_states: The states of the run with which the task succeeds.
        failed_states: Those with which it fails.
        skip_when_already_exists: Whether it is skipped where there is such a run.
        fail_when_dag_is_paused: Whether it fails where the service has paused the DAG; else the run waits.
        note: A text that is kept with the run.
        deferrable: Whether waiting takes no slot, which it never does.
        options: As in `BaseOperator`.
    """

    template_fields = (
        "trigger_dag_id", "trigger_run_id", "logical_date", "conf", "wait_for_completion", "skip_when_already_exists",
        "note",
    )  # fmt: skip
    ui_color = "#ffefeb"

    def __init__(
        self,
        *,
        trigger_dag_id: str,
        trigger_run_id: str | None = None,
        conf: Mapping[str, Any] | None = None,
        logical_date: str | datetime | None = None,
        execution_date: str | datetime | None = None,
        reset_dag_run: bool = False,
        wait_for_completion: bool = False,
        poke_interval: timedelta | float = 60,
        allowed_states: Sequence[str] | None = None,
        failed_states: Sequence[str] | None = None,
        skip_when_already_exists: bool = False,
        fail_when_dag_is_paused: bool = False,
        note: str | None = None,
        deferrable: bool | None = None,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(**options)
        self.trigger_dag_id = trigger_dag_id
        self.trigger_run_id = trigger_run_id
        self.conf = conf
        self.logical_date = execution_date if logical_date is None else logical_date
        self.reset_dag_run = reset_dag_run
        self.wait_for_completion = wait_for_completion
        self.poke_interval = poke_interval
        self.allowed_states = [str(state) for state in allowed_states or ["success"]]
        self.failed_states = [str(state) for state in (["failed"] if failed_states is None else failed_states)]
        self.skip_when_already_exists = skip_when_already_exists
        self.fail_when_dag_is_paused = fail_when_dag_is_paused
        self.note = note
        self.deferrable = choose_deferrable(deferrable)

    def execute(self, context: Any) -> None:
        """Start the run; if asked to, go on when it has ended.

        Raises:
            TriggeredRunError: It ended in one of `failed_states`.
            Rescheduled: It has not ended yet.
        """
        ti = context["ti"]
        if ti.carry is None:
            run_id = self._start(context)
            ti.xcom_push("trigger_run_id", run_id)
        else:
            run_id = ti.carry.decode()
        if self.wait_for_completion:
            self._wait(context, run_id)

    def _start(self, context: Any) -> str:
        date = self._read_date() or datetime.fromtimestamp(clock_of(context).time(), UTC)
        run_id = self.trigger_run_id or f"manual__{date.isoformat()}"
        client = context["ti"].client
        if self.skip_when_already_exists and find_run(client, self.trigger_dag_id, run_id) is not None:
            raise SkipException(f"DAG {self.trigger_dag_id!r} has a run {run_id!r} already")
        conf = self._write_conf()
        start_run(
            client,
            StartRun(
                dag_id=self.trigger_dag_id,
                run_id=run_id,
                logical_date=date.timestamp(),
                conf=conf,
                reset=self.reset_dag_run,
                note=self.note,
                fail_when_paused=self.fail_when_dag_is_paused,
            ),
        )
        self.log.info("Started run %s of DAG %s.", run_id, self.trigger_dag_id)
        return run_id

    def _wait(self, context: Any, run_id: str) -> None:
        run = find_run(context["ti"].client, self.trigger_dag_id, run_id)
        if run is not None and run.state in self.failed_states:
            raise TriggeredRunError(f"Run {run_id!r} of DAG {self.trigger_dag_id!r} ended: {run.state}.")
        if run is not None and run.state in self.allowed_states:
            return
        if run is None or run.ended_at is not None:
            ended = "is gone" if run is None else f"ended: {run.state}"
            raise TriggeredRunError(f"Run {run_id!r} of DAG {self.trigger_dag_id!r} {ended}.")
        pause_s = (
            self.poke_interval.total_seconds() if isinstance(self.poke_interval, timedelta) else self.poke_interval
        )
        raise Rescheduled(datetime.fromtimestamp(clock_of(context).time() + pause_s, UTC), run_id.encode())

    def _read_date(self) -> datetime | None:
        date = self.logical_date
        if isinstance(date, str):
            try:
                date = datetime.fromisoformat(date)
            except ValueError:
                raise DagValueError(
                    f"Task '{self.task_id}': logical_date={date!r} is no instant.",
                    fix="write it as 2026-01-31T00:00:00",
                ) from None
        return date.replace(tzinfo=UTC) if date is not None and date.tzinfo is None else date

    def _write_conf(self) -> str:
        try:
            return json.dumps(dict(self.conf or {}))
        except (TypeError, ValueError) as error:
            raise DagTypeError(
                f"Task '{self.task_id}': conf cannot be written as JSON: {error}.",
                fix="give a dict of texts and numbers",
            ) from None
