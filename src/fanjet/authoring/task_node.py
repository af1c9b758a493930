"""What every task of a DAG has in common, mapped or not: its options, its place and its edges."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from fanjet.authoring.edges import Node, iter_nodes, link
from fanjet.authoring.setup_context import enter_setup_context, leave_setup_context
from fanjet.authoring.task_options import OPTIONS, Callback
from fanjet.authoring.xcom_arg import XComArg
from fanjet.errors import DagValueError
from fanjet.model.rules import TriggerRule, WeightRule

if TYPE_CHECKING:
    from fanjet.authoring.assets import BaseAsset
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.definition import Definition
    from fanjet.authoring.params import ParamsDict
    from fanjet.authoring.retry_policy import RetryPolicy
    from fanjet.authoring.task_group import TaskGroup
    from fanjet.model.spec import TaskKind

_MOST_ID_CHARS = 250
_TASK_ID = re.compile(rf"[\w.-]{{1,{_MOST_ID_CHARS}}}")


class Operator(Node):
    """A task of a DAG: a `BaseOperator` or a `MappedOperator`."""

    #: What an end of the task can do beyond its own state.
    kind: ClassVar[TaskKind] = "task"

    #: The id with the prefixes of its groups.
    task_id: str
    dag: DAG | None
    task_group: TaskGroup | None
    definition: Definition | None
    #: The options that the author gave, not left at their defaults.
    given_options: frozenset[str]
    #: What comes right before and after, in the order in which the edges were drawn.
    upstream: dict[Operator, None]
    downstream: dict[Operator, None]
    is_setup: bool
    is_teardown: bool
    #: Of a teardown: whether its failure fails the run.
    on_failure_fail_dagrun: bool
    #: Whether what it returns is the result of the DAG.
    is_dag_result: bool

    owner: str
    retries: int
    retry_delay: timedelta
    #: The factor by which the delay grows with each try; 0 keeps it constant.
    retry_exponential_backoff: float
    max_retry_delay: timedelta | None
    retry_policy: RetryPolicy | None
    execution_timeout: timedelta | None
    trigger_rule: TriggerRule
    on_execute_callback: tuple[Callback, ...]
    on_success_callback: tuple[Callback, ...]
    on_failure_callback: tuple[Callback, ...]
    on_retry_callback: tuple[Callback, ...]
    on_skipped_callback: tuple[Callback, ...]
    max_active_tis_per_dag: int | None
    max_active_tis_per_dagrun: int | None
    pool: str
    pool_slots: int
    priority_weight: int
    weight_rule: WeightRule
    params: ParamsDict
    do_xcom_push: bool
    multiple_outputs: bool
    email: tuple[str, ...]
    email_on_failure: bool
    email_on_retry: bool
    map_index_template: str | None
    inlets: tuple[BaseAsset, ...]
    outlets: tuple[BaseAsset, ...]
    isolation: str
    #: Run before and after `execute`, with the context, and after it with the result too.
    pre_execute_hook: Callback | None
    post_execute_hook: Callable[[Any, Any], Any] | None
    #: What only other executors make use of.
    queue: str | None
    executor: str | None
    executor_config: dict[str, Any] | None
    depends_on_past: bool
    wait_for_downstream: bool
    #: None for what its DAG says.
    render_template_as_native_obj: bool | None
    task_display_name: str | None
    doc: str | None
    doc_md: str | None
    doc_rst: str | None
    doc_yaml: str | None
    doc_json: str | None

    def _set_up(self, task_id: str, options: Mapping[str, Any], definition: Definition | None) -> None:
        """Take the id and the converted options, with defaults for those not given."""
        check_id(task_id, name if (name := self.operator_name).startswith("@") else f"{name} task")
        self.task_id = task_id
        self.definition = definition
        self.given_options = frozenset(options)
        self.upstream = {}
        self.downstream = {}
        self.is_setup = self.is_teardown = self.on_failure_fail_dagrun = self.is_dag_result = False
        if options.get("email"):
            from fanjet.authoring.mail_options import with_mail  # noqa: PLC0415 - few tasks send mail

            options = with_mail(options)
        for name, option in OPTIONS.items():
            setattr(self, name, options.get(name, option.default))
        if self.params is None:
            self.params = OPTIONS["params"].convert(None)

    @property
    def task_type(self) -> str:
        """The name of the operator class."""
        return type(self).__name__

    @property
    def operator_name(self) -> str:
        """What people call this kind of task: ``@task`` or the name of the class."""
        return getattr(self, "custom_operator_name", None) or self.task_type

    @property
    @abstractmethod
    def template_extensions(self) -> tuple[str, ...]:
        """A template field whose text ends in one of these is the name of a file."""

    @property
    def place(self) -> dict[str, Any]:
        """The keyword arguments with which a `DagError` says where the task was defined."""
        return {} if self.definition is None else {"file": self.definition.file, "line": self.definition.line}

    @property
    def roots(self) -> Sequence[Operator]:
        return (self,)

    @property
    def leaves(self) -> Sequence[Operator]:
        return (self,)

    @property
    def output(self) -> XComArg:
        """What the task returns, as an argument of other tasks."""
        return XComArg(self)

    @property
    def label(self) -> str:
        """The id without the prefixes of its groups."""
        prefix = self.task_group.child_id("") if self.task_group else ""
        return self.task_id.removeprefix(prefix)

    @property
    def dag_id(self) -> str:
        return self.dag.dag_id if self.dag else ""

    @property
    def upstream_task_ids(self) -> set[str]:
        return {task.task_id for task in self.upstream}

    @property
    def downstream_task_ids(self) -> set[str]:
        return {task.task_id for task in self.downstream}

    @property
    def upstream_list(self) -> list[Operator]:
        return list(self.upstream)

    @property
    def downstream_list(self) -> list[Operator]:
        return list(self.downstream)

    def find_label_template(self) -> str | None:
        """The template of the labels of its instances: its own, else that of the nearest group that has one."""
        if self.map_index_template is not None:
            return self.map_index_template
        group = self.task_group
        while group is not None and group.map_index_template is None:
            group = group.parent_group
        return group.map_index_template if group else None

    def as_setup(self) -> Operator:
        """Make the task a setup: work after it does not run unless it succeeds."""
        self.is_setup = True
        return self

    def as_teardown(self, *, setups: Any = None, on_failure_fail_dagrun: bool | None = None) -> Operator:
        """Make the task a teardown: it runs when the work has ended and a setup had succeeded.

        Args:
            setups: The tasks (or one) that it takes down; they become setups.
            on_failure_fail_dagrun: Whether its failure fails the run; None leaves it as it is.

        Raises:
            DagValueError: The task has a trigger rule of its own.
        """
        if self.trigger_rule not in (TriggerRule.ALL_SUCCESS, TriggerRule.ALL_DONE_SETUP_SUCCESS):
            raise DagValueError(
                f"Task '{self.task_id}' is a teardown and cannot have the trigger rule '{self.trigger_rule}'.",
                fix="leave trigger_rule out",
                **self.place,
            )
        self.is_teardown = True
        self.trigger_rule = TriggerRule.ALL_DONE_SETUP_SUCCESS
        if on_failure_fail_dagrun is not None:
            self.on_failure_fail_dagrun = on_failure_fail_dagrun
        for node in iter_nodes([] if setups is None else setups):
            for setup in node.roots:
                setup.is_setup = True
                link(setup, self)
        return self

    def __enter__(self) -> Self:
        enter_setup_context(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        leave_setup_context(failed=kind is not None)

    def __repr__(self) -> str:
        return f"<{self.operator_name} {self.task_id}>"


def check_id(value: Any, what: str) -> None:
    """Check the id of a task, group or DAG.

    Raises:
        DagValueError: It is no id.
    """
    if isinstance(value, str) and len(value) > _MOST_ID_CHARS:
        raise DagValueError(
            f"{what} cannot have the id of {len(value)} characters that begins with {value[:60]}.",
            fix=f"ids have at most {_MOST_ID_CHARS}, with those of the groups around; shorten them, or give groups "
            "prefix_group_id=False",
        )
    if not isinstance(value, str) or not _TASK_ID.fullmatch(value):
        raise DagValueError(
            f"{what} cannot have the id {value!r}.",
            fix="use up to 250 letters, digits, underscores, dashes and dots",
        )
