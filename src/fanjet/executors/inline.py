"""The inline executor: tries run in the calling process, one after another, so that ``breakpoint()`` works."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Self

import msgspec

from fanjet.airflow.finder import airflow_names
from fanjet.errors import ExecutionError, FanjetError
from fanjet.executors.batch import Batch
from fanjet.executors.lookups import answer_lookup
from fanjet.executors.orders import make_callbacks_ran, make_measured
from fanjet.executors.port import Serve
from fanjet.executors.prefetch import Durations
from fanjet.executors.room import FixedPlaces, Seat, WorkerRoom
from fanjet.executors.runners import RuntimeSettings, make_runners, make_store
from fanjet.executors.same_dag import require_dag
from fanjet.model.changes import CancelTries, DropTriggers, MeasureMaps, RunCallbacks, WatchTriggers
from fanjet.model.events import Event, XComPushed
from fanjet.model.frames import Ended
from fanjet.model.launches import Launch
from fanjet.model.programs import Program
from fanjet.model.requests import Failure, Found, Lookup, Request, Response
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.parsing.loader import LoadedFile, load_file, make_report
from fanjet.parsing.report import ParseReport
from fanjet.runtime.clock import SYSTEM_CLOCK, Clock
from fanjet.runtime.lookups import LOOKUPS
from fanjet.runtime.try_runner import TryRunner

if TYPE_CHECKING:
    from fanjet.executors.inline_triggers import InlineTriggers

#: A poll runs tries for about so long before it reports them.
_POLL_S = 0.02
_MOST_TRIES = 512
#: The number of the only worker there is.
_WORKER = 0


class InlineExecutor:
    """Implements `fanjet.executors.port.Executor` without any other process.

    Tries run while `poll` is called. They print to the terminal; nothing of it is kept. ``isolation="process"`` has no
    meaning here.

    Args:
        load: Gives the DAGs, when they are waited for.
        settings: As in `fanjet.executors.runners.make_runners`.
        clock: The time that the tries live in.
        make_runner: Makes what runs them; called as `TryRunner`.
    """

    def __init__(
        self,
        load: Callable[[], LoadedFile],
        settings: RuntimeSettings,
        *,
        clock: Clock = SYSTEM_CLOCK,
        make_runner: Callable[..., TryRunner] = TryRunner,
    ) -> None:
        self._load, self._settings = load, settings
        self._clock, self._make_runner = clock, make_runner
        self._durations = Durations(_POLL_S, _MOST_TRIES)
        self._client = _InlineClient()
        self._find_runner: Callable[[str], TryRunner] | None = None
        self._specs: dict[str, DagSpec] = {}
        self._runs: dict[int, RunInfo] = {}
        self._queue: deque[Launch | MeasureMaps | RunCallbacks] = deque()
        #: Made when the first try waits for one.
        self._triggers: InlineTriggers | None = None
        self._stopping = False
        self._batch = Batch(self._feeds_map)

    @classmethod
    def start(cls, dag_file: Path, root: Path, *, runtime: RuntimeSettings) -> Self:
        """Prepare for a DAG file.

        Args:
            dag_file: The file.
            root: The root of its bundle.
            runtime: As in `fanjet.executors.runners.make_runners`.
        """
        return cls(lambda: load_file(dag_file, root), runtime)

    def wait_loaded(self, timeout_s: float) -> ParseReport:  # noqa: ARG002 - as `LocalExecutor.wait_loaded`
        """Load the file, here and now. It may take as long as it likes: somebody may be stepping through it."""
        started_at = time.monotonic()
        with LOOKUPS.asking_through(self._client.ask_loading, is_loading=True):
            loaded = self._load()
        self._specs = {dag.spec.dag_id: dag.spec for dag in loaded.dags}
        self._find_runner = make_runners(
            loaded.dags, self._client, self._settings, clock=self._clock, make=self._make_runner
        )
        return make_report(loaded, time.monotonic() - started_at)

    def begin_session(self, session: int) -> None:
        """Nothing is numbered here: what tries print goes to the terminal."""
        del session

    def connect(self, serve: Serve) -> None:
        """Have `serve` answer from now on what running tries ask."""
        self._client.serve = serve

    # --- the port ---

    def open_run(self, info: RunInfo, program: Program | None = None) -> None:
        if program is not None:
            require_dag(program, list(self._specs.values()))
        self._runs[info.number] = info
        self._durations.open_run(info.number, info.dag_id)

    def close_run(self, number: int) -> None:
        self._queue = deque(work for work in self._queue if work.run != number)
        self._runs.pop(number, None)

    def room(self) -> WorkerRoom:
        if self._stopping:
            return WorkerRoom([], FixedPlaces(0), self._durations)
        seat = Seat(_WORKER, len(self._queue), _POLL_S * len(self._queue), is_new=False)
        return WorkerRoom([seat], FixedPlaces(1), self._durations)

    def launch(self, launches: Sequence[Launch]) -> None:
        self._queue.extend(launches)

    def measure(self, request: MeasureMaps) -> None:
        self._queue.append(request)

    def run_callbacks(self, request: RunCallbacks) -> None:
        self._queue.append(request)

    def cancel(self, request: CancelTries) -> None:
        """What has not started is given back; nothing runs between polls."""
        for work in [work for work in self._queue if isinstance(work, Launch) and work.fence == request.fence]:
            self._queue.remove(work)
            self._batch.add_returned(work, list(work.indexes))

    def watch_triggers(self, request: WatchTriggers) -> None:
        if self._triggers is None:
            self._triggers = self._make_triggers()
        self._triggers.watch(request)

    def _make_triggers(self) -> InlineTriggers:
        from fanjet.executors.inline_triggers import InlineTriggers  # noqa: PLC0415 - asyncio is slow to import

        return InlineTriggers(make_store(self._settings), self._clock)

    def drop_triggers(self, request: DropTriggers) -> None:
        if self._triggers is not None:
            self._triggers.drop(request)

    def poll(self, timeout_s: float) -> list[Event]:
        """Run some of what was launched; waits only when there is nothing."""
        if self._triggers:
            with airflow_names():
                for event in self._triggers.run(0.0 if self._queue else timeout_s):
                    self._batch.add(event)
        elif not self._queue:
            self._clock.sleep(timeout_s)
        until = time.monotonic() + _POLL_S
        with _interruptible():
            while self._queue and time.monotonic() < until:
                self._carry_out(self._queue.popleft(), until)
        return self._take_events()

    def busy(self) -> int:
        """Nothing runs between polls."""
        return 0

    def is_fed(self) -> bool:
        """Everything waits for the scheduler, which is the process that runs the tries."""
        return False

    def stop_launching(self) -> list[Event]:
        self._stopping = True
        for work in self._queue:
            if isinstance(work, Launch):
                self._batch.add_returned(work, list(work.indexes))
        self._queue.clear()
        return self._take_events()

    def close(self, *, kill: bool) -> None:  # noqa: ARG002 - nothing runs between polls, so nothing is to be killed
        """Forget what has not started, and end the triggers."""
        self._queue.clear()
        if self._triggers is not None:
            self._triggers.close()
            self._triggers = None

    # --- running ---

    def _carry_out(self, work: Launch | MeasureMaps | RunCallbacks, until: float) -> None:
        info = self._runs[work.run]
        assert self._find_runner is not None, "wait_loaded first"
        runner = self._find_runner(info.dag_id)
        self._client.begin(work, self._batch)
        with airflow_names(), LOOKUPS.asking_through(self._client.ask):
            self._run(runner, info, work, until)

    def _run(self, runner: TryRunner, info: RunInfo, work: Launch | MeasureMaps | RunCallbacks, until: float) -> None:
        match work:
            case Launch():
                self._run_tries(runner, info, work, until)
            case MeasureMaps():
                indexes = list(work.indexes)
                counts, errors = runner.measure(info, work.map, work.parent, indexes)
                self._batch.add(make_measured(work, counts, errors))
            case RunCallbacks():
                error = runner.run_callbacks(
                    info, work.task, work.parent, work.index, work.try_number, work.kind, work.error
                )
                self._batch.add(make_callbacks_ran(work, error))

    def _run_tries(self, runner: TryRunner, info: RunInfo, launch: Launch, until: float) -> None:
        """Run tries of a launch until the time is over; the others wait for the next poll."""
        indexes, ended = self._batch.ended_of(launch)
        for index in launch.indexes:
            self._client.index = index
            started_at = self._clock.time()
            result = runner.run(
                info, launch.task, launch.parent, index, launch.try_number, launch.carry, launch.tries_before
            )
            ended_at = self._clock.time()
            sys.stdout.flush()
            indexes.append(index)
            ended.append(
                Ended(0, result.state, started_at, ended_at, 0, 0, 0, result.value, result.item_count, result.extra)
            )
            self._durations.learn(launch.run, launch.task, ended_at - started_at, 1)
            done = index - launch.first + 1
            if time.monotonic() >= until and done < launch.count:
                self._queue.appendleft(
                    msgspec.structs.replace(launch, first=launch.first + done, count=launch.count - done)
                )
                return

    def _take_events(self) -> list[Event]:
        events = self._batch.take_events()
        self._batch = Batch(self._feeds_map)
        return events

    def _feeds_map(self, run: int, task: int) -> bool:
        return self._specs[self._runs[run].dag_id].tasks[task].feeds_map


class _InlineClient:
    """The `TryClient` of the running try: answers are a function call away."""

    def __init__(self) -> None:
        self.serve: Serve | None = None
        self.index = 0
        self._work: Launch | MeasureMaps | RunCallbacks | None = None
        self._batch: Batch | None = None

    def begin(self, work: Launch | MeasureMaps | RunCallbacks, batch: Batch) -> None:
        """Speak for this work from now on."""
        self._work, self._batch = work, batch

    def ask(self, request: Request) -> Response:
        if self.serve is None or self._work is None:
            raise ExecutionError("Nobody answers requests yet: InlineExecutor.connect was not called.")
        try:
            answer = self.serve(self._work.run, request)
        except FanjetError as error:
            raise ExecutionError(str(error)) from error
        if isinstance(answer, Failure):
            raise ExecutionError(answer.message)
        return answer

    def ask_loading(self, request: Request) -> Response:
        """As `ask`, for a DAG file that is being loaded."""
        assert isinstance(request, Lookup), request
        return Found(None) if self.serve is None else answer_lookup(self.serve, request)

    def push(self, key: str, value: bytes) -> None:
        launch, batch = self._work, self._batch
        if not isinstance(launch, Launch) or batch is None:
            raise ExecutionError("Only a running try can push an XCom.")
        batch.add(
            XComPushed(
                run=launch.run, task=launch.task, parent=launch.parent, index=self.index, fence=launch.fence, key=key,
                value=value,
            )
        )  # fmt: skip


@contextmanager
def _interruptible() -> Iterator[None]:
    """The first Ctrl-C goes where it always went; a second one also interrupts the task.

    An interrupted try has not ended: nothing is recorded of it, as of one whose worker was killed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    presses = 0

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal presses
        presses += 1
        if callable(before):
            before(number, frame)
        if presses > 1:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    except KeyboardInterrupt:
        if before is signal.default_int_handler:
            raise
    finally:
        signal.signal(signal.SIGINT, before)
