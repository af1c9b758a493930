"""`fanjet up`: from settings to a running service."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from importlib.metadata import version

from fanjet.bootstrap.service.environment import role_environment
from fanjet.bootstrap.service.home_lock import home_locked, own_command
from fanjet.bootstrap.service.listening import find_address, is_local, listen
from fanjet.bootstrap.service.logs import start_logging
from fanjet.bootstrap.service.notify import notify_systemd
from fanjet.bootstrap.service.preflight import prepare_folder, refused_at_start, wait_for_database
from fanjet.bootstrap.service.role_process import Role
from fanjet.bootstrap.service.supervisor import Supervisor
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database

_log = logging.getLogger("fanjet.supervisor")
#: A role that has no tries to wait for ends within this time.
_SMALL_GRACE_S = 10.0
#: A scheduler keeps its own time for running tries; what it needs beyond that is for killing and writing.
_SCHEDULER_MARGIN_S = 10.0
#: OpenTelemetry's own names for where traces go.
_OTEL_VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def serve(settings: Settings, *, tell: Callable[[dict[str, str]], None] | None) -> None:
    """Run the service until a signal ends it.

    Args:
        settings: The settings.
        tell: Shows people what is running once it is, as labels with texts; None to log it as an event.

    Raises:
        OperationError: The port or the home is held by others, or a setting or the database cannot be used.
        ExecutionError: The database has not come in time, or the service cannot go on.
    """
    start_logging("supervisor", settings)
    database = Database.of(settings)
    with ExitStack() as stack:
        with refused_at_start():
            if database.dialect == "sqlite":
                stack.enter_context(home_locked(settings.home, own_command()))
            listener = stack.enter_context(listen(settings.host, settings.port))
            prepare_folder(settings)
            wait_for_database(settings, database)
        elsewhere = "" if is_local(listener) else f", and from elsewhere ({settings.host})"
        facts = _describe(settings, database, find_address(listener) + elsewhere)

        def say_ready() -> None:
            notify_systemd("READY=1")
            if tell is not None:
                tell(facts)
            else:
                _log.info("The service is up.", extra={label.replace(" ", "_"): text for label, text in facts.items()})
            if not is_local(listener):
                _log.warning(
                    "Whoever can reach %s can start and change runs: there is no authentication. Let only people in "
                    "whom you trust, by a firewall or a proxy that asks for a password.", settings.host,
                )  # fmt: skip

        server = Role(
            kind="server",
            name="server",
            grace_s=_SMALL_GRACE_S,
            silence_s=_find_silence_s(settings, 0.0),
            listener=listener,
        )
        Supervisor(
            [server, *_list_roles(settings)],
            role_environment(settings),
            on_ready=say_ready,
            stop_grace_s=settings.stop_grace_s,
        ).run()


def _list_roles(settings: Settings) -> list[Role]:
    several = settings.schedulers > 1
    schedulers = [
        Role(
            kind="scheduler",
            name=f"scheduler {number}" if several else "scheduler",
            grace_s=settings.stop_grace_s + _SCHEDULER_MARGIN_S,
            silence_s=_find_silence_s(settings, settings.db_busy_timeout_s),
        )
        for number in range(1, settings.schedulers + 1)
    ]
    longest_s = max(settings.parse_timeout_s, settings.db_busy_timeout_s)
    folder = Role(kind="folder", name="folder", grace_s=_SMALL_GRACE_S, silence_s=_find_silence_s(settings, longest_s))
    traces = Role(
        kind="traces",
        name="traces",
        grace_s=_SMALL_GRACE_S,
        silence_s=_find_silence_s(settings, settings.db_busy_timeout_s),
    )
    return [*schedulers, folder, traces] if _wants_traces(settings) else [*schedulers, folder]


def _find_silence_s(settings: Settings, waits_s: float) -> float | None:
    """After what silence a role hangs that waits for one thing for so long at most; None for never.

    It may wait for several things, one after another, when the database is away.
    """
    return max(settings.hang_limit_s, 3 * waits_s) if settings.hang_limit_s else None


def _wants_traces(settings: Settings) -> bool:
    return settings.otel_endpoint is not None or any(os.environ.get(name) for name in _OTEL_VARIABLES)


def _describe(settings: Settings, database: Database, address: str) -> dict[str, str]:
    workers = f"{settings.workers} tries at once" if settings.workers else "as many busy tries as cores"
    count = settings.schedulers
    return {
        "Fanjet": f"{version('fanjet')} is up",
        "address": address,
        "database": database.shown,
        "DAG folder": str(settings.dags_folder),
        "home": str(settings.home),
        "processes": f"{count} scheduler{'' if count == 1 else 's'} ({workers} each), folder, server",
        "to stop": "Ctrl-C" if sys.stdout.isatty() else "SIGTERM",
    }
