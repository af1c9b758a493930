"""Who owns a run: at most one scheduler at a time, told apart from the earlier ones by a growing number."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from fanjet.errors import LeaseLostError, OperationError, RunOwnedError
from fanjet.store.database.port import Connection, Cursor
from fanjet.store.journal import statements as sql
from fanjet.store.journal.machines import find_machine

#: Tells this process from an earlier one with the same pid, and from one on another machine of the same name.
PROCESS = f"{os.urandom(8).hex()} {find_machine()}"
#: In one statement.
_RUNS_AT_ONCE = 100


class _Lease(NamedTuple):
    session: int | None
    fence: int
    left_s: float
    host: str | None
    pid: int | None
    process: str | None

    def is_live(self) -> bool:
        """Whether its owner may still be at work."""
        if self.left_s <= 0 or self.host is None or self.pid is None or self.process is None:
            return False
        return not is_orphan(self.host, self.pid, self.process)

    @property
    def owner(self) -> str:
        return f"process {self.pid} on {self.host}" if self.pid is not None else "nobody"


def is_orphan(host: str, pid: int, process: str) -> bool:
    """Whether a session's process is known to be dead, so that nobody needs to wait for the end of its leases."""
    if host != os.uname().nodename or process.partition(" ")[2] != find_machine():
        return False
    if pid == os.getpid():
        return process != PROCESS
    return is_dead(pid)


def is_dead(pid: int) -> bool:
    """Whether a process of this machine has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # it lives, as another user's
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended and only waits to be noticed by its parent; False where that cannot be seen."""
    try:
        status = Path("/proc", str(pid), "stat").read_bytes()
    except OSError:
        return False
    return status.rpartition(b") ")[2].startswith(b"Z")


class Leases:
    """The leases that this scheduler took. Methods run inside the journal's open transaction.

    They end by the clock that all processes of the database share, whatever the clock of this machine says.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        #: By run: (session, fence).
        self._held: dict[int, tuple[int, int]] = {}

    def take(self, run: int, session: int, *, lease_s: float) -> None:
        """Become the owner of a run.

        Raises:
            OperationError: There is no such run.
            RunOwnedError: Another live scheduler owns it.
        """
        self.take_all([run], session, lease_s=lease_s)

    def take_all(self, runs: Sequence[int], session: int, *, lease_s: float) -> None:
        """Become the owner of several runs.

        Raises:
            OperationError: There is no such run.
            RunOwnedError: Another live scheduler owns one of them.
        """
        for run, asked in [(run, self._ask(run)) for run in runs]:
            lease = _make_lease(run, asked)
            if lease.session != session and lease.is_live():
                raise RunOwnedError(
                    f"Run {run} is owned by {lease.owner}, whose lease has {lease.left_s:.0f} s left. "
                    "Stop that process first, or wait until the lease runs out."
                )
            fence = lease.fence + 1
            self._connection.execute(sql.TAKE_LEASE, (session, fence, lease_s, run))
            self._held[run] = (session, fence)

    def renew(self, session: int, *, lease_s: float) -> None:
        """Keep all runs of the session for `lease_s` more.

        Raises:
            LeaseLostError: Other schedulers took some of them over; none is renewed.
        """
        held = {run: fence for run, (owner, fence) in self._held.items() if owner == session}
        if self._connection.execute(sql.RENEW_LEASES, (lease_s, session)).rowcount >= len(held):
            return
        self.check(held)

    def release(self, run: int, session: int) -> None:
        """Give a run up; nothing happens when it is no longer ours."""
        held = self._held.get(run)
        if held is not None and held[0] == session:
            self._connection.execute(sql.RELEASE_LEASE, (run, *held))

    def forget(self, run: int) -> None:
        """The release of the run has been committed."""
        self._held.pop(run, None)

    def check(self, runs: Iterable[int]) -> None:
        """Refuse to write runs that are not ours (any more).

        Raises:
            LeaseLostError: Another scheduler took some over, or they were never taken.
        """
        wanted = sorted(set(runs))
        found: dict[int, tuple[int | None, int]] = {}
        for asked in [self._lock(wanted[at : at + _RUNS_AT_ONCE]) for at in range(0, len(wanted), _RUNS_AT_ONCE)]:
            found.update((run, (session, fence)) for run, session, fence in asked)
        lost = [run for run in wanted if run not in found or self._held.get(run) != found[run]]
        if lost:
            raise self._explain_loss(lost)

    def _lock(self, runs: Sequence[int]) -> Cursor:
        """The fences of runs, which stay as they are until the transaction ends: nobody can take one meanwhile."""
        statement = f"{sql.LIST_FENCES}({', '.join('?' * len(runs))}) ORDER BY r.run{self._connection.locking('r')}"
        return self._connection.execute(statement, runs)

    def _ask(self, run: int) -> Cursor:
        return self._connection.execute(sql.FIND_LEASE + self._connection.locking("r"), (run,))

    def _explain_loss(self, lost: list[int]) -> LeaseLostError:
        lease = _make_lease(lost[0], self._ask(lost[0]))
        taken = f"now owned by {lease.owner}" if lease.pid is not None else "now owned by nobody"
        more = f" Nor are {len(lost) - 1} other runs." if len(lost) > 1 else ""
        return LeaseLostError(
            f"Run {lost[0]} is no longer owned by this scheduler: another process took it over, and it is {taken}."
            f"{more} This batch was not written.",
            frozenset(lost),
        )


def _make_lease(run: int, asked: Cursor) -> _Lease:
    row = asked.fetchone()
    if row is None:
        raise OperationError(f"There is no run {run}.")
    return _Lease(*row)
