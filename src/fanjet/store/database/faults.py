"""What a failing database means to people."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fanjet.errors import ExecutionError, FanjetError, InvariantError

#: By primary result code: whether trying again may help, and what happened and what to do.
_MEANINGS: dict[int, tuple[bool, str]] = {
    sqlite3.SQLITE_BUSY: (True, "is locked by another process; end whatever holds it (a shell, a backup)"),
    sqlite3.SQLITE_LOCKED: (True, "is locked by another connection; end whatever holds it"),
    sqlite3.SQLITE_FULL: (True, "cannot grow because the disk is full; free some space"),
    sqlite3.SQLITE_IOERR: (True, "could not be read or written; look at the disk, its quota and the system log"),
    sqlite3.SQLITE_READONLY: (
        False,
        "is read-only for this user; change its owner or its permissions, or set FANJET_HOME",
    ),
    sqlite3.SQLITE_PERM: (False, "may not be used by this user; change its permissions, or set FANJET_HOME"),
    sqlite3.SQLITE_CANTOPEN: (
        False,
        "cannot be opened; look at the permissions of its folder, or set FANJET_HOME to one that can be written",
    ),
    sqlite3.SQLITE_NOTADB: (False, "is no SQLite database; move the file away, or set FANJET_HOME"),
    sqlite3.SQLITE_CORRUPT: (False, "is damaged; restore it from a backup"),
}
#: With what SQLite adds to it for its log.
_LONGEST_PATH_BYTES = 504


def explain(error: sqlite3.Error, path: Path | str) -> FanjetError:
    """The error to raise instead of one of SQLite's, for the database file at `path`."""
    code = getattr(error, "sqlite_errorcode", None)  # absent where the Python module itself refused a call
    temporary, meaning = _MEANINGS.get(-1 if code is None else code & 0xFF, (False, ""))
    if code == sqlite3.SQLITE_CANTOPEN and len(os.fsencode(path)) > _LONGEST_PATH_BYTES:
        limit = f"has a path of more than the {_LONGEST_PATH_BYTES} bytes that SQLite takes"
        meaning = f"{limit}; set FANJET_HOME to a shorter one"
    if not meaning:
        return InvariantError(f"The database {path} refused a statement: {error}.")
    return ExecutionError(f"The database {path} {meaning} ({error}).", temporary=temporary)


@contextmanager
def explained(path: Path | str) -> Iterator[None]:
    """Within this context SQLite's errors become Fanjet's; those of PostgreSQL are so already.

    Raises:
        ExecutionError: The database cannot be read or written now (`temporary`) or at all.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error
