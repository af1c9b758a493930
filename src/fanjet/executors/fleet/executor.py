"""The fleet: the scheduler's port to the processes of many DAG files and versions at once, on this machine."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from fanjet.errors import InvariantError
from fanjet.executors.fleet.capacity import FleetCapacity
from fanjet.executors.fleet.crew import Crew
from fanjet.executors.fleet.crews import Crews
from fanjet.executors.fleet.departures import Departures
from fanjet.executors.fleet.kept_orders import KeptOrders
from fanjet.executors.fleet.listener import Listener, Waking
from fanjet.executors.fleet.options import FleetOptions
from fanjet.executors.fleet.refusals import refuse_launch
from fanjet.executors.fleet.room import FleetRoom, NoRoom
from fanjet.executors.fleet.rounds import Rounds
from fanjet.executors.fleet.shares import find_closed
from fanjet.executors.fleet.starter import Starter
from fanjet.executors.fleet.turnover import Turnover
from fanjet.executors.local.executor import CLOSE_PATIENCE_S
from fanjet.executors.local.family import DEFAULT_RUNNERS
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.recall import SETTLE_S
from fanjet.executors.port import Room, Serve
from fanjet.model.changes import CancelTries, DropTriggers, MeasureMaps, RunCallbacks, WatchTriggers
from fanjet.model.events import Event
from fanjet.model.launches import Launch
from fanjet.model.programs import Program
from fanjet.model.runs import RunInfo


class FleetExecutor:
    """Implements `fanjet.executors.port.Executor` over one `Family` for each program in use.

    A program is loaded when its first run is opened, while everything else goes on, and closed when it is not used.
    All of them share the slots. What goes wrong with one fails its runs (`ProgramFailed`) and no others.

    Args:
        home: Logs go to the folder ``logs`` below it.
        session: As in `begin_session`, if it is known already.
        options: What holds for all programs together.
        fleet: How many programs stay loaded.
        runtime: Settings that tries need.
        parse_timeout_s: How long a DAG file may take to load.
        runners: The text ``module:function`` that names what makes the runners of a worker.
    """

    def __init__(
        self,
        *,
        home: Path,
        session: int | None = None,
        options: LocalOptions | None = None,
        fleet: FleetOptions | None = None,
        runtime: dict[str, str | int | float | None] | None = None,
        parse_timeout_s: float = 30.0,
        runners: str = DEFAULT_RUNNERS,
    ) -> None:
        options = options or LocalOptions()
        self._fleet = fleet or FleetOptions()
        self._events: list[Event] = []
        self._listener = Listener()
        self._departures = Departures(self._listener.remove)
        self._crews = crews = Crews(self._departures, self._events.extend)
        self._capacity = FleetCapacity(options, crews)
        self._starter = Starter(
            home=home,
            options=options,
            runtime=runtime,
            parse_timeout_s=parse_timeout_s,
            runners=runners,
            crews=crews,
            capacity=self._capacity,
            listener=self._listener,
        )
        self._orders = KeptOrders(crews, self._capacity, self._events.extend)
        self._turnover = Turnover(self._fleet, crews, partial(crews.load, start=self._starter.start), crews.close)
        self._rounds = Rounds(crews, self._departures, self._listener, self._events.extend)
        self._room: FleetRoom | None = None
        self._stopping = False
        if session is not None:
            self.begin_session(session)

    def begin_session(self, session: int) -> None:
        """Tell the number of the scheduler's session, part of the numbers of log segments, before the first launch.

        Again when `needs_session` says so.
        """
        self._starter.numbers.begin_session(session)

    @property
    def needs_session(self) -> bool:
        """Whether the numbers of the session's log segments run low, so that it is time to begin another session."""
        return self._starter.numbers.are_low

    def connect(self, serve: Serve) -> None:
        """Have `serve` answer from now on what running tries ask, and DAG files that are being loaded."""
        self._starter.connect(serve)

    def wake_on(self, *sources: Waking) -> None:
        """Let `poll` return also when something is to be read from elsewhere; whoever calls it reads that."""
        self._listener.wake_on(*sources)

    def count_slots(self) -> tuple[int, int]:
        """How many slots there are, and how many of them are taken."""
        return self._capacity.slots, self._capacity.count_taken_slots()

    # --- the port ---

    def open_run(self, info: RunInfo, program: Program | None = None) -> None:
        if program is None:
            raise InvariantError(f"run {info.number} was opened without its program")
        self._crews.open_run(info, program)

    def close_run(self, number: int) -> None:
        self._crews.close_run(number)

    def room(self) -> Room:
        if self._stopping:
            return NoRoom()
        unmet = self._room.unmet if self._room is not None else ()
        for crew in self._crews:
            crew.is_hungry = crew in unmet
        self._room = FleetRoom(self._crews.of_run, self._capacity, self._find_closed(unmet))
        return self._room

    def _find_closed(self, unmet: Collection[Crew]) -> Collection[int]:
        """Workers whose slots others want."""
        return find_closed(self._crews, unmet, self._capacity.slots, self._fleet.turn_s) if unmet else ()

    def launch(self, launches: Sequence[Launch]) -> None:
        if self._room is not None:
            for crew, number in self._room.outgoing:
                crew.retire(number)
        by_crew: defaultdict[Crew, list[Launch]] = defaultdict(list)
        for launch in launches:
            found = self._crews.of_run.get(launch.run)
            if found is None or found.family is None:  # it failed since it was granted
                self._events.append(refuse_launch(launch))
            else:
                by_crew[found].append(launch)
        for crew, own in by_crew.items():
            crew.launch(own)

    def measure(self, request: MeasureMaps) -> None:
        self._orders.take(request)

    def run_callbacks(self, request: RunCallbacks) -> None:
        self._orders.take(request)

    def watch_triggers(self, request: WatchTriggers) -> None:
        self._orders.take(request)

    def cancel(self, request: CancelTries) -> None:
        crew = self._crews.of_run.get(request.run)
        if crew is not None and crew.family is not None:
            crew.family.cancellations.cancel(request)

    def drop_triggers(self, request: DropTriggers) -> None:
        crew = self._crews.of_run.get(request.run)
        if crew is not None:
            crew.drop_triggers(request)

    def poll(self, timeout_s: float) -> list[Event]:
        self._turnover.look()
        self._orders.look()
        self._departures.look()
        self._rounds.go(0.0 if self._events else timeout_s)
        events = self._events.copy()
        self._events.clear()
        return events

    def busy(self) -> int:
        return sum(family.count_busy() for _, family in self._crews.list_present())

    def is_fed(self) -> bool:
        if self._events or self._capacity.count_free_slots():
            return False
        return all(family.has_fed() for _, family in self._crews.list_present())

    def stop_launching(self) -> list[Event]:
        self._stopping = True
        for _, family in self._crews.list_present():
            family.stop_launching()
        time.sleep(SETTLE_S)
        return self.poll(0.0)

    def close(self, *, kill: bool) -> None:
        self._crews.close_all(kill=kill)
        give_up_at = time.monotonic() + CLOSE_PATIENCE_S
        while (stopping := self._departures.list_stopping()) and time.monotonic() < give_up_at:
            self._listener.wait(min(0.05, *(family.prepare(0.05) for family in stopping)))
            for family in stopping:
                self._departures.attend(family)
            self._departures.look()
        self._departures.wait()
        self._listener.close()
