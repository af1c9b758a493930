"""The running try as its own code sees it: ``ti``."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import structs

from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.paths import Path, join, show
from fanjet.model.requests import Count, CountValues, FindXComs, GetMapLength, GetValues, Values
from fanjet.model.texts import storable
from fanjet.model.values import RETURN_VALUE
from fanjet.runtime.branching import Graph
from fanjet.runtime.context import Context
from fanjet.runtime.rendering import FieldRenderer
from fanjet.runtime.task_logging import log
from fanjet.runtime.templates import Templates
from fanjet.runtime.value_store import ValueOwner
from fanjet.runtime.values import decode, decode_many, encode

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.operator import Operator
    from fanjet.model.requests import RunFacts
    from fanjet.runtime.client import TryClient
    from fanjet.runtime.clock import Clock
    from fanjet.runtime.dag_run import DagRun
    from fanjet.runtime.prepared_task import PreparedTask
    from fanjet.runtime.rendered_fields import RenderedFields
    from fanjet.runtime.run_view import RunView

_NOT_GIVEN: Any = object()
_PAGE = 1000


class TaskInstance:
    """One try of one instance.

    Attributes:
        task: The operator that runs; of a mapped task, the one made for this instance once it is made.
        try_number: 1-based.
        map_path: The map index as a path; ``()`` in an unmapped task.
        carry: What the try left for itself when it was rescheduled, else None.
        tries_before: How many tries there were before the instance was last cleared for a rerun.
    """

    __slots__ = (
        "_context",
        "_run",
        "_started_at",
        "carry",
        "index",
        "map_path",
        "parent",
        "prepared",
        "pushed_return_value",
        "rendered",
        "rendered_map_index",
        "skipped",
        "state",
        "task",
        "tries_before",
        "try_number",
    )

    def __init__(
        self,
        prepared: PreparedTask,
        run: RunView,
        parent: Path,
        index: int,
        try_number: int,
        carry: bytes | None,
        tries_before: int = 0,
    ) -> None:
        self.prepared = prepared
        self._run = run
        self.parent = parent
        self.index = index
        self.map_path = join(parent, index)
        self.try_number: int = try_number
        self.tries_before = tries_before
        self.carry = carry
        self.task: Operator = prepared.operator
        self.state = "running"
        #: The label of the instance, once it is rendered.
        self.rendered_map_index: str | None = None
        #: Of a task with templates: its fields, once they are rendered.
        self.rendered: RenderedFields | None = None
        #: Pushed by hand under the key of the result; holds where the task returns nothing.
        self.pushed_return_value: bytes | None = None
        #: The numbers of tasks that the code of the try skips, besides those that follow from its result.
        self.skipped: set[int] = set()
        self._context: Context | None = None
        self._started_at: datetime | None = None

    @property
    def task_id(self) -> str:
        return self.prepared.spec.task_id

    @property
    def dag_id(self) -> str:
        return self._run.info.dag_id

    @property
    def run_id(self) -> str:
        return self._run.info.run_id

    @property
    def dag(self) -> DAG | None:
        return self.task.dag

    @property
    def dag_run(self) -> DagRun:
        return self._run.dag_run

    def get_dagrun(self) -> DagRun:
        """The run that this try belongs to."""
        return self.dag_run

    @property
    def map_index(self) -> int:
        """The innermost position; -1 in an unmapped task."""
        return self.map_path[-1] if self.map_path else -1

    @property
    def max_tries(self) -> int:
        """The try number that the last retry begins after: the retries of the task, and the tries before a rerun."""
        return self.prepared.spec.retries + self.tries_before

    @property
    def expanded_ti_count(self) -> int | None:
        """The number of instances of the innermost map; None in an unmapped task."""
        spec = self.prepared.spec
        number = spec.map if spec.map is not None else spec.scope[-1] if spec.scope else None
        if number is None:
            return None
        answer = self._run.client.ask(GetMapLength(number, self.map_path[:-1]))
        assert isinstance(answer, Count), answer
        return answer.count

    @property
    def client(self) -> TryClient:
        """The way of the try to the world."""
        return self._run.client

    @property
    def previous_success(self) -> RunFacts | None:
        """The last run of the DAG before this one's logical date that succeeded."""
        return self._run.previous_success

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the run and, over their defaults, those of the task."""
        return self._run.params_of(self.task)

    @property
    def start_date(self) -> datetime:
        """When the try began, in UTC."""
        if self._started_at is None:
            self._started_at = datetime.fromtimestamp(self.clock.time(), UTC)
        return self._started_at

    @property
    def clock(self) -> Clock:
        """The time that the try lives in: the system's but in tests."""
        return self._run.clock

    @property
    def logical_date(self) -> datetime | None:
        """The instant that the run stands for."""
        return self.dag_run.logical_date

    @property
    def execution_date(self) -> datetime | None:
        """The older name of `logical_date`."""
        return self.dag_run.logical_date

    @property
    def operator(self) -> str:
        """The name of the operator class."""
        return self.task.task_type

    @property
    def log_url(self) -> str:
        """How to read the log of the instance: a command."""
        at = f" --map-index {show(self.map_path)}" if self.map_path else ""
        return f"fanjet logs {self._run.info.number} {self.task_id}{at}"

    @property
    def hostname(self) -> str:
        return os.uname().nodename

    @property
    def pid(self) -> int:
        return os.getpid()

    @property
    def log(self) -> logging.Logger:
        """Writes to the log of the try."""
        return log

    @property
    def key_str(self) -> str:
        """``dag__task__date``, and the position of a mapped instance."""
        date = self.dag_run.logical_date
        parts = [self.dag_id, self.task_id, date.strftime("%Y%m%d") if date else self.run_id]
        return "__".join([*parts, str(self.map_index)] if self.map_path else parts)

    def get_template_context(self) -> Context:
        """The context of the try; always the same object."""
        if self._context is None:
            self._context = Context(self)
        return self._context

    def render_template(self, text: str, field: str, extensions: Iterable[str] = (), environment: Any = None) -> Any:
        """A text that an operator made, rendered with the context of the try.

        Args:
            text: The template, or the name of a file with it.
            field: The name of the field, for error messages.
            extensions: Text that ends so is the name of a file.
            environment: Jinja's, in place of the DAG's.
        """
        templates = self.prepared.templates
        if environment is not None and environment is not templates.environment:
            templates = Templates.of(environment)
        return FieldRenderer(templates, self, extensions).render_text(text, field)

    def skip_tasks(self, task_ids: Iterable[str]) -> None:
        """Have tasks of the DAG skipped once the try succeeds."""
        self.skipped.update(self._run.number_of(task_id, self.task_id) for task_id in task_ids)

    def skip_all_but(self, chosen: Any) -> None:
        """Skip what a branch skips that chooses these tasks or groups.

        Args:
            chosen: Full ids, or one; None for nothing.
        """
        self.skipped.update(Graph(self._run.spec).skipped_by_branch(self.prepared.spec, chosen))

    def xcom_push(
        self,
        key: str,
        value: Any,
        execution_date: None = None,
        session: Any = None,  # noqa: ARG002 - no database is in reach
    ) -> None:
        """Give other tasks a value under a key.

        Args:
            key: Any text but an empty one.
            value: What can be stored; see `fanjet.runtime.values`.
            execution_date: Only None: a value is there at once.
            session: Has no meaning; files written for Airflow 2 give it.

        Raises:
            DagTypeError: The key is no str, or the value has no lasting form.
        """
        if execution_date is not None:
            raise DagTypeError(f"Task '{self.task_id}': xcom_push has no execution_date: a value is there at once.")
        if not isinstance(key, str) or not key:
            raise DagTypeError(f"Task '{self.task_id}': an XCom key must be a str with something in it, not {key!r}.")
        if storable(key) != key:
            raise DagTypeError(f"Task '{self.task_id}': the XCom key {key!r} is no text that UTF-8 can hold.")
        data = self.encode(value, key)
        if key == RETURN_VALUE:
            self.pushed_return_value = data
        else:
            self._run.client.push(key, data)

    def encode(self, value: Any, key: str) -> bytes:
        """`value` as it travels, or rests in the value store as this try's."""
        owner = ValueOwner(self._run.info.number, self.task_id, self.map_path, self.try_number, key)
        return encode(value, self._run.value_store, owner)

    def xcom_pull(
        self,
        task_ids: str | Iterable[str] | None = None,
        dag_id: str | None = None,
        key: str = RETURN_VALUE,
        include_prior_dates: bool = False,
        *,
        map_indexes: int | Iterable[Any] | None = _NOT_GIVEN,
        default: Any = None,
        run_id: str | None = None,
        session: Any = None,  # noqa: ARG002 - no database is in reach
    ) -> Any:
        """Values that tasks pushed, of this run if nothing else is said.

        Without `map_indexes`, a mapped task gives a list of all its values, however many, and `default` when there is
        none; an unmapped task gives its value or `default`.

        Args:
            task_ids: One task, or several for a list of the values of each; this task if left out.
            dag_id: The DAG; without `run_id` its run of the same id.
            key: The XCom key.
            include_prior_dates: Whether to take the latest of the last runs up to the logical date of this one.
            map_indexes: One position for one value; a list for a list with None in its gaps; None or -1 for the
                unmapped instance. A position in a list may be a path such as ``(3, 7)``.
            default: What to give where there is no value.
            run_id: The run.
            session: Has no meaning; files written for Airflow 2 give it.

        Raises:
            DagValueError: There is no such task in this DAG.
        """
        foreign = (dag_id not in (None, self.dag_id)) or (run_id not in (None, self.run_id))
        if foreign or include_prior_dates:
            date = self.logical_date
            elsewhere = FindXComs(
                dag_id=dag_id or self.dag_id,
                task_id="",
                key=key,
                run_id=None if include_prior_dates else run_id or self.run_id,
                until=date.timestamp() if include_prior_dates and date is not None else None,
            )
            return self._pull_elsewhere(elsewhere, task_ids or self.task_id, map_indexes, default)
        if task_ids is None or isinstance(task_ids, str):
            return self._pull(task_ids or self.task_id, key, map_indexes, default)
        pulled: list[Any] = []
        for task_id in task_ids:
            found = self._pull(task_id, key, map_indexes, default)
            many = map_indexes is _NOT_GIVEN and self._depth(task_id) and isinstance(found, list)
            pulled += found if many or _is_many(map_indexes) else [found]
        return pulled

    def _pull_elsewhere(self, wanted: FindXComs, task_ids: str | Iterable[str], map_indexes: Any, default: Any) -> Any:
        from fanjet.runtime.other_runs import pull_all, pull_some  # noqa: PLC0415 - few tasks look at other runs

        pulled: list[Any] = []
        for task_id in [task_ids] if isinstance(task_ids, str) else task_ids:
            of_task = structs.replace(wanted, task_id=task_id)
            if map_indexes is _NOT_GIVEN:
                found, is_mapped = pull_all(self.client, of_task, default)
                pulled += found if is_mapped and not isinstance(task_ids, str) else [found]
            elif _is_many(map_indexes):
                pulled += pull_some(self.client, of_task, [_path(index) for index in map_indexes], None)
            else:
                pulled += pull_some(self.client, of_task, [_path(map_indexes)], default)
        return pulled[0] if isinstance(task_ids, str) and not _is_many(map_indexes) else pulled

    def _pull(self, task_id: str, key: str, map_indexes: Any, default: Any) -> Any:
        number, depth = self._run.number_of(task_id, self.task_id), self._depth(task_id)
        if map_indexes is _NOT_GIVEN:
            if not depth:
                return self._value_at(number, (), key, default)
            return self._values_below(number, (), key) or default
        if _is_many(map_indexes):
            return [self._value_at(number, _path(index), key, None) for index in map_indexes]
        return self._value_at(number, _path(map_indexes), key, default)

    def _depth(self, task_id: str) -> int:
        return self._run.spec.tasks[self._run.number_of(task_id, self.task_id)].depth

    def _value_at(self, number: int, path: Path, key: str, default: Any) -> Any:
        depth = self._run.spec.tasks[number].depth
        if path and len(path) < depth:  # the outer position of a nested map stands for all values inside
            return self._values_below(number, path, key) or default
        if len(path) != depth:
            return default
        answer = self._run.client.ask(GetValues(number, path, 0, 1, key))
        assert isinstance(answer, Values), answer
        return decode(answer.values[0]) if answer.values else default

    def _values_below(self, number: int, prefix: Path, key: str) -> list[Any]:
        values: list[Any] = []
        for offset in range(0, self._count(number, prefix, key), _PAGE):
            answer = self._run.client.ask(GetValues(number, prefix, offset, _PAGE, key))
            assert isinstance(answer, Values), answer
            values += decode_many(answer.values)
        return values

    def _count(self, number: int, prefix: Path, key: str) -> int:
        answer = self._run.client.ask(CountValues(number, prefix, key))
        assert isinstance(answer, Count), answer
        return answer.count

    def __repr__(self) -> str:
        return f"<TaskInstance {self.task_id}[{show(self.map_path)}] of {self.run_id}, try {self.try_number}>"


def _is_many(map_indexes: Any) -> bool:
    return map_indexes is not _NOT_GIVEN and isinstance(map_indexes, Iterable)


def _path(index: Any) -> Path:
    """The path that an author's map index means.

    Raises:
        DagValueError: It is none.
    """
    if index is None or index == -1:
        return ()
    if isinstance(index, int) and index >= 0:
        return (index,)
    if isinstance(index, tuple) and all(isinstance(position, int) and position >= 0 for position in index):
        return index
    raise DagValueError(f"{index!r} is no map index.", fix="give a position such as 3, or a path such as (3, 7)")
