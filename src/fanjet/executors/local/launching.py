"""What could be launched on the workers of a family, and launching it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from fanjet.executors.local.dispatch import Dispatch
from fanjet.executors.local.hiring import Hiring
from fanjet.executors.local.recall import Recalls
from fanjet.executors.local.reports import Reports
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.prefetch import Durations
from fanjet.executors.room import FixedPlaces, Places, Seat, WorkerRoom
from fanjet.model.launches import Launch


class Launching:
    """Between a snapshot of the room and the launches on it a transaction is written: workers may die meanwhile.

    Args:
        workers: Those there are.
        hiring: Starts those that were promised.
        recalls: Say of which workers it is not known how far they have come.
        durations: What is known of the tasks.
        dispatch: Sends.
        reports: Tell of what cannot be launched after all.
    """

    def __init__(
        self,
        *,
        workers: Mapping[int, WorkerHandle],
        hiring: Hiring,
        recalls: Recalls,
        durations: Durations,
        dispatch: Dispatch,
        reports: Reports,
    ) -> None:
        self._workers = workers
        self._hiring = hiring
        self._recalls = recalls
        self._durations = durations
        self._dispatch = dispatch
        self._reports = reports
        self._is_over = False

    def stop(self) -> None:
        """There is no room from now on."""
        self._is_over = True

    def make_room(self, places: Places, *, without: Collection[int] = ()) -> WorkerRoom:
        """A snapshot of what could be launched now.

        Args:
            places: What may be started, with numbers that were promised.
            without: Workers that get nothing more while they are busy.
        """
        self._hiring.forget_promises()
        if self._is_over:
            return WorkerRoom([], FixedPlaces(0), self._durations)
        seats = [
            Seat(worker.number, worker.outstanding, worker.load_s, is_new=False)
            for worker in self._workers.values()
            if not worker.retiring
            and not worker.quiet
            and worker.doom is None
            and not (worker.assignments and worker.number in without)
            and not self._recalls.is_pending(worker)
        ]
        return WorkerRoom(seats, places, self._durations)

    def launch(self, launches: Sequence[Launch]) -> None:
        """Start tries on the workers that were granted, or promised.

        Raises:
            ExecutionError: No worker could be started for long, or there is no hope that one ever will.
        """
        by_worker: defaultdict[int, list[Launch]] = defaultdict(list)
        for launch in launches:
            by_worker[launch.worker].append(launch)
        for number, own in sorted(by_worker.items()):
            worker = self._workers.get(number)
            if worker is None:
                worker = self._hiring.start_promised(number)
            if worker is None:  # it died since it was granted, or could not be started
                for launch in own:
                    self._reports.give_back(launch, list(launch.indexes))
            else:
                self._dispatch.send(worker, own)
