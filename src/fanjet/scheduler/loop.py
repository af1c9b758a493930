"""The scheduler: the only one who changes states.

One turn of the loop takes what the executor reports, lets the machines of the runs decide, fills the free slots, and
writes all of it in one transaction. Only then do the launched tries start, so whatever is seen to run is recorded.
While a turn is being written the workers go on, and what they report meanwhile makes up the next turn's batch.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import TypeAlias

import msgspec

from fanjet.engine.admission import Admission
from fanjet.engine.run_state import RunState
from fanjet.errors import ExecutionError, LeaseLostError
from fanjet.executors.port import Executor
from fanjet.model.changes import (
    CancelTries,
    Change,
    DequeueInstances,
    DropTriggers,
    MeasureMaps,
    QueueInstances,
    Record,
    RecordCancelled,
    ReopenRun,
    RunCallbacks,
    WatchTriggers,
)
from fanjet.model.commands import Answer, Command
from fanjet.model.events import (
    CallbacksRan,
    CancelRequested,
    Event,
    ProgramFailed,
    TriesEnded,
    TriesReturned,
)
from fanjet.model.instants import now
from fanjet.model.launches import Launch
from fanjet.model.metrics import Sample
from fanjet.model.programs import Program
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.scheduler.batch_writer import BatchWriter, WriteTerms
from fanjet.scheduler.display import Display
from fanjet.scheduler.fences import fence_counter
from fanjet.scheduler.hearing import hear_more
from fanjet.scheduler.leases import LeaseKeeper, LeaseTerms
from fanjet.scheduler.meters import Meters
from fanjet.scheduler.obedience import describe_answer
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.scheduler.time_limits import TimeLimits
from fanjet.store.journal.journal import Journal

#: The longest that the loop sleeps, so that displays move and leases are kept.
_LONGEST_SLEEP_S = 0.25
_DISPLAY_EVERY_S = 0.1
#: Between two looks for commands.
_ASK_EVERY_S = 0.2

#: What the executor does once all is written.
_Order: TypeAlias = MeasureMaps | RunCallbacks | CancelTries | WatchTriggers | DropTriggers


class Scheduler:
    """Owns runs from their start, or from where another process left them, to their end.

    Args:
        journal: The store; the leases of the runs are held in it.
        executor: Where tries run.
        admission: Decides what is launched.
        session: The number of this scheduler in the store.
        display: Is told what goes on.
        write_patience_s: How long a write that failed for a passing reason, such as a full disk, is tried again.
        clock: Gives the instant, in seconds since the epoch; never goes back.
        steady: Seconds since some instant, also when the clock is set forward; the clock itself where nobody sets it.
        longest_sleep_s: The longest that a turn of the loop waits for something to happen.
        terms: How long the leases hold.
        goes_on: Whether a run that another scheduler has taken over is let go of, and all others go on.
        ask_every_s: The pause between two looks for commands.
        meters: Take up what is measured; None where nobody looks at it.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        executor: Executor,
        admission: Admission,
        session: int,
        display: Display,
        write_patience_s: float,
        clock: Callable[[], float] = now,
        steady: Callable[[], float] | None = None,
        longest_sleep_s: float = _LONGEST_SLEEP_S,
        terms: LeaseTerms | None = None,
        goes_on: bool = False,
        ask_every_s: float = _ASK_EVERY_S,
        meters: Meters | None = None,
    ) -> None:
        self._journal = journal
        self._executor = executor
        self._admission = admission
        self._session = session
        self._display = display
        self._clock = clock
        self._longest_sleep_s = longest_sleep_s
        self._fences = fence_counter(session)
        self._runs = OwnedRuns()
        self._keeper = LeaseKeeper(journal, session, terms or LeaseTerms(), clock)
        self._limits = TimeLimits(journal, display.message, steady or clock)
        self._goes_on = goes_on
        self._ask_every_s = ask_every_s
        self._meters = meters or Meters()
        terms_of_writes = WriteTerms(write_patience_s, goes_on)
        self._writer = BatchWriter(journal, terms_of_writes, clock, self._meters, display.message)
        #: When this turn has heard what it acts upon, in seconds of `time.perf_counter`.
        self._heard_at = time.perf_counter()
        #: Runs that have come to their end; what they owe may still be under way.
        self._ended: set[int] = set()
        #: What was asked of runs that are not here, when it was last looked at.
        self.unclaimed: list[Command] = []
        #: Is told of a run that is opened again, before anything of it is launched.
        self.when_reopened: Callable[[int], None] = lambda _run: None
        #: Callbacks that have run of runs that are not here: a service has them run for runs that wait.
        self._strays: list[CallbacksRan] = []
        #: Started by tasks in this turn.
        self._adopted: list[tuple[OwnedRun, Sequence[Change]]] = []
        #: By run and fence: the indexes of tries that were cancelled while they ran.
        self._cancelled: dict[tuple[int, int], set[int]] = {}
        #: When whoever turns this loop has something to do beside it.
        self.wake_at = inf
        #: How often a stop was asked for; the second time kills.
        self._stops_asked = 0
        self._stopping = False
        self._shown_at = 0.0
        self._asked_at = 0.0

    def own(
        self,
        info: RunInfo,
        spec: DagSpec,
        machine: RunState,
        changes: Sequence[Change],
        *,
        program: Program | None = None,
        resumed: bool = False,
    ) -> None:
        """Take over a run whose lease is held.

        Args:
            info: The run.
            spec: Its DAG.
            machine: Its machine.
            changes: Those that starting or restoring the machine gave.
            program: What it executes; None for the file that the executor has loaded.
            resumed: Whether it goes on from what is recorded.
        """
        self.take_in([(OwnedRun(info, spec, machine, program, is_resumed=resumed), changes)])

    def take_in(self, opened: Sequence[tuple[OwnedRun, Sequence[Change]]]) -> None:
        """As `own`, for several runs in one transaction."""
        self._heard_at = time.perf_counter()
        for owned, _ in opened:
            self._admit(owned)
            self._display.run_opened(owned.info, owned.spec, owned, resumed=owned.is_resumed)
        self._carry_out(opened)

    def _admit(self, owned: OwnedRun) -> None:
        """Let a run take part in what the loop does."""
        self._limits.open(owned, self._clock())
        self._admission.add_run(owned.info.number, owned.spec)
        self._runs.add(owned)
        self._executor.open_run(owned.info, owned.program)

    def adopt(self, info: RunInfo, spec: DagSpec, machine: RunState, changes: Sequence[Change]) -> None:
        """As `own`, for a run that a task of another has started; from within a turn, and without a display of its own.

        Its end is told with a line.
        """
        self._adopted.append((OwnedRun(info, spec, machine, is_quiet=True), changes))

    def fill(self) -> None:
        """Launch what the limits allow now, as they may allow more than before."""
        self._carry_out([])

    def _own_adopted(self) -> None:
        while self._adopted:
            owned, changes = self._adopted.pop(0)
            self._admit(owned)
            self._display.message(f"A task started run {owned.info.number} of DAG {owned.info.dag_id!r}.")
            self._carry_out([(owned, changes)])

    def ask_now(self) -> None:
        """Look for commands in the next turn, not only when it is time again."""
        self._asked_at = 0.0

    def stop(self) -> None:
        """Launch nothing more and leave the loop when what runs has ended; the second time, leave it at once.

        Safe to call from a signal handler.
        """
        self._stops_asked += 1

    @property
    def killing(self) -> bool:
        """Whether a stop was asked for twice, so that nothing waits for running tries any more."""
        return self._stops_asked > 1

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self._stops_asked > 0

    def run(self) -> dict[int, RunStatus]:
        """Go on until every run is over, or until a stop has been asked for and the running tries have ended.

        The runs are then no longer owned here.

        Returns:
            By run number: its end, or RUNNING where it was stopped and can be resumed.

        Raises:
            ExecutionError: The store cannot be written. What was committed before is safe; the runs can be resumed.
        """
        while not all(self._is_over(owned) for owned in self._runs):
            if self.done_stopping:
                break
            self.turn()
        return {number: self.let_go(number) for number in list(self._runs.numbers)}

    @property
    def is_idle(self) -> bool:
        """Whether no try is running."""
        return not self._executor.busy()

    @property
    def done_stopping(self) -> bool:
        """Whether a stop was asked for, and nothing is waited for any more."""
        return self.killing or (self._stopping and not self._executor.busy())

    @property
    def runs(self) -> OwnedRuns:
        """What this scheduler carries out; nobody else changes it."""
        return self._runs

    def measure(self) -> Sequence[Sample]:
        """What this scheduler measures of itself, as of now."""
        self._meters.queue_depth.set(self._admission.count_ready())
        self._meters.running.set(self._executor.busy())
        self._meters.runs.set(len(self._runs))
        return self._meters.all.read()

    def take_strays(self) -> list[CallbacksRan]:
        """Callbacks that have run, since the last call, of runs that are not here."""
        strays, self._strays = self._strays, []
        return strays

    def list_over(self) -> list[int]:
        """The runs that are over, with all that they owe; `let_go` of them."""
        self._ended &= set(self._runs.numbers)  # but for a few, there are none
        return [number for number in self._ended if self._is_over(self._runs[number])]

    def let_go(self, number: int) -> RunStatus:
        """Take no further part in a run. Its lease is left to the caller.

        Returns:
            Its end, or RUNNING where it can be resumed.
        """
        owned = self._runs.remove(number)
        self._ended.discard(number)
        self._admission.remove_run(number)
        self._executor.close_run(number)
        if owned.is_quiet:
            self._display.message(f"Run {number} of DAG {owned.info.dag_id!r} ended: {owned.machine.status.label}.")
        else:
            self._display.run_ended(owned.info, owned.machine.status, owned)
        return owned.machine.status

    def _is_over(self, owned: OwnedRun) -> bool:
        """Whether the run is over and its cancelled tries have had their time to clean up."""
        return owned.over and (owned.tries_out <= 0 or not self._executor.busy())

    def turn(self) -> None:
        """One turn of the loop."""
        events = self._executor.poll(self._find_patience_s())
        self._heard_at = time.perf_counter()
        if events:
            events += hear_more(self._executor, self._writer.mean_s)
        if self._stops_asked and not self._stopping:
            self._stopping = True
            events = [*events, *self._executor.stop_launching()]
            self._display.stopping(self._executor.busy())
        self._carry_out(self._apply(events))
        self._own_adopted()
        self._obey()
        self._renew_leases()
        self._show()
        self._meters.turn_s.observe(time.perf_counter() - self._heard_at)

    def _find_patience_s(self) -> float:
        instants = [at for at in (self.wake_at, self._runs.next_wake_at()) if at is not None]
        return max(0.0, min(self._longest_sleep_s, min(instants) - self._clock()))

    def _apply(self, events: Iterable[Event]) -> list[tuple[OwnedRun, Sequence[Change]]]:
        of_run: defaultdict[int, list[Event]] = defaultdict(list)
        late: defaultdict[int, list[RecordCancelled]] = defaultdict(list)
        for event in events:
            if event.run not in self._runs:
                if isinstance(event, CallbacksRan):
                    self._strays.append(event)
                continue  # a cancelled try of a run that is over
            if isinstance(event, ProgramFailed):
                of_run[event.run].append(CancelRequested(run=event.run, at=event.at, reason=event.reason))
                self._display.message(f"Run {event.run} cannot go on: {event.reason}")
                continue
            of_run[event.run].append(event)
            match event:
                case TriesEnded() | TriesReturned():
                    self._runs[event.run].tries_out -= len(event.indexes)
                    self._admission.released(event.run, event.task, len(event.indexes))
                    late[event.run] += self._find_cancelled(event)
                case CallbacksRan():
                    self._callbacks_ran(event)
                    self._limits.callbacks_ran(self._runs[event.run], event)
        now = self._clock()
        owed: dict[int, list[RunCallbacks]] = {}
        for owned in self._runs.take_due(now):
            due, owed[owned.info.number] = self._limits.look(owned, now)
            of_run[owned.info.number].append(due)
        return [
            (owned, [*self._decide(owned, batch), *late[number], *owed.get(number, ())])
            for number, batch in of_run.items()
            for owned in [self._runs[number]]
        ]

    def _decide(self, owned: OwnedRun, events: Sequence[Event]) -> Sequence[Change]:
        changes = owned.machine.apply(events)
        self._runs.note_wake(owned)
        return changes

    def _find_cancelled(self, event: TriesEnded | TriesReturned) -> list[RecordCancelled]:
        """The machine refuses the ends of cancelled tries; what they printed is kept."""
        cancelled = self._cancelled.get((event.run, event.fence)) if self._cancelled else None
        if cancelled is None or isinstance(event, TriesReturned):
            return []
        positions = [at for at, index in enumerate(event.indexes) if index in cancelled]
        return [RecordCancelled(ended=event, positions=positions)] if positions else []

    def _callbacks_ran(self, event: CallbacksRan) -> None:
        self._runs[event.run].callbacks_out -= 1
        if event.error is not None:
            self._display.message(f"a callback failed: {event.error}")

    def _obey(self) -> None:
        """Carry out what other processes have asked of the runs, each in one transaction with its answer."""
        now = time.monotonic()
        if now - self._asked_at < self._ask_every_s:
            return
        self._asked_at = now
        try:
            commands = self._journal.list_commands()
        except ExecutionError as error:
            if not error.temporary:
                raise
            return  # asked again in the next turn
        self.unclaimed = [command for command in commands if command.run not in self._runs]
        for command in commands:
            if command.run in self._runs:
                self._carry_out_command(self._runs[command.run], command)

    def _carry_out_command(self, owned: OwnedRun, command: Command) -> None:
        request = msgspec.structs.replace(command.request, at=self._clock())
        changes = self._decide(owned, [request])
        answer = Answer(command=command.number, run=command.run, text=describe_answer(request, changes))
        self._display.message(f"asked from elsewhere: {answer.text}")
        self._carry_out([(owned, changes)], answers=[answer])

    def _carry_out(
        self, decided: Iterable[tuple[OwnedRun, Sequence[Change]]], *, answers: Sequence[Answer] = ()
    ) -> None:
        """Queue, launch and record in one transaction, then let the executor act."""
        records: list[Record] = []
        orders: list[_Order] = []
        reopened: dict[int, OwnedRun] = {}
        for owned, changes in decided:
            if owned.machine.status in {RunStatus.SUCCESS, RunStatus.FAILED}:
                self._ended.add(owned.info.number)
            for change in changes:
                match change:
                    case QueueInstances():
                        self._admission.queue(change, self._heard_at)
                    case DequeueInstances():
                        self._admission.dequeue(change)
                    case MeasureMaps() | CancelTries() | WatchTriggers() | DropTriggers():
                        orders.append(change)
                    case RunCallbacks():
                        owned.callbacks_out += 1
                        orders.append(change)
                    case _:
                        records.append(change)
                        if isinstance(change, ReopenRun):
                            reopened[change.run] = owned
                            self.when_reopened(change.run)
                            self._limits.reopen(owned, self._clock())
        records += self._limits.take_records()
        launches = self._launch()
        if records or launches or answers:
            lost = self._writer.write(records, launches, answers, is_hurried=lambda: self.killing)
            if lost:
                launches = [launch for launch in launches if launch.run not in lost]
                orders = [order for order in orders if order.run not in lost]
                self._lose(lost)
        for owned in reopened.values():
            self._executor.open_run(owned.info, owned.program)  # workers forget what they have read
        if launches:
            self._executor.launch(launches)
            self._meters.count_launched(self._admission.waits, time.perf_counter())
        self._order(orders)

    def _launch(self) -> list[Launch]:
        if self._stops_asked:
            self._admission.rest()
            return []
        launches = self._admission.take(self._executor.room(), self._fences.__next__, self._clock())
        of_run: defaultdict[int, list[Launch]] = defaultdict(list)
        for launch in launches:
            of_run[launch.run].append(launch)
        for number, own in of_run.items():
            owned = self._runs[number]
            owned.machine.launched(own)
            owned.tries_out += sum(launch.count for launch in own)
        return launches

    def _order(self, orders: Iterable[_Order]) -> None:
        for order in orders:
            match order:
                case MeasureMaps():
                    self._executor.measure(order)
                case RunCallbacks():
                    self._executor.run_callbacks(order)
                case CancelTries():
                    self._cancelled.setdefault((order.run, order.fence), set()).update(order.indexes)
                    self._executor.cancel(order)
                case WatchTriggers():
                    self._executor.watch_triggers(order)
                case DropTriggers():
                    self._executor.drop_triggers(order)

    def _renew_leases(self) -> None:
        try:
            self._keeper.renew()
        except LeaseLostError as error:
            if not self._goes_on:
                raise
            self._lose(error.runs)

    def _lose(self, runs: Iterable[int]) -> None:
        """Another scheduler goes on with these; whatever is still done here for them counts for nothing."""
        for number in runs:
            if number in self._runs:
                owned = self._runs.remove(number)
                self._ended.discard(number)
                self._admission.remove_run(number)
                self._executor.close_run(number)
                self._display.message(
                    f"Run {number} of DAG {owned.info.dag_id!r} was taken over by another scheduler, because this one "
                    "had not renewed its lease in time. Nothing is lost: it goes on there."
                )
        self._journal.forget(runs)

    def _show(self) -> None:
        now = time.monotonic()
        if now - self._shown_at >= _DISPLAY_EVERY_S:
            self._shown_at = now
            for owned in self._runs:
                if not owned.is_quiet:
                    self._display.progress(owned.info, owned)
