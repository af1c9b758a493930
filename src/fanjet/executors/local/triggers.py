"""The executor's side of the triggerer: started when the first try waits, and again with all that wait when it dies."""

from __future__ import annotations

import time
from collections.abc import Callable

from fanjet.executors.local.pool import Pool
from fanjet.model.changes import DropTriggers, WatchTriggers
from fanjet.model.deferrals import Firing, Outcome, find_deferral, fire
from fanjet.model.events import Event, TriggersFired
from fanjet.model.frames import Answer, Ask, Drop, Fired, Stop, ToWorker, Watch
from fanjet.model.requests import Failure, Lookup, Request, Response

#: Pauses before the triggerer is started again; when it dies once more after the last, what waits fails.
_PAUSES_S = (0.2, 1.0, 3.0)
#: One that lived so long counts as healthy, so that its death is the first again.
_HEALTHY_AFTER_S = 60.0
#: In one frame.
_MOST_AT_ONCE = 1000


class Triggers:
    """What is waited for, and the process in which it is.

    Args:
        pool: Starts the process.
        happened: Gets the events of what has fired.
    """

    def __init__(self, pool: Pool, happened: Callable[[Event], None]) -> None:
        self._pool = pool
        self._happened = happened
        #: By (run, ticket).
        self._waiting: dict[tuple[int, int], bytes] = {}
        self._started_at = 0.0
        self._deaths = 0
        #: When the process is started again; None while it lives or is not needed.
        self._restart_at: float | None = None

    def watch(self, request: WatchTriggers) -> None:
        """Have triggers run."""
        new = {(request.run, ticket): carry for ticket, carry in zip(request.tickets, request.carries, strict=True)}
        self._waiting.update(new)
        if self._restart_at is not None:
            return  # they are sent with all others
        if self._pool.triggerer is None:
            self._start()
        self._send(new)

    def drop(self, request: DropTriggers) -> None:
        """End triggers."""
        known = [ticket for ticket in request.tickets if self._waiting.pop((request.run, ticket), None) is not None]
        if known:
            self._write([Drop(request.run, known, request.killed)])

    def forget(self, run: int) -> None:
        """End all triggers of a run."""
        tickets = [ticket for of_run, ticket in self._waiting if of_run == run]
        if tickets:
            self.drop(DropTriggers(run=run, tickets=tickets, killed=False))

    def read(self) -> None:
        """Take in what the process says."""
        triggerer = self._pool.triggerer
        if triggerer is None:
            return
        if triggerer.read():
            self._take_frames()
        elif triggerer.at_end:
            self._pool.stop_reading(triggerer)

    def bury(self, reason: str) -> None:
        """The process is dead, and what it had sent has been read."""
        self._take_frames()
        self._pool.triggerer = None
        now = time.monotonic()
        if now - self._started_at > _HEALTHY_AFTER_S:
            self._deaths = 0
        self._deaths += 1
        if not self._waiting:
            return
        if self._deaths <= len(_PAUSES_S):
            self._restart_at = now + _PAUSES_S[self._deaths - 1]
            return
        self.fail_all(
            f"The process that runs the triggers died {self._deaths} times in a row ({reason}), and with it what this "
            "task waited for. Fix: one of the triggers of the DAG ends or crashes its process; look for it in "
            f"{self._pool.config.log_folder}."
        )

    def look(self) -> None:
        """Start the process again when it is time."""
        if self._restart_at is not None and time.monotonic() >= self._restart_at:
            self._restart_at = None
            if self._waiting:
                self._start()
                self._send(self._waiting)

    def shorten(self, timeout_s: float) -> float:
        """The patience of a poll: shorter when a start is due."""
        if self._restart_at is None:
            return timeout_s
        return min(timeout_s, max(self._restart_at - time.monotonic(), 0.0))

    def stop(self) -> None:
        """Have triggers cleaned up, as nobody waits any more."""
        self._restart_at = None
        self._waiting.clear()
        self._write([Stop()])

    def _start(self) -> None:
        self._pool.start_triggerer()
        self._started_at = time.monotonic()

    def _send(self, triggers: dict[tuple[int, int], bytes]) -> None:
        rows = [(*key, carry) for key, carry in triggers.items()]
        self._write([Watch(rows[at : at + _MOST_AT_ONCE]) for at in range(0, len(rows), _MOST_AT_ONCE)])

    def _write(self, frames: list[ToWorker]) -> None:
        triggerer = self._pool.triggerer
        if triggerer is not None and not triggerer.send(frames):
            self._pool.wait_to_write(triggerer)

    def _take_frames(self) -> None:
        triggerer = self._pool.triggerer
        if triggerer is None:
            return
        for frame in triggerer.take_frames():
            if isinstance(frame, Fired):
                self._tell([(run, ticket, carry) for run, ticket, carry in frame.triggers])
            elif isinstance(frame, Ask):
                self._write([Answer(self._answer(frame.request))])

    def _answer(self, request: Request) -> Response:
        if isinstance(request, Lookup):
            return self._pool.on_lookup(request)
        return Failure("A trigger can only read variables and connections. Fix: do it in the task, before or after.")

    def __bool__(self) -> bool:
        """Whether anything is waited for."""
        return bool(self._waiting)

    def fail_all(self, reason: str) -> None:
        """Nothing of what is waited for will come."""
        self._deaths = 0
        failed: list[tuple[int, int, bytes]] = []
        for (run, ticket), carry in self._waiting.items():
            failed.append((run, ticket, make_failed_carry(carry, reason)))
        self._tell(failed)

    def _tell(self, fired: list[tuple[int, int, bytes]]) -> None:
        """One event for each run."""
        by_run: dict[int, tuple[list[int], list[bytes]]] = {}
        for run, ticket, carry in fired:
            if self._waiting.pop((run, ticket), None) is not None:
                tickets, carries = by_run.setdefault(run, ([], []))
                tickets.append(ticket)
                carries.append(carry)
        now = time.time()
        for run, (tickets, carries) in by_run.items():
            self._happened(TriggersFired(run=run, at=now, tickets=tickets, carries=carries))


def make_failed_carry(carry: bytes, reason: str) -> bytes:
    """What a try gets back whose trigger cannot fire."""
    deferral = find_deferral(carry)
    assert deferral is not None, carry
    return fire(deferral, Firing(Outcome.FAILED, error=reason))
