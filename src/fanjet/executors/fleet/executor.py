"""The fleet: the scheduler's port to the processes of many DAG files and versions at once, on this machine."""

from __future__ import annotations

import logging
import selectors
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from fanjet.errors import ExecutionError, InvariantError
from fanjet.executors.fleet.capacity import FleetCapacity
from fanjet.executors.fleet.crew import Crew, KeptOrder
from fanjet.executors.fleet.departures import Departures
from fanjet.executors.fleet.options import FleetOptions
from fanjet.executors.fleet.refusals import refuse_launch, refuse_order
from fanjet.executors.fleet.room import FleetRoom, NoRoom
from fanjet.executors.fleet.shares import find_closed
from fanjet.executors.fleet.turnover import Turnover
from fanjet.executors.local.executor import CLOSE_PATIENCE_S, DEFAULT_RUNNERS, LocalExecutor
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.local.worker_numbers import WorkerNumbers
from fanjet.executors.port import Room, Serve
from fanjet.model.changes import CancelTries, DropTriggers, MeasureMaps, RunCallbacks, WatchTriggers
from fanjet.model.events import Event, ProgramFailed
from fanjet.model.instants import now
from fanjet.model.launches import Launch
from fanjet.model.programs import Program
from fanjet.model.runs import RunInfo

_log = logging.getLogger("fanjet.executors")


class Waking(Protocol):
    """Something that is worth waking up for."""

    def fileno(self) -> int:
        """Readable when there is something; -1 while there is nothing to wait on."""


class FleetExecutor:
    """Implements `fanjet.executors.port.Executor` over one `LocalExecutor` for each program in use.

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
        self._home, self._runtime, self._runners = home, runtime, runners
        self._options = options or LocalOptions()
        self._fleet = fleet or FleetOptions()
        self._parse_timeout_s = parse_timeout_s
        self._numbers = WorkerNumbers()
        if session is not None:
            self.begin_session(session)
        self._serve: Serve | None = None
        self._selector = selectors.DefaultSelector()
        self._crews: dict[tuple[str, str, str], Crew] = {}
        self._crew_of_run: dict[int, Crew] = {}
        #: Runs whose program failed, with the reason.
        self._failed: dict[int, str] = {}
        self._events: list[Event] = []
        self._capacity = FleetCapacity(self._options, self._crews.values())
        self._turnover = Turnover(self._fleet, self._crews.values(), self._load, self._close_crew)
        self._departures = Departures(self._let_go)
        self._room: FleetRoom | None = None
        #: What the last wait gave: those of which something is to be read, and how long it took.
        self._ready: set[LocalExecutor] = set()
        self._waited_s = 0.0
        self._stopping = False
        #: What else wakes it up, and the descriptor of each that is waited on; -1 for none.
        self._waking: tuple[Waking, ...] = ()
        self._waking_fds: list[int] = []

    def begin_session(self, session: int) -> None:
        """Tell the number of the scheduler's session, part of the numbers of log segments, before the first launch.

        Again when `needs_session` says so.
        """
        self._numbers.begin_session(session)

    @property
    def needs_session(self) -> bool:
        """Whether the numbers of the session's log segments run low, so that it is time to begin another session."""
        return self._numbers.are_low

    def connect(self, serve: Serve) -> None:
        """Have `serve` answer from now on what running tries ask, and DAG files that are being loaded."""
        self._serve = serve
        for crew in self._crews.values():
            if crew.executor is not None:
                crew.executor.connect(serve, self._tell_of_change)

    def wake_on(self, *sources: Waking) -> None:
        """Let `poll` return also when something is to be read from elsewhere; whoever calls it reads that."""
        self._waking = sources
        self._waking_fds = [-1] * len(sources)

    def count_slots(self) -> tuple[int, int]:
        """How many slots there are, and how many of them are taken."""
        return self._capacity.slots, self._capacity.count_taken_slots()

    # --- the port ---

    def open_run(self, info: RunInfo, program: Program | None = None) -> None:
        if program is None:
            raise InvariantError(f"run {info.number} was opened without its program")
        self._failed.pop(info.number, None)
        before = self._crew_of_run.get(info.number)
        if before is not None and before.key != program.key:
            before.close_run(info.number)
        crew = self._crews.get(program.key)
        if crew is None:
            crew = self._crews[program.key] = Crew(program, self._start_executor)
        self._crew_of_run[info.number] = crew
        reason = crew.open_run(info, program)
        if reason is not None:
            self._fail_run(info.number, reason)

    def close_run(self, number: int) -> None:
        self._failed.pop(number, None)
        crew = self._crew_of_run.pop(number, None)
        if crew is not None:
            crew.close_run(number)
            self._drop_if_unused(crew)

    def room(self) -> Room:
        if self._stopping:
            return NoRoom()
        unmet = self._room.unmet if self._room is not None else ()
        for crew in self._crews.values():
            crew.is_hungry = crew in unmet
        closed = find_closed(self._crews.values(), unmet, self._capacity.slots, self._fleet.turn_s) if unmet else ()
        self._room = FleetRoom(self._crew_of_run, self._capacity, closed)
        return self._room

    def launch(self, launches: Sequence[Launch]) -> None:
        if self._room is not None:
            for crew, number in self._room.outgoing:
                if crew.executor is not None:
                    crew.executor.retire(number)
        by_crew: defaultdict[Crew, list[Launch]] = defaultdict(list)
        for launch in launches:
            found = self._crew_of_run.get(launch.run)
            if found is None or found.executor is None:  # it failed since it was granted
                self._events.append(refuse_launch(launch))
            else:
                by_crew[found].append(launch)
        for crew, own in by_crew.items():
            assert crew.executor is not None
            crew.used_at = time.monotonic()
            crew.was_served = True
            crew.executor.launch(own)

    def measure(self, request: MeasureMaps) -> None:
        self._keep(request)

    def run_callbacks(self, request: RunCallbacks) -> None:
        self._keep(request)

    def watch_triggers(self, request: WatchTriggers) -> None:
        self._keep(request)

    def cancel(self, request: CancelTries) -> None:
        crew = self._crew_of_run.get(request.run)
        if crew is not None and crew.executor is not None:
            crew.executor.cancel(request)

    def drop_triggers(self, request: DropTriggers) -> None:
        crew = self._crew_of_run.get(request.run)
        if crew is not None:
            crew.drop_triggers(request)

    def poll(self, timeout_s: float) -> list[Event]:
        self._look_after()
        self._wait(timeout_s)
        self._attend()
        events, self._events = self._events, []
        return events

    def busy(self) -> int:
        return sum(crew.executor.busy() for crew in self._crews.values() if crew.executor is not None)

    def is_fed(self) -> bool:
        if self._events or self._capacity.count_free_slots():
            return False
        return all(crew.executor.has_fed() for crew in self._crews.values() if crew.executor is not None)

    def stop_launching(self) -> list[Event]:
        self._stopping = True
        for crew in list(self._crews.values()):
            if crew.executor is not None:
                self._events += crew.executor.stop_launching()
        return self.poll(0.0)

    def close(self, *, kill: bool) -> None:
        for crew in list(self._crews.values()):
            executor = crew.take_executor()
            if executor is not None and kill:
                self._departures.kill(executor)
            elif executor is not None:
                self._departures.stop(executor)
        self._crews.clear()
        give_up_at = time.monotonic() + CLOSE_PATIENCE_S
        while (stopping := self._departures.list_stopping()) and time.monotonic() < give_up_at:
            self._selector.select(min(0.05, *(executor.prepare(0.05) for executor in stopping)))
            for executor in stopping:
                self._departures.attend(executor)
            self._departures.look()
        self._departures.wait()
        self._selector.close()

    # --- what happens during a poll ---

    def _listen(self) -> None:
        """Wait on the sources by the descriptors that they have now: a connection that was opened again has another."""
        for number, source in enumerate(self._waking):
            before, fd = self._waking_fds[number], source.fileno()
            if fd == before:
                continue
            if before >= 0 and before in self._selector.get_map():
                self._selector.unregister(before)
            if fd >= 0:
                self._selector.register(fd, selectors.EVENT_READ, None)
            self._waking_fds[number] = fd

    def _wait(self, timeout_s: float) -> None:
        """Wait until something is to be read from a program, or one has to be looked at."""
        timeout_s = 0.0 if self._events else timeout_s
        for crew in list(self._crews.values()):
            if crew.executor is not None:
                timeout_s = min(timeout_s, self._prepare(crew, crew.executor, timeout_s))
        began_at = time.monotonic()
        self._listen()
        self._ready = {key.data for key, _ in self._selector.select(timeout_s) if key.data is not None}
        self._waited_s = time.monotonic() - began_at

    def _prepare(self, crew: Crew, executor: LocalExecutor, timeout_s: float) -> float:
        try:
            crew.patience_s = executor.prepare(timeout_s)
        except ExecutionError as error:
            self._fail_crew(crew, str(error))
            return 0.0
        except OSError as error:
            self._replace_crew(crew, error)
            return 0.0
        return crew.patience_s

    def _attend(self) -> None:
        for crew in list(self._crews.values()):
            executor = crew.executor
            if executor is not None and (executor in self._ready or crew.patience_s <= self._waited_s):
                self._attend_crew(crew, executor)
        for executor in self._departures.list_stopping():
            self._departures.attend(executor)

    def _attend_crew(self, crew: Crew, executor: LocalExecutor) -> None:
        if not crew.is_idle():
            crew.used_at = time.monotonic()
        try:
            self._events += executor.attend()
            errors = crew.find_errors() if crew.is_loading else None
        except ExecutionError as error:
            self._fail_crew(crew, str(error))
            return
        except OSError as error:
            self._replace_crew(crew, error)
            return
        if errors and executor.was_killed_loading:
            self._replace_crew(crew, ExecutionError(next(iter(errors.values()))))
            return
        for number, reason in (errors or {}).items():
            self._fail_run(number, reason)
        if not crew.is_ready and errors is not None:
            self._close_crew(crew)

    def _look_after(self) -> None:
        """What is due whether or not anything was said."""
        self._turnover.look()
        for crew in list(self._crews.values()):
            while crew.orders and crew.is_ready and self._carry_out(crew, crew.orders[0]):
                crew.orders.popleft()
        self._departures.look()

    # --- orders ---

    def _keep(self, order: KeptOrder) -> None:
        """Orders wait until the program is loaded, and until there is a worker for them."""
        crew = self._crew_of_run.get(order.run)
        if crew is None:
            reason = self._failed.get(order.run, "The run is not open.")
            self._events.append(refuse_order(order, reason))
        elif not crew.orders and crew.is_ready and self._carry_out(crew, order):
            crew.used_at = time.monotonic()
        else:
            crew.orders.append(order)
            crew.want(urgent=True)

    def _carry_out(self, crew: Crew, order: KeptOrder) -> bool:
        """Carry out an order if that can be now."""
        if isinstance(order, WatchTriggers):
            crew.carry_out(order)
            return True
        if not self._capacity.may_control(crew):
            return False
        self._make_room(crew)
        try:
            crew.carry_out(order)
        except ExecutionError as error:
            if not error.temporary:
                raise
            return False  # no worker can be started now
        return True

    def _make_room(self, crew: Crew) -> None:
        """Let a worker be started for a crew, at the cost of an idle one of another."""
        if self._capacity.count_startable() == 0:
            idle = [(other, worker) for other, worker in self._capacity.list_idle() if other is not crew]
            for other, worker in idle[:1]:
                if other.executor is not None:
                    other.executor.retire(worker.number)

    def _tell_of_change(self, changed_by: WorkerHandle) -> None:
        """What workers of any program read after this is to be what was written."""
        for crew in self._crews.values():
            if crew.executor is not None:
                crew.executor.tell_of_change(changed_by)

    # --- programs come and go ---

    def _start_executor(self, path: Path, root: Path) -> LocalExecutor:
        executor = LocalExecutor.start(
            path,
            root,
            home=self._home,
            options=self._options,
            runtime=self._runtime,
            runners=self._runners,
            numbers=self._numbers,
            capacity=self._capacity,
        )
        executor.limit_loading(self._parse_timeout_s)
        if self._serve is not None:
            executor.connect(self._serve, self._tell_of_change)
        self._selector.register(executor, selectors.EVENT_READ, executor)
        return executor

    def _let_go(self, executor: LocalExecutor) -> None:
        self._selector.unregister(executor)

    def _load(self, crew: Crew) -> None:
        try:
            crew.load()
        except (ExecutionError, OSError) as error:
            self._fail_crew(crew, f"The program could not be loaded: {error}")

    def _close_crew(self, crew: Crew) -> None:
        """Close a program that does nothing. One that has runs is loaded again when they want something."""
        executor = crew.take_executor()
        if executor is not None:
            self._departures.stop(executor)
        self._drop_if_unused(crew)

    def _drop_if_unused(self, crew: Crew) -> None:
        if not crew.runs and crew.executor is None and self._crews.get(crew.key) is crew:
            del self._crews[crew.key]

    def _replace_crew(self, crew: Crew, error: OSError | ExecutionError) -> None:
        """Its processes are gone or cannot be reached, and not for what they do: others go on with the runs."""
        if not crew.may_be_replaced():
            self._fail_crew(crew, str(error))
            return
        trace = error if isinstance(error, OSError) else None
        _log.warning("The processes of %s are started anew: %s", crew.key[1], error, exc_info=trace)
        executor = crew.take_executor()
        if executor is not None:
            self._events += executor.abandon(f"The process of the task could not be reached: {error}")
            self._departures.kill(executor)
        crew.want(urgent=True)

    def _fail_crew(self, crew: Crew, reason: str) -> None:
        """A program cannot go on, and with it all its runs."""
        executor = crew.take_executor()
        if executor is not None:
            self._events += executor.abandon(reason)
            self._departures.kill(executor)
        for number in list(crew.runs):
            self._fail_run(number, reason)
        self._crews.pop(crew.key, None)

    def _fail_run(self, number: int, reason: str) -> None:
        crew = self._crew_of_run.pop(number)
        self._failed[number] = reason
        self._events += [refuse_order(order, reason) for order in crew.orders if order.run == number]
        crew.close_run(number)
        self._events.append(ProgramFailed(run=number, at=now(), reason=reason))
