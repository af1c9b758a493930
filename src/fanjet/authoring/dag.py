"""The DAG: what a file describes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fanjet.authoring import context_stack, ports
from fanjet.authoring.dag_options import check_test_arguments, convert_dag_options
from fanjet.authoring.dag_result import mark_result
from fanjet.authoring.definition import find_definition
from fanjet.authoring.exceptions import DuplicateTaskId
from fanjet.authoring.params import ParamsDict
from fanjet.authoring.registry import register
from fanjet.authoring.setup_context import collect
from fanjet.authoring.task_group import TaskGroup
from fanjet.authoring.task_node import check_id

if TYPE_CHECKING:
    from fanjet.authoring.deadlines import DeadlineAlert
    from fanjet.authoring.operator import Operator
    from fanjet.authoring.schedule_values import Schedule
    from fanjet.authoring.task_options import Callback
    from fanjet.authoring.timetable_base import Timetable
    from fanjet.authoring.unexpanded import Partial
    from fanjet.authoring.xcom_arg import XComArg

_SUFFIX = re.compile(r"__\d+$")


class DAG:
    """Tasks and their order; use it in a ``with`` statement or through `@dag`.

    Args:
        dag_id: The id.
        description: A line for people.
        schedule: A cron text or preset, a timedelta, a timetable, assets, or None for runs that are started by hand.
        start_date: When the first scheduled run may be.
        end_date: When the last may be.
        catchup: Whether scheduled runs that were missed are made up for.
        template_searchpath: Folders in which template files are looked for.
        template_undefined: What jinja2 does about undefined variables; an error by default.
        user_defined_macros: More names for templates.
        user_defined_filters: More filters for templates.
        jinja_environment_kwargs: More arguments of jinja2's environment.
        render_template_as_native_obj: Whether a template gives the value of its expression, not a text.
        default_args: Arguments for all tasks that do not have them.
        params: Parameters with defaults, plain values or `Param` objects.
        max_active_tasks: The most instances of one run that run at once; None for no limit.
        max_active_runs: The most runs at once; None for the setting `max_active_runs_per_dag`, 0 for no limit.
        dagrun_timeout: How long a run may take before it fails.
        deadline: When a run has to have ended and who is told when it has not, once or several times.
        fail_fast: Whether after a failure what is left is skipped.
        on_success_callback: Called with the context when a run succeeded.
        on_failure_callback: Called with the context when a run failed.
        tags: For people to find it.
        doc_md: Documentation, as Markdown.
        dag_display_name: What people see instead of the id.
        is_paused_upon_creation: Whether schedules wait until someone switches them on; None for the default.
        auto_register: Whether the file provides it even if no variable holds it.
        others: Older names of these arguments.

    Raises:
        DagTypeError: An argument is unknown or not honoured.
        DagValueError: A value cannot be used.
    """

    #: DAGs are never inside others; operators written for Airflow 2 ask.
    parent_dag: None = None
    is_subdag = False

    def __init__(
        self,
        dag_id: str,
        *,
        description: str | None = None,
        schedule: Schedule = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        catchup: bool = False,
        template_searchpath: str | Iterable[str] | None = None,
        template_undefined: type | None = None,
        user_defined_macros: Mapping[str, Any] | None = None,
        user_defined_filters: Mapping[str, Callable[..., Any]] | None = None,
        jinja_environment_kwargs: Mapping[str, Any] | None = None,
        render_template_as_native_obj: bool = False,
        default_args: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        max_active_tasks: int | None = None,
        max_active_runs: int | None = None,
        dagrun_timeout: timedelta | None = None,
        deadline: DeadlineAlert | Sequence[DeadlineAlert] | None = None,
        fail_fast: bool = False,
        on_success_callback: Callback | Sequence[Callback] | None = None,
        on_failure_callback: Callback | Sequence[Callback] | None = None,
        tags: Collection[str] | None = None,
        doc_md: str | None = None,
        dag_display_name: str | None = None,
        is_paused_upon_creation: bool | None = None,
        auto_register: bool = True,
        **others: Any,
    ) -> None:
        check_id(dag_id, "A DAG")
        self.dag_id = dag_id
        self.definition = find_definition()
        self.default_args = dict(default_args or {})
        given = {
            "description": description, "schedule": schedule, "catchup": catchup,
            "start_date": start_date or self.default_args.get("start_date"),
            "end_date": end_date or self.default_args.get("end_date"),
            "template_searchpath": template_searchpath, "max_active_tasks": max_active_tasks,
            "max_active_runs": max_active_runs, "dagrun_timeout": dagrun_timeout, "fail_fast": fail_fast,
            "deadline": deadline,
            "on_success_callback": on_success_callback, "on_failure_callback": on_failure_callback,
            "tags": tags, "doc_md": doc_md, "dag_display_name": dag_display_name,
            "is_paused_upon_creation": is_paused_upon_creation,
        }  # fmt: skip
        options = convert_dag_options(given, others, f"DAG '{dag_id}'")
        self.description: str | None = options["description"]
        #: A text for people.
        self.schedule: str | None = options["schedule"]
        names = ("schedule_interval", "timetable")
        self._written_schedule = next((others[name] for name in names if name in others), schedule)
        self.start_date: datetime | None = options["start_date"]
        self.end_date: datetime | None = options["end_date"]
        #: The earliest start that tasks have of their own; the start of a DAG that has none.
        self.tasks_start_date: datetime | None = None
        self.catchup: bool = options["catchup"]
        #: Folders, as written.
        self.template_searchpath: tuple[str, ...] = options["template_searchpath"]
        self.template_undefined = template_undefined
        self.user_defined_macros = dict(user_defined_macros or {})
        self.user_defined_filters = dict(user_defined_filters or {})
        self.jinja_environment_kwargs = dict(jinja_environment_kwargs or {})
        self.render_template_as_native_obj = render_template_as_native_obj
        self.params = ParamsDict({**(params or {}), **self.default_args.pop("params", {})})
        self.max_active_tasks: int | None = options["max_active_tasks"]
        self.max_active_runs: int | None = options["max_active_runs"]
        self.dagrun_timeout: timedelta | None = options["dagrun_timeout"]
        self.deadline: tuple[DeadlineAlert, ...] = options["deadline"]
        self.fail_fast: bool = options["fail_fast"]
        self.on_success_callback: tuple[Callback, ...] = options["on_success_callback"]
        self.on_failure_callback: tuple[Callback, ...] = options["on_failure_callback"]
        self.tags: tuple[str, ...] = options["tags"]
        self.doc_md: str | None = options["doc_md"]
        self.dag_display_name: str | None = options["dag_display_name"]
        self.is_paused_upon_creation: bool | None = options["is_paused_upon_creation"]
        self.auto_register = auto_register
        #: By full id, in the order of definition.
        self.task_dict: dict[str, Operator] = {}
        #: By full id, without the root group.
        self.task_groups: dict[str, TaskGroup] = {}
        #: (upstream id, downstream id) -> text.
        self.edge_labels: dict[tuple[str, str], str] = {}
        #: Every `partial()` made in this DAG, with words for error messages.
        self.partials: list[tuple[Partial, str]] = []
        #: By full id without suffix: no suffix below this one is free.
        self._suffixes: dict[str, int] = {}
        self.task_group = TaskGroup(None, dag=self)

    @property
    def timetable(self) -> Timetable | None:
        """When runs are due; None for runs that are started by hand only."""
        from fanjet.authoring.schedule_values import to_timetable  # noqa: PLC0415 - DAGs without schedule need none

        return to_timetable(self._written_schedule, self.timezone)

    @property
    def timezone(self) -> tzinfo:
        """The time zone of the start, in which cron texts hold; UTC without one."""
        return (self.start_date and self.start_date.tzinfo) or UTC

    @property
    def place(self) -> dict[str, Any]:
        """The keyword arguments with which a `DagError` says where the DAG was defined."""
        return {} if self.definition is None else {"file": self.definition.file, "line": self.definition.line}

    @property
    def fileloc(self) -> str:
        """The file that it is defined in; empty where none is known."""
        return "" if self.definition is None else self.definition.file

    @property
    def folder(self) -> str:
        """The folder of that file."""
        return self.fileloc.rpartition("/")[0]

    @property
    def tasks(self) -> list[Operator]:
        return list(self.task_dict.values())

    @property
    def task_ids(self) -> list[str]:
        return list(self.task_dict)

    def has_task(self, task_id: str) -> bool:
        return task_id in self.task_dict

    def get_task(self, task_id: str) -> Operator:
        """The task with this full id.

        Raises:
            KeyError: There is none.
        """
        return self.task_dict[task_id]

    @property
    def roots(self) -> list[Operator]:
        """The tasks that wait for nothing."""
        return [task for task in self.tasks if not task.upstream]

    @property
    def leaves(self) -> list[Operator]:
        """The tasks for which nothing waits."""
        return [task for task in self.tasks if not task.downstream]

    def add_task(self, task: Operator) -> None:
        """Take a task in.

        Raises:
            DuplicateTaskId: Its id is taken.
        """
        if self.task_dict.get(task.task_id) is task:
            return
        self._check_free(task.task_id, task.place)
        task.dag = self
        if task.task_group is None:
            task.task_group = self.task_group
        self.task_dict[task.task_id] = task
        task.task_group.children.append(task)
        collect(task)

    def add_group(self, group: TaskGroup) -> None:
        """Take a group in.

        Raises:
            DuplicateTaskId: Its id is taken.
        """
        assert group.group_id is not None
        assert group.parent_group is not None
        place = {"file": group.definition.file, "line": group.definition.line} if group.definition else {}
        self._check_free(group.group_id, place)
        self.task_groups[group.group_id] = group
        group.parent_group.children.append(group)

    def add_result(self, xcom_arg: XComArg) -> XComArg:
        """Make what a task returns the result of the DAG.

        Args:
            xcom_arg: The call of a `@task` function, or the ``.output`` of an operator.

        Raises:
            DagTypeError: It is something else.
            DagValueError: It is one key of it, or comes from a task of another DAG.
        """
        mark_result(self, xcom_arg)
        return xcom_arg

    def free_task_id(self, task_id: str, group: TaskGroup) -> str:
        """`task_id`, with a suffix such as ``__1`` if it is taken in `group`."""
        return self._free_id(task_id, group)

    def free_group_id(self, group_id: str, parent: TaskGroup) -> str:
        """The full id of a group inside `parent`, with a suffix such as ``__1`` if it is taken."""
        return parent.child_id(self._free_id(group_id, parent))

    def get_template_env(self) -> Any:
        """A new Jinja environment with what its templates may use."""
        return ports.get_dag_action("get_template_env")(self)

    def test(
        self,
        execution_date: datetime | None = None,
        run_conf: Mapping[str, Any] | None = None,
        *,
        logical_date: datetime | None = None,
        params: Mapping[str, Any] | None = None,
        **others: Any,
    ) -> Any:
        """Run the DAG once in this process, so that ``breakpoint()`` works.

        Args:
            execution_date: An older name of `logical_date`.
            run_conf: The configuration of the run.
            logical_date: Aware; None for now.
            params: Values for parameters of the DAG.
            others: Those of `fanjet.bootstrap.in_process.run_in_process`.

        Returns:
            How the run ended (`state`, `status`), and its number (`run`). A task that fails raises nothing here.

        Raises:
            DagTypeError: An argument of Airflow has no meaning here.
        """
        arguments = check_test_arguments(others, f"{self!r}.test()")
        date = logical_date or execution_date
        return ports.get_dag_action("test")(self, logical_date=date, run_conf=run_conf, params=params, **arguments)

    def __enter__(self) -> Self:
        context_stack.enter(self.task_group)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        context_stack.leave(self.task_group)
        if self.auto_register:
            register(self)

    def __repr__(self) -> str:
        return f"<DAG {self.dag_id}>"

    def _free_id(self, wanted: str, group: TaskGroup) -> str:
        if not self._is_taken(group.child_id(wanted)):
            return wanted
        stem = _SUFFIX.sub("", wanted)
        full_stem = group.child_id(stem)
        number = self._suffixes.get(full_stem, 1)
        while self._is_taken(group.child_id(f"{stem}__{number}")):
            number += 1
        self._suffixes[full_stem] = number
        return f"{stem}__{number}"

    def _is_taken(self, full_id: str) -> bool:
        return full_id in self.task_dict or full_id in self.task_groups

    def _check_free(self, full_id: str, place: Mapping[str, Any]) -> None:
        if self._is_taken(full_id):
            raise DuplicateTaskId(
                f"DAG '{self.dag_id}' has two tasks or groups with the id '{full_id}'.",
                fix="give one of them another task_id or group_id",
                **place,
            )
