"""Makes launches of what is ready, as far as there is room and the limits allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from fanjet.engine.admission import Admission
from fanjet.executors.port import Executor
from fanjet.model.launches import Launch
from fanjet.scheduler.fences import fence_counter
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.scheduler.stop_request import StopRequest


class Launcher:
    """Fills the free slots.

    Args:
        admission: Decides what is launched.
        executor: Says what there is room for.
        runs: Those that are carried out here.
        stop: Nothing is launched once it is there.
        session: The number of the scheduler, part of the fences.
        clock: Gives the instant.
    """

    def __init__(
        self,
        admission: Admission,
        executor: Executor,
        runs: OwnedRuns,
        stop: StopRequest,
        session: int,
        clock: Callable[[], float],
    ) -> None:
        self._admission = admission
        self._executor = executor
        self._runs = runs
        self._stop = stop
        self._clock = clock
        self._fences = fence_counter(session)

    def take(self) -> list[Launch]:
        """What is launched now, as the runs know by then; it starts when it is written."""
        if self._stop.is_there:
            self._admission.rest()
            return []
        launches = self._admission.take(self._executor.room(), self._fences.__next__, self._clock())
        of_run: defaultdict[int, list[Launch]] = defaultdict(list)
        for launch in launches:
            of_run[launch.run].append(launch)
        for number, own in of_run.items():
            self._runs[number].note_launches(own)
        return launches
