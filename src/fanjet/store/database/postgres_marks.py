"""What a process has seen committed, and whether the server still has it.

Each transaction leaves its number in a row of `meta` that is the connection's own. When the connection was opened
again, that row tells whether the server is the one of before: one that was restored from a backup, or a standby that
was behind and took over, has an older number or no such row. A process that remembers more than the database would
record what cannot be, so it has to end; the next one begins with what is there.
"""

from __future__ import annotations

import time
from typing import Any, Final

import psycopg

from fanjet.errors import DatabaseReplacedError
from fanjet.store.database.database import Database

#: Marks of connections that were not closed in good order are removed after so long.
MARKS_KEPT_S: Final = 7 * 86_400
#: What is older may have been removed by now, also by a process whose clock differs.
_TRUSTED_S = 5 * 86_400
_FIND_MARK = b"SELECT value FROM meta WHERE key = $1"


class Marks:
    """Those of one connection.

    Args:
        database: Where it leads to.
        key: That of its row.
    """

    def __init__(self, database: Database, key: str) -> None:
        self._database = database
        self.key = key
        self._count = 0
        self._kept = self._pending = ""

    def make(self) -> str:
        """The mark of the next transaction."""
        self._count += 1
        self._pending = f"{self._count} {int(time.time())}"
        return self._pending

    def keep(self) -> None:
        """That transaction was committed."""
        self._kept = self._pending

    def check(self, connection: psycopg.Connection[Any]) -> None:
        """Look on a new connection for what was committed on the one before.

        Raises:
            DatabaseReplacedError: It is not there.
            psycopg.Error: Nobody could tell.
        """
        if not self._kept or time.time() - int(self._kept.partition(" ")[2]) > _TRUSTED_S:
            return
        try:
            row = psycopg.RawCursor(connection).execute(_FIND_MARK, (self.key,)).fetchone()
        except psycopg.errors.UndefinedTable:
            row = None
        if row is None or _find_count(str(row[0])) < _find_count(self._kept):
            raise DatabaseReplacedError(
                f"The database {self._database.shown} has lost what it had confirmed: a backup was restored, or a "
                "standby that was behind has taken over. This process ends, as it knows of more than is recorded; "
                "whoever starts next goes on from what is there."
            )


def _find_count(mark: str) -> int:
    """Of which transaction a mark is; later ones have a greater number, also when nobody has heard of their commit."""
    return int(mark.partition(" ")[0])
