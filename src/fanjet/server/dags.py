"""`/api/v1/dags` and `/api/v1/import-errors`."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict

from fanjet.server import answers
from fanjet.server.places import Places
from fanjet.store.service.switches import set_paused

_MOST = 1000


class DagChange(BaseModel):
    """What can be changed about a DAG."""

    model_config = ConfigDict(extra="forbid")

    is_paused: bool


def add_dags(app: FastAPI, places: Places) -> None:
    """Add the paths."""

    @app.get("/api/v1/dags", tags=["DAGs"])
    def list_dags(after: str = "", limit: Annotated[int, Query(ge=1, le=_MOST)] = 100) -> answers.Dags:
        """The DAGs of the folder, by id."""
        with places.reading() as reader:
            rows = reader.list_dags(after=after, limit=limit)
        found = [answers.Dag(**answers.dag_fields(row)) for row in rows]
        return answers.Dags(dags=found, next_after=rows[-1].dag_id if len(rows) == limit else None)

    @app.get("/api/v1/dags/{dag_id}", tags=["DAGs"])
    def get_dag(dag_id: str) -> answers.DagDetails:
        """A DAG with its tasks and parameters."""
        with places.reading() as reader:
            return answers.dag_details(reader.get_dag(dag_id))

    @app.patch("/api/v1/dags/{dag_id}", tags=["DAGs"])
    def change_dag(dag_id: str, change: DagChange) -> answers.DagDetails:
        """Pause a DAG, so that no runs of it are started, or have it go on."""
        with places.writing() as connection:
            set_paused(connection, dag_id, paused=change.is_paused, at=time.time())
        return get_dag(dag_id)

    @app.get("/api/v1/import-errors", tags=["DAGs"])
    def list_import_errors() -> answers.ImportErrors:
        """Files of the DAG folder that cannot be loaded or whose timetables fail, and why."""
        with places.reading() as reader:
            rows = reader.list_import_errors()
        return answers.ImportErrors(import_errors=[answers.import_error(row) for row in rows])
