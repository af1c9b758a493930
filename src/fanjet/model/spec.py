"""The DAG as data: what parsing makes of a DAG file, and all that the engine, the store and the pages know of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from fanjet.model.lengths import LengthSpec
from fanjet.model.rules import TriggerRule
from fanjet.model.schedules import ScheduleSpec

#: What an end of the task can do beyond its own state. ``empty`` ends without ever reaching a worker.
TaskKind: TypeAlias = Literal["task", "branch", "short_circuit", "sensor", "empty"]


class MapSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One expansion: of a task by itself, or of a whole task group."""

    #: The position in `DagSpec.maps`. Enclosing maps have smaller numbers.
    number: int
    #: The maps of the enclosing mapped groups, outermost first; empty at the top of the DAG.
    scope: tuple[int, ...]
    length: LengthSpec
    #: The task that is mapped, None for a mapped group.
    task: int | None
    #: The id of the mapped group, None for a mapped task.
    group: str | None


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One task."""

    #: The position in `DagSpec.tasks`, which is in topological order: upstream tasks have smaller numbers.
    number: int
    #: The full id, with the prefixes of its groups.
    task_id: str
    #: The name of the operator class or decorator, for people.
    operator: str
    kind: TaskKind = "task"
    #: The maps of the enclosing mapped groups, outermost first.
    scope: tuple[int, ...] = ()
    #: The map of the task itself, None when only its groups (or nothing) are mapped.
    map: int | None = None
    upstream: tuple[int, ...] = ()
    #: Those of `upstream` whose results the task reads otherwise than item by item: whatever of them is run again, all
    #: of the task is.
    reads_whole: tuple[int, ...] = ()
    trigger_rule: TriggerRule = TriggerRule.ALL_SUCCESS
    #: The setups, direct and indirect, without whose success the task does not run (SEMANTICS 12.1).
    setups: tuple[int, ...] = ()
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False
    #: Extra tries after the first; 0 for none.
    retries: int = 0
    retry_delay_s: float = 300.0
    #: The factor by which the delay grows with each try; 0 keeps it constant.
    retry_backoff: float = 0.0
    max_retry_delay_s: float | None = None
    execution_timeout_s: float | None = None
    #: In a service the task waits until it, and with `wait_for_downstream` what is next to it downstream too, has
    #: succeeded or been skipped in the run before.
    depends_on_past: bool = False
    wait_for_downstream: bool = False
    pool: str = "default_pool"
    pool_slots: int = 1
    #: The absolute priority, with the weight rule applied; greater goes first.
    priority: int = 1
    #: The most instances that run at once in all runs of the DAG, and in one run; None for no limit.
    max_active_per_dag: int | None = None
    max_active_per_run: int | None = None
    #: ``process`` gives each try a fresh fork.
    isolation: Literal["worker", "process"] = "worker"
    #: Whether another task is mapped over the result of this one, so that the length of the result is wanted.
    feeds_map: bool = False
    has_templates: bool = False
    has_label: bool = False
    #: Which callbacks (``execute``, ``success``, ``failure``, ``retry``, ``skipped``) the task has.
    callbacks: tuple[str, ...] = ()
    #: The id of the innermost task group, None at the top.
    group: str | None = None
    doc: str | None = None
    line: int | None = None
    #: Who looks after the task; empty when nobody was named.
    owner: str = ""
    #: What people see instead of the id.
    display_name: str | None = None

    @property
    def depth(self) -> int:
        """The number of positions in the path of an expanded instance."""
        return len(self.scope) + (self.map is not None)


class GroupSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One task group, for displays; what it means for running is in the tasks and maps."""

    group_id: str
    #: The id of the enclosing group, None at the top.
    parent: str | None = None
    #: The map of the group itself, None when it is not mapped.
    map: int | None = None
    tooltip: str = ""
    #: What people see instead of the id.
    display_name: str | None = None


class ParamSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of the DAG with its default and its JSON schema."""

    name: str
    #: JSON text of the default; None when a value must be given.
    default: str | None = None
    schema: dict[str, object] = {}
    description: str | None = None


class DeadlineSpec(msgspec.Struct, frozen=True, kw_only=True):
    """When a run has to have ended; who is told when it has not is in the DAG file."""

    #: What it is counted from. A run without a logical date has no deadline that is counted from it.
    reference: Literal["logical_date", "queued_at", "fixed", "average_runtime"]
    #: How long after that; negative for before.
    interval_s: float
    #: Of ``fixed``: the instant, in seconds since the epoch.
    at: float | None = None
    #: Of ``average_runtime``: the most runs that count, and with how few there is no deadline.
    max_runs: int = 0
    min_runs: int = 0
    name: str | None = None


class DagSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One DAG."""

    dag_id: str
    #: The file, relative to the root of the bundle.
    file: str
    tasks: tuple[TaskSpec, ...]
    maps: tuple[MapSpec, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    params: tuple[ParamSpec, ...] = ()
    #: The tasks whose ends decide about the run (SEMANTICS 13.2).
    leaves: tuple[int, ...] = ()
    fail_fast: bool = False
    #: The most instances of one run that run at once; None for no limit.
    max_active_tasks: int | None = None
    description: str | None = None
    doc: str | None = None
    tags: tuple[str, ...] = ()
    #: The text of the schedule, for people; None when the DAG is only started by hand.
    schedule: str | None = None
    #: Whether the DAG itself has callbacks for ``success`` or ``failure``.
    callbacks: tuple[str, ...] = ()
    dagrun_timeout_s: float | None = None
    deadlines: tuple[DeadlineSpec, ...] = ()
    #: Edge labels: (upstream task id, downstream task id) -> text.
    labels: tuple[tuple[str, str, str], ...] = ()
    #: The most runs at once; None for what the settings say, 0 for no limit.
    max_active_runs: int | None = None
    #: Between which instants the schedule holds; aware.
    start_date: datetime | None = None
    end_date: datetime | None = None
    #: Whether scheduled runs that were missed are made up for.
    catchup: bool = False
    #: Whether schedules wait until someone switches them on; None for the default.
    paused_on_creation: bool | None = None
    #: What people see instead of the id.
    display_name: str | None = None
    #: When runs are due; None when the DAG is only started by hand.
    timetable: ScheduleSpec | None = None
    #: The time zone of the DAG, in which people see its dates: an IANA name or an offset such as ``+05:30``.
    timezone: str = "UTC"
    #: The task whose value is the result of the DAG; None when it has none.
    result: int | None = None

    def task(self, task_id: str) -> TaskSpec:
        """The task with this id.

        Raises:
            KeyError: There is none.
        """
        for task in self.tasks:
            if task.task_id == task_id:
                return task
        raise KeyError(task_id)
