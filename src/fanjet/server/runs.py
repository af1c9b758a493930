"""`/api/v1/runs`, and starting runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Body, FastAPI, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from fanjet.errors import NotFoundError
from fanjet.model.runs import LONGEST_NOTE, LONGEST_RUN_ID
from fanjet.model.states import RunStatus
from fanjet.server import answers
from fanjet.server.numbers import RunNumber
from fanjet.server.places import Places
from fanjet.store.queries.dag_results import find_dag_result
from fanjet.store.service.switches import set_note

_MOST = 1000


class NewRun(BaseModel):
    """A run that is asked for."""

    model_config = ConfigDict(extra="forbid")

    #: Values for the parameters of the DAG.
    params: dict[str, Any] = Field(default_factory=dict)
    #: What tasks see as `dag_run.conf`; what it says of parameters counts too.
    conf: dict[str, Any] = Field(default_factory=dict)
    #: With a time zone; now where it is left out.
    logical_date: AwareDatetime | None = None
    run_id: str | None = Field(default=None, min_length=1, max_length=LONGEST_RUN_ID)
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)


class RunChange(BaseModel):
    """What can be changed about a run."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(max_length=LONGEST_NOTE)


def add_runs(app: FastAPI, places: Places) -> None:
    """Add the paths."""

    @app.get("/api/v1/runs", tags=["runs"])
    def list_runs(
        dag_id: str | None = None,
        state: Literal["queued", "running", "success", "failed"] | None = None,
        before: RunNumber | None = None,
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 50,
    ) -> answers.Runs:
        """Runs, the newest first."""
        status = None if state is None else RunStatus[state.upper()]
        with places.reading() as reader:
            rows = reader.list_service_runs(dag_id=dag_id, state=status, before=before, limit=limit)
        found = [answers.Run(**answers.run_fields(row)) for row in rows]
        return answers.Runs(runs=found, next_before=found[-1].run if len(found) == limit else None)

    @app.get("/api/v1/runs/{run}", tags=["runs"])
    def get_run(run: RunNumber) -> answers.RunDetails:
        """A run with its instances counted by task and state."""
        with places.reading() as reader:
            row = reader.get_service_run(run)
            counts = answers.count_by_task(reader.get_spec(run), reader.counts(run))
        return answers.RunDetails(**answers.run_fields(row), counts=counts)

    @app.get("/api/v1/runs/{run}/result", tags=["runs"], responses={404: {"description": "There is none (yet)."}})
    def get_result(run: RunNumber) -> answers.RunResult:
        """What the DAG gives: the value of the task that it marks for it. Of a mapped task, how many there are."""
        with places.reading() as reader:
            row = reader.get_service_run(run)
            found = find_dag_result(reader, run, reader.get_spec(run))
        if found is None:
            raise NotFoundError(
                f"DAG '{row.run.info.dag_id}' of run {run} has no result. Mark a task with @result in its file."
            )
        if not found.succeeded:
            what = "has no result" if row.run.ended_at else "has no result yet"
            task_id, state = found.task.task_id, row.run.state.label
            raise NotFoundError(f"Run {run} ({state}) {what}: task '{task_id}' has not succeeded.")
        return answers.run_result(run, found)

    @app.patch("/api/v1/runs/{run}", tags=["runs"])
    def change_run(run: RunNumber, change: RunChange) -> answers.RunDetails:
        """Keep a note with a run; null takes it away."""
        with places.writing() as connection:
            set_note(connection, run, change.note)
        return get_run(run)

    @app.post("/api/v1/dags/{dag_id}/runs", tags=["runs"], status_code=201)
    def start_run(dag_id: str, new: Annotated[NewRun, Body(default_factory=NewRun)]) -> answers.RunDetails:
        """Ask for a run. It is queued until a scheduler has room for it; one of a paused DAG until that goes on."""
        number = places.start_run(
            dag_id,
            params=new.params,
            conf=new.conf,
            logical_date=new.logical_date,
            run_id=new.run_id,
            note=new.note,
        )
        return get_run(number)
