"""What other processes ask of the runs: it stands in the store, and is looked for now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import msgspec

from fanjet.errors import ExecutionError
from fanjet.model.commands import Answer, Command
from fanjet.scheduler.decisions import Decision, Decisions
from fanjet.scheduler.obedience import describe_answer
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.scheduler.rests import find_rest_s
from fanjet.store.journal.journal import Journal


class Commands:
    """Has commands decided upon; each is gone when its answer is written.

    Args:
        journal: The store.
        runs: Those that are carried out here.
        decisions: Decide.
        tell: Is given lines for people.
        clock: Gives the instant.
        ask_every_s: The pause between two looks.
    """

    def __init__(
        self,
        journal: Journal,
        runs: OwnedRuns,
        decisions: Decisions,
        tell: Callable[[str], None],
        clock: Callable[[], float],
        ask_every_s: float,
    ) -> None:
        self._journal = journal
        self._runs = runs
        self._decisions = decisions
        self._tell = tell
        self._clock = clock
        self._ask_every_s = ask_every_s
        self._asked_at = 0.0
        #: How long nothing is asked after an answer that was long in coming.
        self._rest_s = 0.0
        #: What was asked of runs that are not here, when it was last looked at.
        self.unclaimed: list[Command] = []

    def ask_now(self) -> None:
        """Look the next time, and not only when it is time again."""
        self._asked_at = 0.0

    def obey(self) -> Iterator[tuple[Decision, Answer]]:
        """What is to be done about commands, if it is time to look, and what whoever asked is told.

        Each is carried out before the next is decided.
        """
        now = time.monotonic()
        if now - self._asked_at < max(self._ask_every_s, self._rest_s):
            return
        self._asked_at = now
        try:
            commands = self._journal.list_commands()
        except ExecutionError as error:
            if not error.temporary:
                raise
            return  # asked again in the next turn
        self._rest_s = find_rest_s(time.monotonic() - now)
        self.unclaimed = [command for command in commands if command.run not in self._runs]
        for command in commands:
            owned = self._runs.find(command.run)
            if owned is not None:
                yield self._decide(owned, command)

    def _decide(self, owned: OwnedRun, command: Command) -> tuple[Decision, Answer]:
        request = msgspec.structs.replace(command.request, at=self._clock())
        changes = self._decisions.apply(owned, [request])
        answer = Answer(command=command.number, run=command.run, text=describe_answer(request, changes))
        self._tell(f"asked from elsewhere: {answer.text}")
        return (owned, changes), answer
