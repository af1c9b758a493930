"""Connecting to PostgreSQL: with the types, limits and promises that the store relies on."""

from __future__ import annotations

import logging
from typing import Any, Final

import psycopg
from psycopg.abc import Buffer
from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader
from psycopg.types.string import StrBinaryDumper, StrDumperUnknown

from fanjet.errors import ExecutionError, OperationError
from fanjet.store.database.database import Database
from fanjet.store.database.port import Row
from fanjet.store.database.postgres_arrays import register_arrays
from fanjet.store.database.postgres_faults import explain_postgres
from fanjet.store.database.postgres_poolers import LOOK_AT_SESSION, refuse_shared

OLDEST_POSTGRES = 140_000
#: It warns of each connection that ends while it is used; the store says that itself, with what it means.
logging.getLogger("psycopg").setLevel(logging.ERROR)
#: A lost network is noticed after some of these.
_KEEPALIVE: Final[dict[str, Any]] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
#: A scheduler that was paused in the middle of a transaction must not keep its rows from others for longer.
_LONGEST_PAUSE_S = 10
_LEAST_CONNECT_TIMEOUT_S = 2
#: Whatever the server promises beyond the disk of the primary stays.
_WAIT_FOR_DISK = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"""
_NUL, _NUL_SHOWN = "\0", "\u2400"


class _Text(StrDumperUnknown):
    """Texts without the NUL that PostgreSQL cannot hold and a task may well print; a visible sign stands for it."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace(_NUL, _NUL_SHOWN) if _NUL in obj else obj)


class _BinaryText(StrBinaryDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace(_NUL, _NUL_SHOWN) if _NUL in obj else obj)


class _Sum(NumericBinaryLoader):
    """Sums of whole numbers are `numeric` there."""

    def load(self, data: Buffer) -> Any:
        number = super().load(data)
        return int(number) if number == int(number) else float(number)


def connect(database: Database, *, timeout_s: float, durable: bool, read_only: bool) -> psycopg.Connection[Row]:
    """A new connection, in which every statement is a transaction by itself unless one was begun.

    Raises:
        OperationError: The URL is none that libpq understands.
        ExecutionError: The server cannot be reached or refuses.
    """
    assert database.url is not None
    try:
        connection: psycopg.Connection[Any] = psycopg.connect(
            database.url,
            autocommit=True,
            application_name="fanjet",
            connect_timeout=max(_LEAST_CONNECT_TIMEOUT_S, int(timeout_s)),
            **_KEEPALIVE,
        )
    except psycopg.ProgrammingError as error:
        raise OperationError(f"The URL {database.shown} cannot be read: {_find_fault(error)}.") from error
    except psycopg.Error as error:
        raise explain_postgres(error, database) from error
    try:
        _configure(connection, database, timeout_s=timeout_s, durable=durable, read_only=read_only)
    except psycopg.Error as error:
        connection.close()
        raise explain_postgres(error, database) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _find_fault(error: psycopg.ProgrammingError) -> str:
    """What libpq says of a URL; it quotes parts of it, passwords among them, but names of parameters are none."""
    text = str(error).strip()
    return text if "parameter" in text else text.partition(": ")[0]


def _configure(
    connection: psycopg.Connection[Any], database: Database, *, timeout_s: float, durable: bool, read_only: bool
) -> None:
    version = connection.info.server_version
    if version < OLDEST_POSTGRES:
        raise ExecutionError(
            f"The server of {database.shown} is PostgreSQL {version // 10_000}; Fanjet needs "
            f"{OLDEST_POSTGRES // 10_000} or newer."
        )
    adapters = connection.adapters
    adapters.register_dumper(int, Int8BinaryDumper)
    adapters.register_dumper(bool, Int8BinaryDumper)
    adapters.register_dumper(str, _BinaryText)
    adapters.register_dumper(str, _Text)
    adapters.register_loader("numeric", _Sum)
    register_arrays(connection)
    ((pid, sign),) = connection.execute(LOOK_AT_SESSION).fetchall()
    refuse_shared(connection, database, pid, sign)
    connection.execute(
        f"SET lock_timeout = {int(timeout_s * 1000)}; "
        f"SET idle_in_transaction_session_timeout = {0 if read_only else _LONGEST_PAUSE_S * 1000}; "
        f"{_WAIT_FOR_DISK if durable else 'SET synchronous_commit = off'}; "
        f"SET default_transaction_read_only = {'on' if read_only else 'off'}; "
        # What is read under a lock has to be what others have committed until then, whatever the server's default is.
        "SET default_transaction_isolation = 'read committed'; "
        "SET client_encoding = 'UTF8'"
    )
