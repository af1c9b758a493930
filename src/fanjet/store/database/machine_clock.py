"""The clock that all processes of one machine share, and that goes on as before when the time of day is set.

It counts from the start of the machine, also while the machine sleeps, and is added to what the time of day was when
the database was first written to since then. So its instants are seconds since the epoch, give or take what the time of
day has been set by since.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from fanjet.store.database.port import Connection

#: What the kernel calls the time from one start of the machine to the next.
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
#: In `meta`: "<boot> <seconds to add>".
CLOCK_KEY: Final = "clock"
#: Far longer than any lease is.
_LONGEST_LEASE_S: Final = 60.0
_END: Final = (
    "UPDATE run SET lease_until = 0 WHERE ended_at IS NULL AND lease_until > ?",
    "UPDATE session SET until = 0 WHERE until > ?",
    "DELETE FROM slot_share WHERE until > ?",
)
_FIND: Final = "SELECT value FROM meta WHERE key = ?"
_PUT: Final = """
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"""


def find_clock(connection: Connection) -> Callable[[], float] | None:
    """The clock of a database; None where nobody has written to it since the machine was started."""
    boot = _find_boot()
    if boot is None:
        return time.time
    row = connection.execute(_FIND, (CLOCK_KEY,)).fetchone()
    kept, _, add_s = ("", "", "") if row is None else str(row[0]).partition(" ")
    return _make_clock(float(add_s)) if kept == boot else None


def begin_clock(connection: Connection) -> None:
    """Have the clock begin, if it has not yet. Inside a transaction; all tables are there.

    What is left of leases by the clock of before may be hours, where the time of day was or is wrong when the machine
    starts: `end_untrue_leases` sees to that.
    """
    if find_clock(connection) is None:
        add_s = time.time() - _count_seconds()
        connection.execute(_PUT, (CLOCK_KEY, f"{_find_boot()} {add_s!r}"))
        end_untrue_leases(connection, time.time())


def end_untrue_leases(connection: Connection, at: float) -> None:
    """End all that would hold for longer than anything does: it was told by another clock. Inside a transaction.

    Args:
        connection: A writer's.
        at: The instant by the clock that counts now.
    """
    for statement in _END:
        connection.execute(statement, (at + _LONGEST_LEASE_S,))


def _make_clock(add_s: float) -> Callable[[], float]:
    return lambda: _count_seconds() + add_s


def _count_seconds() -> float:
    """Since the machine was started."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@cache
def _find_boot() -> str | None:
    """Tells this start of the machine from others; None where the system does not say: there it is the time of day."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return None
    try:
        return _BOOT.read_text().strip() or None
    except OSError:
        return None
