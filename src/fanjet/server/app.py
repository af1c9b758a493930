"""The application: which paths there are, and what failures look like to clients."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from fanjet.errors import ConflictError, ExecutionError, FanjetError, NotFoundError, OperationError
from fanjet.server.dags import add_dags
from fanjet.server.health import add_health
from fanjet.server.metrics import add_metrics
from fanjet.server.pages import add_pages
from fanjet.server.places import Places
from fanjet.server.runs import add_runs

_log = logging.getLogger("fanjet.server")

#: The first class that an error is of says what its status is.
_STATUSES: tuple[tuple[type[FanjetError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (OperationError, 422),
    (ExecutionError, 503),
)


def make_app(places: Places, *, on_ready: Callable[[], None]) -> FastAPI:
    """The application.

    Args:
        places: The database.
        on_ready: Called when it is started.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        on_ready()
        yield

    app = FastAPI(
        title="Fanjet",
        version=version("fanjet"),
        description="Runs workflows that find out at run time what there is to do.",
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.add_exception_handler(FanjetError, _explain)
    add_health(app, places)
    add_metrics(app, places)
    add_dags(app, places)
    add_runs(app, places)
    add_pages(app, places)
    return app


async def _explain(request: Request, error: Exception) -> JSONResponse:
    """As FastAPI's own errors look: an object with `detail`."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    if status >= 500:
        _log.error("%s %s: %s", request.method, request.url.path, error, exc_info=error if status == 500 else None)
    return JSONResponse({"detail": str(error)}, status_code=status)
