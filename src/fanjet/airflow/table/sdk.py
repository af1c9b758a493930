"""`airflow.sdk`: every public name of it."""

from __future__ import annotations

from fanjet.airflow.table.assets import ASSETS
from fanjet.airflow.table.authoring import DECORATORS, EDGES
from fanjet.airflow.table.core import MODULES as CORE
from fanjet.airflow.table.entries import (
    SERVER,
    Missing,
    ModuleNames,
    home,
    missing,
)
from fanjet.airflow.table.models import MODULES as MODELS
from fanjet.airflow.table.timetables import TIMETABLES
from fanjet.airflow.table.utilities import TIMEZONE

_NAMES_OF_ASSETS = (
    "Asset", "AssetAccessControl", "AssetAlias", "AssetAll", "AssetAny", "AssetWatcher", "Metadata", "asset",
)  # fmt: skip
_NAMES_OF_TIMETABLES = (
    "AssetOrTimeSchedule", "CronDataIntervalTimetable", "CronPartitionTimetable", "CronTriggerTimetable",
    "DeltaDataIntervalTimetable", "DeltaTriggerTimetable", "EventsTimetable", "MultipleCronTriggerTimetable",
    "PartitionedAssetTimetable", "PartitionedAtRuntime",
)  # fmt: skip
_DEADLINES = home("fanjet.authoring.deadlines", "AsyncCallback", "DeadlineAlert", "SyncCallback") | home(
    "fanjet.authoring.deadline_references", "BaseDeadlineReference", "DeadlineReference", "deadline_reference"
)
_RETRY_POLICY = home(
    "fanjet.authoring.retry_policy",
    "ExceptionRetryPolicy",
    "RetryAction",
    "RetryDecision",
    "RetryPolicy",
    "RetryRule",
)
_RESULT = home("fanjet.authoring.result_decorator", "result")

MODULES: dict[str, ModuleNames] = {
    "airflow.sdk": {
        "__version__": "fanjet.airflow.version:task_sdk_version",
        **{name: DECORATORS[name] for name in ("dag", "setup", "task", "task_group", "teardown")},
        **EDGES,
        **{name: ASSETS[name] for name in _NAMES_OF_ASSETS},
        **{name: TIMETABLES[name] for name in _NAMES_OF_TIMETABLES},
        **home("fanjet.authoring.dag", "DAG"),
        **home("fanjet.authoring.operator", "BaseOperator"),
        **home("fanjet.authoring.params", "Param", "ParamsDict"),
        **home("fanjet.authoring.task_group", "TaskGroup"),
        **home("fanjet.authoring.template_literal", "literal"),
        **home("fanjet.authoring.xcom_arg", "XComArg"),
        **home("fanjet.model.rules", "TriggerRule", "WeightRule"),
        **home("fanjet.operators.branch", "BaseBranchOperator"),
        **home("fanjet.runtime.skipping", "BranchMixIn"),
        **home("fanjet.operators.sensor", "BaseSensorOperator", "PokeReturnValue"),
        **home("fanjet.runtime.context", "Context", "get_current_context"),
        **home("fanjet.runtime.task_instance", "TaskInstance"),
        **home("fanjet.runtime.variables", "Variable"),
        **home("fanjet.airflow.hooks", "BaseHook", "Connection"),
        **home("fanjet.airflow.states", "DagRunState", "TaskInstanceState"),
        **home("fanjet.airflow.configuration", "conf"),
        **home("fanjet.airflow.parsing_context", "get_parsing_context"),
        **CORE["airflow.notifications.basenotifier"],
        **CORE["airflow.io.path"],
        "macros": "fanjet.runtime.macros",
        **home("fanjet.runtime.kept_values", "NEVER_EXPIRE"),
        **{name: MODELS["airflow.models"][name] for name in ("BaseOperatorLink", "BaseXCom", "SkipMixin")},
        **home("fanjet.operators.async_operator", "BaseAsyncOperator"),
        **home("fanjet.operators.resumable_job", "ResumableJobMixin"),
        **_DEADLINES,
        **_RETRY_POLICY,
        **_RESULT,
        **missing(Missing("lineage is not recorded", "leave it out"), "lineage"),
        **home(
            "fanjet.authoring.partitions",
            *("AllowedKeyMapper", "ChainMapper", "FanOutMapper", "FixedKeyMapper", "IdentityMapper", "PartitionMapper"),
            *("ProductMapper", "RollupMapper", "StartOfDayMapper", "StartOfHourMapper", "StartOfMonthMapper"),
            *("StartOfQuarterMapper", "StartOfWeekMapper", "StartOfYearMapper", "MinimumCount", "WaitForAll"),
            *("DayWindow", "HourWindow", "MonthWindow", "QuarterWindow", "SegmentWindow", "WeekWindow", "Window"),
            "YearWindow",
        ),
    },
    "airflow.sdk.definitions.asset": ASSETS,
    "airflow.task.priority_strategy": home("fanjet.airflow.priority", "PriorityWeightStrategy"),
    "airflow.sdk.definitions.asset.metadata": {"Metadata": ASSETS["Metadata"]},
    "airflow.sdk.definitions.asset.decorators": {"asset": ASSETS["asset"]},
    "airflow.sdk.definitions.context": home("fanjet.runtime.context", "Context", "get_current_context")
    | home("fanjet.airflow.parsing_context", "AirflowParsingContext", "get_parsing_context"),
    "airflow.sdk.definitions.retry_policy": _RETRY_POLICY,
    "airflow.sdk.execution_time.context": home("fanjet.runtime.kept_values", "NEVER_EXPIRE"),
    "airflow.sdk.execution_time.secrets_masker": home("fanjet.airflow.masking", "mask_secret", "redact"),
    "airflow.sdk.execution_time.timeout": home("fanjet.airflow.timeout", "timeout"),
    "airflow.sdk.log": home("fanjet.airflow.masking", "mask_secret"),
    "airflow.sdk.timezone": TIMEZONE,
    "airflow.sdk.bases.resumablejobmixin": home("fanjet.operators.resumable_job", "ResumableJobMixin"),
    "airflow.sdk.bases.skipmixin": {"SkipMixin": MODELS["airflow.models"]["SkipMixin"]},
    "airflow.sdk.definitions.callback": home(
        "fanjet.authoring.deadlines", "AsyncCallback", "Callback", "SyncCallback"
    ),
    "airflow.sdk.definitions.deadline": _DEADLINES
    | home(
        "fanjet.authoring.deadline_references",
        *("AverageRuntimeDeadline", "DagRunLogicalDateDeadline", "DagRunQueuedAtDeadline", "FixedDatetimeDeadline"),
    )
    | missing(Missing("an interval is part of the DAG file", "give a timedelta"), "VariableInterval"),
    "airflow.sdk.definitions.decorators": {
        name: DECORATORS[name] for name in ("dag", "setup", "task", "task_group", "teardown")
    }
    | _RESULT,
    "airflow.sdk.yaml": home("yaml", "dump", "safe_load"),
    "airflow.sdk.plugins_manager": missing(SERVER, "integrate_macros_plugins"),
}  # fmt: skip
