"""Opening the database, wherever it is: for the scheduler, which makes it, and for readers, which leave it alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fanjet.errors import OperationError
from fanjet.store.database.database import Database, database_at
from fanjet.store.database.faults import explained
from fanjet.store.database.port import Connection
from fanjet.store.database.sqlite_connection import SqliteConnection
from fanjet.store.database.sqlite_place import find_sqlite, open_sqlite


def open_writer(place: Path | Database, busy_timeout_s: float, *, durable: bool = True) -> Connection:
    """A connection that writes; makes the database and its tables where they are missing.

    A commit on it returns when the data is on the disk, unless it need not be `durable`.

    Args:
        place: A database; a home stands for its SQLite file.
        busy_timeout_s: How long to wait for another process that has locked the database.
        durable: Whether a commit waits for the disk.

    Raises:
        ExecutionError: Locked, read-only, no space, not a database, unreachable, or of a newer Fanjet.
    """
    database = database_at(place)
    if database.dialect == "sqlite":
        return open_sqlite(database, busy_timeout_s, durable=durable)
    opened = _open_postgres(database, busy_timeout_s, durable=durable)
    assert opened is not None, "a writer makes what is missing"
    return opened


def find_reader(place: Path | Database, busy_timeout_s: float = 5.0) -> Connection | None:
    """A connection that can only read; None where there is no database yet.

    Raises:
        ExecutionError: It cannot be read, or is of a newer Fanjet.
    """
    database = database_at(place)
    if database.dialect == "sqlite":
        return find_sqlite(database, busy_timeout_s)
    return _open_postgres(database, busy_timeout_s, read_only=True)


def open_reader(place: Path | Database, busy_timeout_s: float = 5.0) -> Connection:
    """A connection that can only read, and neither makes nor changes the database.

    Raises:
        OperationError: There is no database.
        ExecutionError: It cannot be read, or is of a newer Fanjet.
    """
    connection = find_reader(place, busy_timeout_s)
    if connection is None:
        database = database_at(place)
        where, other = (database.home, "FANJET_HOME") if database.url is None else (database.shown, "FANJET_DATABASE")
        raise OperationError(f"There are no runs in {where} yet: `fanjet run FILE` makes the first, or set {other}.")
    return connection


def open_as_it_is(place: Path | Database, busy_timeout_s: float) -> Connection | None:
    """A connection to a database of whatever version; None where there is none.

    Raises:
        ExecutionError: It cannot be opened.
    """
    database = database_at(place)
    if database.dialect == "sqlite":
        if not database.path.exists():
            return None
        with explained(database.path):
            return SqliteConnection.at(database, str(database.path), busy_timeout_s=busy_timeout_s)
    with _psycopg_wanted():
        from fanjet.store.database.postgres_connection import PostgresConnection  # noqa: PLC0415 - as below
    return PostgresConnection(database, timeout_s=busy_timeout_s)


def _open_postgres(
    database: Database, timeout_s: float, *, durable: bool = True, read_only: bool = False
) -> Connection | None:
    with _psycopg_wanted():
        from fanjet.store.database.postgres_place import open_postgres  # noqa: PLC0415 - late: an extra, and slow to import
    return open_postgres(database, timeout_s, durable=durable, read_only=read_only)


@contextmanager
def _psycopg_wanted() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("psycopg"):
            raise
        raise OperationError(
            "The setting database names a PostgreSQL server, which needs the library psycopg. "
            "Fix: pip install 'fanjet[postgres]', or unset it for the SQLite file of the home."
        ) from error
    except ImportError as error:  # psycopg is there, and no libpq for it
        raise OperationError(f"psycopg cannot be used: {error}. Fix: pip install 'fanjet[postgres]'.") from error
