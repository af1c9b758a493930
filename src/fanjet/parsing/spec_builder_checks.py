"""What can be judged only when the whole DAG is there."""

from __future__ import annotations

import warnings

from fanjet.authoring.dag import DAG
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import Operator
from fanjet.authoring.operator_class import accepted_arguments
from fanjet.authoring.task_options import NAMES
from fanjet.errors import DagValueError, DagWarning
from fanjet.model.rules import TriggerRule


def check_dag(dag: DAG) -> None:
    """Check trigger rules where they cannot mean what they say.

    Raises:
        DagValueError: One cannot.
    """
    for task in dag.tasks:
        if dag.fail_fast and task.trigger_rule != TriggerRule.ALL_SUCCESS and not task.is_teardown:
            raise DagValueError(
                f"Task '{task.task_id}' has the trigger rule '{task.trigger_rule}', but "
                f"DAG '{dag.dag_id}' is fail_fast.",
                fix="use 'all_success', or leave fail_fast out",
                **task.place,
            )
        if task.trigger_rule == TriggerRule.ALWAYS:
            _check_always(task)


def _check_always(task: Operator) -> None:
    """Refuse ``always`` where instances would have to start before they are known (SEMANTICS 2.9)."""
    if isinstance(task, MappedOperator) and not task.expand_input.is_literal:
        raise DagValueError(
            f"Task '{task.task_id}' with the trigger rule 'always' cannot be mapped over the output of tasks.",
            fix="map it over a list in the DAG file, or use the trigger rule 'all_done'",
            **task.place,
        )
    groups = list(task.task_group.enclosing()) if task.task_group else []
    if not any(group.expand_input is not None for group in groups):
        return
    for group in groups:
        if group.is_linked or (group.expand_input is not None and not group.expand_input.is_literal):
            why = "depends on other tasks" if group.is_linked else "is mapped over the output of tasks"
            raise DagValueError(
                f"Task '{task.task_id}' with the trigger rule 'always' cannot be in task group '{group.group_id}', "
                f"which {why}.",
                fix="use the trigger rule 'all_done', or move the task out of the group",
                **task.place,
            )


def warn_about(dag: DAG) -> None:
    """Warn about what most likely was meant otherwise but does no harm."""
    for partial, where in dag.partials:
        if not partial.is_expanded:
            _warn(
                f"{where}: it was never expanded, so there is no such task. Fix: add .expand(...)", partial.definition
            )
    classes = {task.operator_class if isinstance(task, MappedOperator) else type(task) for task in dag.tasks}
    known = [NAMES, *(accepted_arguments(cls).names for cls in classes)]
    given = {*dag.default_args, *(name for group in dag.task_groups.values() for name in group.default_args)}
    for name in sorted(given) if dag.tasks else ():
        if any(name in names for names in known):
            continue
        _warn(f"DAG '{dag.dag_id}': no task takes the argument '{name}' of default_args.", dag.definition)


def _warn(message: str, definition: tuple[str, int] | None) -> None:
    file, line = definition or ("<unknown>", 0)
    warnings.warn_explicit(message, DagWarning, file, line)
