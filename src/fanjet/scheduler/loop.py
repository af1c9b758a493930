"""The scheduler: the only one who changes states.

One turn of the loop takes what the executor reports, lets the machines of the runs decide, fills the free slots, and
writes all of it in one transaction. Only then do the launched tries start, so whatever is seen to run is recorded.
While a turn is being written the workers go on, and what they report meanwhile makes up the next turn's batch.

The parts of a turn, each with what it has to remember: `decisions` (from events to changes), `transactions` (from
changes to what is written, and then done), `ownership` (which runs come and go), `commands` (what others ask).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from math import inf

from fanjet.engine.admission import Admission
from fanjet.engine.run_state import RunState
from fanjet.executors.port import Executor
from fanjet.model.changes import Change
from fanjet.model.commands import Answer
from fanjet.model.events import Event
from fanjet.model.instants import now
from fanjet.model.metrics import Sample
from fanjet.model.programs import Program
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.scheduler.batch_writer import BatchWriter, WriteTerms
from fanjet.scheduler.cancelled_tries import CancelledTries
from fanjet.scheduler.commands import Commands
from fanjet.scheduler.decisions import Decision, Decisions
from fanjet.scheduler.display import Display
from fanjet.scheduler.hearing import hear_more
from fanjet.scheduler.launcher import Launcher
from fanjet.scheduler.leases import LeaseKeeper, LeaseTerms
from fanjet.scheduler.meters import Meters
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.scheduler.ownership import Ownership
from fanjet.scheduler.progress import Progress
from fanjet.scheduler.stop_request import StopRequest
from fanjet.scheduler.time_limits import TimeLimits
from fanjet.scheduler.transactions import Transactions
from fanjet.store.journal.journal import Journal

#: The longest that the loop sleeps, so that displays move and leases are kept.
_LONGEST_SLEEP_S = 0.25
#: Between two looks for commands.
_ASK_EVERY_S = 0.2


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
        self._executor = executor
        self._admission = admission
        self._display = display
        self._clock = clock
        self._longest_sleep_s = longest_sleep_s
        self._meters = meters = meters or Meters()
        self._stop = StopRequest()
        #: What this scheduler carries out; nobody else changes it.
        self.runs = runs = OwnedRuns()
        cancelled = CancelledTries()
        limits = TimeLimits(journal, display.message, steady or clock)
        self.ownership = Ownership(
            runs=runs,
            journal=journal,
            keeper=LeaseKeeper(journal, session, terms or LeaseTerms(), clock),
            limits=limits,
            admission=admission,
            executor=executor,
            cancelled=cancelled,
            display=display,
            clock=clock,
            goes_on=goes_on,
        )
        self.decisions = Decisions(runs, admission, limits, cancelled, display.message, clock)
        self.commands = Commands(journal, runs, self.decisions, display.message, clock, ask_every_s)
        write_terms = WriteTerms(write_patience_s, goes_on)
        self._writer = BatchWriter(journal, write_terms, clock, meters, display.message, self._stop)
        self._transactions = Transactions(
            admission=admission,
            launcher=Launcher(admission, executor, runs, self._stop, session, clock),
            limits=limits,
            writer=self._writer,
            ownership=self.ownership,
            cancelled=cancelled,
            executor=executor,
            meters=meters,
        )
        self._progress = Progress(display, runs)
        #: When this turn has heard what it acts upon, in seconds of `time.perf_counter`.
        self._heard_at = time.perf_counter()
        #: When whoever turns this loop has something to do beside it.
        self.wake_at = inf
        #: Whether the executor knows of the stop.
        self._stopping = False

    # --- runs ---

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

    def take_in(self, opened: Sequence[Decision]) -> None:
        """As `own`, for several runs in one transaction."""
        self._heard_at = time.perf_counter()
        for owned, _ in opened:
            self.ownership.take_in(owned)
        self._carry_out(opened)

    def adopt(self, info: RunInfo, spec: DagSpec, machine: RunState, changes: Sequence[Change]) -> None:
        """As `own`, for a run that a task of another has started; from within a turn, and without a display of its own.

        Its end is told with a line.
        """
        self.ownership.adopt(OwnedRun(info, spec, machine, is_quiet=True), changes)

    # --- turns ---

    def run(self) -> dict[int, RunStatus]:
        """Go on until every run is over, or until a stop has been asked for and the running tries have ended.

        The runs are then no longer owned here.

        Returns:
            By run number: its end, or RUNNING where it was stopped and can be resumed.

        Raises:
            ExecutionError: The store cannot be written. What was committed before is safe; the runs can be resumed.
        """
        while not (self.ownership.has_only_over() or self.done_stopping):
            self.turn()
        return {number: self.ownership.let_go(number) for number in list(self.runs.numbers)}

    def turn(self) -> None:
        """One turn of the loop."""
        events = self._hear()
        self._carry_out(self.decisions.take(events))
        for decision in self.ownership.take_adopted():
            self._carry_out([decision])
        for decision, answer in self.commands.obey():
            self._carry_out([decision], answers=[answer])
        self.ownership.keep()
        self._progress.look()
        self._meters.turn_s.observe(time.perf_counter() - self._heard_at)

    def fill(self) -> None:
        """Launch what the limits allow now, as they may allow more than before."""
        self._carry_out([])

    def _hear(self) -> list[Event]:
        events = self._executor.poll(self._find_patience_s())
        self._heard_at = time.perf_counter()
        if events:
            events += hear_more(self._executor, self._writer.mean_s)
        if self._stop.is_there and not self._stopping:
            self._stopping = True
            events = [*events, *self._executor.stop_launching()]
            self._display.stopping(self._executor.busy())
        return events

    def _find_patience_s(self) -> float:
        instants = [at for at in (self.wake_at, self.runs.next_wake_at()) if at is not None]
        return max(0.0, min(self._longest_sleep_s, min(instants) - self._clock()))

    def _carry_out(self, decided: Iterable[Decision], *, answers: Sequence[Answer] = ()) -> None:
        self._transactions.carry_out(decided, heard_at=self._heard_at, answers=answers)

    # --- stopping ---

    def stop(self) -> None:
        """Launch nothing more and leave the loop when what runs has ended; the second time, leave it at once.

        Safe to call from a signal handler.
        """
        self._stop.ask()

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_there

    @property
    def killing(self) -> bool:
        """Whether a stop was asked for twice, so that nothing waits for running tries any more."""
        return self._stop.is_urgent

    @property
    def done_stopping(self) -> bool:
        """Whether a stop was asked for, and nothing is waited for any more."""
        return self.killing or (self._stopping and self.is_idle)

    @property
    def is_idle(self) -> bool:
        """Whether no try is running."""
        return not self._executor.busy()

    def measure(self) -> Sequence[Sample]:
        """What this scheduler measures of itself, as of now."""
        self._meters.queue_depth.set(self._admission.count_ready())
        self._meters.running.set(self._executor.busy())
        self._meters.runs.set(len(self.runs))
        return self._meters.all.read()
