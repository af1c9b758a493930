"""What could be launched now, of the runs of all programs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from fanjet.executors.fleet.capacity import FleetCapacity
from fanjet.executors.fleet.crew import Crew
from fanjet.executors.room import WorkerRoom


class FleetRoom:
    """A snapshot. A worker serves one program, so that each has a room of its own; slots and processes are shared.

    Where no more processes may be started, a worker of another program that has nothing to do makes room.

    Args:
        crew_of_run: Of the runs that can be served.
        capacity: What all share.
        closed: Workers that get nothing more while they are busy.
    """

    def __init__(self, crew_of_run: Mapping[int, Crew], capacity: FleetCapacity, closed: Collection[int]) -> None:
        self._crew_of_run = crew_of_run
        self._closed = closed
        self.free = capacity.count_free_slots()
        self._startable = capacity.count_startable()
        self._capacity = capacity
        #: Those that have become busy in this snapshot.
        self._seated: set[int] = set()
        #: Idle workers: number -> their crew; those first that are idle for longest. Looked for when they matter.
        self._known_idle: dict[int, Crew] | None = None
        self._rooms: dict[Crew, WorkerRoom] = {}
        #: Programs that wanted more than they were granted.
        self.unmet: set[Crew] = set()
        #: Workers that are to end in favour of others, when what was granted is launched.
        self.outgoing: list[tuple[Crew, int]] = []

    def grant(self, run: int, task: int, wanted: int) -> list[tuple[int, int]]:
        crew = self._crew_of_run.get(run)
        if crew is None:
            return []
        if not crew.is_ready or crew.family is None:
            crew.want(urgent=True)
            self.unmet.add(crew)
            return []
        room = self._rooms.get(crew)
        if room is None:
            room = self._rooms[crew] = crew.family.launching.make_room(_CrewPlaces(self, crew), without=self._closed)
            for gone, number in self.outgoing:
                if gone is crew:
                    room.remove(number)
        granted = room.grant(run, task, wanted)
        if sum(count for _, count in granted) < wanted:
            self.unmet.add(crew)
        return granted

    def count_free(self) -> int:
        return self.free

    def count_startable(self, crew: Crew) -> int:
        """How many workers may be started for a crew."""
        if crew.family is None or not crew.family.hiring.may_promise():
            return 0
        if self._startable >= self.free:
            return self._startable
        return self._startable + sum(other is not crew for other in self._idle.values())

    def seat(self, worker: int) -> None:
        """An idle or new worker becomes busy."""
        self.free -= 1
        self._seated.add(worker)
        if self._known_idle is not None:
            self._known_idle.pop(worker, None)

    @property
    def _idle(self) -> dict[int, Crew]:
        if self._known_idle is None:
            self._known_idle = {
                worker.number: crew for crew, worker in self._capacity.list_idle() if worker.number not in self._seated
            }
        return self._known_idle

    def start(self, crew: Crew) -> int:
        """A worker is to be started for a crew; its number."""
        assert crew.family is not None
        if self._startable > 0:
            self._startable -= 1
        else:
            number, other = next((number, other) for number, other in self._idle.items() if other is not crew)
            del self._idle[number]
            self.outgoing.append((other, number))
            if other in self._rooms:
                self._rooms[other].remove(number)
        return crew.family.hiring.promise()


class NoRoom:
    """Of a fleet that launches nothing any more."""

    def grant(self, run: int, task: int, wanted: int) -> list[tuple[int, int]]:
        del run, task, wanted  # nothing can be launched, whatever it is
        return []

    def count_free(self) -> int:
        return 0


class _CrewPlaces:
    """The shared places, as they are for one crew."""

    def __init__(self, room: FleetRoom, crew: Crew) -> None:
        self._room = room
        self._crew = crew

    def count_free(self) -> int:
        return self._room.free

    def count_startable(self) -> int:
        return self._room.count_startable(self._crew)

    def take(self, worker: int) -> None:
        self._room.seat(worker)

    def start(self) -> int:
        return self._room.start(self._crew)
