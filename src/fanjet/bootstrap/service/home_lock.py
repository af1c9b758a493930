"""At most one service on the SQLite database of a home: a lock file that says who holds it."""

from __future__ import annotations

import fcntl
import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from fanjet.errors import ExecutionError, OperationError
from fanjet.runtime.masked_urls import mask_urls

LOCK_NAME = "service.lock"


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock."""

    pid: int
    host: str
    #: Without passwords.
    command: str
    started_at: float

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.started_at))
        return f"process {self.pid} on {self.host} ({self.command}), since {since}"


_decode_holder = msgspec.json.Decoder(Holder).decode


@contextmanager
def home_locked(home: Path, command: list[str]) -> Iterator[None]:
    """Hold the lock of a home within this context; it ends with the process, however that ends.

    Args:
        home: The folder; made where it is missing.
        command: How this service was started, for others who want the lock; without passwords in the file.

    Raises:
        OperationError: Another service holds it.
        ExecutionError: The file cannot be made.
    """
    path = home / LOCK_NAME
    try:
        home.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ExecutionError(
            f"The folder {home} cannot be written ({error.strerror}); set FANJET_HOME to one that can."
        ) from error
    try:
        _take(fd, path)
        holder = Holder(os.getpid(), os.uname().nodename, mask_urls(shlex.join(command)), time.time())
        _write(fd, path, msgspec.json.encode(holder))
        yield
    finally:
        os.close(fd)  # the file stays: whoever waits for its lock has it open


def _take(fd: int, path: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OperationError(
            f"A service runs on this home already: {_find_holder(path)}. Stop it first, or set FANJET_HOME to another "
            "folder. Several services may share a PostgreSQL database."
        ) from None
    except OSError as error:
        raise ExecutionError(
            f"{path} cannot be locked ({error.strerror}); set FANJET_HOME to a folder on a local disk."
        ) from error


def _find_holder(path: Path) -> str:
    try:
        return str(_decode_holder(path.read_bytes()))
    except (OSError, msgspec.DecodeError):
        return "its lock file does not say which"  # it is just starting


def _write(fd: int, path: Path, text: bytes) -> None:
    try:
        os.ftruncate(fd, 0)
        os.pwrite(fd, text, 0)
    except OSError as error:
        raise ExecutionError(f"{path} cannot be written ({error.strerror}): free some space.") from error


def own_command() -> list[str]:
    """How this process was started, as people would write it."""
    return ["fanjet", *sys.argv[1:]]
