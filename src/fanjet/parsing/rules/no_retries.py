"""``no-retries``: a task fails for good at its first mishap, and nobody said that it should."""

from __future__ import annotations

from collections.abc import Iterator

from fanjet.parsing.rules.rule import Checked, Suspicion, each_task

#: Branches and short circuits only decide; empty tasks do nothing.
_KINDS = frozenset({"task", "sensor"})


def find_no_retries(checked: Checked) -> Iterator[Suspicion]:
    """Tasks that work or wait and have no `retries`, of their own or by `default_args`; ``retries=0`` is meant so."""
    for dag, number, task in each_task(checked):
        if dag.spec.tasks[number].kind in _KINDS and "retries" not in task.given_options and not task.retries:
            yield Suspicion(
                f"Task '{task.task_id}' has no retries, so one mishap fails it.",
                "give retries=2, or default_args={'retries': 2} to the DAG; retries=0 if it must not run twice",
                dag,
                task,
            )
