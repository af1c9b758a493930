"""Fanjet: a workflow orchestrator built around dynamic task mapping."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fanjet.authoring import ports

if TYPE_CHECKING:
    from fanjet.authoring.asset_timetables import AssetOrTimeSchedule
    from fanjet.authoring.assets import Asset, AssetAlias, AssetAll, AssetAny
    from fanjet.authoring.context_stack import current_dag
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.dag_decorator import dag
    from fanjet.authoring.deadline_references import DeadlineReference
    from fanjet.authoring.deadlines import AsyncCallback, DeadlineAlert, SyncCallback
    from fanjet.authoring.edges import Label, chain, chain_linear, cross_downstream
    from fanjet.authoring.exceptions import (
        FailException,
        SensorTimeout,
        SkipException,
        TaskDeferralError,
        TaskDeferralTimeout,
        TaskDeferred,
        TaskTimeout,
    )
    from fanjet.authoring.literal_items import items
    from fanjet.authoring.mapped_operator import MappedOperator
    from fanjet.authoring.operator import BaseOperator
    from fanjet.authoring.params import Param, ParamsDict
    from fanjet.authoring.result_decorator import result
    from fanjet.authoring.setup_teardown import setup, teardown
    from fanjet.authoring.task_decorator import task
    from fanjet.authoring.task_group import TaskGroup
    from fanjet.authoring.task_group_decorator import task_group
    from fanjet.authoring.timetable_base import DagRunInfo, DataInterval, TimeRestriction, Timetable
    from fanjet.authoring.timetables import (
        CronDataIntervalTimetable,
        CronTriggerTimetable,
        DeltaDataIntervalTimetable,
        DeltaTriggerTimetable,
        EventsTimetable,
        MultipleCronTriggerTimetable,
    )
    from fanjet.authoring.triggers import (
        BaseTrigger,
        StartTriggerArgs,
        TaskFailedEvent,
        TaskSkippedEvent,
        TaskSuccessEvent,
        TriggerEvent,
    )
    from fanjet.authoring.xcom_arg import XComArg
    from fanjet.model.rules import TriggerRule, WeightRule
    from fanjet.operators.bash import BashOperator
    from fanjet.operators.branch import BaseBranchOperator
    from fanjet.operators.empty import EmptyOperator
    from fanjet.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
    from fanjet.operators.sensor import BaseSensorOperator, PokeReturnValue, PythonSensor
    from fanjet.operators.sensors import BashSensor, DateTimeSensor, FileSensor, TimeDeltaSensor, WaitSensor
    from fanjet.operators.triggers import DateTimeTrigger, FileTrigger, TimeDeltaTrigger
    from fanjet.runtime.connections import BaseHook, Connection
    from fanjet.runtime.context import get_current_context
    from fanjet.runtime.lazy_sequence import LazyXComSequence
    from fanjet.runtime.variables import Variable

__all__ = [
    "DAG",
    "Asset",
    "AssetAlias",
    "AssetAll",
    "AssetAny",
    "AssetOrTimeSchedule",
    "AsyncCallback",
    "BaseBranchOperator",
    "BaseHook",
    "BaseOperator",
    "BaseSensorOperator",
    "BaseTrigger",
    "BashOperator",
    "BashSensor",
    "BranchPythonOperator",
    "Connection",
    "CronDataIntervalTimetable",
    "CronTriggerTimetable",
    "DagRunInfo",
    "DataInterval",
    "DateTimeSensor",
    "DateTimeTrigger",
    "DeadlineAlert",
    "DeadlineReference",
    "DeltaDataIntervalTimetable",
    "DeltaTriggerTimetable",
    "EmptyOperator",
    "EventsTimetable",
    "FailException",
    "FileSensor",
    "FileTrigger",
    "Label",
    "LazyXComSequence",
    "MappedOperator",
    "MultipleCronTriggerTimetable",
    "Param",
    "ParamsDict",
    "PokeReturnValue",
    "PythonOperator",
    "PythonSensor",
    "SensorTimeout",
    "ShortCircuitOperator",
    "SkipException",
    "StartTriggerArgs",
    "SyncCallback",
    "TaskDeferralError",
    "TaskDeferralTimeout",
    "TaskDeferred",
    "TaskFailedEvent",
    "TaskGroup",
    "TaskSkippedEvent",
    "TaskSuccessEvent",
    "TaskTimeout",
    "TimeDeltaSensor",
    "TimeDeltaTrigger",
    "TimeRestriction",
    "Timetable",
    "TriggerEvent",
    "TriggerRule",
    "Variable",
    "WaitSensor",
    "WeightRule",
    "XComArg",
    "chain",
    "chain_linear",
    "cross_downstream",
    "current_dag",
    "dag",
    "get_current_context",
    "items",
    "result",
    "setup",
    "task",
    "task_group",
    "teardown",
]

#: Where the public names live. They are imported when first used, so that each program pays for what it uses only.
_HOMES = {
    "DAG": "fanjet.authoring.dag",
    "Asset": "fanjet.authoring.assets",
    "AssetAlias": "fanjet.authoring.assets",
    "AssetAll": "fanjet.authoring.assets",
    "AssetAny": "fanjet.authoring.assets",
    "AssetOrTimeSchedule": "fanjet.authoring.asset_timetables",
    "AsyncCallback": "fanjet.authoring.deadlines",
    "BaseBranchOperator": "fanjet.operators.branch",
    "BaseHook": "fanjet.runtime.connections",
    "BaseOperator": "fanjet.authoring.operator",
    "BaseSensorOperator": "fanjet.operators.sensor",
    "BaseTrigger": "fanjet.authoring.triggers",
    "BashOperator": "fanjet.operators.bash",
    "BashSensor": "fanjet.operators.sensors",
    "BranchPythonOperator": "fanjet.operators.python",
    "Connection": "fanjet.runtime.connections",
    "CronDataIntervalTimetable": "fanjet.authoring.timetables",
    "CronTriggerTimetable": "fanjet.authoring.timetables",
    "DagRunInfo": "fanjet.authoring.timetable_base",
    "DataInterval": "fanjet.authoring.timetable_base",
    "DateTimeSensor": "fanjet.operators.sensors",
    "DateTimeTrigger": "fanjet.operators.triggers",
    "DeadlineAlert": "fanjet.authoring.deadlines",
    "DeadlineReference": "fanjet.authoring.deadline_references",
    "DeltaDataIntervalTimetable": "fanjet.authoring.timetables",
    "DeltaTriggerTimetable": "fanjet.authoring.timetables",
    "EmptyOperator": "fanjet.operators.empty",
    "EventsTimetable": "fanjet.authoring.timetables",
    "FailException": "fanjet.authoring.exceptions",
    "FileSensor": "fanjet.operators.sensors",
    "FileTrigger": "fanjet.operators.triggers",
    "Label": "fanjet.authoring.edges",
    "LazyXComSequence": "fanjet.runtime.lazy_sequence",
    "MappedOperator": "fanjet.authoring.mapped_operator",
    "MultipleCronTriggerTimetable": "fanjet.authoring.timetables",
    "Param": "fanjet.authoring.params",
    "ParamsDict": "fanjet.authoring.params",
    "PokeReturnValue": "fanjet.operators.sensor",
    "PythonOperator": "fanjet.operators.python",
    "PythonSensor": "fanjet.operators.sensor",
    "SensorTimeout": "fanjet.authoring.exceptions",
    "ShortCircuitOperator": "fanjet.operators.python",
    "SkipException": "fanjet.authoring.exceptions",
    "StartTriggerArgs": "fanjet.authoring.triggers",
    "SyncCallback": "fanjet.authoring.deadlines",
    "TaskDeferralError": "fanjet.authoring.exceptions",
    "TaskDeferralTimeout": "fanjet.authoring.exceptions",
    "TaskDeferred": "fanjet.authoring.exceptions",
    "TaskFailedEvent": "fanjet.authoring.triggers",
    "TaskGroup": "fanjet.authoring.task_group",
    "TaskSkippedEvent": "fanjet.authoring.triggers",
    "TaskSuccessEvent": "fanjet.authoring.triggers",
    "TaskTimeout": "fanjet.authoring.exceptions",
    "TimeDeltaSensor": "fanjet.operators.sensors",
    "TimeDeltaTrigger": "fanjet.operators.triggers",
    "TimeRestriction": "fanjet.authoring.timetable_base",
    "Timetable": "fanjet.authoring.timetable_base",
    "TriggerEvent": "fanjet.authoring.triggers",
    "TriggerRule": "fanjet.model.rules",
    "Variable": "fanjet.runtime.variables",
    "WaitSensor": "fanjet.operators.sensors",
    "WeightRule": "fanjet.model.rules",
    "XComArg": "fanjet.authoring.xcom_arg",
    "chain": "fanjet.authoring.edges",
    "chain_linear": "fanjet.authoring.edges",
    "cross_downstream": "fanjet.authoring.edges",
    "current_dag": "fanjet.authoring.context_stack",
    "dag": "fanjet.authoring.dag_decorator",
    "get_current_context": "fanjet.runtime.context",
    "items": "fanjet.authoring.literal_items",
    "result": "fanjet.authoring.result_decorator",
    "setup": "fanjet.authoring.setup_teardown",
    "task": "fanjet.authoring.task_decorator",
    "task_group": "fanjet.authoring.task_group_decorator",
    "teardown": "fanjet.authoring.setup_teardown",
}

ports.DECORATORS.update(
    {
        "bash": "fanjet.operators.bash:BashDecoratedOperator",
        "branch_external_python": "fanjet.operators.external_python:BranchExternalPythonDecoratedOperator",
        "branch_virtualenv": "fanjet.operators.virtualenv:BranchVirtualenvDecoratedOperator",
        "external_python": "fanjet.operators.external_python:ExternalPythonDecoratedOperator",
        "virtualenv": "fanjet.operators.virtualenv:VirtualenvDecoratedOperator",
        "run_if": "fanjet.operators.conditions:run_if",
        "skip_if": "fanjet.operators.conditions:skip_if",
        "sensor": "fanjet.operators.sensor:SensorDecoratedOperator",
    }
)
ports.LAST_DECORATORS["sql"] = "fanjet.operators.sql.execute:SqlDecoratedOperator"
ports.HOOKS["make"] = "fanjet.operators.hooks:make_hook"
ports.TELLERS["email"] = "fanjet.runtime.mail:tell_of_end"
ports.DAG_ACTIONS["get_template_env"] = "fanjet.runtime.try_runner:make_environment"
ports.DAG_ACTIONS["test"] = "fanjet.bootstrap.in_process:run_in_process"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fanjet' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
