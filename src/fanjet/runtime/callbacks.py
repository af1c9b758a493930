"""What authors want to be told: ``on_success_callback`` and its kind."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

from fanjet.runtime.failures import describe, log_traceback, write_log

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.operator import Operator
    from fanjet.authoring.task_options import Callback

#: The kinds of ends that tasks are told of, and the attribute that holds who is to be called.
ATTRIBUTES = {
    "execute": "on_execute_callback",
    "success": "on_success_callback",
    "failure": "on_failure_callback",
    "retry": "on_retry_callback",
    "skipped": "on_skipped_callback",
}


def callbacks_of(owner: Operator | DAG, kind: str) -> tuple[Callback, ...]:
    """The callbacks of a task or DAG for one kind of end."""
    found: tuple[Callback, ...] = getattr(owner, ATTRIBUTES[kind], ())
    return found


def call_all(callbacks: Iterable[Callback], context: MutableMapping[str, Any], what: str) -> str | None:
    """Call each with the context. One that fails neither stops the others nor changes how anything ended.

    Returns:
        What went wrong, None when nothing did.
    """
    errors: list[str] = []
    for callback in callbacks:
        try:
            callback(context)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the author's code may raise anything
            name = getattr(callback, "__name__", None) or type(callback).__name__
            errors.append(f"{name}: {describe(error)}")
            write_log(f"Callback {name} of {what} failed; this changes nothing about how it ended.\n")
            log_traceback(error)
    return "; ".join(errors) or None
