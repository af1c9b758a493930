"""What task code raises to say how its try ends, and what mapping raises when a value cannot be mapped over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fanjet.errors import DagError, DagTypeError, DagValueError


class AirflowException(Exception):  # noqa: N818 - the name under which DAG files of Airflow raise and catch
    """The base of what Airflow's files raise and of what they may catch; the try fails and may be retried."""


class AirflowNotFoundException(AirflowException):
    """There is no such thing: a connection, where hooks raise it."""


class TaskSignal(AirflowException):
    """The base of everything that a task raises to end its try in a particular way."""


class SkipException(TaskSignal):
    """The instance is skipped."""


class FailException(TaskSignal):
    """The instance fails and is not retried, whatever its `retries`."""


class TaskTimeout(TaskSignal):
    """The try took longer than its `execution_timeout`; it fails and may be retried."""


class SensorTimeout(TaskSignal):
    """The sensor waited longer than its `timeout`; the instance fails and is not retried."""


class Rescheduled(TaskSignal):
    """The try gives its slot back and goes on later under the same try number.

    Args:
        resume_at: When it goes on; aware.
        carry: Opaque data that it gets back then.
    """

    def __init__(self, resume_at: datetime, carry: bytes | None = None) -> None:
        super().__init__(resume_at)
        self.resume_at = resume_at
        self.carry = carry


class TaskDeferred(BaseException):
    """The try gives its slot back until a trigger fires, and then goes on in a method of its operator.

    Args:
        trigger: What to wait for; a `fanjet.BaseTrigger`.
        method_name: The method that goes on: ``method(context, event=..., **kwargs)``.
        kwargs: What it gets besides; anything that a task could return.
        timeout: A timedelta or seconds after which the wait fails; None for never.
    """

    def __init__(
        self,
        *,
        trigger: Any,
        method_name: str,
        kwargs: dict[str, Any] | None = None,
        timeout: timedelta | float | None = None,
    ) -> None:
        super().__init__(method_name)
        self.trigger = trigger
        self.method_name = method_name
        self.kwargs = kwargs
        self.timeout = timeout


class TaskDeferralError(TaskSignal):
    """The trigger that the task waited for failed; the try fails and may be retried."""


class TaskDeferralTimeout(TaskSignal):
    """The trigger did not fire within the timeout of the wait; the try fails and may be retried."""


class NotMappable(DagTypeError, AirflowException):  # noqa: N818 - reads as what is the matter
    """A value that a map runs over is no collection with a length and positions."""


class ParamInvalid(DagValueError, AirflowException):  # noqa: N818 - reads as what is the matter
    """A parameter has no value, or one that does not fit its schema."""


class DuplicateTaskId(DagError, AirflowException):  # noqa: N818 - reads as what is the matter
    """Two tasks or groups of a DAG have the same id."""


class CycleError(DagError, AirflowException):
    """Tasks of a DAG wait for each other in a circle."""
