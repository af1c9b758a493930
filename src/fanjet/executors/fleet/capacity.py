"""What is left of the machine for all programs together."""

from __future__ import annotations

from collections.abc import Iterable

from fanjet.executors.fleet.crew import Crew
from fanjet.executors.local.capacity import count_busy, count_serving
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.model.launches import Launch


class FleetCapacity:
    """Shared by the processes of all programs.

    Args:
        options: The settings that hold for all of them together.
        crews: All there are; read at each call.
    """

    def __init__(self, options: LocalOptions, crews: Iterable[Crew]) -> None:
        self.slots = options.slots
        #: With a fixed number of slots too, workers of programs that have nothing to do at the moment may stay.
        self.most_workers = max(options.slots, options.max_workers)
        self._crews = crews

    def count_taken_slots(self) -> int:
        """How many tries keep a core busy, as far as their last second tells; at times more than there are slots."""
        return sum(count_busy(crew.workers) for crew in self._crews)

    def count_free_slots(self) -> int:
        return max(self.slots - self.count_taken_slots(), 0)

    def count_startable(self) -> int:
        return max(self.most_workers - sum(count_serving(crew.workers) for crew in self._crews), 0)

    def may_control(self, crew: Crew) -> bool:
        """Whether a control try may be sent to a crew now.

        Such tries are short and others wait for them, so they need not wait for a slot; but all programs of a service
        may order some at once.
        """
        has_idle = any(not worker.assignments and not worker.retiring for worker in crew.workers.values())
        return has_idle or sum(map(_controls, self._list_workers())) < self.slots

    def list_idle(self) -> list[tuple[Crew, WorkerHandle]]:
        """The workers that have nothing to do, with their crews; those first that are idle for longest."""
        idle = [
            (crew, worker)
            for crew in self._crews
            for worker in crew.workers.values()
            if not worker.assignments and not worker.retiring
        ]
        return sorted(idle, key=lambda pair: pair[1].idle_since)

    def _list_workers(self) -> Iterable[WorkerHandle]:
        return (worker for crew in self._crews for worker in crew.workers.values())


def _controls(worker: WorkerHandle) -> bool:
    """Whether a worker has a control try in its hands."""
    return any(not isinstance(assignment.work, Launch) for assignment in worker.assignments)
