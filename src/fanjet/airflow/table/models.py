"""`airflow.models`: what is also of use in tasks and DAG files; its tables are not."""

from __future__ import annotations

from fanjet.airflow.table.authoring import EDGES
from fanjet.airflow.table.entries import METADATA_DATABASE, ModuleNames, home, missing

_DAG = home("fanjet.authoring.dag", "DAG")
_DAG_DECORATOR = home("fanjet.authoring.dag_decorator", "dag")
_OPERATOR = home("fanjet.authoring.operator", "BaseOperator", "Operator")
_MAPPED = home("fanjet.authoring.mapped_operator", "MappedOperator")
_PARAM = home("fanjet.authoring.params", "Param", "ParamsDict") | home("fanjet.authoring.dag_param", "DagParam")
_VARIABLE = home("fanjet.runtime.variables", "Variable")
_CONNECTION = home("fanjet.airflow.hooks", "Connection")
_XCOM_ARG = home("fanjet.authoring.xcom_arg", "XComArg")
_TASK_INSTANCE = home("fanjet.runtime.task_instance", "TaskInstance")
_DAG_RUN = home("fanjet.runtime.dag_run", "DagRun")
_LINKS = home("fanjet.airflow.links", "BaseOperatorLink")
_XCOM: ModuleNames = {"XCom": "fanjet.airflow.xcom:XCom", "BaseXCom": "fanjet.airflow.xcom:XCom"}
_SKIP = home("fanjet.runtime.skipping", "SkipMixin")
_CONSTANTS = home("fanjet.airflow.constants", "XCOM_RETURN_KEY", "MAX_XCOM_SIZE")

MODULES: dict[str, ModuleNames] = {
    "airflow.models": {
        **_DAG,
        **_OPERATOR,
        **_MAPPED,
        **_PARAM,
        **_VARIABLE,
        **_CONNECTION,
        **_XCOM_ARG,
        **_TASK_INSTANCE,
        **_DAG_RUN,
        **_LINKS,
        **_XCOM,
        **_SKIP,
        **missing(
            METADATA_DATABASE, "Base", "DagBag", "DagModel", "DagTag", "Log", "Pool", "SlaMiss", "TaskFail",
            "TaskReschedule", "Trigger", "clear_task_instances", "RenderedTaskInstanceFields", "DagPickle",
        ),
    },
    "airflow.models.dag": _DAG | _DAG_DECORATOR | missing(METADATA_DATABASE, "DagModel", "DagTag"),
    "airflow.models.baseoperator": {**home("fanjet.authoring.operator", "BaseOperator"), **EDGES},
    "airflow.models.operator": _OPERATOR,
    "airflow.models.abstractoperator": {"AbstractOperator": _OPERATOR["Operator"]},
    "airflow.models.mappedoperator": _MAPPED,
    "airflow.models.param": _PARAM,
    "airflow.models.variable": _VARIABLE,
    "airflow.models.connection": _CONNECTION,
    "airflow.models.xcom_arg": _XCOM_ARG,
    "airflow.models.xcom": {**_CONSTANTS, **_XCOM},
    "airflow.utils.xcom": _CONSTANTS,
    "airflow.sdk.bases.xcom": _XCOM,
    "airflow.models.taskinstance": {
        **_TASK_INSTANCE,
        "get_current_context": "fanjet.runtime.context:get_current_context",
        **missing(METADATA_DATABASE, "clear_task_instances", "TaskInstanceKey"),
    },
    "airflow.models.taskinstancekey": missing(METADATA_DATABASE, "TaskInstanceKey"),
    "airflow.models.dagrun": _DAG_RUN,
    "airflow.models.baseoperatorlink": _LINKS,
    "airflow.sdk.bases.operatorlink": _LINKS,
    "airflow.models.skipmixin": _SKIP,
    "airflow.models.dagbag": missing(METADATA_DATABASE, "DagBag"),
    "airflow.models.pool": missing(METADATA_DATABASE, "Pool", "PoolStats"),
    "airflow.sdk.definitions.variable": _VARIABLE,
    "airflow.sdk.definitions.connection": _CONNECTION,
    "airflow.sdk.types": {"RuntimeTaskInstanceProtocol": _TASK_INSTANCE["TaskInstance"], **_TASK_INSTANCE},
    "airflow.sdk.execution_time.task_runner": {"RuntimeTaskInstance": _TASK_INSTANCE["TaskInstance"]},
}  # fmt: skip
