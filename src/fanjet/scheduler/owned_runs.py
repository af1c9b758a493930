"""The runs of one scheduler: which there are, which have ended, and which want to be woken though nothing happens."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import heappop, heappush

from fanjet.model.states import RunStatus
from fanjet.scheduler.owned_run import OwnedRun


class OwnedRuns:
    """By number. Thousands may be there, so a turn of the loop looks only at those that something concerns."""

    def __init__(self) -> None:
        self._runs: dict[int, OwnedRun] = {}
        #: (instant, run); an entry counts only while it is the one in `_wake_at`.
        self._wakes: list[tuple[float, int]] = []
        self._wake_at: dict[int, float] = {}
        #: Those that have come to their end; what they owe may still be under way.
        self._ended: set[int] = set()

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[OwnedRun]:
        return iter(self._runs.values())

    def __contains__(self, number: int) -> bool:
        return number in self._runs

    def __getitem__(self, number: int) -> OwnedRun:
        return self._runs[number]

    @property
    def numbers(self) -> Collection[int]:
        """The numbers of the runs."""
        return self._runs.keys()

    def list_ended(self) -> list[OwnedRun]:
        """Those that have come to their end; most of the time there are none."""
        return [self._runs[number] for number in self._ended]

    def find(self, number: int) -> OwnedRun | None:
        """A run; None when it is not here, or no longer."""
        return self._runs.get(number)

    def add(self, owned: OwnedRun) -> None:
        """Take a run in."""
        self._runs[owned.info.number] = owned
        self.note(owned)

    def remove(self, number: int) -> OwnedRun:
        """Let go of a run."""
        self._wake_at.pop(number, None)
        self._ended.discard(number)
        return self._runs.pop(number)

    def note(self, owned: OwnedRun) -> None:
        """Something happened to a run: it may have ended, or want to be woken at another time."""
        number, wake_at = owned.info.number, owned.next_wake_at()
        if owned.machine.status in {RunStatus.SUCCESS, RunStatus.FAILED}:
            self._ended.add(number)
        else:
            self._ended.discard(number)  # it is opened again
        if self._wake_at.get(number) == wake_at:
            return
        if wake_at is None:
            del self._wake_at[number]
        else:
            self._wake_at[number] = wake_at
            heappush(self._wakes, (wake_at, number))

    def next_wake_at(self) -> float | None:
        """When the first of them wants to be woken; None when nothing waits for time."""
        while self._wakes and self._wake_at.get(self._wakes[0][1]) != self._wakes[0][0]:
            heappop(self._wakes)
        return self._wakes[0][0] if self._wakes else None

    def take_due(self, now: float) -> list[OwnedRun]:
        """Those whose instant has come; each has to be given to `note` afterwards."""
        due = []
        while (wake_at := self.next_wake_at()) is not None and wake_at <= now:
            number = heappop(self._wakes)[1]
            del self._wake_at[number]
            due.append(self._runs[number])
        return due
