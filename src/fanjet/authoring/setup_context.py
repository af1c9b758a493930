"""``with setup_task:`` blocks: what is created inside runs after the setup and before its teardowns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fanjet.authoring.edges import iter_nodes, link
from fanjet.errors import DagValueError

if TYPE_CHECKING:
    from fanjet.authoring.operator import Operator


class SetupContext:
    """One open block.

    Args:
        setups: What comes before the work.
        teardowns: What comes after it.
    """

    def __init__(self, setups: list[Operator], teardowns: list[Operator]) -> None:
        self.setups = setups
        self.teardowns = teardowns
        self.work: dict[Operator, None] = {}

    def close(self) -> None:
        """Draw the edges between the setups, the first and last tasks of the work, and the teardowns."""
        own = {*self.setups, *self.teardowns}
        work = [task for task in self.work if task not in own and not task.is_teardown]
        for task in work:
            if not any(upstream in self.work for upstream in task.upstream):
                for setup in self.setups:
                    link(setup, task)
            if not any(downstream in self.work and not downstream.is_teardown for downstream in task.downstream):
                for teardown in self.teardowns:
                    link(task, teardown)


_open: list[SetupContext] = []


def enter_setup_context(nodes: Any) -> None:
    """Open a block around the work of setups, or of teardowns (then with their setups).

    Raises:
        DagValueError: `nodes` has a task that is neither.
    """
    given = [task for node in iter_nodes(nodes) for task in node.roots]
    for task in given:
        if not task.is_setup and not task.is_teardown:
            raise DagValueError(
                f"Task '{task.task_id}' is neither setup nor teardown and cannot be used in a `with` statement.",
                fix="mark it with @setup, @teardown, .as_setup() or .as_teardown()",
                **task.place,
            )
    setups = dict.fromkeys(task for task in given if task.is_setup)
    teardowns = dict.fromkeys(task for task in given if task.is_teardown)
    for teardown in list(teardowns):
        setups.update(dict.fromkeys(task for task in teardown.upstream if task.is_setup))
    for setup in list(setups):
        teardowns.update(dict.fromkeys(task for task in setup.downstream if task.is_teardown))
    _open.append(SetupContext(list(setups), list(teardowns)))


def leave_setup_context(*, failed: bool) -> None:
    """Close the innermost block; after an exception no edges are drawn."""
    context = _open.pop()
    if not failed:
        context.close()


def collect(task: Operator) -> None:
    """Count a new task as work of all open blocks."""
    for context in _open:
        context.work[task] = None
