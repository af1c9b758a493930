"""What a worker keeps of one run between its tries."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from fanjet.errors import DagValueError
from fanjet.model.paths import Path
from fanjet.model.requests import FindRuns, RunFacts, Runs
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.runtime.client import TryClient
from fanjet.runtime.clock import SYSTEM_CLOCK, Clock
from fanjet.runtime.dag_run import DagRun
from fanjet.runtime.literal_lengths import LiteralLengths
from fanjet.runtime.neighbours import Neighbours, Slot
from fanjet.runtime.value_store import ValueStore

if TYPE_CHECKING:
    from fanjet.authoring.operator import Operator


#: The path and the value last read.
KeptValues: TypeAlias = dict[Slot, tuple[Path, Any]]


class RunView:
    """One run as its tries in this process see it.

    Args:
        info: What is fixed about the run. Sending a new one (`OpenRun` again) drops what is kept of it.
        spec: Its DAG.
        client: The way to the world.
        value_store: Takes large values.
        clock: The time that the tries live in.
    """

    def __init__(
        self,
        info: RunInfo,
        spec: DagSpec,
        client: TryClient,
        value_store: ValueStore,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.info = info
        self.spec = spec
        self.client = LiteralLengths(client, spec)
        self.value_store = value_store
        self.clock = clock
        #: A source is decoded once while a range of instances reads it. Readers share nothing, so that what one read
        #: early does not stand for what another reads later.
        self.values: KeptValues = {}
        self.neighbours = Neighbours(self.client)

    @cached_property
    def dag_run(self) -> DagRun:
        return DagRun(self.info)

    @cached_property
    def previous_success(self) -> RunFacts | None:
        """The last run of the DAG before this one's logical date that succeeded."""
        date = self.info.logical_date
        if date is None:
            return None
        answer = self.client.ask(FindRuns(self.info.dag_id, before=date.timestamp(), state="success"))
        assert isinstance(answer, Runs), answer
        return next(iter(answer.runs), None)

    def params_of(self, task: Operator) -> dict[str, Any]:
        """The parameters that a task sees: its own defaults go before those of the DAG, given values before both."""
        values = dict(self.dag_run.params)
        if task.params:
            dag_defaults: dict[str, Any] = dict(task.dag.params) if task.dag is not None else {}
            for name, default in task.params.items():
                if name not in values or (name in dag_defaults and values[name] == dag_defaults[name]):
                    values[name] = self.dag_run.conf.get(name, default)
        return values

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {task.task_id: task.number for task in self.spec.tasks}

    def number_of(self, task_id: str, asking: str) -> int:
        """The number of a task.

        Raises:
            DagValueError: There is none of this id; says who asked.
        """
        number = self._numbers.get(task_id)
        if number is None:
            near = import_module("difflib").get_close_matches(task_id, self._numbers, n=1)  # late: for errors only
            raise DagValueError(
                f"Task '{asking}' asks for values of task '{task_id}', which the DAG does not have.",
                fix=f"did you mean '{near[0]}'?" if near else "give the full id, with the prefixes of its groups",
            )
        return number
