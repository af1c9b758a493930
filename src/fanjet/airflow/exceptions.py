"""`airflow.exceptions`: those that Fanjet's own code raises are Fanjet's, under Airflow's names; these are the others.

`AirflowSkipException` and `AirflowFailException` mean to Fanjet what their bases mean.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fanjet.authoring.exceptions import FailException, Rescheduled, SkipException
from fanjet.runtime.connections import ConnectionNotFoundError


class AirflowException(Exception):  # noqa: N818 - these are Airflow's names, here and below
    """The base of what files raise; the try fails and may be retried."""


class AirflowSkipException(AirflowException, SkipException):
    """The instance is skipped."""


class AirflowFailException(AirflowException, FailException):
    """The instance fails and is not retried."""


class AirflowRescheduleException(AirflowException, Rescheduled):
    """The try gives its slot back and goes on at `reschedule_date`."""

    def __init__(self, reschedule_date: datetime) -> None:
        Rescheduled.__init__(self, reschedule_date)
        self.reschedule_date = reschedule_date


class AirflowNotFoundException(AirflowException, ConnectionNotFoundError):
    """There is no such thing: a connection, where hooks raise it."""

    def __init__(self, *args: Any) -> None:
        Exception.__init__(self, *args)
        self.args = args

    def __str__(self) -> str:
        """The message as it is; a KeyError would quote it."""
        return " ".join(map(str, self.args))


class AirflowBadRequest(AirflowException): ...


class AirflowConfigException(AirflowException):
    """There is no such setting."""


class AirflowDagInconsistent(AirflowException): ...


class AirflowDagDuplicatedIdException(AirflowException): ...


class AirflowClusterPolicyViolation(AirflowException): ...


class AirflowFileParseException(AirflowException): ...


class AirflowInternalRuntimeError(BaseException): ...


class AirflowOptionalProviderFeatureException(AirflowException): ...


class AirflowRuntimeError(Exception): ...


class AirflowTaskTerminated(BaseException): ...


class AirflowTimetableInvalid(AirflowException): ...


class AirflowUnsupportedFileTypeException(AirflowException): ...


class BackfillUnfinished(AirflowException): ...


class ConnectionNotUnique(AirflowException): ...


class DagNotFound(AirflowNotFoundException): ...


class DagRunNotFound(AirflowNotFoundException): ...


class DagRunAlreadyExists(AirflowBadRequest): ...


class DeserializingResultError(ValueError): ...


class PoolNotFound(AirflowNotFoundException): ...


class SerializationError(AirflowException): ...


class TaskAlreadyInTaskGroup(AirflowException): ...


class TaskDeferralError(AirflowException): ...


class TaskDeferralTimeout(AirflowException): ...


class TaskInstanceNotFound(AirflowNotFoundException): ...


class TaskNotFound(AirflowNotFoundException): ...


class UnknownExecutorException(ValueError): ...


class VariableNotUnique(AirflowException): ...


class XComNotFound(AirflowException): ...


class AirflowExternalTaskSensorException(AirflowException): ...


class DuplicateStateError(AirflowExternalTaskSensorException): ...


class ExternalDagDeletedError(AirflowExternalTaskSensorException): ...


class ExternalDagFailedError(AirflowExternalTaskSensorException): ...


class ExternalDagNotFoundError(AirflowExternalTaskSensorException): ...


class ExternalTaskFailedError(AirflowExternalTaskSensorException): ...


class ExternalTaskGroupFailedError(AirflowExternalTaskSensorException): ...


class ExternalTaskGroupNotFoundError(AirflowExternalTaskSensorException): ...


class ExternalTaskNotFoundError(AirflowExternalTaskSensorException): ...


class RemovedInAirflow3Warning(DeprecationWarning): ...


class RemovedInAirflow4Warning(DeprecationWarning): ...


class AirflowProviderDeprecationWarning(DeprecationWarning): ...
