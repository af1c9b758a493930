"""From what has happened to what is to be done: the machines of the runs decide, and the books of the loop are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from fanjet.engine.admission import Admission
from fanjet.model.changes import Change
from fanjet.model.events import (
    CallbacksRan,
    CancelRequested,
    Event,
    ProgramFailed,
    TriesEnded,
    TriesReturned,
)
from fanjet.scheduler.cancelled_tries import CancelledTries
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.scheduler.time_limits import TimeLimits

#: What is to be done about a run.
Decision: TypeAlias = tuple[OwnedRun, Sequence[Change]]


class _News:
    """Of one run in one turn."""

    __slots__ = ("changes", "events")

    def __init__(self) -> None:
        #: For its machine.
        self.events: list[Event] = []
        #: What is to be done whatever the machine decides.
        self.changes: list[Change] = []


class Decisions:
    """Hands events to the machines of the runs that they concern.

    Args:
        runs: Those that are carried out here.
        admission: Gets back what ended tries have held of the limits.
        limits: Know what time brings to the runs.
        cancelled: Tries of which no machine wants to hear.
        tell: Is given lines for people.
        clock: Gives the instant.
    """

    def __init__(
        self,
        runs: OwnedRuns,
        admission: Admission,
        limits: TimeLimits,
        cancelled: CancelledTries,
        tell: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._runs = runs
        self._admission = admission
        self._limits = limits
        self._cancelled = cancelled
        self._tell = tell
        self._clock = clock
        self._strays: list[CallbacksRan] = []

    def take(self, events: Iterable[Event]) -> list[Decision]:
        """What follows from these events, and from the time that it is."""
        news: defaultdict[int, _News] = defaultdict(_News)
        for event in events:
            owned = self._runs.find(event.run)
            if owned is not None:
                self._book(owned, event, news[event.run])
            elif isinstance(event, CallbacksRan):
                self._strays.append(event)
            # Else it is the end of a cancelled try of a run that is over.
        now = self._clock()
        for owned in self._runs.take_due(now):
            due, owed = self._limits.look(owned, now)
            own = news[owned.info.number]
            own.events.append(due)
            own.changes += owed
        return [
            (owned, [*self.apply(owned, own.events), *own.changes])
            for number, own in news.items()
            for owned in [self._runs[number]]
        ]

    def apply(self, owned: OwnedRun, events: Sequence[Event]) -> Sequence[Change]:
        """What the machine of a run decides."""
        changes = owned.machine.apply(events)
        self._runs.note(owned)
        return changes

    def take_strays(self) -> list[CallbacksRan]:
        """Callbacks that have run, since the last call, of runs that are not here: a service has some run."""
        strays, self._strays = self._strays, []
        return strays

    def _book(self, owned: OwnedRun, event: Event, news: _News) -> None:
        match event:
            case TriesEnded() | TriesReturned() if owned.is_of_before(event.fence):
                return
            case TriesEnded() | TriesReturned():
                owned.tries_out -= len(event.indexes)
                self._admission.released(event.run, event.task, len(event.indexes))
                if isinstance(event, TriesEnded):
                    news.changes += self._cancelled.find_records(event)
            case CallbacksRan():
                owned.callbacks_out = max(0, owned.callbacks_out - 1)  # it may be one from before the run came here
                if event.error is not None:
                    self._tell(f"a callback failed: {event.error}")
                self._limits.callbacks_ran(owned, event)
            case ProgramFailed():
                self._tell(f"Run {event.run} cannot go on: {event.reason}")
                event = CancelRequested(run=event.run, at=event.at, reason=event.reason)
        news.events.append(event)
