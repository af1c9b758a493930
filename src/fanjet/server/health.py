"""`GET /health`: whether the service does its work, for people, load balancers and process supervisors."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from fanjet.errors import FanjetError
from fanjet.model.metrics import FOLDER_LOOKED_AT
from fanjet.server.places import Places
from fanjet.store.service_metrics import ProcessMetrics

#: Without a scheduler for longer than this the service is not healthy; one that died is replaced sooner.
PATIENCE_S = 10.0
_FOLDER_RECENT_S = 3600.0


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What is told. Ages are seconds."""

    #: ``healthy``, ``starting`` (no scheduler yet), ``no scheduler`` or ``no database``.
    status: str
    version: str
    #: ``reachable``, or what is wrong with it.
    database: str
    schedulers_alive: int
    #: When the DAG folder was last looked at; null where no process of this database does.
    folder_looked_at: datetime | None
    #: Of this server.
    up_for_s: float

    @property
    def is_healthy(self) -> bool:
        return self.status in {"healthy", "starting"}


def add_health(app: FastAPI, places: Places) -> None:
    """Add the path."""
    started_at = time.time()
    own_version = version("fanjet")

    @app.get("/health", tags=["service"], response_model=None, responses={503: {"description": "Not healthy."}})
    def health() -> JSONResponse:
        """Whether the service does its work: 200 when it does, 503 with the reason when it does not."""
        found = find_health(places, started_at=started_at, at=time.time(), version=own_version)
        body: dict[str, Any] = msgspec.to_builtins(found)
        return JSONResponse(body, status_code=200 if found.is_healthy else 503)


def find_health(places: Places, *, started_at: float, at: float, version: str) -> Health:
    """Ask the database how the service does.

    Args:
        places: The database.
        started_at: When this server started.
        at: Now.
        version: Of Fanjet.
    """
    up_for_s = round(at - started_at, 1)
    try:
        with places.reading() as reader:
            schedulers = reader.list_schedulers(at - PATIENCE_S)
            looked_at = _find_look(reader.list_metrics(at - _FOLDER_RECENT_S))
    except FanjetError as error:
        return Health(
            status="no database",
            version=version,
            database=str(error),
            schedulers_alive=0,
            folder_looked_at=None,
            up_for_s=up_for_s,
        )
    alive = sum(scheduler.until > at for scheduler in schedulers)
    patient = bool(schedulers) or up_for_s < PATIENCE_S
    return Health(
        status="healthy" if alive else "starting" if patient else "no scheduler",
        version=version,
        database="reachable",
        schedulers_alive=alive,
        folder_looked_at=looked_at,
        up_for_s=up_for_s,
    )


def _find_look(processes: Sequence[ProcessMetrics]) -> datetime | None:
    looks = [
        sample.value
        for process in processes
        if process.role == "folder"
        for sample in process.samples
        if sample.name == FOLDER_LOOKED_AT and sample.value
    ]
    return datetime.fromtimestamp(max(looks), UTC) if looks else None
