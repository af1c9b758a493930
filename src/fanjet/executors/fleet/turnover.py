"""Which programs are loaded, and which are closed for want of use or to make room for others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from fanjet.executors.fleet.crew import Crew
from fanjet.executors.fleet.options import FleetOptions

#: Between two looks for what is not used.
_LOOK_EVERY_S = 1.0
#: Between two tries of a run there may be nothing to do for so long.
_SHORT_PAUSE_S = 1.0


class Turnover:
    """Decides; the fleet does it.

    Args:
        options: The settings.
        crews: All there are; read at each call.
        load: Starts to load a program.
        close: Closes one that does nothing.
    """

    def __init__(
        self,
        options: FleetOptions,
        crews: Iterable[Crew],
        load: Callable[[Crew], None],
        close: Callable[[Crew], None],
    ) -> None:
        self._options = options
        self._crews = crews
        self._load = load
        self._close = close
        self._looked_at = time.monotonic()

    def look(self) -> None:
        """Load and close what is due."""
        now = time.monotonic()
        if any(crew.wanted_since is not None for crew in self._crews):
            self._load_wanted(now)
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = now
            self._close_unused(now)
            self._retire_idle(now)

    def _load_wanted(self, now: float) -> None:
        """Those first that have waited longest."""
        wanted = [crew for crew in self._crews if crew.wanted_since is not None]
        places = self._options.most_loading - sum(crew.is_loading for crew in self._crews)
        present = sum(crew.family is not None for crew in self._crews)
        wanted.sort(key=lambda crew: (not crew.is_urgent, crew.wanted_since))
        for crew in wanted[: max(places, 0)]:
            if present >= self._options.most_programs:
                spare = self._find_spare(now, for_urgent=crew.is_urgent)
                if spare is None:
                    return
                self._close(spare)
                present -= 1
            self._load(crew)
            present += 1

    def _find_spare(self, now: float, *, for_urgent: bool) -> Crew | None:
        """The program that has had nothing to do for longest, if it may go: one without runs, or one that had its turn.

        The latter only for one of which something could go on.
        """
        stay_s = self._options.least_stay_s
        spare = [
            crew
            for crew in self._list_idle()
            if not crew.runs
            or (
                for_urgent
                and now - crew.loaded_at >= stay_s
                and (crew.was_served if crew.is_hungry else now - crew.used_at >= min(stay_s, _SHORT_PAUSE_S))
            )
        ]
        return min(spare, key=lambda crew: (bool(crew.runs), crew.is_hungry, crew.used_at), default=None)

    def _close_unused(self, now: float) -> None:
        unused = sorted((crew for crew in self._list_idle() if not crew.runs), key=lambda crew: crew.used_at)
        surplus = len(unused) - self._options.most_idle_programs
        for at, crew in enumerate(unused):
            if at < surplus or now - crew.used_at >= self._options.idle_program_s:
                self._close(crew)

    def _retire_idle(self, now: float) -> None:
        for crew in self._crews:
            for worker in list(crew.workers.values()):
                if now - worker.idle_since >= self._options.idle_worker_s:
                    crew.retire(worker.number)

    def _list_idle(self) -> Iterator[Crew]:
        return (crew for crew in self._crews if crew.is_ready and crew.is_idle())
