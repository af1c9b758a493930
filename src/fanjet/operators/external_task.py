"""Sensors of what other DAGs of the same home have done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.exceptions import SkipException
from fanjet.authoring.operator import BaseOperator
from fanjet.errors import DagTypeError, DagValueError
from fanjet.operators.deferrable import choose_deferrable
from fanjet.operators.external_errors import (
    AirflowExternalTaskSensorException,
    DuplicateStateError,
    ExternalDagDeletedError,
    ExternalDagFailedError,
    ExternalDagNotFoundError,
    ExternalTaskFailedError,
    ExternalTaskGroupNotFoundError,
    ExternalTaskNotFoundError,
)
from fanjet.operators.other_runs import count_states, find_dag, find_runs_at
from fanjet.operators.sensor import BaseSensorOperator

if TYPE_CHECKING:
    from fanjet.model.requests import RunFacts


class ExternalTaskSensor(BaseSensorOperator):
    """Waits for runs of another DAG, or for tasks or a group of them, at the logical date of its own run.

    Args:
        external_dag_id: The DAG; its runs are those of this home, whoever carries them out.
        external_task_id: The task to wait for; all instances of it.
        external_task_ids: Several tasks.
        external_task_group_id: A task group in their place. Without any, the whole run is waited for.
        allowed_states: The states to wait for.
        skipped_states: States with which the sensor is skipped.
        failed_states: States with which it fails.
        execution_delta: How long before its own logical date that of the other run is.
        execution_date_fn: Gives the date, or a list of dates, for the own date (and the context).
        check_existence: Whether it fails at once where there is no such DAG, task or group; else that is waited for.
        poll_interval: Only for `deferrable`; seconds between two looks.
        deferrable: Whether waiting takes no slot, as with ``mode="reschedule"``.
        options: As in `BaseSensorOperator`.
    """

    template_fields = ("external_dag_id", "external_task_id", "external_task_ids", "external_task_group_id")
    ui_color = "#4db7db"

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str | None = None,
        external_task_ids: Collection[str] | None = None,
        external_task_group_id: str | None = None,
        allowed_states: Collection[str] | None = None,
        skipped_states: Collection[str] | None = None,
        failed_states: Collection[str] | None = None,
        execution_delta: timedelta | None = None,
        execution_date_fn: Callable[..., Any] | None = None,
        check_existence: bool = False,
        poll_interval: float = 2.0,
        deferrable: bool | None = None,
        **options: Any,
    ) -> None:
        is_deferrable = choose_deferrable(deferrable)
        if is_deferrable:
            options = {"mode": "reschedule", "poke_interval": poll_interval} | options
        super().__init__(**options)
        if sum(given is not None for given in (external_task_id, external_task_ids, external_task_group_id)) > 1:
            raise DagValueError(
                f"Task '{self.task_id}' waits for a task, for tasks and for a group.",
                fix="give one of external_task_id, external_task_ids and external_task_group_id",
            )
        if execution_delta is not None and execution_date_fn is not None:
            raise DagValueError(
                f"Task '{self.task_id}' has both execution_delta and execution_date_fn.", fix="give one of them"
            )
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.external_task_ids = external_task_ids
        self.external_task_group_id = external_task_group_id
        self.allowed_states = _states(allowed_states, ("success",))
        self.skipped_states = _states(skipped_states, ())
        self.failed_states = _states(failed_states, ())
        both = [*self.allowed_states, *self.skipped_states, *self.failed_states]
        if len(set(both)) < len(both):
            raise DuplicateStateError(f"Task '{self.task_id}': a state is in two lists of states: {both}.")
        self.execution_delta = execution_delta
        self.execution_date_fn = execution_date_fn
        self.check_existence = check_existence
        self.poll_interval = poll_interval
        self.deferrable = is_deferrable

    def poke(self, context: Any) -> bool:
        """Whether all that is waited for is in one of the allowed states.

        Raises:
            AirflowExternalTaskSensorException: It failed, or is not there.
            SkipException: It is in a state with which the sensor is skipped.
        """
        if self.check_existence:
            self._check_existence(context)
        dates = self._find_dates(context)
        runs = find_runs_at(context["ti"].client, self.external_dag_id, dates)
        found = [states for run in runs for states in self._find_states(context, run)]
        wanted = f"{self.external_dag_id} at {', '.join(map(str, dates))}"
        if any(self.failed_states & set(states) for states in found):
            error = ExternalTaskFailedError if self._names() else ExternalDagFailedError
            raise error(f"What task '{self.task_id}' waits for failed: {wanted}.")
        if any(self.skipped_states & set(states) for states in found):
            raise SkipException(f"what it waits for was skipped: {wanted}")
        is_complete = len(runs) == len({date.timestamp() for date in dates})
        return is_complete and all(states and set(states) <= self.allowed_states for states in found)

    def _find_states(self, context: Any, run: RunFacts) -> list[Collection[str]]:
        """Of each thing that is waited for, the states that it has."""
        names = self._names()
        if not names:
            return [[run.state]]
        states: list[Collection[str]] = []
        for name in names:
            counted = count_states(context["ti"].client, run, name)
            if counted is None and self.check_existence:
                raise self._explain_missing(name)
            states += [()] if counted is None else list(counted.values())
        return states

    def _check_existence(self, context: Any) -> None:
        """Fail where what is waited for is not there now, so that it is not waited for in vain."""
        found = find_dag(context["ti"].client, self.external_dag_id, self._names())
        if not found.is_known:
            raise ExternalDagNotFoundError(f"There is no DAG {self.external_dag_id!r}.")
        if not found.is_present:
            raise ExternalDagDeletedError(f"DAG {self.external_dag_id!r} is gone: no file has it any more.")
        if found.missing:
            raise self._explain_missing(found.missing[0])

    def _explain_missing(self, name: str) -> AirflowExternalTaskSensorException:
        is_group = self.external_task_group_id is not None
        kind = ExternalTaskGroupNotFoundError if is_group else ExternalTaskNotFoundError
        return kind(f"DAG {self.external_dag_id!r} has no {'task group' if is_group else 'task'} {name!r}.")

    def _names(self) -> list[str]:
        if self.external_task_ids is not None:
            return list(self.external_task_ids)
        one = self.external_task_id if self.external_task_group_id is None else self.external_task_group_id
        return [] if one is None else [one]

    def _find_dates(self, context: Any) -> list[datetime]:
        date = context["logical_date"]
        if self.execution_date_fn is not None:
            signature = read_signature(self.execution_date_fn)
            kwargs = signature.add_context((date,), {}, context)
            found = self.execution_date_fn(date, **kwargs)
            dates = list(found) if isinstance(found, list | tuple | set) else [found]
        else:
            dates = [date - (self.execution_delta or timedelta())]
        if not all(isinstance(each, datetime) for each in dates):
            raise DagTypeError(f"Task '{self.task_id}': execution_date_fn gave {dates!r}.", fix="return datetimes")
        return dates


class ExternalTaskMarker(BaseOperator):
    """Does nothing; says that a task of another DAG depends on this one. Reruns here end with their own run.

    Args:
        external_dag_id: The other DAG.
        external_task_id: Its task.
        logical_date: The date of its run.
        execution_date: The older name of `logical_date`.
        recursion_depth: How far Airflow would follow such marks when it clears tasks.
        options: As in `BaseOperator`.
    """

    template_fields = ("external_dag_id", "external_task_id", "logical_date")
    ui_color = "#4db7db"

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str,
        logical_date: str | datetime | None = "{{ logical_date.isoformat() }}",
        execution_date: str | datetime | None = None,
        recursion_depth: int = 10,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.logical_date = logical_date if execution_date is None else execution_date
        self.recursion_depth = recursion_depth

    def execute(self, context: Mapping[str, Any]) -> None:
        """Nothing."""


def _states(given: Collection[str] | None, default: Collection[str]) -> frozenset[str]:
    return frozenset(str(state) for state in (default if given is None else given))
