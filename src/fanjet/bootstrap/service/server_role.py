"""The server of a service: answers HTTP until it is asked to end."""

from __future__ import annotations

import socket
from collections.abc import Callable

from fanjet.bootstrap.service.listening import listen
from fanjet.bootstrap.triggered_runs import TriggeredRuns
from fanjet.server.serving import serve
from fanjet.settings.values import Settings


def run(
    settings: Settings,
    listener: socket.socket | None,
    *,
    on_ready: Callable[[], None],
    pulse: Callable[[], None],
) -> None:
    """Serve until SIGTERM.

    Args:
        settings: The settings.
        listener: What to accept connections on; None to listen at the address of the settings.
        on_ready: Called when connections are accepted.
        pulse: Called about once a second while requests can be answered.

    Raises:
        OperationError: The address is taken.
    """
    serve(
        settings,
        listener or listen(settings.host, settings.port),
        start_run=TriggeredRuns(settings).start,
        on_ready=on_ready,
        pulse=pulse,
    )
