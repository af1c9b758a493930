"""Starts the processes of programs, all with the same settings."""

from __future__ import annotations

from pathlib import Path

from fanjet.executors.fleet.capacity import FleetCapacity
from fanjet.executors.fleet.crews import Crews
from fanjet.executors.fleet.listener import Listener
from fanjet.executors.local.family import DEFAULT_RUNNERS, Family
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.local.worker_numbers import WorkerNumbers
from fanjet.executors.port import Serve


class Starter:
    """Has families started that share numbers and capacity, and whose tries are answered by the same.

    Args:
        home: Logs go to the folder ``logs`` below it.
        options: What holds for all programs together.
        runtime: Settings that tries need.
        parse_timeout_s: How long a DAG file may take to load.
        runners: The text ``module:function`` that names what makes the runners of a worker.
        crews: The programs, which hear of variables that a try of one of them has changed.
        capacity: What is left for all of them.
        listener: Waits for what was started.
    """

    def __init__(
        self,
        *,
        home: Path,
        options: LocalOptions,
        runtime: dict[str, str | int | float | None] | None,
        parse_timeout_s: float,
        runners: str = DEFAULT_RUNNERS,
        crews: Crews,
        capacity: FleetCapacity,
        listener: Listener,
    ) -> None:
        self._home = home
        self._options = options
        self._runtime = runtime
        self._parse_timeout_s = parse_timeout_s
        self._runners = runners
        self._crews = crews
        self._capacity = capacity
        self._listener = listener
        self._serve: Serve | None = None
        #: Of all workers that are started.
        self.numbers = WorkerNumbers()

    def connect(self, serve: Serve) -> None:
        """Have `serve` answer what tries and DAG files ask, of what was started and of what will be."""
        self._serve = serve
        for _, family in self._crews.list_present():
            family.connect(serve, self._tell_of_change)

    def start(self, path: Path, root: Path) -> Family:
        """Start to load a file below a root.

        Raises:
            ExecutionError: No process can be started, or no log be written.
        """
        family = Family.start(
            path,
            root,
            home=self._home,
            numbers=self.numbers,
            options=self._options,
            runtime=self._runtime,
            runners=self._runners,
            capacity=self._capacity,
        )
        family.pool.loading.timeout_s = self._parse_timeout_s
        if self._serve is not None:
            family.connect(self._serve, self._tell_of_change)
        self._listener.add(family)
        return family

    def _tell_of_change(self, changed_by: WorkerHandle) -> None:
        """What workers of any program read after this is to be what was written."""
        for _, family in self._crews.list_present():
            family.dispatch.tell_of_change(changed_by)
