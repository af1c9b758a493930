"""Partial tasks that never became tasks: most likely a forgotten ``.expand()``."""

from __future__ import annotations

from typing import Protocol

from fanjet.authoring.context_stack import current_dag
from fanjet.authoring.definition import Definition


class Partial(Protocol):
    """What `partial()` gives, of tasks and groups."""

    definition: Definition | None
    is_expanded: bool


def note_partial(partial: Partial, where: str) -> None:
    """Remember that the DAG where the code stands is owed an `expand()`."""
    dag = current_dag()
    if dag is not None:
        dag.partials.append((partial, where))
