"""What a failing PostgreSQL means to people. Passwords never appear: the server's messages do not hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import psycopg

from fanjet.errors import ExecutionError, FanjetError, InvariantError
from fanjet.store.database.database import Database

#: By the beginning of the SQLSTATE, longer ones first: whether trying again may help, what happened and what to do.
_MEANINGS: Final[Mapping[str, tuple[bool, str]]] = {
    "25006": (False, "can only be read: it is a standby, or read-only for this user; give the URL of the primary"),
    "25P03": (True, "ended a transaction that this process left open, as when it was paused; nothing of it is written"),
    "28": (False, "refused the user; look at user and password of the URL and at the server's pg_hba.conf"),
    "3D000": (False, "has no such database; make it (createdb), or look at the name in the URL"),
    "40": (True, "had to break off one of two transactions that stood in each other's way"),
    "42501": (False, "does not allow this to the user; GRANT it, or use the owner of the tables"),
    "53100": (True, "cannot grow because the server's disk is full; free some space"),
    "53300": (True, "has no connection left; raise max_connections, or end what holds them"),
    "53": (True, "has not enough of what it needs; look at the server's log"),
    "55P03": (True, "is locked by another process; end whatever holds it (a shell, a migration)"),
    "57014": (True, "broke the statement off; look at statement_timeout"),
    "57": (True, "is stopping or starting"),
    "58": (True, "could not read or write its files; look at the server's disk and log"),
    "08": (True, "cannot be reached"),
    "XX001": (False, "is damaged; restore it from a backup"),
    "URL": (False, "cannot be reached with this URL; look at what it says"),
    "POOL": (False, "is behind a pooler that takes no `options`: ALTER ROLE ... SET search_path, or go past it"),
    "TLS": (False, "cannot be reached as sslmode asks for; look at it and at the certificates of both sides"),
    "XX002": (False, "has a damaged index; REINDEX it, or restore it from a backup"),
}
#: Parts of libpq's messages, where the server could not say its SQLSTATE: while a connection is opened.
_OPENING: Final[Mapping[str, str]] = {
    "password authentication failed": "28",
    "no password supplied": "28",
    "no pg_hba.conf entry": "28",
    "is not permitted to log in": "28",
    'role "': "28",
    "invalid ": "URL",
    "definition of service": "URL",
    "certificate file": "URL",
    "startup parameter: options": "POOL",
    "SSL was required": "TLS",
    "certificate verify failed": "TLS",
    "server certificate": "TLS",
    "private key file": "URL",
    'database "': "3D000",
    "too many connections": "53300",
    "remaining connection slots": "53300",
    "too many clients": "53300",
}


def is_lost(error: psycopg.Error, connection: psycopg.Connection[object]) -> bool:
    """Whether the connection is of no use any more."""
    return connection.closed or ((error.sqlstate or "")[:2] in {"08", "57"} and error.sqlstate != "57014")


def explain_postgres(error: psycopg.Error, database: Database) -> FanjetError:
    """The error to raise instead of one of psycopg's."""
    detail = _first_line(error)
    found = _find_meaning(error)
    if found is None:
        return InvariantError(f"The database {database.shown} refused a statement: {detail}.")
    temporary, meaning = found
    return ExecutionError(f"The database {database.shown} {meaning} ({detail}).", temporary=temporary)


def _find_meaning(error: psycopg.Error) -> tuple[bool, str] | None:
    state = error.sqlstate
    if state is None and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        text = str(error)
        state = next((state for part, state in _OPENING.items() if part in text), "08")
    if state is None:
        return None
    return next((found for start, found in _MEANINGS.items() if state.startswith(start)), None)


def _first_line(error: psycopg.Error) -> str:
    """What happened, without libpq's advice, and of several addresses that were tried the first."""
    lines = [line.strip(" -\t") for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if "failed: " in line] or lines or [type(error).__name__]
    return told[0].removeprefix("connection failed: ").removeprefix("connection is bad: ").rstrip(".")
