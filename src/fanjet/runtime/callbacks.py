"""What authors want to be told: ``on_success_callback`` and its kind."""

from __future__ import annotations

import time
from collections.abc import Iterable, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from fanjet.runtime.failures import describe, log_traceback, write_log
from fanjet.runtime.time_limit import TimeLimit

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

#: What is left for a callback at least.
_LEAST_S = 0.001


def callbacks_of(owner: Operator | DAG, kind: str) -> tuple[Callback, ...]:
    """The callbacks of a task or DAG for one kind of end."""
    found: tuple[Callback, ...] = getattr(owner, ATTRIBUTES[kind], ())
    return found


def call_all(
    callbacks: Iterable[Callback], context: MutableMapping[str, Any], what: str, *, limit_s: float | None = None
) -> str | None:
    """Call each with the context. One that fails neither stops the others nor changes how anything ended.

    Args:
        callbacks: Who is to be called.
        context: What they get.
        what: Of what, for the log.
        limit_s: How long all of them may take; None for any time.

    Returns:
        What went wrong, None when nothing did.
    """
    errors: list[str] = []
    until = time.monotonic() + (limit_s or 0.0)
    for callback in callbacks:
        name = getattr(callback, "__name__", None) or type(callback).__name__
        try:
            with _limit(name, until, limit_s):
                callback(context)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the author's code may raise anything
            errors.append(f"{name}: {describe(error)}")
            write_log(f"Callback {name} of {what} failed; this changes nothing about how it ended.\n")
            log_traceback(error)
    return "; ".join(errors) or None


def _limit(name: str, until: float, limit_s: float | None) -> AbstractContextManager[None]:
    if limit_s is None:
        return nullcontext()
    left_s = max(until - time.monotonic(), _LEAST_S)
    return TimeLimit(left_s, f"Callback {name}", f"callback_timeout_s = {limit_s:g} allows")
