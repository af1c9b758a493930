"""What a sensor of other DAGs raises."""

from __future__ import annotations

from fanjet.authoring.exceptions import AirflowException


class AirflowExternalTaskSensorException(AirflowException):
    """What a sensor of another DAG waits for went wrong."""


class DuplicateStateError(AirflowExternalTaskSensorException):
    """A state is among those to wait for and those to fail at."""


class ExternalDagDeletedError(AirflowExternalTaskSensorException):
    """The other DAG is gone."""


class ExternalDagFailedError(AirflowExternalTaskSensorException):
    """The run of the other DAG failed."""


class ExternalDagNotFoundError(AirflowExternalTaskSensorException):
    """There is no such DAG."""


class ExternalTaskFailedError(AirflowExternalTaskSensorException):
    """The other task failed."""


class ExternalTaskGroupFailedError(AirflowExternalTaskSensorException):
    """A task of the other group failed."""


class ExternalTaskGroupNotFoundError(AirflowExternalTaskSensorException):
    """There is no such group."""


class ExternalTaskNotFoundError(AirflowExternalTaskSensorException):
    """There is no such task."""
