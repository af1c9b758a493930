"""Runs tries: from the place of an instance to how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from fanjet.authoring.exceptions import SkipException, TaskDeferred, TaskTimeout
from fanjet.authoring.operator_factory import FactoryMappedOperator
from fanjet.model.changes import DEADLINES
from fanjet.model.events import TryExtra
from fanjet.model.paths import Path, join
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.runtime.bad_ends import end_badly, kill, tell
from fanjet.runtime.branching import Graph
from fanjet.runtime.callbacks import call_all, callbacks_of
from fanjet.runtime.client import TryClient
from fanjet.runtime.clock import SYSTEM_CLOCK, Clock
from fanjet.runtime.context import enter_try, leave_try
from fanjet.runtime.failures import describe, log_traceback
from fanjet.runtime.feeding import Feeds
from fanjet.runtime.labels import render_label
from fanjet.runtime.prepared_factory import PreparedFactory
from fanjet.runtime.prepared_function import PreparedFunction, is_plain_function
from fanjet.runtime.prepared_operator import PreparedOperator
from fanjet.runtime.prepared_task import PreparedTask
from fanjet.runtime.results import Results
from fanjet.runtime.run_view import RunView
from fanjet.runtime.scope import Links, TryScope
from fanjet.runtime.task_instance import TaskInstance
from fanjet.runtime.templates import Templates
from fanjet.runtime.time_limit import TimeLimit
from fanjet.runtime.try_result import TryResult
from fanjet.runtime.value_store import ValueStore
from fanjet.runtime.working_folder import WorkingFolder

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.expand_input import ExpandInput
    from fanjet.authoring.operator import Operator

#: The most items that a map runs over unless a setting says otherwise.
MAX_MAP_LENGTH = 1_000_000

#: So many runs are remembered at once by one worker.
_MAX_RUNS = 4


class BuiltDag(Protocol):
    """A DAG as parsing makes it: the data, and the objects behind it by the same numbers."""

    @property
    def spec(self) -> DagSpec: ...
    @property
    def tasks(self) -> Sequence[Operator]: ...
    @property
    def maps(self) -> Sequence[ExpandInput]: ...


class TryRunner:
    """Runs the tries of one DAG in this process, one at a time. What user code raises is part of the results.

    Only what ends the process or the try from outside (KeyboardInterrupt, a cancellation) is raised, after the
    operator's `on_kill`.

    Args:
        built: The DAG.
        client: The way to the world.
        value_store: Takes large values.
        max_map_length: The most items that a map may run over.
        clock: The time that the tries live in.
    """

    def __init__(
        self,
        built: BuiltDag,
        client: TryClient,
        value_store: ValueStore,
        *,
        max_map_length: int = MAX_MAP_LENGTH,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.spec = built.spec
        self._built = built
        self._client = client
        self._value_store = value_store
        self._clock = clock
        self._dag: DAG | None = next((task.dag for task in built.tasks if task.dag is not None), None)
        self._templates = make_templates(self._dag)
        #: Native where those of the DAG are not, and the reverse.
        self._other_templates: Templates | None = None
        self._numbers = {task: number for number, task in enumerate(built.tasks)}
        self._feeds = Feeds(built.spec, max_map_length)
        self._results = Results(Graph(built.spec), self._feeds)
        self._max_map_length = max_map_length
        self._folder = WorkingFolder()
        self._prepared: list[PreparedTask | None] = [None] * len(built.tasks)
        self._runs: dict[int, RunView] = {}

    def run(
        self,
        run_info: RunInfo,
        task_number: int,
        parent: Path,
        index: int,
        try_number: int,
        carry: bytes | None = None,
        tries_before: int = 0,
    ) -> TryResult:
        """Run one try to its end.

        Args:
            run_info: The run; a new object for the same run drops what is kept of it.
            task_number: The task.
            parent: The path of the instance without its last position.
            index: That position, -1 when the path is `parent`.
            try_number: 1-based.
            carry: What the try left when it was rescheduled.
            tries_before: How many tries were before the instance was last cleared; they use up no retries.
        """
        run = self._runs.get(run_info.number)
        if run is None or run.info is not run_info:
            run = self._open(run_info)
        prepared = self._prepared[task_number] or self._prepare(task_number)
        ti = TaskInstance(prepared, run, parent, index, try_number, carry, tries_before)
        scope = TryScope(ti.map_path, prepared.links, run, run.values if prepared.shares_values else {})
        enter_try(ti)
        try:
            if prepared.is_simple:
                return self._results.finish(ti, prepared.call(ti, scope))
            return self._run_fully(ti, scope)
        except (Exception, SystemExit, TaskDeferred) as error:  # noqa: BLE001 - the author's code may raise anything
            return self.end_badly(ti, error)
        except BaseException as error:
            kill(ti)
            if isinstance(error, KeyboardInterrupt) or type(error).__module__.startswith("fanjet."):
                raise  # meant for whoever runs the tries: an interrupt, a cancellation
            return self.end_badly(ti, error)  # such as asyncio.CancelledError
        finally:
            leave_try()
            self._folder.restore()

    def end_badly(self, ti: TaskInstance, error: BaseException) -> TryResult:
        """The end that an exception of a try stands for."""
        return end_badly(ti, error)

    def _run_fully(self, ti: TaskInstance, scope: TryScope) -> TryResult:
        """A try with callbacks, a label, a time limit or a special kind of end."""
        render_label(ti)
        tell(ti, "execute")
        value = self._call_in_time(ti, scope)
        if not ti.prepared.operator.outlets:
            result = self._results.finish(ti, value)
        else:
            from fanjet.runtime.asset_events import collect_metadata, record_events  # noqa: PLC0415 - few tasks

            result = self._results.finish(ti, collect_metadata(ti, value))
            record_events(ti)
        label = render_label(ti, warns=True)
        ti.state = "success"
        tell(ti, "success")
        rendered = ti.rendered and ti.rendered.text()
        if label is None and rendered is None:
            return result
        return result._replace(
            extra=msgspec.structs.replace(result.extra or TryExtra(), label=label, rendered=rendered)
        )

    @staticmethod
    def _call_in_time(ti: TaskInstance, scope: TryScope) -> Any:
        limit_s = ti.prepared.spec.execution_timeout_s
        if not limit_s:
            return ti.prepared.call(ti, scope)
        try:
            with TimeLimit(limit_s, f"Task '{ti.task_id}'"):
                return ti.prepared.call(ti, scope)
        except TaskTimeout:
            kill(ti)
            raise

    def measure(
        self, run_info: RunInfo, map_number: int, parent: Path, indexes: Sequence[int]
    ) -> tuple[list[int], dict[int, str]]:
        """The lengths of a map at positions of its enclosing map.

        Args:
            run_info: The run.
            map_number: The map.
            parent: The path that the positions have in common.
            indexes: The positions, -1 for `parent` itself.

        Returns:
            The lengths, -1 where there is none, and why by index. An item that `.map()` skips gives 0.
        """
        run = self._open(run_info)
        mapped = self.spec.maps[map_number]
        links = Links(-1 - map_number, mapped.scope, self.spec, self._numbers)
        counts: list[int] = []
        errors: dict[int, str] = {}
        for index in indexes:
            scope = TryScope(join(parent, index), links, run, run.values)
            try:
                count = self._built.maps[map_number].length(scope)
            except SkipException:
                count = 0
            except Exception as error:  # noqa: BLE001 - a function given to .map() may raise anything
                count, errors[index] = -1, describe(error)
                log_traceback(error)
            if count > self._max_map_length:
                errors[index] = f"The map has {count:,} positions, more than max_map_length = {self._max_map_length:,}."
                count = -1
            counts.append(count)
        return counts, errors

    def run_callbacks(
        self,
        run_info: RunInfo,
        task_number: int | None,
        parent: Path,
        index: int,
        try_number: int,
        kind: str,
        error: str | None,
        *,
        limit_s: float | None = None,
    ) -> str | None:
        """Run callbacks that no try could run: those of a try whose worker died, or of the DAG.

        Args:
            run_info: The run.
            task_number: The task, None for the callbacks of the DAG.
            parent: As in `run`.
            index: As in `run`.
            try_number: As in `run`.
            kind: ``success``, ``failure``, ``retry`` or ``skipped``; or one of `DEADLINES`, then `try_number` is the
                number of the deadline.
            error: Why the try or run failed; of a deadline, when it was.
            limit_s: How long all of them may take; None for any time.

        Returns:
            What went wrong, None when nothing did.
        """
        run = self._open(run_info)
        if kind in DEADLINES:
            return self._run_deadline(run, try_number, error, "running" if kind == "deadline" else "queued", limit_s)
        if task_number is None:
            return self._run_dag_callbacks(run, kind, error, limit_s)
        prepared = self._prepared[task_number] or self._prepare(task_number)
        ti = TaskInstance(prepared, run, parent, index, try_number, None)
        ti.state = {"failure": "failed", "retry": "up_for_retry"}.get(kind, kind)
        entries = {} if error is None else {"exception": RuntimeError(error), "reason": error}
        enter_try(ti)
        try:
            context = ti.get_template_context()
            context.update(entries)
            callbacks = callbacks_of(prepared.operator, kind)
            return call_all(callbacks, context, f"task '{ti.task_id}'", limit_s=limit_s)
        finally:
            leave_try()

    def _run_dag_callbacks(self, run: RunView, kind: str, error: str | None, limit_s: float | None) -> str | None:
        """The DAG's callbacks get what a context knows without a task."""
        if self._dag is None:
            return None
        run.dag_run.state = "success" if kind == "success" else "failed"
        context: dict[str, Any] = {"dag": self._dag, "dag_run": run.dag_run, "run_id": run.info.run_id}
        context |= {"params": dict(run.dag_run.params), "reason": error or kind}
        context |= {
            name: getattr(run.dag_run, name) for name in ("logical_date", "data_interval_start", "data_interval_end")
        }
        return call_all(callbacks_of(self._dag, kind), context, f"DAG '{self.spec.dag_id}'", limit_s=limit_s)

    def _run_deadline(
        self, run: RunView, number: int, instant: str | None, state: str, limit_s: float | None
    ) -> str | None:
        if self._dag is None:
            return None
        from fanjet.runtime.deadlines import tell_of_deadline  # noqa: PLC0415 - hardly any run misses one

        assert instant is not None, "whoever asks knows it"
        return tell_of_deadline(self._dag, run, number, instant, state, limit_s=limit_s)

    def _open(self, info: RunInfo) -> RunView:
        run = self._runs.get(info.number)
        if run is not None and run.info is info:
            return run
        self._runs.pop(info.number, None)
        while len(self._runs) >= _MAX_RUNS:
            self._runs.pop(next(iter(self._runs)))
        run = self._runs[info.number] = RunView(info, self.spec, self._client, self._value_store, self._clock)
        return run

    def _prepare(self, number: int) -> PreparedTask:
        spec, operator = self.spec.tasks[number], self._built.tasks[number]
        links = Links(number, spec.scope, self.spec, self._numbers)
        kind = _kind_of(operator)
        templates = self._templates_of(operator)
        prepared = self._prepared[number] = self.adapt(kind(spec, operator, links, templates))
        return prepared

    def _templates_of(self, operator: Operator) -> Templates:
        native = operator.render_template_as_native_obj
        if self._dag is None or native in (None, self._dag.render_template_as_native_obj):
            return self._templates
        if self._other_templates is None:
            self._other_templates = make_templates(self._dag, native=native)
        return self._other_templates

    def adapt(self, prepared: PreparedTask) -> PreparedTask:
        """What runs in the place of a task: itself."""
        return prepared


def make_templates(dag: DAG | None, *, native: bool | None = None) -> Templates:
    """The templates of a DAG, with all that it defines for them; `native` in the place of what it says."""
    if dag is None:
        return Templates()
    folder = FilePath(dag.definition.file).parent.absolute() if dag.definition else FilePath.cwd()
    macros: Mapping[str, Any] = dag.user_defined_macros
    return Templates(
        [str(folder), *(str(folder / path) for path in dag.template_searchpath)],
        macros=macros,
        filters=dag.user_defined_filters,
        native=dag.render_template_as_native_obj if native is None else native,
        options=dag.jinja_environment_kwargs,
        undefined=dag.template_undefined,
    )


def make_environment(dag: DAG | None) -> Any:
    """A new Jinja environment with what templates of a DAG may use."""
    return make_templates(dag).environment


def _kind_of(operator: Operator) -> type[PreparedTask]:
    if is_plain_function(operator):
        return PreparedFunction
    return PreparedFactory if isinstance(operator, FactoryMappedOperator) else PreparedOperator
