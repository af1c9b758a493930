"""`/api/v1/assets/events`: something outside of Fanjet has made an asset."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from fanjet.errors import ConflictError, NotFoundError
from fanjet.model.json_texts import write_json
from fanjet.model.requests import AssetEvent
from fanjet.model.schedules import AssetName, AssetNeed, find_condition
from fanjet.server.places import Places
from fanjet.store.database.bells import ring
from fanjet.store.journal.shared import SharedStore
from fanjet.store.service.queries import ServiceReader
from fanjet.store.service.rows import DagRow

_PAGE = 500


class NewAssetEvent(BaseModel):
    """An asset that was made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)
    #: That of the asset of this name which DAGs wait for, where it is left out.
    uri: str | None = Field(default=None, min_length=1)
    #: What tasks find as `extra` of the event.
    extra: dict[str, Any] = Field(default_factory=dict)


class TakenAssetEvent(BaseModel):
    """An asset that was made, and the DAGs whose schedules name it."""

    name: str
    uri: str
    extra: dict[str, Any]
    at: datetime
    dag_ids: list[str]


def add_assets(app: FastAPI, places: Places) -> None:
    """Add the paths."""

    @app.post("/api/v1/assets/events", tags=["assets"], status_code=201)
    def record_event(new: NewAssetEvent) -> TakenAssetEvent:
        """Say that an asset was made: DAGs whose schedules wait for it start as if a task had made it."""
        extra = write_json(new.extra, "extra")
        with places.reading() as reader:
            uri = new.uri or _find_uri(reader, new.name)
            asset = AssetName(new.name, uri)
            dag_ids = [dag.dag_id for dag, need in _iter_needs(reader) if need.fits(asset)]
        if not dag_ids:
            raise NotFoundError(f"No DAG of the folder waits for an asset {new.name!r} with the URI {uri!r}.")
        at = datetime.fromtimestamp(time.time(), UTC)
        event = AssetEvent(
            name=new.name, uri=uri, extra=extra, dag_id="", run_id=f"api__{at.isoformat()}", task_id="", path=(),
            at=at.timestamp(),
        )  # fmt: skip
        with closing(SharedStore(places.database, busy_timeout_s=places.settings.db_busy_timeout_s)) as store:
            store.record_events([event])
        with places.writing() as connection:
            ring(connection)
        return TakenAssetEvent(name=new.name, uri=uri, extra=new.extra, at=at, dag_ids=[*dict.fromkeys(dag_ids)])


def _iter_needs(reader: ServiceReader) -> Iterator[tuple[DagRow, AssetNeed]]:
    """The assets that DAGs of the folder wait for, one after the other."""
    after = ""
    while rows := reader.list_dags(after=after, limit=_PAGE):
        for row in rows:
            condition = find_condition(row.spec.timetable)
            for need in () if condition is None else condition.leaves():
                if isinstance(need, AssetNeed):
                    yield row, need
        after = rows[-1].dag_id


def _find_uri(reader: ServiceReader, name: str) -> str:
    """That of the asset of a name; the name itself where nobody says another."""
    uris = {need.uri for _, need in _iter_needs(reader) if need.name == name and need.uri is not None}
    if len(uris) > 1:
        raise ConflictError(f"DAGs wait for assets {name!r} with different URIs: {', '.join(sorted(uris))}. Give one.")
    return next(iter(uris), name)
