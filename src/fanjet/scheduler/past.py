"""Tasks that wait for the run before: `depends_on_past` and `wait_for_downstream`.

Such a task is ready as any other, but nothing of it is launched until it, and with `wait_for_downstream` also what is
next to it downstream, has succeeded or been skipped in the run before, which is the one with the greatest logical date
below. In the first run, and where the run before does not have the task, there is nothing to wait for.

What others wait for is seen in the turn in which it ends, if both runs are here; other schedulers are rung for it. The
regular look finds the rest: runs that were put in between, or that are carried out where nobody rings.

Source: Airflow's rule for scheduled task instances, here for all positions of a map together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fanjet.engine.admission import Admission
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus, State
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.scheduler.programs import Programs
from fanjet.store.service.journal import ServiceJournal


@dataclass(slots=True)
class _Gate:
    """A run whose tasks wait for the run before, and are waited for by the run after it."""

    owned: OwnedRun
    #: Those that are held.
    held: set[int]
    #: Those that the run after it may wait for, as long as they have not passed.
    awaited: set[int]
    #: The run before, as it was last looked at.
    before: int | None = None


class PastGates:
    """Holds tasks back.

    Args:
        journal: What earlier runs have recorded.
        admission: Launches nothing of what is held.
        runs: Those of this scheduler.
        programs: The DAGs by version.
    """

    def __init__(self, journal: ServiceJournal, admission: Admission, runs: OwnedRuns, programs: Programs) -> None:
        self._journal = journal
        self._admission = admission
        self._runs = runs
        self._programs = programs
        #: By run: those here with tasks of this kind.
        self._gates: dict[int, _Gate] = {}
        #: Whether one of them has ended: where a map may still grow, others wait for that.
        self._has_ended = False

    def hold(self, owned: OwnedRun) -> None:
        """Hold what has to wait in a run that is about to start or to go on."""
        waiting = {task.number for task in owned.spec.tasks if task.depends_on_past}
        if not waiting or owned.info.logical_date is None:
            return
        number = owned.info.number
        gate = self._gates[number] = _Gate(owned, waiting, _list_awaited(owned.spec))
        for task in waiting:
            self._admission.hold(number, task)
        self._open(gate)

    def look(self) -> bool:
        """Let go of what need not wait any more; whether there was any."""
        for number in list(self._gates):
            if number not in self._runs:
                del self._gates[number]
        return self._open_all(gate for gate in self._gates.values() if gate.held)

    def look_here(self) -> tuple[bool, bool]:
        """As `look`, after each turn, and only at what waits for what has just passed here.

        Returns:
            Whether something has passed, and whether something was let go of.
        """
        passed = {number for number, gate in self._gates.items() if number in self._runs and self._has_moved(gate)}
        has_ended, self._has_ended = self._has_ended, False
        if not passed:
            return has_ended, False
        return True, self._open_all(gate for gate in self._gates.values() if gate.held and gate.before in passed)

    def let_go(self, runs: Iterable[int]) -> None:
        """Runs are over and no longer here: `look_here` tells of it."""
        for number in runs:
            self._has_ended |= self._gates.pop(number, None) is not None

    def _open_all(self, gates: Iterable[_Gate]) -> bool:
        return sum(self._open(gate) for gate in gates) > 0

    def _has_moved(self, gate: _Gate) -> bool:
        """Whether more has passed of a run here since the last time."""
        owned = gate.owned
        passed = {
            task
            for task in gate.awaited - gate.held
            if _is_good(owned.machine.counts(task)) and owned.machine.length_known(task)
        }
        gate.awaited -= passed
        return bool(passed)

    def _open(self, gate: _Gate) -> bool:
        """Let go of what of a run need not wait any more; whether there was any."""
        number = gate.owned.info.number
        gate.before = self._journal.find_run_before(gate.owned.info)
        free = self._list_free(gate)
        for task in free:
            gate.held.discard(task)
            self._admission.unhold(number, task)
        return bool(free)

    def _list_free(self, gate: _Gate) -> list[int]:
        previous, tasks = gate.before, gate.owned.spec.tasks
        if previous is None:
            return list(gate.held)
        spec = self._programs.get_version(self._journal.get_version_of_run(previous)).spec
        known = {task.task_id: task.number for task in spec.tasks}
        free = []
        for number in gate.held:
            needed = [tasks[each].task_id for each in _list_needed(gate.owned.spec, number)]
            if all(self._has_passed(previous, spec, known[name]) for name in needed if name in known):
                free.append(number)
        return free

    def _has_passed(self, run: int, spec: DagSpec, task: int) -> bool:
        """Whether all instances of a task have succeeded or been skipped."""
        owned = self._runs.find(run)
        if owned is not None:
            return _is_good(owned.machine.counts(task)) and owned.machine.length_known(task)
        if not _is_good(self._journal.count_states(run, task)):
            return False
        return not spec.tasks[task].depth or self._journal.get_status(run) in {RunStatus.SUCCESS, RunStatus.FAILED}


def _is_good(counts: Iterable[int]) -> bool:
    """Whether all instances that there are have succeeded or been skipped, and there are any."""
    by_state = list(counts)
    good = by_state[State.SUCCESS] + by_state[State.SKIPPED]
    return good > 0 and good + by_state[State.REMOVED] == sum(by_state)


def _list_needed(spec: DagSpec, task: int) -> list[int]:
    """The tasks that have to have passed in the run before."""
    if not spec.tasks[task].wait_for_downstream:
        return [task]
    return [task, *(other.number for other in spec.tasks if task in other.upstream)]


def _list_awaited(spec: DagSpec) -> set[int]:
    """The tasks for which the run after waits."""
    return {needed for task in spec.tasks if task.depends_on_past for needed in _list_needed(spec, task.number)}
