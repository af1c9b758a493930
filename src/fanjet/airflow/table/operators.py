"""Operators and sensors, under the names of their modules in 1.10, 2.x and the standard provider."""

from __future__ import annotations

from fanjet.airflow.table.entries import Missing, ModuleNames, home, missing

_OTHER_DAGS = Missing("no trigger watches other DAGs, the sensor looks itself", "use ExternalTaskSensor")
_SUBDAG = Missing("SubDAGs are gone from Airflow too", "use a task group")
_HUMANS = Missing("a task cannot ask people yet", "use a sensor that looks for the answer")

_BASH = home("fanjet.operators.bash", "BashOperator")
_EMPTY = home("fanjet.operators.empty", "EmptyOperator") | {"DummyOperator": "fanjet.operators.empty:EmptyOperator"}
_PYTHON = {
    **home("fanjet.operators.python", "PythonOperator", "BranchPythonOperator", "ShortCircuitOperator"),
    "get_current_context": "fanjet.runtime.context:get_current_context",
    "task": "fanjet.authoring.task_decorator:task",
    **home("fanjet.operators.external_python", "ExternalPythonOperator", "BranchExternalPythonOperator"),
    **home(
        "fanjet.operators.virtualenv",
        "PythonVirtualenvOperator",
        "BranchPythonVirtualenvOperator",
        "is_venv_installed",
    ),
}
_BRANCH = home("fanjet.operators.branch", "BaseBranchOperator") | home("fanjet.runtime.skipping", "BranchMixIn")
_LATEST_ONLY = home("fanjet.operators.latest_only", "LatestOnlyOperator")
_BRANCH_DATETIME = home("fanjet.operators.calendar", "BranchDateTimeOperator")
_BRANCH_WEEKDAY = home("fanjet.operators.calendar", "BranchDayOfWeekOperator")
_TRIGGER_DAG_RUN = home("fanjet.operators.trigger_dagrun", "TriggerDagRunOperator") | home(
    "fanjet.airflow.links", "TriggerDagRunLink"
)
_EMAIL = home("fanjet.operators.email", "EmailOperator")
_SMOOTH = home("fanjet.operators.empty", "SmoothOperator")

_SENSOR = home("fanjet.operators.sensor", "BaseSensorOperator", "PokeReturnValue") | home(
    "fanjet.airflow.sensors", "poke_mode_only"
)
_BASH_SENSOR = home("fanjet.operators.sensors", "BashSensor")
_FILE_SENSOR = home("fanjet.operators.sensors", "FileSensor")
_PYTHON_SENSOR = home("fanjet.operators.sensor", "PythonSensor")
_DATE_TIME_SENSOR = home("fanjet.operators.sensors", "DateTimeSensor", "DateTimeSensorAsync")
_TIME_DELTA_SENSOR = home("fanjet.operators.sensors", "TimeDeltaSensor", "TimeDeltaSensorAsync", "WaitSensor")
_TIME_SENSOR = home("fanjet.operators.calendar", "TimeSensor", "TimeSensorAsync")
_DAY_OF_WEEK_SENSOR = home("fanjet.operators.calendar", "DayOfWeekSensor")
_EXTERNAL_TASK = home("fanjet.operators.external_task", "ExternalTaskMarker", "ExternalTaskSensor") | home(
    "fanjet.airflow.links", "ExternalDagLink", "ExternalTaskSensorLink"
)
_TRIGGERS = home(
    "fanjet.authoring.triggers",
    "BaseTaskEndEvent",
    "BaseTrigger",
    "StartTriggerArgs",
    "TaskFailedEvent",
    "TaskSkippedEvent",
    "TaskSuccessEvent",
    "TriggerEvent",
) | {"BaseEventTrigger": "fanjet.authoring.triggers:BaseTrigger"}
_TEMPORAL = home("fanjet.operators.triggers", "DateTimeTrigger", "TimeDeltaTrigger")
_FILE_TRIGGERS = home("fanjet.operators.triggers", "DirectoryFileDeleteTrigger", "FileDeleteTrigger", "FileTrigger")
_EXTERNAL_TRIGGERS = missing(_OTHER_DAGS, "DagStateTrigger", "TaskStateTrigger", "WorkflowTrigger")
_WEEKDAY = home("fanjet.operators.weekday", "WeekDay")
_SKIP = home("fanjet.runtime.skipping", "SkipMixin")
_STANDARD = "airflow.providers.standard"

#: Module in the standard provider's `decorators` -> its function, and how DAG files write that.
_DECORATORS = {
    "bash": ("bash_task", "@task.bash"),
    "branch_external_python": ("branch_external_python_task", "@task.branch_external_python"),
    "branch_python": ("branch_task", "@task.branch"),
    "branch_virtualenv": ("branch_virtualenv_task", "@task.branch_virtualenv"),
    "external_python": ("external_python_task", "@task.external_python"),
    "python": ("python_task", "@task"),
    "python_virtualenv": ("virtualenv_task", "@task.virtualenv"),
    "sensor": ("sensor_task", "@task.sensor"),
    "short_circuit": ("short_circuit_task", "@task.short_circuit"),
    "stub": ("stub", "@task.stub"),
}

MODULES: dict[str, ModuleNames] = {
    "airflow.operators.bash": _BASH,
    "airflow.operators.bash_operator": _BASH,
    f"{_STANDARD}.operators.bash": _BASH,
    "airflow.operators.empty": _EMPTY,
    "airflow.operators.dummy": _EMPTY,
    "airflow.operators.dummy_operator": _EMPTY,
    f"{_STANDARD}.operators.empty": _EMPTY,
    "airflow.operators.python": _PYTHON,
    "airflow.operators.python_operator": _PYTHON,
    f"{_STANDARD}.operators.python": _PYTHON,
    "airflow.operators.branch": _BRANCH,
    "airflow.operators.branch_operator": _BRANCH,
    f"{_STANDARD}.operators.branch": _BRANCH,
    "airflow.sdk.bases.branch": _BRANCH,
    "airflow.operators.latest_only": _LATEST_ONLY,
    "airflow.operators.latest_only_operator": _LATEST_ONLY,
    f"{_STANDARD}.operators.latest_only": _LATEST_ONLY,
    "airflow.operators.datetime": _BRANCH_DATETIME,
    f"{_STANDARD}.operators.datetime": _BRANCH_DATETIME,
    "airflow.operators.weekday": _BRANCH_WEEKDAY,
    f"{_STANDARD}.operators.weekday": _BRANCH_WEEKDAY,
    "airflow.operators.trigger_dagrun": _TRIGGER_DAG_RUN,
    "airflow.operators.dagrun_operator": _TRIGGER_DAG_RUN,
    f"{_STANDARD}.operators.trigger_dagrun": _TRIGGER_DAG_RUN,
    "airflow.operators.email": _EMAIL,
    "airflow.operators.email_operator": _EMAIL,
    "airflow.operators.smooth": _SMOOTH,
    f"{_STANDARD}.operators.smooth": _SMOOTH,
    f"{_STANDARD}.operators.hitl": home(
        "fanjet.operators.human", "HITLOperator", "ApprovalOperator", "HITLBranchOperator", "HITLEntryOperator"
    ),
    "airflow.operators.subdag": missing(_SUBDAG, "SubDagOperator"),
    "airflow.operators.subdag_operator": missing(_SUBDAG, "SubDagOperator"),
    "airflow.sensors.base": _SENSOR,
    "airflow.sensors.base_sensor_operator": _SENSOR,
    "airflow.sdk.bases.sensor": _SENSOR,
    "airflow.sensors.bash": _BASH_SENSOR,
    f"{_STANDARD}.sensors.bash": _BASH_SENSOR,
    "airflow.contrib.sensors.bash_sensor": _BASH_SENSOR,
    "airflow.contrib.sensors.file_sensor": _FILE_SENSOR,
    "airflow.contrib.sensors.python_sensor": _PYTHON_SENSOR,
    "airflow.contrib.sensors.weekday_sensor": _DAY_OF_WEEK_SENSOR,
    "airflow.sensors.filesystem": _FILE_SENSOR,
    f"{_STANDARD}.sensors.filesystem": _FILE_SENSOR,
    "airflow.sensors.python": _PYTHON_SENSOR,
    f"{_STANDARD}.sensors.python": _PYTHON_SENSOR,
    "airflow.sensors.date_time": _DATE_TIME_SENSOR,
    "airflow.sensors.date_time_sensor": _DATE_TIME_SENSOR,
    f"{_STANDARD}.sensors.date_time": _DATE_TIME_SENSOR,
    "airflow.sensors.time_delta": _TIME_DELTA_SENSOR,
    "airflow.sensors.time_delta_sensor": _TIME_DELTA_SENSOR,
    f"{_STANDARD}.sensors.time_delta": _TIME_DELTA_SENSOR,
    "airflow.sensors.time_sensor": _TIME_SENSOR,
    f"{_STANDARD}.sensors.time": _TIME_SENSOR,
    "airflow.sensors.weekday": _DAY_OF_WEEK_SENSOR,
    "airflow.sensors.weekday_sensor": _DAY_OF_WEEK_SENSOR,
    f"{_STANDARD}.sensors.weekday": _DAY_OF_WEEK_SENSOR,
    "airflow.sensors.external_task": _EXTERNAL_TASK,
    "airflow.sensors.external_task_sensor": _EXTERNAL_TASK,
    f"{_STANDARD}.sensors.external_task": _EXTERNAL_TASK,
    "airflow.triggers.base": _TRIGGERS,
    "airflow.triggers.temporal": _TEMPORAL,
    f"{_STANDARD}.triggers.temporal": _TEMPORAL,
    "airflow.triggers.file": _FILE_TRIGGERS,
    f"{_STANDARD}.triggers.file": _FILE_TRIGGERS,
    "airflow.triggers.external_task": _EXTERNAL_TRIGGERS,
    f"{_STANDARD}.triggers.external_task": _EXTERNAL_TRIGGERS,
    f"{_STANDARD}.triggers.hitl": missing(_HUMANS, "HITLTrigger", "HITLTriggerEventFailurePayload"),
    "airflow.utils.weekday": _WEEKDAY,
    f"{_STANDARD}.utils.weekday": _WEEKDAY,
    f"{_STANDARD}.utils.skipmixin": _SKIP,
    **{
        f"{_STANDARD}.decorators.{module}": missing(Missing("decorators are attributes of task", f"write {text}"), name)
        for module, (name, text) in _DECORATORS.items()
    },
}
