"""Bringing the database of an older release up to date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fanjet.errors import ExecutionError
from fanjet.store.database.database import Dialect
from fanjet.store.database.port import Connection
from fanjet.store.database.versions import SCHEMA_VERSION, find_version

#: The first versions from which revisions lead on.
OLDEST_VERSION: Final[dict[Dialect, int]] = {"sqlite": 2, "postgresql": 6}

#: Since this version schedulers of services say that they are at work.
_TELLING_VERSION: Final = 6
_FIND_AT_WORK: Final = """
SELECT pid, host FROM session WHERE role = 'scheduler' AND until > shared_clock() ORDER BY session DESC LIMIT 1"""

#: Gives the statements from a version to a later one.
ListSteps = Callable[..., list[str]]


def can_upgrade(connection: Connection) -> bool:
    """Whether the database is of an older release from which revisions lead on."""
    version = find_version(connection)
    return version is not None and OLDEST_VERSION[connection.dialect] <= version < SCHEMA_VERSION


def upgrade(connection: Connection, *, to: int = SCHEMA_VERSION, list_steps: ListSteps | None = None) -> int | None:
    """Bring a database to a version, all in one transaction; nothing happens where no revision leads on.

    Args:
        connection: Which may write.
        to: The version.
        list_steps: In place of the revisions of Fanjet.

    Returns:
        The version that it had; None for a database that is not one of ours.

    Raises:
        ExecutionError: A service of the older release is at work in it; that may pass.
    """
    version = find_version(connection)
    if version is None or not OLDEST_VERSION[connection.dialect] <= version < to:
        return version
    list_steps = list_steps or _load_revisions()
    with connection.transaction(lock="schema"):
        version = find_version(connection)
        assert version is not None, "it had one"
        if version < to:  # else another process was quicker
            if version >= _TELLING_VERSION:
                _refuse_service(connection)
            for statement in list_steps(connection.dialect, version, to=to):
                connection.execute(statement)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(to),))
    return version


def _refuse_service(connection: Connection) -> None:
    found = connection.execute(_FIND_AT_WORK).fetchone()
    if found is not None:
        pid, host = found
        raise ExecutionError(
            f"The database {connection.database.shown} is of an older Fanjet, of which a service is at work in it "
            f"(scheduler: process {pid} on {host}); with other tables it could not go on. Fix: stop it first; one that "
            "was killed counts for a few seconds more.",
            temporary=True,
        )


def _load_revisions() -> ListSteps:
    from fanjet.store.database.migrations.steps import list_steps  # noqa: PLC0415 - brings SQLAlchemy, and is rarely needed

    return list_steps
