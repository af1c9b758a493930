"""The local executor: the scheduler's port to worker processes on this machine that have loaded one DAG file."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from fanjet.errors import ExecutionError
from fanjet.executors.local.family import DEFAULT_RUNNERS, Family
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.places import OwnPlaces
from fanjet.executors.local.recall import SETTLE_S
from fanjet.executors.local.worker_numbers import WorkerNumbers
from fanjet.executors.local.zygote_frames import Loaded
from fanjet.executors.port import Serve
from fanjet.executors.room import WorkerRoom
from fanjet.executors.same_dag import require_dag
from fanjet.model.changes import CancelTries, DropTriggers, MeasureMaps, RunCallbacks, WatchTriggers
from fanjet.model.events import Event
from fanjet.model.launches import Launch
from fanjet.model.programs import Program
from fanjet.model.runs import RunInfo

#: How long workers have to end by themselves.
CLOSE_PATIENCE_S = 5.0


class LocalExecutor:
    """Implements `fanjet.executors.port.Executor` with the `Family` of one DAG file.

    Made by `start`, which does not wait: the processes start while the caller does other things, until `wait_loaded`.

    Args:
        family: The processes.
        numbers: Of its workers.
    """

    def __init__(self, family: Family, numbers: WorkerNumbers) -> None:
        self.family = family
        self._numbers = numbers

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

        Raises:
            ExecutionError: No process can be started, or no log be written.
        """
        numbers = WorkerNumbers()
        if session is not None:
            numbers.begin_session(session)
        options = options or LocalOptions()
        family = Family.start(
            dag_file, root, home=home, numbers=numbers, options=options, runtime=runtime, runners=runners
        )
        return cls(family, numbers)

    def begin_session(self, session: int) -> None:
        """Tell the number of the scheduler's session, part of the numbers of log segments, before the first launch."""
        self._numbers.begin_session(session)

    def wait_loaded(self, timeout_s: float) -> Loaded:
        """What is in the DAG file: its specs, or what is wrong with it, also that it takes too long to load."""
        loaded = self.family.pool.wait_loaded(timeout_s)
        if not loaded.errors and self._numbers.session is not None:
            self.family.hiring.start()  # the first worker starts while the run is being recorded
        return loaded

    def connect(self, serve: Serve) -> None:
        """Have `serve` answer from now on what running tries ask."""
        self.family.connect(serve)

    # --- the port ---

    def open_run(self, info: RunInfo, program: Program | None = None) -> None:
        assert self.family.loaded is not None, "wait_loaded first"
        if program is not None:
            require_dag(program, self.family.loaded.specs)
        self.family.open_run(info)

    def close_run(self, number: int) -> None:
        self.family.close_run(number)

    def room(self) -> WorkerRoom:
        return self.family.launching.make_room(OwnPlaces(self.family.hiring, self.family.capacity))

    def launch(self, launches: Sequence[Launch]) -> None:
        self.family.launching.launch(launches)

    def measure(self, request: MeasureMaps) -> None:
        self.family.control.send(request)

    def run_callbacks(self, request: RunCallbacks) -> None:
        self.family.control.send(request)

    def cancel(self, request: CancelTries) -> None:
        self.family.cancellations.cancel(request)

    def watch_triggers(self, request: WatchTriggers) -> None:
        self.family.triggers.watch(request)

    def drop_triggers(self, request: DropTriggers) -> None:
        self.family.triggers.drop(request)

    def poll(self, timeout_s: float) -> list[Event]:
        return self.family.attend(self.family.prepare(timeout_s))

    def busy(self) -> int:
        return self.family.count_busy()

    def is_fed(self) -> bool:
        return self.family.capacity.count_free_slots() == 0 and self.family.has_fed()

    def stop_launching(self) -> list[Event]:
        self.family.stop_launching()
        time.sleep(SETTLE_S)
        return self.poll(0.0)

    def close(self, *, kill: bool) -> None:
        if not kill:
            self._wait_for_workers()
        self.family.pool.close()

    def _wait_for_workers(self) -> None:
        """Let workers end in good order; those that do not in time are killed."""
        self.stop_launching()
        self.family.stop()
        give_up_at = time.monotonic() + CLOSE_PATIENCE_S
        with contextlib.suppress(ExecutionError):
            while not self.family.is_empty() and time.monotonic() < give_up_at:
                self.poll(0.05)
