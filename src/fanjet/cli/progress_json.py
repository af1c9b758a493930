"""The display for programs: one JSON object a line, each the whole picture."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from fanjet.cli.output import print_note
from fanjet.cli.progress_lines import say_stopping
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import ENDED, RunStatus, State
from fanjet.scheduler.display import Snapshot

#: Between two lines; the first and the last come at once.
_PAUSE_S = 1.0


class JsonDisplay:
    """Prints on the standard output; messages go to the standard error.

    Args:
        clock: Never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spec: DagSpec | None = None
        self._spoke_at = 0.0
        self._said: list[dict[str, object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to give back."""

    def run_opened(self, info: RunInfo, spec: DagSpec, snapshot: Snapshot, *, resumed: bool) -> None:  # noqa: ARG002 - the port's signature
        """Print the first line."""
        self._spec = spec
        self._say(info, "running", self._picture(spec, snapshot))

    def progress(self, info: RunInfo, snapshot: Snapshot) -> None:
        """Print a line when something changed and the last one is old enough."""
        assert self._spec is not None
        if self._clock() - self._spoke_at < _PAUSE_S:
            return
        tasks = self._picture(self._spec, snapshot)
        if tasks != self._said:
            self._say(info, "running", tasks)

    def run_ended(self, info: RunInfo, status: RunStatus, snapshot: Snapshot) -> None:
        """Print the last line."""
        assert self._spec is not None
        over = status in {RunStatus.SUCCESS, RunStatus.FAILED}
        self._say(info, status.label if over else "interrupted", self._picture(self._spec, snapshot))

    def message(self, text: str) -> None:
        """Print a note where it is in no program's way."""
        print_note(text)

    def stopping(self, running: int) -> None:
        """Print what happens now, as a note."""
        self.message(say_stopping(running))

    def _picture(self, spec: DagSpec, snapshot: Snapshot) -> list[dict[str, object]]:
        return [_describe(task.task_id, task.number, snapshot) for task in spec.tasks]

    def _say(self, info: RunInfo, state: str, tasks: list[dict[str, object]]) -> None:
        self._spoke_at, self._said = self._clock(), tasks
        line = {
            "at": datetime.now(UTC).isoformat(),
            "run": info.number,
            "dag_id": info.dag_id,
            "run_id": info.run_id,
            "state": state,
            "tasks": tasks,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def _describe(task_id: str, task: int, snapshot: Snapshot) -> dict[str, object]:
    """One task; what waits to be decided and what is queued are one number, as elsewhere they are to people."""
    counts = list(snapshot.counts(task))
    counts[State.NONE] += counts[State.SCHEDULED]
    counts[State.SCHEDULED] = 0
    removed, counts[State.REMOVED] = counts[State.REMOVED], 0
    total = sum(counts)
    labels = {("waiting" if state is State.NONE else state.label): counts[state] for state in State if counts[state]}
    return {
        "task_id": task_id,
        "done": sum(counts[state] for state in ENDED),
        "total": total,
        "total_known": snapshot.length_known(task),
        "counts": labels | ({State.REMOVED.label: removed} if removed else {}),
    }
