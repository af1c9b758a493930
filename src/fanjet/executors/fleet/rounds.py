"""Goes round the programs: which of them is to be looked at, and what is done about one whose processes fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from fanjet.errors import ExecutionError
from fanjet.executors.fleet.crew import Crew
from fanjet.executors.fleet.crews import Crews
from fanjet.executors.fleet.departures import Departures
from fanjet.executors.fleet.listener import Listener
from fanjet.executors.local.family import Family
from fanjet.model.events import Event


class Rounds:
    """Thousands of rounds are made in a second, so each looks only at the programs that something concerns.

    Args:
        crews: The programs.
        departures: Processes that are about to end want to be heard, too.
        listener: Waits for all of them.
        tell: Is given what has happened.
    """

    def __init__(
        self, crews: Crews, departures: Departures, listener: Listener, tell: Callable[[Iterable[Event]], None]
    ) -> None:
        self._crews = crews
        self._departures = departures
        self._listener = listener
        self._tell = tell

    def go(self, timeout_s: float) -> None:
        """Wait until something is to be heard of a program, or one has to be looked at, and do that."""
        for crew, family in self._crews.list_present():
            timeout_s = min(timeout_s, self._prepare(crew, family, timeout_s))
        began_at = time.monotonic()
        ready = self._listener.wait(timeout_s)
        waited_s = time.monotonic() - began_at
        for crew, family in self._crews.list_present():
            if family in ready or crew.patience_s <= waited_s:
                self._attend(crew, family)
        for family in self._departures.list_stopping():
            self._departures.attend(family)

    def _prepare(self, crew: Crew, family: Family, timeout_s: float) -> float:
        """How long one may be left alone."""
        try:
            crew.patience_s = family.prepare(timeout_s)
        except ExecutionError as error:
            self._crews.fail(crew, str(error))
            return 0.0
        except OSError as error:
            self._crews.replace(crew, error)
            return 0.0
        return crew.patience_s

    def _attend(self, crew: Crew, family: Family) -> None:
        if not crew.is_idle():
            crew.used_at = time.monotonic()
        try:
            self._tell(family.attend())
        except ExecutionError as error:
            self._crews.fail(crew, str(error))
        except OSError as error:
            self._crews.replace(crew, error)
        else:
            if crew.is_loading:
                self._look_whether_loaded(crew, family)

    def _look_whether_loaded(self, crew: Crew, family: Family) -> None:
        errors = crew.find_errors()
        if errors is None:
            return
        if errors and family.pool.loading.was_killed:
            self._crews.replace(crew, ExecutionError(next(iter(errors.values()))))
            return
        for number, reason in errors.items():
            self._crews.fail_run(number, reason)
        if not crew.is_ready:
            self._crews.close(crew)
