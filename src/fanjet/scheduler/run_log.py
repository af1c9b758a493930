"""What the scheduler of a service says about its runs: a line at the start and the end of each."""

from __future__ import annotations

import logging

from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import ENDED, RunStatus
from fanjet.scheduler.display import Snapshot

_log = logging.getLogger("fanjet.scheduler")


class RunLog:
    """A `fanjet.scheduler.display.Display` for logs."""

    def __init__(self) -> None:
        #: By run: the numbers of its tasks.
        self._tasks: dict[int, range] = {}

    def run_opened(self, info: RunInfo, spec: DagSpec, snapshot: Snapshot, *, resumed: bool) -> None:
        """Tell of the start, and of what has ended before."""
        self._tasks[info.number] = range(len(spec.tasks))
        what = f"goes on after {self._count(info, snapshot)}" if resumed else "starts"
        _log.info("Run %d of DAG %r %s (%s)", info.number, info.dag_id, what, info.run_id, extra=_facts(info))

    def progress(self, info: RunInfo, snapshot: Snapshot) -> None:
        """Nothing: the pages show it."""

    def run_ended(self, info: RunInfo, status: RunStatus, snapshot: Snapshot) -> None:
        """Tell of the end."""
        level = logging.ERROR if status == RunStatus.FAILED else logging.INFO
        text = "is given up for now" if status == RunStatus.RUNNING else f"ended: {status.label}"
        ends = self._count(info, snapshot)
        del self._tasks[info.number]
        _log.log(level, "Run %d of DAG %r %s, %s", info.number, info.dag_id, text, ends, extra=_facts(info))

    def message(self, text: str) -> None:
        """Pass it on."""
        _log.warning("%s", text)

    def stopping(self, running: int) -> None:
        """Tell what SIGTERM does: whoever stops a service wants to know what it waits for."""
        tries = f"{running} running {'try' if running == 1 else 'tries'} may end first (a second SIGTERM kills them)"
        _log.info(
            "Stopping: nothing more is launched, and %s. Runs that are not over go on with another scheduler, or with "
            "the next start.",
            tries if running else "nothing runs",
        )

    def _count(self, info: RunInfo, snapshot: Snapshot) -> str:
        ended = sum(snapshot.counts(task)[state] for task in self._tasks[info.number] for state in ENDED)
        return f"{ended:,} instance{'' if ended == 1 else 's'}"


def _facts(info: RunInfo) -> dict[str, object]:
    return {"run": info.number, "dag_id": info.dag_id, "run_id": info.run_id}
