"""Operators whose code says which tasks are skipped, in the middle of its work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from fanjet.errors import DagTypeError
from fanjet.runtime.context import get_current_context

if TYPE_CHECKING:
    from fanjet.authoring.task_node import Operator
    from fanjet.model.spec import TaskKind


class SkipMixin:
    """A base beside `BaseOperator`, for classes that skip tasks by `skip` or `skip_all_except`.

    What is asked for happens when the try succeeds, in one transaction with its end.
    """

    kind: ClassVar[TaskKind] = "short_circuit"

    def skip(self, *run_and_tasks: Any, tasks: Iterable[Any] = (), **_: Any) -> None:
        """Skip tasks.

        Args:
            run_and_tasks: The tasks, or one, last; before it what older versions wanted: the run and its date.
            tasks: The tasks, by name.
        """
        found = tasks or (run_and_tasks[-1] if run_and_tasks else ())
        items = list(found) if isinstance(found, Iterable) and not isinstance(found, str) else [found]
        get_current_context()["ti"].skip_tasks(getattr(item, "task_id", item) for item in items)

    def skip_all_except(self, ti: Any, branch_task_ids: Any = None) -> None:
        """Skip what follows directly, but for tasks and groups and what is after them.

        Args:
            ti: The running try.
            branch_task_ids: Full ids, or one; None for nothing.
        """
        ti.skip_all_but(branch_task_ids)


class BranchMixIn(SkipMixin):
    """A base beside `BaseOperator`, for classes that choose what follows in the middle of their work."""

    def do_branch(self, context: Any, branches_to_execute: Any) -> Any:
        """Choose; gives the choice back.

        Args:
            context: That of the running try.
            branches_to_execute: Full ids of tasks and groups, or one; None for nothing.
        """
        if isinstance(branches_to_execute, bool):
            raise DagTypeError(f"A branch chose {branches_to_execute!r}.", fix="give ids of tasks or groups, or None")
        self.skip_all_except(context["ti"], branches_to_execute)
        return branches_to_execute


def skips_by_hand(operator: Operator) -> bool:
    """Whether the class of a task, mapped or not, decides itself what is skipped."""
    return issubclass(getattr(operator, "operator_class", type(operator)), SkipMixin)
