"""The exceptions: those that end a try in a particular way are Fanjet's own, or derived from them."""

from __future__ import annotations

from fanjet.airflow.table.entries import ModuleNames, home

EXCEPTIONS: ModuleNames = {
    **home(
        "fanjet.airflow.exceptions",
        "AirflowBadRequest",
        "AirflowClusterPolicyViolation",
        "AirflowConfigException",
        "AirflowDagDuplicatedIdException",
        "AirflowDagInconsistent",
        "AirflowFailException",
        "AirflowFileParseException",
        "AirflowInternalRuntimeError",
        "AirflowNotFoundException",
        "AirflowOptionalProviderFeatureException",
        "AirflowProviderDeprecationWarning",
        "AirflowRescheduleException",
        "AirflowRuntimeError",
        "AirflowSkipException",
        "AirflowTaskTerminated",
        "AirflowTimetableInvalid",
        "AirflowUnsupportedFileTypeException",
        "BackfillUnfinished",
        "ConnectionNotUnique",
        "DagNotFound",
        "DagRunAlreadyExists",
        "DagRunNotFound",
        "DeserializingResultError",
        "PoolNotFound",
        "RemovedInAirflow3Warning",
        "RemovedInAirflow4Warning",
        "SerializationError",
        "TaskAlreadyInTaskGroup",
        "TaskInstanceNotFound",
        "TaskNotFound",
        "UnknownExecutorException",
        "VariableNotUnique",
        "XComNotFound",
    ),
    **home(
        "fanjet.authoring.exceptions", "AirflowException", "TaskDeferralError", "TaskDeferralTimeout", "TaskDeferred"
    ),
    "AirflowDagCycleException": "fanjet.authoring.exceptions:CycleError",
    "AirflowSensorTimeout": "fanjet.authoring.exceptions:SensorTimeout",
    "AirflowTaskTimeout": "fanjet.authoring.exceptions:TaskTimeout",
    "DuplicateTaskIdFound": "fanjet.authoring.exceptions:DuplicateTaskId",
    "ParamValidationError": "fanjet.authoring.exceptions:ParamInvalid",
    "FailStopDagInvalidTriggerRule": "fanjet.errors:DagValueError",
    "FailFastDagInvalidTriggerRule": "fanjet.errors:DagValueError",
    "UnmappableOperator": "fanjet.authoring.exceptions:NotMappable",
    "UnmappableXComTypePushed": "fanjet.authoring.exceptions:NotMappable",
    "UnmappableXComLengthPushed": "fanjet.authoring.exceptions:NotMappable",
    "XComForMappingNotPushed": "fanjet.authoring.exceptions:NotMappable",
}

STANDARD_EXCEPTIONS: ModuleNames = home(
    "fanjet.operators.external_errors",
    "AirflowExternalTaskSensorException",
    "DuplicateStateError",
    "ExternalDagDeletedError",
    "ExternalDagFailedError",
    "ExternalDagNotFoundError",
    "ExternalTaskFailedError",
    "ExternalTaskGroupFailedError",
    "ExternalTaskGroupNotFoundError",
    "ExternalTaskNotFoundError",
)
