"""Opening the SQLite file of a home: for the scheduler, which makes it, and for readers, which leave it alone."""

from __future__ import annotations

import sqlite3
import time

from fanjet.errors import ExecutionError
from fanjet.store.database.database import Database
from fanjet.store.database.faults import explain, explained
from fanjet.store.database.machine_clock import begin_clock, find_clock
from fanjet.store.database.schema import read_sqlite_statements
from fanjet.store.database.sqlite_connection import SqliteConnection
from fanjet.store.database.upgrades import can_upgrade, upgrade
from fanjet.store.database.versions import SCHEMA_VERSION, check_version, find_version

#: The first that can return the key of an inserted row.
OLDEST_SQLITE = (3, 35, 0)

#: Larger pages than SQLite's own make fewer of them per batch of rows; 8 KB was the quickest of 4, 8 and 16.
_PAGE_BYTES = 8192
#: 8 MB: a checkpoint then stalls a commit for some milliseconds, and a page is rarely copied more than twice.
_CHECKPOINT_PAGES = 1000
#: What the write-ahead log shrinks to after a transaction that was unusually large.
_LARGEST_LOG_BYTES = 64 << 20
_CACHE_KIB = 16 << 10
_WAL_PAUSE_S = 0.02


def open_sqlite(database: Database, busy_timeout_s: float, *, durable: bool = True) -> SqliteConnection:
    """The scheduler's connection; makes the folder, the database and the schema where they are missing.

    A commit on it returns when the data is on the disk, unless it need not be `durable`.

    Raises:
        ExecutionError: Locked, read-only, no space, not a database, or of a newer Fanjet.
    """
    home, path = database.home, database.path
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise ExecutionError(f"This Python brings SQLite {sqlite3.sqlite_version}; Fanjet needs 3.35 or newer.")
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExecutionError(f"The folder {home} cannot be made ({error}); set FANJET_HOME to one that can.") from error
    with explained(path):
        connection = SqliteConnection.at(database, str(path), busy_timeout_s=busy_timeout_s)
        try:
            _refuse_foreign(connection)
            _configure(connection, busy_timeout_s, durable=durable)
            _ensure_schema(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def find_sqlite(database: Database, busy_timeout_s: float) -> SqliteConnection | None:
    """A connection that can only read, and neither makes nor changes the database; None where there is none.

    Raises:
        ExecutionError: It cannot be read, or is of a newer Fanjet.
    """
    path = database.path
    if not path.exists():
        return None
    try:
        connection = _connect_read_only(database, "mode=ro", busy_timeout_s)
    except sqlite3.Error as error:
        # A folder that cannot be written cannot hold the shared memory of a write-ahead log. Without such a log
        # nobody is writing, and the file is all there is.
        if path.with_name(path.name + "-wal").exists():
            raise explain(error, path) from error
        with explained(path):
            connection = _connect_read_only(database, "mode=ro&immutable=1", busy_timeout_s)
    try:
        with explained(path):
            if _is_empty(connection):  # somebody is just making it
                connection.close()
                return None
            if can_upgrade(connection):
                open_sqlite(database, busy_timeout_s).close()
            check_version(connection)
            connection.use_clock(find_clock(connection) or time.time)  # nobody writes who would have begun it
    except BaseException:
        connection.close()
        raise
    return connection


def _is_empty(connection: SqliteConnection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None


def _connect_read_only(database: Database, options: str, busy_timeout_s: float) -> SqliteConnection:
    address = f"{database.path.absolute().as_uri()}?{options}"
    connection = SqliteConnection.at(database, address, uri=True, busy_timeout_s=busy_timeout_s)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except BaseException:
        connection.close()
        raise
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


def _configure(connection: sqlite3.Connection, busy_timeout_s: float, *, durable: bool) -> None:
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    _enter_wal(connection, busy_timeout_s)
    for pragma in (
        f"wal_autocheckpoint = {_CHECKPOINT_PAGES}",
        f"journal_size_limit = {_LARGEST_LOG_BYTES}",
        f"cache_size = -{_CACHE_KIB}",
        "temp_store = MEMORY",
        "secure_delete = OFF",  # some systems build SQLite with it on, and it rewrites what is deleted
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _enter_wal(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Switch to the write-ahead log; SQLite does not wait by itself when two processes do that at once."""
    give_up_at = time.monotonic() + busy_timeout_s
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up_at:
                raise
            time.sleep(_WAL_PAUSE_S)
        else:
            break
    if mode != "wal":
        raise ExecutionError(
            f"The folder of the database does not allow a write-ahead log (journal mode {mode}); "
            "set FANJET_HOME to a folder on a local disk."
        )


def _ensure_schema(connection: SqliteConnection) -> None:
    if find_version(connection) is None:
        with connection.transaction():
            if find_version(connection) is None:  # else another process was quicker
                for statement in read_sqlite_statements():
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
                begin_clock(connection)
    clock = find_clock(connection)
    connection.use_clock(clock or time.time)  # that of an older release
    upgrade(connection)
    check_version(connection)
    if clock is None:
        with connection.transaction():
            begin_clock(connection)
        connection.use_clock(find_clock(connection) or time.time)


def _refuse_foreign(connection: SqliteConnection) -> None:
    """Look before anything is changed: the file may belong to another program."""
    if connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() and not can_upgrade(connection):
        check_version(connection)
