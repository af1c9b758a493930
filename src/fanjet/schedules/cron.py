"""The instants that a cron text gives in a time zone, on days of daylight saving too.

A cron text is about the clock on the wall. Where clocks are put forward, some of its times do not exist; where they
are put back, some exist twice. Source for what then holds: Airflow's rule, which tells two kinds of texts apart.

- A text for *every hour* (``*`` in its second field) gives an instant whenever the wall shows one of its times: twice
  in a repeated hour, never in a skipped one.
- Any other text gives each of its times exactly once: in a repeated hour the second time, and what is skipped comes
  later by as much as the clocks were put forward.
"""

from __future__ import annotations

import math
from typing import Protocol

from fanjet.schedules.cron_steps import CronSteps
from fanjet.schedules.wall import REACH_S, Wall


class _Instants(Protocol):
    """The instants of a cron text, in whole seconds since the epoch."""

    def after(self, at: int) -> int | None:
        """The first after `at`; None for none."""
        ...

    def before(self, at: int) -> int | None:
        """The last before `at`; None for none."""
        ...


class CronClock:
    """The instants of one cron text, as seconds since the epoch.

    Args:
        cron: The text or preset.
        timezone: The name of the time zone.
    """

    def __init__(self, cron: str, timezone: str) -> None:
        steps, wall = CronSteps(cron), Wall(timezone)
        self._instants: _Instants = _WheneverShown(steps, wall) if steps.is_hourly else _EachOnce(steps, wall)

    def next(self, at: float) -> float:
        """The first instant after `at`; infinity if there is none."""
        if math.isinf(at):
            return math.inf
        found = self._instants.after(math.floor(at))
        return math.inf if found is None else float(found)

    def prev(self, at: float) -> float:
        """The last instant before `at`; minus infinity if there is none."""
        if math.isinf(at):
            return -math.inf
        found = self._instants.before(math.ceil(at))
        return -math.inf if found is None else float(found)

    def includes(self, at: float) -> bool:
        """Whether `at` is one of them."""
        return math.isfinite(at) and at == math.floor(at) and self.next(at - 1) == at

    def align_next(self, at: float) -> float:
        """The first instant from `at` on."""
        return at if self.includes(at) else self.next(at)

    def align_prev(self, at: float) -> float:
        """The last instant up to `at`."""
        return at if self.includes(at) else self.prev(at)


class _WheneverShown:
    """Whenever the wall shows one of the times: each stretch between two changes of the clocks by itself."""

    def __init__(self, steps: CronSteps, wall: Wall) -> None:
        self._steps = steps
        self._wall = wall

    def after(self, at: int) -> int | None:
        offset = self._wall.offset(at)
        time = self._steps.after(at + offset)
        while time is not None:
            found = time - offset
            probe = min(found, at + REACH_S)
            change = self._wall.find_change(at, probe)
            if change is None and probe < found:  # nothing until then, whatever the clocks do meanwhile
                return self._first_showing(time)
            if change is None or found < change.at:
                return found
            at, offset = change.at, change.after
            time = self._steps.after(at + offset - 1)
        return None

    def before(self, at: int) -> int | None:
        offset = self._wall.offset(at - 1)
        time = self._steps.before(at + offset)
        while time is not None:
            found = time - offset
            probe = max(found, at - REACH_S)
            change = self._wall.find_change(probe, at - 1)
            if change is None and probe > found:
                return self._last_showing(time)
            if change is None or found >= change.at:
                return found
            at, offset = change.at, change.before
            time = self._steps.before(at + offset)
        return None

    def _first_showing(self, time: int | None) -> int | None:
        while time is not None and self._wall.read(time).is_skipped:
            time = self._steps.after(time)
        return None if time is None else time - self._wall.read(time).before

    def _last_showing(self, time: int | None) -> int | None:
        while time is not None and self._wall.read(time).is_skipped:
            time = self._steps.before(time)
        return None if time is None else time - self._wall.read(time).after


class _EachOnce:
    """Each of the times once. Those that are skipped come among those after them."""

    def __init__(self, steps: CronSteps, wall: Wall) -> None:
        self._steps = steps
        self._wall = wall

    def after(self, at: int) -> int | None:
        time = self._steps.after(self._find_shown(at))
        found = [self._come(time)]
        skip = None if time is None else self._wall.find_skip(time)
        if skip is not None:  # what comes after the skipped ones may come before them
            found.append(self._come(self._steps.after(max(skip.upper - 1, at + self._wall.offset(at)))))
        passed = self._wall.find_change(at - REACH_S, at)
        if passed is not None and passed.is_forward:  # skipped ones may be yet to come
            late = self._steps.after(at + passed.before)
            found.append(self._come(late) if late is not None and late < passed.upper else None)
        return min((each for each in found if each is not None), default=None)

    def before(self, at: int) -> int | None:
        last = at - 1
        time = self._steps.before(self._find_shown(last) + 1)
        if time is None:
            return None
        found = self._come(time)
        assert found is not None
        skip = self._wall.find_skip(time) or self._wall.find_change(found - REACH_S, found)
        if skip is None or not skip.is_forward:
            return found
        # Of the skipped ones the last that has come by then; without any, the last before them.
        late = self._come(self._steps.before(min(skip.upper, at + skip.before)))
        return late if time < skip.upper or late is None else max(found, late)

    def _find_shown(self, at: int) -> int:
        """What the wall shows, so that all times after it come after `at`, but for skipped ones."""
        change = self._wall.find_change(at, at + REACH_S)
        shown = at + self._wall.offset(at)
        if change is None or change.is_forward or shown < change.lower:
            return shown
        return change.lower - 1  # the first pass: what is repeated counts in the second

    def _come(self, time: int | None) -> int | None:
        """The instant of a time."""
        if time is None:
            return None
        reading = self._wall.read(time)
        return time - (reading.before if reading.is_skipped else reading.after)
