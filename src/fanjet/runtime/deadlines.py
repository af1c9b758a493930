"""Tells whom a deadline names that a run has missed it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fanjet.authoring.deadlines import AsyncCallback, Callback
from fanjet.authoring.instants import INSTANTS
from fanjet.errors import DagTypeError
from fanjet.runtime.callbacks import call_all

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.runtime.dag_run import DagRun
    from fanjet.runtime.run_view import RunView


def tell_of_deadline(
    dag: DAG, run: RunView, number: int, instant: str, state: str, *, limit_s: float | None = None
) -> str | None:
    """Call the callback of a deadline.

    Args:
        dag: The DAG.
        run: The run that has missed it.
        number: Which of the DAG's deadlines, 0-based.
        instant: When it was, in ISO 8601.
        state: That of the run.
        limit_s: How long the callback may take; None for any time.

    Returns:
        What went wrong, None when nothing did.
    """
    deadline = dag.deadline[number]
    context: dict[str, Any] = {
        "dag": dag,
        "dag_run": show_run(run.dag_run, dag) | {"state": state},
        "deadline": {
            "id": f"{run.info.number}-{number}",
            "name": deadline.name,
            "deadline_time": INSTANTS.show(datetime.fromisoformat(instant)),
        },
        "params": dict(run.dag_run.params),
        "run_id": run.info.run_id,
    }
    return call_all([_make_call(deadline.callback)], context, f"a deadline of DAG '{dag.dag_id}'", limit_s=limit_s)


def show_run(run: DagRun, dag: DAG) -> dict[str, Any]:
    """A run as the callbacks of deadlines get it: a dict of JSON."""
    instants = ("logical_date", "data_interval_start", "data_interval_end", "queued_at", "start_date", "run_after")
    return {
        "dag_id": run.dag_id,
        "dag_run_id": run.run_id,
        "run_id": run.run_id,
        "run_type": run.run_type,
        "conf": run.conf,
        "end_date": None,
        "duration": None,
        "dag_display_name": dag.dag_display_name or dag.dag_id,
        **{name: _show(getattr(run, name)) for name in instants},
    }


def _show(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _make_call(callback: Callback) -> Callable[[MutableMapping[str, Any]], None]:
    def call(context: MutableMapping[str, Any]) -> None:
        target = _find_target(callback)
        arguments = {**callback.kwargs, "context": context} if _takes_context(target) else callback.kwargs
        result = target(**arguments)
        if isinstance(callback, AsyncCallback):
            _complete(result, callback)
        elif isinstance(target, type) and callable(result):  # such as a notifier
            result(context)

    call.__name__ = callback.path
    return call


def _find_target(callback: Callback) -> Callable[..., Any]:
    if not isinstance(callback.callback_callable, str):
        return callback.callback_callable
    module, _, name = callback.path.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def _takes_context(target: Callable[..., Any]) -> bool:
    from inspect import Parameter, signature  # noqa: PLC0415 - slow to import, and for missed deadlines only

    try:
        parameters = signature(target).parameters
    except (TypeError, ValueError):  # written in C
        return True
    return "context" in parameters or any(one.kind is Parameter.VAR_KEYWORD for one in parameters.values())


def _complete(result: Any, callback: Callback) -> None:
    """Wait for what an async function does; notifiers can be awaited as they are."""
    if not isinstance(result, Awaitable):
        raise DagTypeError(f"{callback!r} gave nothing to wait for.", fix="write `async def`, or use SyncCallback")
    import asyncio  # noqa: PLC0415 - slow to import, and needed for async callbacks only

    async def wait() -> None:
        await result

    asyncio.run(wait())
