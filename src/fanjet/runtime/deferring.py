"""Tries that wait for triggers: what they leave for themselves, and how they go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fanjet.authoring.exceptions import (
    FailException,
    SkipException,
    TaskDeferralError,
    TaskDeferralTimeout,
    TaskDeferred,
)
from fanjet.authoring.operator import FAILED_WAIT, BaseOperator
from fanjet.errors import DagTypeError
from fanjet.model.deferrals import Deferral, Firing, Outcome, encode_deferral, find_deferral
from fanjet.model.events import TryExtra
from fanjet.model.states import State
from fanjet.runtime.failures import write_log
from fanjet.runtime.try_result import TryResult
from fanjet.runtime.values import decode

if TYPE_CHECKING:
    from fanjet.runtime.task_instance import TaskInstance


def defer(ti: TaskInstance, signal: TaskDeferred, rendered: str | None) -> TryResult:
    """The end of a part of a try that waits for a trigger.

    Raises:
        DagTypeError: It cannot wait for that, or could not go on.
    """
    where = f"Task '{ti.task_id}'"
    _check_method(ti, signal.method_name, where)
    classpath, kwargs = _describe(signal.trigger, where)
    timeout_s = _seconds(signal.timeout, where)
    deferral = Deferral(
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        run=ti.dag_run.info.number,
        task_id=ti.task_id,
        path=ti.map_path,
        try_number=ti.try_number,
        classpath=classpath,
        kwargs=_encode(ti, kwargs, "trigger", f"{where}: the arguments of {classpath}"),
        method=signal.method_name,
        method_kwargs=_encode(ti, signal.kwargs or {}, "method", f"{where}: the kwargs of its method"),
        timeout_s=timeout_s,
    )
    gives_up_at = None if timeout_s is None else ti.clock.time() + timeout_s
    extra = TryExtra(resume_at=gives_up_at, carry=encode_deferral(deferral), rendered=rendered)
    return TryResult(State.DEFERRED, extra=extra)


def run_operator(ti: TaskInstance, operator: BaseOperator, context: Any) -> Any:
    """Have an operator do its work, or go on with it after a wait.

    Raises:
        TaskDeferred: It starts with a wait (`BaseOperator.start_from_trigger`), or waits now.
    """
    deferral = find_deferral(ti.carry)
    if deferral is None:
        return operator.execute(context)
    firing = deferral.firing
    if firing is not None and firing.output:
        write_log(firing.output if firing.output.endswith("\n") else firing.output + "\n")
    if firing is not None and firing.outcome in _ENDS:
        return _end(ti, firing)
    method, kwargs = _find_call(deferral, firing)
    return operator.resume_execution(method, kwargs, context)


def start_from_trigger(operator: BaseOperator, context: Any) -> TaskDeferred:
    """The wait that an operator starts with.

    Raises:
        DagTypeError: The operator does not say for what.
    """
    args = operator.start_trigger_args
    if args is None:
        raise DagTypeError(
            f"{operator.operator_name} '{operator.task_id}' has start_from_trigger and no start_trigger_args.",
            fix="set start_trigger_args=StartTriggerArgs(...) in the class or in __init__()",
        )
    fields = frozenset(operator.template_fields)
    kwargs = {
        name: operator.render_template(value, context) if name in fields else value
        for name, value in (args.trigger_kwargs or {}).items()
    }
    trigger = (args.trigger_cls, kwargs)
    return TaskDeferred(trigger=trigger, method_name=args.next_method, kwargs=args.next_kwargs, timeout=args.timeout)


_ENDS = (Outcome.TASK_SUCCESS, Outcome.TASK_FAILED, Outcome.TASK_SKIPPED)


def _end(ti: TaskInstance, firing: Firing) -> None:
    """The trigger has ended the task."""
    xcoms = {} if firing.payload is None else decode(firing.payload)
    for key, value in xcoms.items():
        ti.xcom_push(key, value)
    if firing.outcome is Outcome.TASK_SKIPPED:
        raise SkipException("the trigger ended the task so")
    if firing.outcome is Outcome.TASK_FAILED:
        raise FailException("The trigger ended the task as failed.")


def _find_call(deferral: Deferral, firing: Firing | None) -> tuple[str, dict[str, Any]]:
    """The method that goes on, and what it gets."""
    if firing is None:
        waited = "in time" if deferral.timeout_s is None else f"within {deferral.timeout_s:g} s"
        return FAILED_WAIT, {"error": TaskDeferralTimeout(f"Trigger {deferral.classpath} did not fire {waited}.")}
    if firing.outcome is Outcome.FAILED:
        return FAILED_WAIT, {"error": TaskDeferralError(firing.error or f"Trigger {deferral.classpath} failed.")}
    event = None if firing.payload is None else decode(firing.payload)
    return deferral.method, {**decode(deferral.method_kwargs), "event": event}


def _check_method(ti: TaskInstance, method: Any, where: str) -> None:
    operator = ti.task
    if not ti.prepared.can_defer:
        raise DagTypeError(
            f"{where} is a function and wants to wait for a trigger, but a function has no method to go on in.",
            fix="write an operator class, or use a sensor with deferrable=True",
        )
    if not isinstance(method, str) or not callable(getattr(operator, method, None)):
        raise DagTypeError(
            f"{where} wants to go on in its method {method!r} after a wait, and {operator.operator_name} has none.",
            fix="give method_name='...' the name of a method of the operator",
        )


def _describe(trigger: Any, where: str) -> tuple[str, Mapping[str, Any]]:
    """Class and arguments of a trigger."""
    described = trigger if isinstance(trigger, tuple) else None
    if described is None:
        serialize = getattr(trigger, "serialize", None)
        if serialize is None:
            raise DagTypeError(f"{where} cannot wait for {trigger!r}.", fix="give a trigger, a BaseTrigger")
        described = serialize()
    match described:
        case (str(classpath), Mapping() as kwargs) if "." in classpath:
            return classpath, kwargs
    name = type(trigger).__name__
    raise DagTypeError(
        f"{where}: serialize() of trigger {name} gave {described!r}.",
        fix='return ("module.Class", {"argument": value, ...})',
    )


def _encode(ti: TaskInstance, values: Mapping[str, Any], key: str, what: str) -> bytes:
    try:
        return ti.encode(dict(values), key)
    except DagTypeError as error:
        raise DagTypeError(f"{what} cannot be stored: {error}") from error


def _seconds(timeout: Any, where: str) -> float | None:
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise DagTypeError(f"{where}: timeout={timeout!r} cannot be used.", fix="give a timedelta, seconds or None")
    return max(float(seconds), 0.0)
