"""Services that benchmarks start: `fanjet up` in a folder of its own, gone with its `with` block."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from fanjet.errors import OperationError
from fanjet.store.database.connections import open_reader
from fanjet.store.database.database import Database
from fanjet.store.database.port import Connection

#: Runs the rest of the command as if on a machine of another name, so that processes here cannot be looked up there.
_ELSEWHERE = ["unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh"]
_START_WITHIN_S = 60.0
_END_WITHIN_S = 60.0


class Service:
    """A service that runs.

    Args:
        process: Its supervisor.
        environment: For commands beside it.
    """

    def __init__(self, process: subprocess.Popen[bytes], environment: dict[str, str]) -> None:
        self.process = process
        self._environment = environment

    def find_role(self, kind: str) -> psutil.Process:
        """The process of a role."""
        return next(child for child in psutil.Process(self.process.pid).children() if kind in child.cmdline()[3:5])

    def command(self, *arguments: str) -> str:
        """The output of another command on the same home."""
        done = subprocess.run(
            [sys.executable, "-m", "fanjet", *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=_START_WITHIN_S,
        )
        return done.stdout


@contextmanager
def serving(
    home: Path, log: Path, dags: Path, *arguments: str, url: str | None = None, elsewhere: bool = False, **settings: str
) -> Iterator[Service]:
    """A service for as long as it is needed.

    Args:
        home: Its home; several services on one database share it.
        log: What it writes.
        dags: Its DAG folder.
        arguments: More of its command.
        url: Of a PostgreSQL database.
        elsewhere: As if on another machine; needs root and Linux.
        settings: More settings.
    """
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "FANJET_HOME": str(home), "FANJET_PORT": "0", "FANJET_DAGS": str(dags)}
    environment |= {} if url is None else {"FANJET_DATABASE": url}
    environment |= {f"FANJET_{name.upper()}": value for name, value in settings.items()}
    command = [*(_ELSEWHERE if elsewhere else []), sys.executable, "-m", "fanjet", "up", *arguments]
    with log.open("wb") as lines:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=lines, stderr=lines)
    try:
        yield Service(process, environment)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_END_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for_rows(database: Database, statement: str, service: Service, within_s: float = _START_WITHIN_S) -> list[Any]:
    """The rows of a statement once there are any."""
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        if service.process.poll() is None and (rows := select(database, statement)):
            return rows
        time.sleep(0.02)
    raise RuntimeError(f"nothing came of: {statement}")


def select(database: Database, statement: str) -> list[Any]:
    """The rows of a statement; none while there is no database."""
    try:
        connection: Connection = open_reader(database, 10.0)
    except OperationError:
        return []
    try:
        return list(connection.select(statement))
    finally:
        connection.close()
