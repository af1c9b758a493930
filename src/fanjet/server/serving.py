"""Runs the server: uvicorn over a socket that is listening already."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable

import uvicorn

from fanjet.server.front import App, Front
from fanjet.server.health import HealthCheck
from fanjet.server.known_names import KnownNames
from fanjet.server.places import Places, StartRun
from fanjet.settings.values import Settings

#: Requests that are under way when the server is asked to end have so long.
STOP_WITHIN_S = 5


def serve(
    settings: Settings,
    listener: socket.socket,
    *,
    start_run: StartRun,
    on_ready: Callable[[], None],
    pulse: Callable[[], None],
) -> None:
    """Answer requests until SIGTERM or SIGINT.

    Args:
        settings: The settings.
        listener: A listening socket.
        start_run: Asks for runs.
        on_ready: Called once requests are answered.
        pulse: Called about once a second while they can be.

    Raises:
        ExecutionError: The database cannot be opened.
    """
    places = Places(settings, start_run)
    places.prepare()
    config = uvicorn.Config(
        Front(places, _load, on_ready, KnownNames((settings.server_names or "").split(",")), pulse),
        log_config=None,
        access_log=logging.getLogger("fanjet").isEnabledFor(logging.DEBUG),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
    before = {number: signal.signal(number, _ended_in_order) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended_in_order(_number: int, _frame: object) -> None:
    """Uvicorn raises the signal that ended it once more at its end, where it would count as a violent death."""


def _load(places: Places, check: HealthCheck) -> App:
    from fanjet.server.app import make_app  # noqa: PLC0415 - late: health is told meanwhile

    return make_app(places, check)
