"""The local executor: the scheduler's port to worker processes on this machine."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Self

import msgspec

from fanjet.errors import ExecutionError, InvariantError
from fanjet.executors.batch import Batch
from fanjet.executors.local.assignments import Assignment
from fanjet.executors.local.capacity import Capacity, OwnCapacity
from fanjet.executors.local.collector import Collector
from fanjet.executors.local.dispatch import Dispatch
from fanjet.executors.local.guard_handle import GuardHandle
from fanjet.executors.local.hiring import Hiring
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.places import OwnPlaces
from fanjet.executors.local.pool import Pool
from fanjet.executors.local.recall import SETTLE_S, Recalls, find_recall
from fanjet.executors.local.triggers import Triggers
from fanjet.executors.local.undertaker import Undertaker, fail_order
from fanjet.executors.local.watch import WATCH_EVERY_S, Watch
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.local.worker_numbers import WorkerNumbers
from fanjet.executors.local.zygote_frames import Loaded, ZygoteConfig
from fanjet.executors.lookups import answer_lookup
from fanjet.executors.port import Serve
from fanjet.executors.prefetch import Durations
from fanjet.executors.room import FixedPlaces, Places, Seat, WorkerRoom
from fanjet.executors.same_dag import require_dag
from fanjet.model.changes import CancelTries, DropTriggers, MeasureMaps, RunCallbacks, WatchTriggers
from fanjet.model.events import Event
from fanjet.model.frames import CloseRun, Stop
from fanjet.model.launches import Launch
from fanjet.model.programs import Program
from fanjet.model.requests import Failure, Request, Response
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec

DEFAULT_RUNNERS = "fanjet.executors.runners:make_runners"
#: How long `close` waits for workers to end by themselves.
CLOSE_PATIENCE_S = 5.0


class LocalExecutor:
    """Implements `fanjet.executors.port.Executor` with processes that load one DAG file.

    Made by `start`, which does not wait: the processes start while the caller does other things, until `wait_loaded`.
    """

    def __init__(self, pool: Pool, options: LocalOptions, capacity: Capacity | None = None) -> None:
        self._pool = pool
        self._options = options
        self._capacity = capacity or OwnCapacity(options, pool.workers)
        self._durations = Durations(options.prefetch_s, options.prefetch_tries)
        self._runs: dict[int, RunInfo] = {}
        self._dispatch = Dispatch(pool, self._durations, self._runs, options.callback_timeout_s)
        self._collector = Collector(self._durations, _refuse, self._dispatch.write)
        self._recalls = Recalls(self._give_back, self._read)
        self._watch = Watch(options, self._durations, self._find_time_limit, pool.config.log_folder)
        self._undertaker = Undertaker(pool.config.log_folder, options.log_cap_bytes)
        self._batch = Batch(self._feeds_map)
        self._spec_of_run: dict[int, DagSpec] = {}
        #: Runs that were closed while tries of them were still out.
        self._closing: set[int] = set()
        self._hiring = Hiring(pool)
        self._stopping = False
        self._triggers = Triggers(pool, self._note)
        pool.on_death = self._bury
        pool.on_readable = self._read
        pool.on_triggerer_death = self._triggers.bury
        pool.on_triggerer_readable = self._triggers.read

    @classmethod
    def start(
        cls,
        dag_file: Path,
        root: Path,
        *,
        home: Path,
        session: int | None = None,
        options: LocalOptions | None = None,
        runtime: dict[str, str | int | float | None] | None = None,
        runners: str = DEFAULT_RUNNERS,
        numbers: WorkerNumbers | None = None,
        capacity: Capacity | None = None,
    ) -> Self:
        """Start loading a DAG file.

        Args:
            dag_file: The file.
            root: The root of its bundle.
            home: Logs go to the folder ``logs`` below it.
            session: As in `begin_session`, if it is known already.
            options: The settings of the executor.
            runtime: Settings that tries need.
            runners: The text ``module:function`` that names what makes the runners of a worker.
            numbers: Where it gets the numbers of its workers, if it shares them with others.
            capacity: What is left for it, if it shares the machine with others.
        """
        numbers = numbers or WorkerNumbers()
        if session is not None:
            numbers.begin_session(session)
        options = options or LocalOptions()
        config = ZygoteConfig(
            file=str(dag_file),
            root=str(root),
            log_folder=str(home / "logs"),
            log_cap_bytes=options.log_cap_bytes,
            runners=runners,
            runtime=runtime or {},
        )
        try:
            pool = Pool(config, numbers)
        except OSError as error:
            raise ExecutionError(
                f"No logs can be written to {home / 'logs'}: {error.strerror}. "
                "Fix: make room or look at the permissions of the folder, or set FANJET_HOME to another one."
            ) from error
        return cls(pool, options, capacity)

    def begin_session(self, session: int) -> None:
        """Tell the number of the scheduler's session, part of the numbers of log segments, before the first launch."""
        self._pool.numbers.begin_session(session)

    def wait_loaded(self, timeout_s: float) -> Loaded:
        """What is in the DAG file: its specs, or what is wrong with it, also that it takes too long to load."""
        loaded = self._pool.wait_loaded(timeout_s)
        if not loaded.errors and self._pool.numbers.session is not None:
            self._hiring.start()  # the first worker starts while the run is being recorded
        return loaded

    def limit_loading(self, timeout_s: float) -> None:
        """How long loading may take, also when it has to be done again. `find_loaded` then says that it took longer."""
        self._pool.load_timeout_s = timeout_s

    @property
    def was_killed_loading(self) -> bool:
        """Whether `find_loaded` has errors only because somebody has killed the process that loaded the file."""
        return self._pool.was_killed

    def find_loaded(self) -> Loaded | None:
        """As `wait_loaded`, without waiting: None while the file is being loaded, which goes on in `poll`."""
        return self._pool.loaded

    def connect(self, serve: Serve, on_change: Callable[[WorkerHandle], None] | None = None) -> None:
        """Have `serve` answer from now on what running tries ask.

        Args:
            serve: Gives the answers.
            on_change: Is told of a worker whose try has changed a variable. Without it, all others are told to forget.
        """
        self._collector.serve = serve
        self._collector.on_change = on_change or self._dispatch.tell_of_change
        self._pool.on_lookup = partial(answer_lookup, serve)

    # --- the port ---

    def open_run(self, info: RunInfo, program: Program | None = None) -> None:
        assert self._pool.loaded is not None, "wait_loaded first"
        specs = {spec.dag_id: spec for spec in self._pool.loaded.specs}
        if program is not None:
            require_dag(program, specs)
        self._runs[info.number] = info
        self._durations.open_run(info.number, info.dag_id)
        self._closing.discard(info.number)
        for worker in self._pool.workers.values():
            worker.known_runs.discard(info.number)
        self._spec_of_run[info.number] = specs[info.dag_id]

    def close_run(self, number: int) -> None:
        self._closing.add(number)
        self._triggers.forget(number)
        for worker in self._pool.workers.values():
            for assignment in list(worker.assignments):
                if assignment.work.run == number and isinstance(assignment.work, Launch):
                    self._cancel(worker, assignment, set(assignment.work.indexes))
            if number in worker.known_runs:
                worker.known_runs.discard(number)
                self._dispatch.write(worker, [CloseRun(number)])
        self._forget_closed()

    def room(self) -> WorkerRoom:
        return self.make_room(OwnPlaces(self, self._capacity))

    def make_room(self, places: Places, *, without: Collection[int] = ()) -> WorkerRoom:
        """As `room`.

        Args:
            places: What may be started, with numbers from `promise_worker`.
            without: Workers that get nothing more while they are busy.
        """
        self._hiring.forget_promises()
        if self._stopping:
            return WorkerRoom([], FixedPlaces(0), self._durations)
        seats = [
            Seat(worker.number, worker.outstanding, worker.load_s, is_new=False)
            for worker in self._pool.workers.values()
            if not worker.retiring
            and not worker.quiet
            and worker.doom is None
            and not (worker.assignments and worker.number in without)
            and not self._recalls.is_pending(worker)
        ]
        return WorkerRoom(seats, places, self._durations)

    def may_promise(self) -> bool:
        """Whether workers could be started when it was last tried, or that is long enough ago."""
        return self._hiring.may_promise()

    def promise_worker(self) -> int:
        """The number of a worker that will be started when something is launched on it, until the next snapshot."""
        return self._hiring.promise()

    def launch(self, launches: Sequence[Launch]) -> None:
        by_worker: defaultdict[int, list[Launch]] = defaultdict(list)
        for launch in launches:
            by_worker[launch.worker].append(launch)
        for number, own in sorted(by_worker.items()):
            worker = self._pool.workers.get(number)
            if worker is None:
                worker = self._hiring.start_promised(number)
            if worker is None:  # it died since it was granted, or could not be started
                for launch in own:
                    self._batch.add_returned(launch, list(launch.indexes))
            else:
                self._dispatch.send(worker, own)

    def measure(self, request: MeasureMaps) -> None:
        self._dispatch.send(self._choose_worker(), [request])

    def run_callbacks(self, request: RunCallbacks) -> None:
        # Runs may miss their deadlines because all workers are busy; whoever is to be told does not wait for them.
        self._dispatch.send(self._choose_worker(is_urgent=request.kind == "deadline"), [request])

    def cancel(self, request: CancelTries) -> None:
        for worker in self._pool.workers.values():
            for assignment in worker.assignments:
                if isinstance(assignment.work, Launch) and assignment.work.fence == request.fence:
                    self._cancel(worker, assignment, set(request.indexes))

    def watch_triggers(self, request: WatchTriggers) -> None:
        self._triggers.watch(request)

    def drop_triggers(self, request: DropTriggers) -> None:
        self._triggers.drop(request)

    def poll(self, timeout_s: float) -> list[Event]:
        self._pool.select(self.prepare(timeout_s))
        return self._finish_poll()

    def prepare(self, timeout_s: float) -> float:
        """Do what comes before a wait, and say how long it may be at most; `attend` then."""
        self._recall_for_idle()
        self._triggers.look()
        return self._pool.shorten(self._shorten(self._triggers.shorten(timeout_s)))

    def attend(self) -> list[Event]:
        """As `poll`, where somebody else has waited for `fileno`."""
        self._pool.select(0.0)
        return self._finish_poll()

    def fileno(self) -> int:
        """Readable when there is something to `attend` to."""
        return self._pool.selector.fileno()

    def _finish_poll(self) -> list[Event]:
        pool = self._pool
        pool.look()
        self._recalls.settle()
        self._watch.look(list(pool.workers.values()), pool.guard)
        self._retire()
        events = self._batch.take_events()
        self._batch = Batch(self._feeds_map)
        if self._closing:
            self._forget_closed()
        return events

    def busy(self) -> int:
        return sum(bool(worker.assignments) for worker in self._pool.workers.values())

    def is_fed(self) -> bool:
        return self._capacity.count_free_slots() == 0 and self.has_fed()

    def has_fed(self) -> bool:
        """Whether each worker that has work still has half of what is sent ahead, and a try more than it runs."""
        workers, half_s = self._pool.workers.values(), self._options.prefetch_s / 2
        return all(worker.outstanding > 1 and worker.load_s >= half_s for worker in workers if worker.assignments)

    def stop_launching(self) -> list[Event]:
        self._stopping = True
        self._recalls.declare_all(self._pool.workers.values())
        time.sleep(SETTLE_S)
        return self.poll(0.0)

    def close(self, *, kill: bool) -> None:
        if not kill:
            self._stop_workers()
        self._pool.close()

    def stop(self) -> None:
        """Let workers end in good order, which goes on in `poll`; `is_empty` says when they have."""
        for worker in self._pool.workers.values():
            self._stop(worker)
        self._triggers.stop()

    def tell_of_change(self, changed_by: WorkerHandle) -> None:
        """What workers read after this, whoever starts it, is to be what was written."""
        self._dispatch.tell_of_change(changed_by)

    def retire(self, number: int) -> None:
        """Let a worker end that has nothing to do."""
        worker = self._pool.workers.get(number)
        if worker is not None and not worker.assignments and not worker.stopped:
            self._stop(worker)

    def abandon(self, reason: str) -> list[Event]:
        """Say what becomes of all that the workers had, as when they die; `release` comes next."""
        self._stopping = True
        for worker in list(self._pool.workers.values()):
            self._pool.read_to_end(worker)
            self._collect(worker)
            for order in self._undertaker.bury(worker, worker.doom or reason, self._batch):
                fail_order(order, reason, self._batch)
        self._triggers.fail_all(reason)
        return self._batch.take_events()

    def release(self) -> list[GuardHandle]:
        """As `close`, at once and without waiting; the guards say when everything has ended."""
        return self._pool.release()

    def is_idle(self) -> bool:
        """Whether nothing runs, and nothing is waited for."""
        return not self._triggers and not self.busy()

    @property
    def workers(self) -> dict[int, WorkerHandle]:
        """Those that serve runs, by number."""
        return self._pool.workers

    def is_empty(self) -> bool:
        """Whether no worker is left."""
        return not self._pool.workers and not self._pool.triggerer

    # --- what happens during a poll ---

    def _note(self, event: Event) -> None:
        self._batch.add(event)

    def _read(self, worker: WorkerHandle) -> None:
        if worker.read():
            self._collect(worker)
        elif worker.at_end:
            self._pool.stop_reading(worker)

    def _collect(self, worker: WorkerHandle) -> None:
        """Take in what a worker says; one whose task writes into its pipe is of no more use."""
        try:
            self._collector.collect(worker, self._batch)
        except (msgspec.MsgspecError, InvariantError) as error:
            worker.stop_listening()
            self._pool.stop_reading(worker)
            worker.doom = (
                f"The task's process wrote into the pipe that leads to the scheduler ({error}), so it was killed. "
                "Fix: write only to files that the task has opened, never to numbered descriptors of others."
            )
            if worker.pid is not None:
                self._pool.guard.kill(worker.pid)

    def _bury(self, worker: WorkerHandle, reason: str) -> None:
        self._collect(worker)
        self._recalls.forget(worker)
        self._watch.forget(worker)
        for order in self._undertaker.bury(worker, reason, self._batch):
            self._dispatch.send(self._choose_worker(), [order])

    def _give_back(self, assignment: Assignment, first: int, end: int) -> None:
        if isinstance(assignment.work, Launch):
            self._batch.add_returned(assignment.work, assignment.list_indexes(first, end))
        else:
            self._dispatch.send(self._choose_worker(), [assignment.work])

    def _recall_for_idle(self) -> None:
        """What waits behind a long try goes to a worker that has nothing to do."""
        workers = [worker for worker in self._pool.workers.values() if not self._recalls.is_pending(worker)]
        loaded = [worker for worker in workers if worker.outstanding > 1]
        if loaded and self._capacity.count_free_slots() > 0:
            idle = any(not worker.assignments and not worker.retiring for worker in workers)
            if idle or self._capacity.count_startable() > 0:
                found = find_recall(loaded, idle_worker=idle)
                if found is not None:
                    self._recalls.declare(*found)

    def _shorten(self, timeout_s: float) -> float:
        """The patience of this poll: shorter when something is due."""
        look_s = self._recalls.next_look_s()
        if look_s is not None:
            return min(timeout_s, look_s)
        workers = self._pool.workers.values()
        if any(worker.outstanding > 1 for worker in workers) and self._capacity.count_free_slots() > 0:
            return min(timeout_s, self._options.prefetch_s / 4)
        return min(timeout_s, WATCH_EVERY_S) if any(worker.assignments for worker in workers) else timeout_s

    def _retire(self) -> None:
        for worker in self._pool.workers.values():
            if worker.retiring and not worker.assignments and not worker.stopped:
                self._stop(worker)

    # --- choosing workers ---

    def _choose_worker(self, *, is_urgent: bool = False) -> WorkerHandle:
        """The one for a control try: idle if there is one, and one more worker rather than behind a long try.

        Where there may be no more, what is urgent gets one all the same, which ends when it is done.
        """
        workers = [
            worker
            for worker in self._pool.workers.values()
            if worker.doom is None and not worker.retiring and not self._recalls.is_pending(worker)
        ]
        idle = [worker for worker in workers if not worker.assignments]
        if idle:
            return idle[0]
        if not workers or self._capacity.count_startable() > 0:
            return self._hiring.start()
        if is_urgent:
            worker = self._hiring.start()
            worker.retiring = True
            return worker
        return min(workers, key=lambda worker: (worker.quiet, worker.load_s))

    def _cancel(self, worker: WorkerHandle, assignment: Assignment, indexes: set[int]) -> None:
        first, end = assignment.first, assignment.end
        doomed = [first + at for at, index in enumerate(assignment.list_indexes(first, end)) if index in indexes]
        self._watch.cancel(worker, doomed, self._pool.guard)
        if end - 1 > worker.running:  # those that have not started come back, and whoever cancelled them ignores them
            self._recalls.declare(worker, worker.running + 1)

    def _stop(self, worker: WorkerHandle) -> None:
        worker.stopped = worker.retiring = True
        self._dispatch.write(worker, [Stop()])

    def _stop_workers(self) -> None:
        """Let workers end in good order; those that do not in time are killed."""
        self.stop_launching()
        self.stop()
        give_up_at = time.monotonic() + CLOSE_PATIENCE_S
        with contextlib.suppress(ExecutionError):
            while not self.is_empty() and time.monotonic() < give_up_at:
                self.poll(0.05)

    # --- what is known ---

    def _forget_closed(self) -> None:
        """Forget closed runs of which nothing is out any more."""
        out = {assignment.work.run for worker in self._pool.workers.values() for assignment in worker.assignments}
        for number in self._closing - out:
            self._runs.pop(number, None)
            self._spec_of_run.pop(number, None)
            self._durations.forget(number)
        self._closing &= out

    def _find_time_limit(self, run: int, task: int) -> float | None:
        return self._spec_of_run[run].tasks[task].execution_timeout_s

    def _feeds_map(self, run: int, task: int) -> bool:
        return self._spec_of_run[run].tasks[task].feeds_map


def _refuse(_run: int, _request: Request) -> Response:
    return Failure(message="Nobody answers requests yet: LocalExecutor.connect was not called.")
