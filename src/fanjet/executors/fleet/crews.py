"""The programs in use, and what becomes of their runs when one of them cannot go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from fanjet.errors import ExecutionError
from fanjet.executors.fleet.crew import Crew
from fanjet.executors.fleet.departures import Departures
from fanjet.executors.fleet.refusals import refuse_order
from fanjet.executors.local.family import Family
from fanjet.model.events import Event, ProgramFailed
from fanjet.model.instants import now
from fanjet.model.programs import Program
from fanjet.model.runs import RunInfo

_log = logging.getLogger("fanjet.executors")


class Crews:
    """A program is here as long as it has runs or processes.

    Args:
        departures: Processes that are not wanted any more go there.
        tell: Is given what happens to runs.
    """

    def __init__(self, departures: Departures, tell: Callable[[Iterable[Event]], None]) -> None:
        self._departures = departures
        self._tell = tell
        self._by_key: dict[tuple[str, str, str], Crew] = {}
        self._of_run: dict[int, Crew] = {}
        #: Runs whose program failed, with the reason.
        self._failed: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Crew]:
        return iter(tuple(self._by_key.values()))

    @property
    def of_run(self) -> Mapping[int, Crew]:
        """By the number of the run, as long as its program has not failed."""
        return self._of_run

    def list_present(self) -> list[tuple[Crew, Family]]:
        """Those that have processes, with these."""
        return [(crew, crew.family) for crew in self if crew.family is not None]

    # --- runs ---

    def open_run(self, info: RunInfo, program: Program) -> None:
        """Serve a run, which may have been served before."""
        number = info.number
        self._failed.pop(number, None)
        before = self._of_run.get(number)
        if before is not None and before.key != program.key:
            before.close_run(number)
        crew = self._by_key.get(program.key)
        if crew is None:
            crew = self._by_key[program.key] = Crew(program)
        self._of_run[number] = crew
        reason = crew.open_run(info, program)
        if reason is not None:
            self.fail_run(number, reason)

    def close_run(self, number: int) -> None:
        """The run has nothing more to do."""
        self._failed.pop(number, None)
        crew = self._of_run.pop(number, None)
        if crew is not None:
            crew.close_run(number)
            self._drop_if_unused(crew)

    def fail_run(self, number: int, reason: str) -> None:
        """A run cannot be served any more."""
        crew = self._of_run.pop(number)
        self._failed[number] = reason
        self._tell([refuse_order(order, reason) for order in crew.orders if order.run == number])
        crew.close_run(number)
        self._tell([ProgramFailed(run=number, at=now(), reason=reason)])

    def explain_absence(self, number: int) -> str:
        """Why a run is not served."""
        return self._failed.get(number, "The run is not open.")

    # --- processes ---

    def load(self, crew: Crew, start: Callable[[Path, Path], Family]) -> None:
        """Have the processes of a program started, which load its file."""
        try:
            crew.load(start)
        except (ExecutionError, OSError) as error:
            self.fail(crew, f"The program could not be loaded: {error}")

    def close(self, crew: Crew) -> None:
        """Close a program that does nothing. One that has runs is loaded again when they want something."""
        family = crew.take_family()
        if family is not None:
            self._departures.stop(family)
        self._drop_if_unused(crew)

    def replace(self, crew: Crew, error: OSError | ExecutionError) -> None:
        """Its processes are gone or cannot be reached, and not for what they do: others go on with the runs."""
        if not crew.may_be_replaced():
            self.fail(crew, str(error))
            return
        trace = error if isinstance(error, OSError) else None
        _log.warning("The processes of %s are started anew: %s", crew.key[1], error, exc_info=trace)
        self._abandon(crew, f"The process of the task could not be reached: {error}")
        crew.want(urgent=True)

    def fail(self, crew: Crew, reason: str) -> None:
        """A program cannot go on, and with it all its runs."""
        self._abandon(crew, reason)
        for number in list(crew.runs):
            self.fail_run(number, reason)
        self._by_key.pop(crew.key, None)

    def close_all(self, *, kill: bool) -> None:
        """Close all of them: after their running tries, or at once."""
        for crew in self:
            family = crew.take_family()
            if family is not None and kill:
                self._departures.kill(family)
            elif family is not None:
                self._departures.stop(family)
        self._by_key.clear()

    def _abandon(self, crew: Crew, reason: str) -> None:
        family = crew.take_family()
        if family is not None:
            self._tell(family.abandon(reason))
            self._departures.kill(family)

    def _drop_if_unused(self, crew: Crew) -> None:
        if not crew.runs and crew.family is None and self._by_key.get(crew.key) is crew:
            del self._by_key[crew.key]
