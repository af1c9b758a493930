"""The application: which paths there are, and what failures look like to clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from fanjet.server.health import add_health
from fanjet.server.places import Places


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
    add_health(app, places)
    return app
