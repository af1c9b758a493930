"""Tasks that wait for the run before: `depends_on_past` and `wait_for_downstream`.

Such a task is ready as any other, but nothing of it is launched until it, and with `wait_for_downstream` also what is
next to it downstream, has succeeded or been skipped in the run before, which is the one with the greatest logical date
below. In the first run, and where the run before does not have the task, there is nothing to wait for.

Source: Airflow's rule for scheduled task instances, here for all positions of a map together.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from fanjet.engine.admission import Admission
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus, State
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.scheduler.programs import Programs
from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")


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
        #: By run: the tasks that are held.
        self._held: dict[int, set[int]] = {}

    def hold(self, owned: OwnedRun) -> None:
        """Hold what has to wait in a run that is about to start or to go on."""
        waiting = {task.number for task in owned.spec.tasks if task.depends_on_past}
        if waiting and owned.info.logical_date is not None:
            self._held[owned.info.number] = waiting
            for task in waiting:
                self._admission.hold(owned.info.number, task)

    def look(self) -> None:
        """Let go of what need not wait any more."""
        for number in list(self._held):
            owned = self._runs.find(number)
            if owned is None:
                del self._held[number]
                continue
            for task in self._list_free(owned, self._held[number]):
                self._held[number].discard(task)
                self._admission.unhold(number, task)
            if not self._held[number]:
                del self._held[number]

    def _list_free(self, owned: OwnedRun, held: Iterable[int]) -> list[int]:
        previous = self._journal.find_run_before(owned.info)
        if previous is None:
            return list(held)
        spec = self._programs.get_version(self._journal.get_version_of_run(previous)).spec
        passed = {task.task_id for task in spec.tasks if self._has_passed(previous, spec, task.number)}
        known = {task.task_id for task in spec.tasks}
        free = []
        for number in held:
            task = owned.spec.tasks[number]
            needed = [task.task_id]
            if task.wait_for_downstream:
                needed += [other.task_id for other in owned.spec.tasks if number in other.upstream]
            if all(name in passed for name in needed if name in known):
                free.append(number)
        return free

    def _has_passed(self, run: int, spec: DagSpec, task: int) -> bool:
        """Whether all instances of a task have succeeded or been skipped."""
        owned = self._runs.find(run)
        if owned is not None:
            counts = owned.machine.counts(task)
            complete = owned.machine.length_known(task)
        else:
            counts = self._journal.count_states(run, task)
            complete = self._journal.get_status(run) in {RunStatus.SUCCESS, RunStatus.FAILED} or not (
                spec.tasks[task].depth
            )
        good = counts[State.SUCCESS] + counts[State.SKIPPED]
        return complete and good > 0 and good + counts[State.REMOVED] == sum(counts)
