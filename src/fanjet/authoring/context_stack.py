"""Which DAG and task group the code that is running stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.task_group import TaskGroup

#: The groups entered with ``with``, innermost last; entering a DAG enters its root group.
_entered: list[TaskGroup] = []


def enter(group: TaskGroup) -> None:
    """Make `group` the place of what is created from now on."""
    _entered.append(group)


def leave(group: TaskGroup) -> None:
    """Undo the last `enter` of `group`, and with it any later ones that an exception left behind."""
    while _entered and _entered.pop() is not group:
        pass


def current_group() -> TaskGroup | None:
    """The innermost group entered, which may be the root group of a DAG; None outside of all DAGs."""
    return _entered[-1] if _entered else None


def current_dag() -> DAG | None:
    """The DAG entered last, None outside of all."""
    return _entered[-1].dag if _entered else None


def find_place(dag: DAG | None, group: TaskGroup | None) -> tuple[DAG | None, TaskGroup | None]:
    """The DAG and group that something new belongs to, from what its author gave and where the code stands."""
    if group is None:
        current = current_group()
        if current is not None and (dag is None or current.dag is dag):
            group = current
        elif dag is not None:
            group = dag.task_group
    return (dag or (group.dag if group else None)), group
