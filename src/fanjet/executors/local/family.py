"""The processes of one DAG file: workers, what starts them, and what all of them are doing.

A family waits for nothing. Whoever has it calls `prepare`, waits for it and for others, and then calls `attend`.

Its parts can be read one by one: `pool` owns the processes; `launching`, `hiring` and `retirement` are about workers
that get tries, are started and end; `control` is about orders; `dispatch` and `reports` about what is sent to workers
and heard of them; `recalls` and `balance` about what has not started; `watch` and `cancellations` about what runs for
long or is to stop; `triggers` about what is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

from fanjet.errors import ExecutionError
from fanjet.executors.local.assignments import Assignment
from fanjet.executors.local.balance import Balance
from fanjet.executors.local.cancellations import Cancellations
from fanjet.executors.local.capacity import Capacity, OwnCapacity
from fanjet.executors.local.collector import Collector
from fanjet.executors.local.control import Control
from fanjet.executors.local.dispatch import Dispatch
from fanjet.executors.local.guard_handle import GuardHandle
from fanjet.executors.local.hiring import Hiring
from fanjet.executors.local.launching import Launching
from fanjet.executors.local.open_runs import OpenRuns
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.pool import Pool
from fanjet.executors.local.recall import Recalls
from fanjet.executors.local.reports import Reports
from fanjet.executors.local.retirement import Retirement
from fanjet.executors.local.triggers import Triggers
from fanjet.executors.local.undertaker import Undertaker
from fanjet.executors.local.watch import Watch
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.local.worker_numbers import WorkerNumbers
from fanjet.executors.local.zygote_frames import Loaded, ZygoteConfig
from fanjet.executors.lookups import answer_lookup
from fanjet.executors.port import Serve
from fanjet.executors.prefetch import Durations
from fanjet.model.events import Event
from fanjet.model.launches import Launch
from fanjet.model.requests import Failure, Request, Response
from fanjet.model.runs import RunInfo

DEFAULT_RUNNERS = "fanjet.executors.runners:make_runners"


class Family:
    """Puts the parts together, and passes between them what one alone cannot settle.

    Args:
        pool: The workers.
        options: The settings.
        capacity: What is left of the machine; None where the family shares it with no other.
    """

    def __init__(self, pool: Pool, options: LocalOptions, capacity: Capacity | None = None) -> None:
        self.pool = pool
        self.capacity = capacity or OwnCapacity(options, pool.workers)
        self.durations = Durations(options.prefetch_s, options.prefetch_tries)
        self.runs = OpenRuns(self.durations)
        self.hiring = Hiring(pool)
        self.dispatch = Dispatch(pool, self.durations, self.runs, options.callback_timeout_s)
        self.retirement = Retirement(pool, self.dispatch)
        self._collector = Collector(self.durations, _refuse, self.dispatch.write)
        undertaker = Undertaker(pool.config.log_folder, options.log_cap_bytes)
        self._reports = Reports(pool, self.runs, self._collector, undertaker)
        self.recalls = Recalls(self._give_back, self._reports.read)
        self._balance = Balance(pool.workers, self.capacity, self.recalls, options.prefetch_s)
        self.launching = Launching(
            workers=pool.workers,
            hiring=self.hiring,
            recalls=self.recalls,
            durations=self.durations,
            dispatch=self.dispatch,
            reports=self._reports,
        )
        self.control = Control(pool, self.hiring, self.capacity, self.recalls, self.dispatch)
        self.cancellations = Cancellations(pool, self.recalls, options.kill_grace_s)
        self._watch = Watch(pool, options, self.durations, self.runs, self.cancellations)
        self.triggers = Triggers(pool, self._reports.add)
        self._prefetch_s = options.prefetch_s
        pool.on_death = self._bury
        pool.on_readable = self._reports.read
        pool.on_triggerer_death = self.triggers.bury
        pool.on_triggerer_readable = self.triggers.read

    @classmethod
    def start(
        cls,
        dag_file: Path,
        root: Path,
        *,
        home: Path,
        numbers: WorkerNumbers,
        options: LocalOptions,
        runtime: dict[str, str | int | float | None] | None = None,
        runners: str = DEFAULT_RUNNERS,
        capacity: Capacity | None = None,
    ) -> Self:
        """Start loading a DAG file, which goes on while the caller does other things.

        Args:
            dag_file: The file.
            root: The root of its bundle.
            home: Logs go to the folder ``logs`` below it.
            numbers: Where it gets the numbers of its workers.
            options: The settings.
            runtime: Settings that tries need.
            runners: The text ``module:function`` that names what makes the runners of a worker.
            capacity: What is left for it, if it shares the machine with others.

        Raises:
            ExecutionError: No process can be started, or no log be written.
        """
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

    def connect(self, serve: Serve, on_change: Callable[[WorkerHandle], None] | None = None) -> None:
        """Have `serve` answer from now on what running tries ask.

        Args:
            serve: Gives the answers.
            on_change: Is told of a worker whose try has changed a variable. Without it, all others are told to forget.
        """
        self._collector.serve = serve
        self._collector.on_change = on_change or self.dispatch.tell_of_change
        self.pool.on_lookup = partial(answer_lookup, serve)

    @property
    def loaded(self) -> Loaded | None:
        """What is in the DAG file: its specs, or what is wrong with it; None while it is being loaded."""
        return self.pool.loading.found

    @property
    def workers(self) -> dict[int, WorkerHandle]:
        """Those that serve runs, by number."""
        return self.pool.workers

    # --- runs ---

    def open_run(self, info: RunInfo) -> None:
        """Prepare for tries of a run; again, so that workers forget what they have read of it. The file is loaded."""
        assert self.loaded is not None, "the file is not loaded yet"
        specs = {spec.dag_id: spec for spec in self.loaded.specs}
        self.runs.open(info, specs[info.dag_id])
        self.dispatch.forget_run(info.number)

    def close_run(self, number: int) -> None:
        """Nothing of a run will be launched or ordered any more; what still runs of it is stopped."""
        self.runs.close(number)
        self.triggers.forget(number)
        self.cancellations.cancel_run(number)
        self.dispatch.close_run(number)
        self._forget_closed()

    # --- what happens ---

    def fileno(self) -> int:
        """Readable when there is something to `attend` to."""
        return self.pool.selector.fileno()

    def prepare(self, timeout_s: float) -> float:
        """Do what comes before a wait, and say how long it may be at most; `attend` then."""
        self._balance.look()
        self.triggers.look()
        return self.pool.loading.shorten(self._shorten(self.triggers.shorten(timeout_s)))

    def _shorten(self, timeout_s: float) -> float:
        look_s = self.recalls.next_look_s()
        if look_s is not None:
            return min(timeout_s, look_s)
        return self._watch.shorten(self._balance.shorten(timeout_s))

    def attend(self, timeout_s: float = 0.0) -> list[Event]:
        """Do what there is to do, and say what has happened.

        Args:
            timeout_s: How long to wait for something; nobody else has.

        Raises:
            ExecutionError: No workers can be started any more.
        """
        self.pool.select(timeout_s)
        self.pool.look()
        self.recalls.settle()
        self._watch.look()
        self.retirement.look()
        events = self._reports.take_events()
        if self.runs.has_closed:
            self._forget_closed()
        return events

    def _bury(self, worker: WorkerHandle, reason: str) -> None:
        orders = self._reports.bury(worker, reason)
        self.recalls.forget(worker)
        self._watch.forget(worker)
        for order in orders:
            self.control.send(order)

    def _give_back(self, assignment: Assignment, first: int, end: int) -> None:
        if isinstance(assignment.work, Launch):
            self._reports.give_back(assignment.work, assignment.list_indexes(first, end))
        else:
            self.control.send(assignment.work)

    def _forget_closed(self) -> None:
        self.runs.forget_closed(
            {assignment.work.run for worker in self.workers.values() for assignment in worker.assignments}
        )

    # --- how much there is to do ---

    def count_busy(self) -> int:
        """The number of tries that are running now, without those only prefetched."""
        return sum(bool(worker.assignments) for worker in self.workers.values())

    def is_idle(self) -> bool:
        """Whether nothing runs, and nothing is waited for."""
        return not self.triggers and not self.count_busy()

    def has_fed(self) -> bool:
        """Whether each worker that has work still has half of what is sent ahead, and a try more than it runs."""
        workers, half_s = self.workers.values(), self._prefetch_s / 2
        return all(worker.outstanding > 1 and worker.load_s >= half_s for worker in workers if worker.assignments)

    # --- the end ---

    def stop_launching(self) -> None:
        """Take back everything that has not started; `attend` tells of it after `SETTLE_S`."""
        self.launching.stop()
        self.recalls.declare_all(self.workers.values())

    def stop(self) -> None:
        """Let workers end in good order, which goes on in `attend`; `is_empty` says when they have."""
        self.retirement.stop_all()
        self.triggers.stop()

    def is_empty(self) -> bool:
        """Whether no worker is left."""
        return not self.workers and not self.pool.triggerer

    def abandon(self, reason: str) -> list[Event]:
        """Say what becomes of all that the workers had, as when they die; `release` comes next."""
        self.launching.stop()
        for worker in list(self.workers.values()):
            self._reports.abandon(worker, reason)
        self.triggers.fail_all(reason)
        return self._reports.take_events()

    def release(self) -> list[GuardHandle]:
        """Kill whatever is left, and wait for nothing; the guards say when everything has ended."""
        return self.pool.release()


def _refuse(_run: int, _request: Request) -> Response:
    return Failure(message="Nobody answers requests yet: the executor was not connected.")
