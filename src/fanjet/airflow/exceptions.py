"""`airflow.exceptions`: those that Fanjet's own code raises are Fanjet's, under Airflow's names; these are the others.

`AirflowSkipException` and `AirflowFailException` mean to Fanjet what their bases mean.
"""

from __future__ import annotations

from datetime import datetime

from fanjet.authoring.exceptions import (
    AirflowException,
    AirflowNotFoundException,
    FailException,
    Rescheduled,
    SkipException,
)


class AirflowSkipException(SkipException):
    """The instance is skipped."""


class AirflowFailException(FailException):
    """The instance fails and is not retried."""


class AirflowRescheduleException(Rescheduled):
    """The try gives its slot back and goes on at `reschedule_date`."""

    def __init__(self, reschedule_date: datetime) -> None:
        Rescheduled.__init__(self, reschedule_date)
        self.reschedule_date = reschedule_date


class AirflowBadRequest(AirflowException):
    """What was asked for makes no sense."""


class AirflowConfigException(AirflowException):
    """There is no such setting."""


class AirflowDagInconsistent(AirflowException):
    """A DAG is wrong."""


class AirflowDagDuplicatedIdException(AirflowException):
    """Two DAGs have one id."""


class AirflowClusterPolicyViolation(AirflowException):
    """A DAG breaks a policy."""


class AirflowFileParseException(AirflowException):
    """A file cannot be read."""


class AirflowInternalRuntimeError(BaseException):
    """Airflow itself is wrong."""


class AirflowOptionalProviderFeatureException(AirflowException):
    """A provider lacks an optional package."""


class AirflowRuntimeError(AirflowException):
    """Airflow's server answered with an error."""


class AirflowTaskTerminated(BaseException):
    """A task was told to end."""


class AirflowTimetableInvalid(AirflowException):
    """A timetable is wrong."""


class AirflowUnsupportedFileTypeException(AirflowException):
    """A file is of a type that cannot be read."""


class BackfillUnfinished(AirflowException):
    """A backfill has not ended."""


class ConnectionNotUnique(AirflowException):
    """Two connections have one id."""


class DagNotFound(AirflowNotFoundException):
    """There is no such DAG."""


class DagRunNotFound(AirflowNotFoundException):
    """There is no such run."""


class DagRunAlreadyExists(AirflowBadRequest):
    """There is such a run already."""


class DeserializingResultError(AirflowException, ValueError):
    """A result cannot be read."""


class PoolNotFound(AirflowNotFoundException):
    """There is no such pool."""


class SerializationError(AirflowException):
    """Something cannot be written."""


class TaskAlreadyInTaskGroup(AirflowException):
    """A task is in a group already."""


class TaskInstanceNotFound(AirflowNotFoundException):
    """There is no such instance."""


class TaskNotFound(AirflowNotFoundException):
    """There is no such task."""


class UnknownExecutorException(AirflowException, ValueError):  # noqa: N818 - as above
    """There is no such executor."""


class VariableNotUnique(AirflowException):
    """Two variables have one name."""


class XComNotFound(AirflowException):
    """There is no such value."""


class RemovedInAirflow3Warning(DeprecationWarning):
    """Airflow 3 no longer has it."""


class RemovedInAirflow4Warning(DeprecationWarning):
    """Airflow 4 will no longer have it."""


class AirflowProviderDeprecationWarning(DeprecationWarning):
    """A provider will no longer have it."""
