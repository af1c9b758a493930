"""Tries that did not succeed: how they ended, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fanjet.authoring.exceptions import FailException, Rescheduled, SensorTimeout, SkipException, TaskDeferred
from fanjet.errors import DagTypeError
from fanjet.model.events import TryExtra
from fanjet.model.states import State
from fanjet.runtime.callbacks import call_all, callbacks_of
from fanjet.runtime.deferring import defer
from fanjet.runtime.failures import describe, log_traceback, write_log
from fanjet.runtime.labels import render_label
from fanjet.runtime.try_result import TryResult

if TYPE_CHECKING:
    from fanjet.runtime.task_instance import TaskInstance

#: Ends that no retry mends.
_FINAL = (FailException, SensorTimeout)


def end_badly(ti: TaskInstance, error: BaseException) -> TryResult:
    """The end that an exception stands for."""
    is_refused = False
    if isinstance(error, TaskDeferred):
        try:
            return defer(ti, error, _rendered(ti))
        except Exception as refused:  # noqa: BLE001 - serialize() is the author's
            error, is_refused = refused, isinstance(refused, DagTypeError)
    if isinstance(error, Rescheduled):
        extra = TryExtra(resume_at=error.resume_at.timestamp(), carry=error.carry, rendered=_rendered(ti))
        return TryResult(State.UP_FOR_RESCHEDULE, extra=extra)
    label = render_label(ti) or ti.rendered_map_index
    if isinstance(error, SkipException):
        return _skip(ti, error, label)
    log_traceback(error)
    no_retry, resume_at = is_refused or isinstance(error, _FINAL), None
    if not no_retry and ti.task.retry_policy is not None:
        no_retry, resume_at = _ask_policy(ti, error)
    retries = not no_retry and ti.try_number <= ti.max_tries
    ti.state = "up_for_retry" if retries else "failed"
    text = describe(error)
    tell(ti, "retry" if retries else "failure", exception=error, reason=text)
    extra = TryExtra(label=label, error=text, no_retry=no_retry, resume_at=resume_at, rendered=_rendered(ti))
    return TryResult(State.FAILED, extra=extra)


def _ask_policy(ti: TaskInstance, error: BaseException) -> tuple[bool, float | None]:
    """Whether the policy of the task rules a retry out, and when it wants the next try to begin."""
    from fanjet.authoring.retry_policy import RetryAction, ask_policy  # noqa: PLC0415 - few tasks have a policy

    assert ti.task.retry_policy is not None, "only tasks with a policy come here"
    context = ti.get_template_context()
    try:
        decision = ask_policy(ti.task.retry_policy, error, ti.try_number, ti.max_tries, context)
    except Exception as failed:  # noqa: BLE001 - the policy is the author's
        write_log("The retry policy failed, so the retries of the task hold:\n")
        log_traceback(failed)
        return False, None
    if decision.action is RetryAction.DEFAULT:
        return False, None
    write_log(f"Retry policy: {decision.action.value}, {decision.reason or 'without a reason'}\n")
    if decision.action is RetryAction.FAIL:
        return True, None
    delay = decision.retry_delay
    return False, None if delay is None else ti.clock.time() + delay.total_seconds()


def _skip(ti: TaskInstance, error: BaseException, label: str | None) -> TryResult:
    write_log(f"Skipped: {str(error) or 'as the task asked for'}\n")
    ti.state = "skipped"
    tell(ti, "skipped", exception=error, reason=str(error))
    rendered = _rendered(ti)
    plain = label is None and rendered is None
    return TryResult(State.SKIPPED, extra=None if plain else TryExtra(label=label, rendered=rendered))


def _rendered(ti: TaskInstance) -> str | None:
    """The template fields, as far as they got rendered."""
    return None if ti.rendered is None else ti.rendered.text()


def tell(ti: TaskInstance, kind: str, **entries: Any) -> None:
    """Call the task's callbacks for this kind of end, if it has any."""
    if kind not in ti.prepared.spec.callbacks:
        return
    context = ti.get_template_context()
    context.update(entries)
    call_all(callbacks_of(ti.prepared.operator, kind), context, f"task '{ti.task_id}'")


def kill(ti: TaskInstance) -> None:
    """Have the operator clean up what it started."""
    on_kill = getattr(ti.task, "on_kill", None)
    if on_kill is None:
        return
    try:
        on_kill()
    except Exception as error:  # noqa: BLE001 - the try is over anyway
        write_log("on_kill() failed:\n")
        log_traceback(error)
