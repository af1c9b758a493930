"""What the API answers: the shapes of DAGs, runs and errors of files. Instants are ISO 8601, UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator

from fanjet.model.json_texts import read_json, to_shown
from fanjet.model.spec import DagSpec
from fanjet.model.states import State
from fanjet.model.values import PLAIN
from fanjet.runtime.values import to_json
from fanjet.store.queries.dag_results import DagResult
from fanjet.store.queries.rows import TaskCounts
from fanjet.store.service.rows import DagRow, ImportErrorRow, ServiceRunRow

#: What others have written, so that one of them cannot spoil the answer for all: see `to_shown`.
Json: TypeAlias = Annotated[Any, BeforeValidator(to_shown)]
JsonObject: TypeAlias = Annotated[dict[str, Any], BeforeValidator(to_shown)]
JsonList: TypeAlias = Annotated[list[Any], BeforeValidator(to_shown)]


class Dag(BaseModel):
    """A DAG."""

    dag_id: str
    display_name: str | None
    description: str | None
    tags: list[str]
    #: For people.
    schedule: str | None
    is_paused: bool
    #: Whether a file of the folder has it; false for one whose history is kept.
    is_present: bool
    file: str
    next_run_after: datetime | None
    #: Why that is not known: its timetable fails. Null when all is well.
    schedule_error: str | None
    #: The number of its newest version.
    version: int


class Param(BaseModel):
    """A parameter of a DAG."""

    name: str
    default: Json
    has_default: bool
    description: str | None
    #: JSON schema.
    json_schema: JsonObject


class Task(BaseModel):
    """A task of a DAG."""

    task_id: str
    display_name: str | None
    operator: str
    group: str | None
    is_mapped: bool
    upstream: list[str]


class DagDetails(Dag):
    """A DAG with what is in it."""

    doc: str | None
    start_date: datetime | None
    end_date: datetime | None
    catchup: bool
    max_active_runs: int | None
    params: list[Param]
    tasks: list[Task]


class Dags(BaseModel):
    """A page of DAGs."""

    dags: list[Dag]
    #: Give it as `after` for the next page; null on the last.
    next_after: str | None


class ImportError(BaseModel):  # noqa: A001 - what people call it
    """What is wrong with a file of the DAG folder."""

    folder: str
    file: str
    parsed_at: datetime
    errors: JsonList


class ImportErrors(BaseModel):
    """All files with errors."""

    import_errors: list[ImportError]


class Run(BaseModel):
    """A run."""

    run: int
    dag_id: str
    run_id: str
    state: str
    run_type: str
    logical_date: datetime | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    queued_at: datetime | None
    #: Null while it is queued.
    started_at: datetime | None
    ended_at: datetime | None
    conf: JsonObject
    params: JsonObject
    note: str | None


class RunDetails(Run):
    """A run with the recorded instances of its tasks, by state. What waits or runs is not recorded."""

    counts: dict[str, dict[str, int]]


class RunResult(BaseModel):
    """The result of a run."""

    run: int
    #: The task that it comes from.
    task_id: str
    #: The value; of one that is large or no JSON its type and preview, of a mapped task null.
    value: Json
    #: Whether that is all of it.
    is_whole: bool
    #: How many values there are: more than one, perhaps, of a mapped task.
    count: int
    #: Prints what is not told here; null where that is nothing.
    command: str | None


class Runs(BaseModel):
    """A page of runs, the newest first."""

    runs: list[Run]
    #: Give it as `before` for the next page; null on the last.
    next_before: int | None


def dag_fields(row: DagRow) -> dict[str, Any]:
    """The fields of `Dag`."""
    spec = row.spec
    return {
        "dag_id": row.dag_id,
        "display_name": spec.display_name,
        "description": spec.description,
        "tags": list(spec.tags),
        "schedule": spec.schedule,
        "is_paused": row.is_paused,
        "is_present": row.is_present,
        "file": row.file,
        "next_run_after": find_instant(row.next_run_after),
        "schedule_error": row.plan_error,
        "version": row.version,
    }


def dag_details(row: DagRow) -> DagDetails:
    """A DAG with all that is in it."""
    spec = row.spec
    return DagDetails(
        **dag_fields(row),
        doc=spec.doc,
        start_date=spec.start_date,
        end_date=spec.end_date,
        catchup=spec.catchup,
        max_active_runs=spec.max_active_runs,
        params=[
            Param(
                name=param.name,
                default=None if param.default is None else read_json(param.default),
                has_default=param.default is not None,
                description=param.description,
                json_schema=dict(param.schema),
            )
            for param in spec.params
        ],
        tasks=_list_tasks(spec),
    )


def _list_tasks(spec: DagSpec) -> list[Task]:
    return [
        Task(
            task_id=task.task_id,
            display_name=task.display_name,
            operator=task.operator,
            group=task.group,
            is_mapped=task.depth > 0,
            upstream=[spec.tasks[number].task_id for number in task.upstream],
        )
        for task in spec.tasks
    ]


def import_error(row: ImportErrorRow) -> ImportError:
    """One file."""
    return ImportError(
        folder=row.folder, file=row.file, parsed_at=datetime.fromtimestamp(row.parsed_at, UTC), errors=row.errors
    )


def run_fields(row: ServiceRunRow) -> dict[str, Any]:
    """The fields of `Run`."""
    info = row.run.info
    return {
        "run": info.number,
        "dag_id": info.dag_id,
        "run_id": info.run_id,
        "state": row.run.state.label,
        "run_type": info.run_type,
        "logical_date": info.logical_date,
        "data_interval_start": info.data_interval_start,
        "data_interval_end": info.data_interval_end,
        "queued_at": row.run.queued_at,
        "started_at": row.run.started_at,
        "ended_at": row.run.ended_at,
        "conf": read_json(info.conf),
        "params": read_json(info.params),
        "note": row.note,
    }


def run_result(run: int, found: DagResult) -> RunResult:
    """The result of a run; nothing is read from the value store."""
    is_whole = not found.is_mapped and (found.value is None or found.value[:1] == PLAIN)
    return RunResult(
        run=run,
        task_id=found.task.task_id,
        value=None if found.value is None else to_json(found.value),
        is_whole=is_whole,
        count=found.succeeded,
        command=None if is_whole else f"fanjet xcom {run} {found.task.task_id} --limit 0 --json",
    )


def count_by_task(spec: DagSpec, counts: dict[int, TaskCounts]) -> dict[str, dict[str, int]]:
    """Recorded instances by task and state, without zeros."""
    return {
        spec.tasks[number].task_id: {State(state).label: count for state, count in enumerate(found.counts) if count}
        for number, found in counts.items()
    }


def find_instant(seconds: float | None) -> datetime | None:
    """The instant, UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
