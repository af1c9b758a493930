"""The runs that the processes of a DAG file serve."""

from __future__ import annotations

from collections.abc import Collection

from fanjet.executors.prefetch import Durations
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec, TaskSpec


class OpenRuns:
    """Known from when they are opened until they are closed and the last try of them has ended.

    Args:
        durations: What is known of the tasks; that goes by DAG, so it has to know of which DAG a run is.
    """

    def __init__(self, durations: Durations) -> None:
        self._durations = durations
        self._infos: dict[int, RunInfo] = {}
        self._specs: dict[int, DagSpec] = {}
        #: Runs that were closed while tries of them were still out.
        self._closing: set[int] = set()

    def open(self, info: RunInfo, spec: DagSpec) -> None:
        """Tries of a run may come, of a DAG as it was loaded here."""
        self._infos[info.number] = info
        self._specs[info.number] = spec
        self._durations.open_run(info.number, info.dag_id)
        self._closing.discard(info.number)

    def close(self, number: int) -> None:
        """No more tries of a run come; `forget_closed` then."""
        self._closing.add(number)

    @property
    def has_closed(self) -> bool:
        """Whether there is anything to forget."""
        return bool(self._closing)

    def forget_closed(self, out: Collection[int]) -> None:
        """Forget the closed runs, but for those of which something is out."""
        for number in self._closing.difference(out):
            self._closing.discard(number)
            self._infos.pop(number, None)
            self._specs.pop(number, None)
            self._durations.forget(number)

    def get_info(self, number: int) -> RunInfo:
        """What workers are told of a run."""
        return self._infos[number]

    def find_time_limit(self, run: int, task: int) -> float | None:
        """How long tries of a task may take, in seconds; None for ever."""
        return self._get_task(run, task).execution_timeout_s

    def feeds_map(self, run: int, task: int) -> bool:
        """Whether a map runs over what a task returns, so that its tries tell how many items that has."""
        return self._get_task(run, task).feeds_map

    @property
    def numbers(self) -> Collection[int]:
        """Those that are known."""
        return self._infos.keys()

    def _get_task(self, run: int, task: int) -> TaskSpec:
        return self._specs[run].tasks[task]
