"""The application: which paths there are, and what failures look like to clients."""

from __future__ import annotations

import logging
from importlib.metadata import version
from typing import Any

import msgspec
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from fanjet.errors import ConflictError, ExecutionError, FanjetError, NotFoundError, OperationError
from fanjet.model.json_texts import to_shown
from fanjet.model.texts import storable
from fanjet.server.assets import add_assets
from fanjet.server.body_limit import BodyLimit
from fanjet.server.dags import add_dags
from fanjet.server.health import HealthCheck
from fanjet.server.metrics import add_metrics
from fanjet.server.pages import add_pages
from fanjet.server.places import Places
from fanjet.server.runs import add_runs
from fanjet.server.strictness import check_request

_log = logging.getLogger("fanjet.server")

#: The first class that an error is of says what its status is.
_STATUSES: tuple[tuple[type[FanjetError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (OperationError, 422),
    (ExecutionError, 503),
)


def make_app(places: Places, check: HealthCheck) -> FastAPI:
    """The application.

    Args:
        places: The database.
        check: Says how the service does.
    """
    app = FastAPI(
        title="Fanjet",
        version=version("fanjet"),
        description="Runs workflows that find out at run time what there is to do.",
        docs_url=None,  # it would load its program from elsewhere; `fanjet.server.pages` shows the same as a table
        redoc_url=None,
        openapi_url="/api/openapi.json",
        dependencies=[Depends(check_request)],
    )
    app.add_middleware(BodyLimit)
    app.add_exception_handler(FanjetError, _explain)
    app.add_exception_handler(RequestValidationError, _explain_request)

    @app.get("/health", tags=["service"], responses={503: {"description": "It does not."}})
    def health() -> JSONResponse:
        """Whether the service does its work, and how each part of it does."""
        found = check.find()
        body: dict[str, Any] = msgspec.to_builtins(found)
        return JSONResponse(body, status_code=found.http_status)

    add_metrics(app, places)
    add_dags(app, places)
    add_runs(app, places)
    add_assets(app, places)
    add_pages(app, places, check)
    return app


async def _explain(request: Request, error: Exception) -> JSONResponse:
    """As FastAPI's own errors look: an object with `detail`."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    if status >= 500:
        _log.error("%s %s: %s", request.method, request.url.path, error, exc_info=error if status == 500 else None)
    return JSONResponse({"detail": storable(str(error))}, status_code=status)


async def _explain_request(_request: Request, error: Exception) -> JSONResponse:
    """What is wrong with the values of a request: where, and what would be right, without what was sent."""
    assert isinstance(error, RequestValidationError)
    faults = [{name: fault[name] for name in ("type", "loc", "msg")} for fault in error.errors()]
    return JSONResponse({"detail": to_shown(faults)}, status_code=422)
