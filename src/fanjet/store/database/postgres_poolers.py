"""Whether a connection is one's own, or a pooler's that goes to another client after each transaction.

Fanjet sets its connections up (time limits, durable commits, read only), prepares statements on them and listens on
them. Where a pooler stands between (PgBouncer and its like) that holds as long as it lends a connection until the
client goes (session pooling). Where it takes it back after each transaction, Fanjet's settings would be found by
others, and theirs by Fanjet.

So each connection carries a sign in a setting of the session, and it tells when a sign is where it should not be.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Any, Final

import psycopg

from fanjet.errors import ExecutionError
from fanjet.store.database.database import Database

_SIGN = "fanjet.session"
#: What the server's process is, and which sign the session had before anybody set one.
LOOK_AT_SESSION: Final = f"SELECT pg_backend_pid(), current_setting('{_SIGN}', true)"
#: Databases whose pooler was found to lend whole sessions.
_trusted: set[Database] = set()


def refuse_shared(connection: psycopg.Connection[Any], database: Database, pid: int, sign: str | None) -> None:
    """Make sure that a new connection is its client's alone.

    Args:
        connection: It has just been opened.
        database: What it is to.
        pid: The process of the server that answered.
        sign: The sign that its session had.

    Raises:
        ExecutionError: A pooler hands its connections around.
    """
    if pid == connection.info.backend_pid:  # who answers is who was connected to: nobody stands between
        return
    own = secrets.token_hex(8)
    connection.execute("SELECT set_config(%s, %s, false)", (_SIGN, own))
    if not sign and _find_sign(connection) == own and (database in _trusted or not _is_seen_by_others(database, own)):
        _trusted.add(database)
        return
    with suppress(psycopg.Error):  # who gets it next shall not find what was set
        connection.execute("RESET ALL")
    raise ExecutionError(
        f"The database {database.shown} is reached by a pooler that lends a connection for one transaction only "
        "(PgBouncer's pool_mode = transaction). Fanjet needs connections of its own: what it sets on one has to stay "
        "there. Fix: give the address of the server itself, or of a pool with pool_mode = session."
    )


def _is_seen_by_others(database: Database, sign: str) -> bool:
    assert database.url is not None
    with psycopg.connect(database.url, autocommit=True, connect_timeout=5) as other:
        return _find_sign(other) == sign


def _find_sign(connection: psycopg.Connection[Any]) -> str | None:
    row = connection.execute(f"SELECT current_setting('{_SIGN}', true)").fetchone()
    return None if row is None else row[0]
