"""Task groups: tasks under a common prefix, default arguments and, if mapped, a common map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fanjet.authoring import context_stack
from fanjet.authoring.definition import find_definition
from fanjet.authoring.edges import Node, link
from fanjet.authoring.no_effect import tell_no_effect
from fanjet.authoring.task_node import check_id
from fanjet.errors import DagValueError, InvariantError

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.expand_input import ExpandInput
    from fanjet.authoring.operator import Operator


class TaskGroup(Node):
    """Tasks that belong together; use it in a ``with`` statement.

    Args:
        group_id: The id, unique in the enclosing group; None for the root group of a DAG.
        prefix_group_id: Whether the ids of what is inside start with the id of the group.
        parent_group: The enclosing group; that where the code stands if left out.
        dag: The DAG; that where the code stands if left out.
        default_args: Arguments for all tasks inside that do not have them.
        tooltip: A text about the group, for people.
        group_display_name: What people see instead of the id.
        doc_md: More about the group, for people; its beginning stands for a `tooltip` that is not given.
        ui_color: Has no effect; what it is drawn with says its state.
        ui_fgcolor: As `ui_color`.
        add_suffix_on_collision: Whether an id that is taken gets a suffix instead of being an error.
        map_index_template: The label template of the tasks inside that have none of their own.
        expand_input: What the group is mapped over; given by `expand()` of a `@task_group`.

    Raises:
        DuplicateTaskId: The id is taken.
        DagValueError: There is no DAG.
    """

    def __init__(
        self,
        group_id: str | None,
        *,
        prefix_group_id: bool = True,
        parent_group: TaskGroup | None = None,
        dag: DAG | None = None,
        default_args: Mapping[str, Any] | None = None,
        tooltip: str = "",
        group_display_name: str = "",
        doc_md: str | None = None,
        ui_color: str | None = None,
        ui_fgcolor: str | None = None,
        add_suffix_on_collision: bool = False,
        map_index_template: str | None = None,
        expand_input: ExpandInput | None = None,
    ) -> None:
        self.prefix_group_id = prefix_group_id
        self.default_args = dict(default_args or {})
        self.tooltip = tooltip or next(iter((doc_md or "").strip().splitlines()), "")
        self.doc_md = doc_md
        for name, value in (("ui_color", ui_color), ("ui_fgcolor", ui_fgcolor)):
            if value is not None:
                tell_no_effect(name, f"Task group '{group_id}'", "Colours are those of states. Fix: leave it out.")
        self.group_display_name = group_display_name
        self.map_index_template = map_index_template
        self.expand_input = expand_input
        self.definition = find_definition()
        #: What is directly inside, in the order of definition.
        self.children: list[Operator | TaskGroup] = []
        self.parent_group: TaskGroup | None = None
        self.group_id: str | None = None
        #: The position that the group's map has in a path, if it is mapped: the number of mapped groups around it.
        self.map_level = 0
        if group_id is None and dag is not None:
            self.dag = dag
            return
        check_id(group_id, "A task group")
        found, parent = context_stack.find_place(dag or (parent_group.dag if parent_group else None), parent_group)
        if found is None or parent is None or group_id is None:
            raise DagValueError(f"Task group '{group_id}' is in no DAG.", fix="create it inside `with DAG(...)`")
        self.dag = found
        self.parent_group = parent
        self.group_id = found.free_group_id(group_id, parent) if add_suffix_on_collision else parent.child_id(group_id)
        self.map_level = parent.map_level + (parent.expand_input is not None)
        found.add_group(self)

    def child_id(self, label: str) -> str:
        """The full id of something directly inside."""
        return f"{self.group_id}.{label}" if self.group_id and self.prefix_group_id else label

    def enclosing(self) -> Iterator[TaskGroup]:
        """The group and those around it, innermost first, without the root group."""
        group: TaskGroup | None = self
        while group is not None and group.group_id is not None:
            yield group
            group = group.parent_group

    def mapped_groups(self) -> tuple[TaskGroup, ...]:
        """The mapped ones among the group and those around it, outermost first."""
        return tuple(group for group in self.enclosing() if group.expand_input is not None)[::-1]

    def get_expand_input(self) -> ExpandInput:
        """What the group is mapped over.

        Raises:
            InvariantError: It is not mapped.
        """
        if self.expand_input is None:
            raise InvariantError(f"task group {self.group_id} is not mapped")
        return self.expand_input

    def iter_tasks(self) -> Iterator[Operator]:
        """All tasks inside, also in inner groups."""
        for child in self.children:
            if isinstance(child, TaskGroup):
                yield from child.iter_tasks()
            else:
                yield child

    def get_child_by_label(self, label: str) -> Operator | TaskGroup:
        """What is directly inside under this id, without the prefix.

        Raises:
            KeyError: There is nothing.
        """
        full_id = self.child_id(label)
        for child in self.children:
            if (child.group_id if isinstance(child, TaskGroup) else child.task_id) == full_id:
                return child
        raise KeyError(label)

    @property
    def roots(self) -> Sequence[Operator]:
        """The tasks inside that wait for nothing else inside."""
        inside = dict.fromkeys(self.iter_tasks())
        return [task for task in inside if not any(upstream in inside for upstream in task.upstream)]

    @property
    def leaves(self) -> Sequence[Operator]:
        """The tasks inside for which nothing else inside waits; the work before a teardown in its place."""
        inside = dict.fromkeys(self.iter_tasks())
        last = [task for task in inside if not any(downstream in inside for downstream in task.downstream)]
        return list(dict.fromkeys(work for task in last for work in _last_work(task, inside)))

    def __enter__(self) -> Self:
        context_stack.enter(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        context_stack.leave(self)
        if kind is None and self.expand_input is not None:
            self._follow_sources(self.expand_input)

    def _follow_sources(self, expand_input: ExpandInput) -> None:
        """Have the first tasks inside wait for what the group is mapped over."""
        sources = dict.fromkeys(expand_input.references())
        for root in self.roots if sources else ():
            for source in sources:
                link(source, root)

    def __repr__(self) -> str:
        return f"<TaskGroup {self.group_id}>"


def _last_work(task: Operator, inside: Mapping[Operator, None]) -> Iterator[Operator]:
    """The task, or in place of a setup or teardown the work right before it."""
    if not task.is_setup and not task.is_teardown:
        yield task
        return
    for upstream in task.upstream:
        if upstream in inside:
            yield from _last_work(upstream, inside)
