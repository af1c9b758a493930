"""Pages for people: what this is, which DAGs there are and how their runs go, as plain tables."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Query
from fastapi.responses import HTMLResponse

from fanjet.model.texts import storable
from fanjet.server.answers import count_by_task
from fanjet.server.health import HealthCheck
from fanjet.server.numbers import RunNumber
from fanjet.server.places import Places

if TYPE_CHECKING:
    from jinja2 import Environment

_PAGE_ROWS = 100


def add_pages(app: FastAPI, places: Places, check: HealthCheck) -> None:
    """Add the pages."""

    @app.get("/", include_in_schema=False)
    def start() -> HTMLResponse:
        health = check.find()
        counts = errors = None
        if health.database == "reachable":
            with places.reading() as reader:
                counts, errors = reader.count_open_runs(), reader.list_import_errors()
        return _render("start.html", health=health, counts=counts, errors=errors, settings=places.settings)

    @app.get("/api", include_in_schema=False)
    def api() -> HTMLResponse:
        return _render("api.html", paths=app.openapi()["paths"])

    @app.get("/dags", include_in_schema=False)
    def dags(after: str = "") -> HTMLResponse:
        with places.reading() as reader:
            rows = reader.list_dags(after=after, limit=_PAGE_ROWS)
        return _render("dags.html", dags=rows, after=rows[-1].dag_id if len(rows) == _PAGE_ROWS else None)

    @app.get("/runs", include_in_schema=False)
    def runs(dag_id: Annotated[str | None, Query()] = None, before: RunNumber | None = None) -> HTMLResponse:
        with places.reading() as reader:
            rows = reader.list_service_runs(dag_id=dag_id, before=before, limit=_PAGE_ROWS)
        more = rows[-1].run.info.number if len(rows) == _PAGE_ROWS else None
        return _render("runs.html", runs=rows, dag_id=dag_id, before=more)

    @app.get("/runs/{run}", include_in_schema=False)
    def run(run: RunNumber) -> HTMLResponse:
        with places.reading() as reader:
            row = reader.get_service_run(run)
            spec = reader.get_spec(run)
            counts = count_by_task(spec, reader.counts(run))
        return _render("run.html", row=row, spec=spec, counts=counts)


def _render(name: str, **values: Any) -> HTMLResponse:
    return HTMLResponse(storable(_find_environment().get_template(name).render(**values)))


@cache
def _find_environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - late: only pages need it

    environment = Environment(
        loader=PackageLoader("fanjet.server"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["instant"] = say_instant
    environment.filters["duration"] = say_duration
    return environment


def say_instant(instant: datetime | float | None) -> str:
    """An instant, UTC, to the second."""
    if instant is None:
        return "-"
    found = instant if isinstance(instant, datetime) else datetime.fromtimestamp(instant, UTC)
    return found.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def say_duration(seconds: float) -> str:
    """Roughly how long: ``3.2 s``, ``5 min``, ``2.5 h``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
