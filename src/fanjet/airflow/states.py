"""Names of states, as texts."""

from __future__ import annotations

from enum import StrEnum


class TerminalTIState(StrEnum):
    """The states in which an instance is over."""

    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    REMOVED = "removed"


class IntermediateTIState(StrEnum):
    """The states of an instance that waits."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RESTARTING = "restarting"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    DEFERRED = "deferred"
    AWAITING_INPUT = "awaiting_input"


class TaskInstanceState(StrEnum):
    """All states of an instance."""

    REMOVED = "removed"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    UPSTREAM_FAILED = "upstream_failed"
    SKIPPED = "skipped"
    DEFERRED = "deferred"
    AWAITING_INPUT = "awaiting_input"


class DagRunState(StrEnum):
    """The states of a run."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


class JobState(StrEnum):
    """The states of Airflow's own jobs."""

    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"


class DagRunType(StrEnum):
    """Why there is a run."""

    BACKFILL_JOB = "backfill"
    SCHEDULED = "scheduled"
    MANUAL = "manual"
    OPERATOR_TRIGGERED = "operator_triggered"
    ASSET_TRIGGERED = "asset_triggered"
    DATASET_TRIGGERED = "dataset_triggered"
    ASSET_MATERIALIZATION = "asset_materialization"


class DagRunTriggeredByType(StrEnum):
    """Who asked for a run."""

    CLI = "cli"
    OPERATOR = "operator"
    REST_API = "rest_api"
    UI = "ui"
    TEST = "test"
    TIMETABLE = "timetable"
    ASSET = "asset"
    BACKFILL = "backfill"


class State:
    """States of instances and runs by name, as old files use them."""

    NONE = None
    REMOVED = TaskInstanceState.REMOVED
    SCHEDULED = TaskInstanceState.SCHEDULED
    QUEUED = TaskInstanceState.QUEUED
    RUNNING = TaskInstanceState.RUNNING
    SUCCESS = TaskInstanceState.SUCCESS
    RESTARTING = TaskInstanceState.RESTARTING
    FAILED = TaskInstanceState.FAILED
    UP_FOR_RETRY = TaskInstanceState.UP_FOR_RETRY
    UP_FOR_RESCHEDULE = TaskInstanceState.UP_FOR_RESCHEDULE
    UPSTREAM_FAILED = TaskInstanceState.UPSTREAM_FAILED
    SKIPPED = TaskInstanceState.SKIPPED
    DEFERRED = TaskInstanceState.DEFERRED

    task_states: tuple[TaskInstanceState | None, ...] = (None, *TaskInstanceState)
    dag_states: tuple[DagRunState, ...] = tuple(DagRunState)
    finished: frozenset[TaskInstanceState] = frozenset(TaskInstanceState(state) for state in TerminalTIState)
    unfinished: frozenset[TaskInstanceState | None] = frozenset(task_states) - finished
    finished_dr_states: frozenset[DagRunState] = frozenset({DagRunState.SUCCESS, DagRunState.FAILED})
    unfinished_dr_states: frozenset[DagRunState] = frozenset({DagRunState.QUEUED, DagRunState.RUNNING})
    failed_states: frozenset[TaskInstanceState] = frozenset(
        {TaskInstanceState.FAILED, TaskInstanceState.UPSTREAM_FAILED}
    )
    success_states: frozenset[TaskInstanceState] = frozenset({TaskInstanceState.SUCCESS, TaskInstanceState.SKIPPED})
    running: frozenset[TaskInstanceState] = frozenset({TaskInstanceState.RUNNING, TaskInstanceState.DEFERRED})
