"""How runs come to a scheduler, and leave it: over, given up, or lost to another scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from fanjet.engine.admission import Admission
from fanjet.errors import LeaseLostError
from fanjet.executors.port import Executor
from fanjet.model.changes import Change
from fanjet.model.states import RunStatus
from fanjet.scheduler.cancelled_tries import CancelledTries
from fanjet.scheduler.decisions import Decision
from fanjet.scheduler.display import Display
from fanjet.scheduler.leases import LeaseKeeper
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.scheduler.time_limits import TimeLimits
from fanjet.store.journal.journal import Journal


class Ownership:
    """Tells whoever has a part in a run of its coming and going.

    Args:
        runs: Those that are carried out here; they come and go only through this.
        journal: Knows what this scheduler has written of them.
        keeper: Keeps their leases.
        limits: Know what time brings to them.
        admission: Gives them their parts of the pools.
        executor: Runs their tries.
        cancelled: Knows of tries of theirs.
        display: Shows them.
        clock: Gives the instant.
        goes_on: Whether a run that another scheduler has taken over is let go of, and all others go on.
    """

    def __init__(
        self,
        *,
        runs: OwnedRuns,
        journal: Journal,
        keeper: LeaseKeeper,
        limits: TimeLimits,
        admission: Admission,
        executor: Executor,
        cancelled: CancelledTries,
        display: Display,
        clock: Callable[[], float],
        goes_on: bool,
    ) -> None:
        self._runs = runs
        self._journal = journal
        self._keeper = keeper
        self._limits = limits
        self._admission = admission
        self._executor = executor
        self._cancelled = cancelled
        self._display = display
        self._clock = clock
        self._goes_on = goes_on
        #: Is told of a run that is opened again, before anything of it is launched.
        self.when_reopened: Callable[[int], None] = lambda _run: None
        #: Started by tasks, and not yet here.
        self._adopted: list[Decision] = []

    def take_in(self, owned: OwnedRun) -> None:
        """A run is carried out here from now on; its lease is held."""
        self._admit(owned)
        self._display.run_opened(owned.info, owned.spec, owned, resumed=owned.is_resumed)

    def adopt(self, owned: OwnedRun, changes: Sequence[Change]) -> None:
        """As `take_in`, for a run that a task has started, once what the turn has heard is decided."""
        self._adopted.append((owned, changes))

    def take_adopted(self) -> Iterator[Decision]:
        """Take in what was adopted; what is to be done about each is carried out before the next comes."""
        while self._adopted:
            owned, changes = self._adopted.pop(0)
            self._admit(owned)
            self._display.message(f"A task started run {owned.info.number} of DAG {owned.info.dag_id!r}.")
            yield owned, changes

    def reopen(self, owned: OwnedRun) -> None:
        """A run that had ended goes on."""
        self.when_reopened(owned.info.number)
        self._limits.reopen(owned, self._clock())
        self._runs.note(owned)

    def keep(self) -> None:
        """Keep the leases; lose what others have taken over.

        Raises:
            LeaseLostError: Others have taken something over, and nobody goes on without it.
            ExecutionError: The store failed for good.
        """
        try:
            self._keeper.renew()
        except LeaseLostError as error:
            if not self._goes_on:
                raise
            self.lose(error.runs)

    def lose(self, runs: Iterable[int]) -> None:
        """Another scheduler goes on with these; whatever is still done here for them counts for nothing."""
        for number in runs:
            if number in self._runs:
                owned = self._part_with(number)
                self._display.message(
                    f"Run {number} of DAG {owned.info.dag_id!r} was taken over by another scheduler, because this one "
                    "had not renewed its lease in time. Nothing is lost: it goes on there."
                )
        self._journal.forget(runs)

    def let_go(self, number: int) -> RunStatus:
        """Take no further part in a run. Its lease is left to the caller.

        Returns:
            Its end, or RUNNING where it can be resumed.
        """
        owned = self._part_with(number)
        status = owned.machine.status
        if owned.is_quiet:
            self._display.message(f"Run {number} of DAG {owned.info.dag_id!r} ended: {status.label}.")
        else:
            self._display.run_ended(owned.info, status, owned)
        return status

    def list_over(self) -> list[int]:
        """The runs that are over, with all that they owe."""
        return [owned.info.number for owned in self._runs.list_ended() if self._is_over(owned)]

    def has_only_over(self) -> bool:
        """Whether all runs are."""
        return all(self._is_over(owned) for owned in self._runs)

    def _is_over(self, owned: OwnedRun) -> bool:
        """Whether the run is over and its cancelled tries have had their time to clean up."""
        return owned.over and (owned.tries_out <= 0 or not self._executor.busy())

    def _admit(self, owned: OwnedRun) -> None:
        self._limits.open(owned, self._clock())
        self._admission.add_run(owned.info.number, owned.spec)
        self._runs.add(owned)
        self._executor.open_run(owned.info, owned.program)

    def _part_with(self, number: int) -> OwnedRun:
        owned = self._runs.remove(number)
        self._admission.remove_run(number)
        self._executor.close_run(number)
        self._cancelled.forget(number)
        return owned
