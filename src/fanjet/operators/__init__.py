"""Operators, sensors, hooks and triggers: what tasks do. All that DAG files use can be imported from here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fanjet.operators.async_operator import BaseAsyncOperator
    from fanjet.operators.bash import BashOperator
    from fanjet.operators.branch import BaseBranchOperator
    from fanjet.operators.calendar import BranchDateTimeOperator, BranchDayOfWeekOperator, DayOfWeekSensor, TimeSensor
    from fanjet.operators.email import EmailOperator
    from fanjet.operators.empty import EmptyOperator
    from fanjet.operators.external_python import BranchExternalPythonOperator, ExternalPythonOperator
    from fanjet.operators.external_task import ExternalTaskMarker, ExternalTaskSensor
    from fanjet.operators.http.hook import HttpHook
    from fanjet.operators.http.operator import HttpOperator
    from fanjet.operators.http.sensor import HttpSensor
    from fanjet.operators.http.triggers import HttpSensorTrigger, HttpTrigger
    from fanjet.operators.latest_only import LatestOnlyOperator
    from fanjet.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
    from fanjet.operators.sensor import BaseSensorOperator, PokeReturnValue, PythonSensor
    from fanjet.operators.sensors import BashSensor, DateTimeSensor, FileSensor, TimeDeltaSensor, WaitSensor
    from fanjet.operators.smtp import SmtpHook, SmtpNotifier
    from fanjet.operators.sql.any_database import MySqlHook, SqlHook
    from fanjet.operators.sql.branch import BranchSQLOperator
    from fanjet.operators.sql.bulk_load import SQLBulkLoadOperator
    from fanjet.operators.sql.checks import (
        SQLCheckOperator,
        SQLIntervalCheckOperator,
        SQLThresholdCheckOperator,
        SQLValueCheckOperator,
    )
    from fanjet.operators.sql.duckdb import DuckDbHook
    from fanjet.operators.sql.execute import SQLExecuteQueryOperator
    from fanjet.operators.sql.handlers import fetch_all_handler, fetch_one_handler
    from fanjet.operators.sql.hook import DbApiHook
    from fanjet.operators.sql.postgres import PostgresHook
    from fanjet.operators.sql.rows import GenericTransfer, SQLInsertRowsOperator
    from fanjet.operators.sql.sensor import SqlSensor
    from fanjet.operators.sql.sqlite import SqliteHook
    from fanjet.operators.sql.table_checks import SQLColumnCheckOperator, SQLTableCheckOperator
    from fanjet.operators.trigger_dagrun import TriggerDagRunOperator
    from fanjet.operators.triggers import DateTimeTrigger, FileTrigger, TimeDeltaTrigger
    from fanjet.operators.virtualenv import BranchPythonVirtualenvOperator, PythonVirtualenvOperator

__all__ = [
    "BaseAsyncOperator",
    "BaseBranchOperator",
    "BaseSensorOperator",
    "BashOperator",
    "BashSensor",
    "BranchDateTimeOperator",
    "BranchDayOfWeekOperator",
    "BranchExternalPythonOperator",
    "BranchPythonOperator",
    "BranchPythonVirtualenvOperator",
    "BranchSQLOperator",
    "DateTimeSensor",
    "DateTimeTrigger",
    "DayOfWeekSensor",
    "DbApiHook",
    "DuckDbHook",
    "EmailOperator",
    "EmptyOperator",
    "ExternalPythonOperator",
    "ExternalTaskMarker",
    "ExternalTaskSensor",
    "FileSensor",
    "FileTrigger",
    "GenericTransfer",
    "HttpHook",
    "HttpOperator",
    "HttpSensor",
    "HttpSensorTrigger",
    "HttpTrigger",
    "LatestOnlyOperator",
    "MySqlHook",
    "PokeReturnValue",
    "PostgresHook",
    "PythonOperator",
    "PythonSensor",
    "PythonVirtualenvOperator",
    "SQLBulkLoadOperator",
    "SQLCheckOperator",
    "SQLColumnCheckOperator",
    "SQLExecuteQueryOperator",
    "SQLInsertRowsOperator",
    "SQLIntervalCheckOperator",
    "SQLTableCheckOperator",
    "SQLThresholdCheckOperator",
    "SQLValueCheckOperator",
    "ShortCircuitOperator",
    "SmtpHook",
    "SmtpNotifier",
    "SqlHook",
    "SqlSensor",
    "SqliteHook",
    "TimeDeltaSensor",
    "TimeDeltaTrigger",
    "TimeSensor",
    "TriggerDagRunOperator",
    "WaitSensor",
    "fetch_all_handler",
    "fetch_one_handler",
]

#: In which module each is. They are imported when first used, so that a file pays for what it uses only.
_HOMES = {
    "BaseAsyncOperator": "async_operator",
    "BaseBranchOperator": "branch",
    "BaseSensorOperator": "sensor",
    "BashOperator": "bash",
    "BashSensor": "sensors",
    "BranchDateTimeOperator": "calendar",
    "BranchDayOfWeekOperator": "calendar",
    "BranchExternalPythonOperator": "external_python",
    "BranchPythonOperator": "python",
    "BranchPythonVirtualenvOperator": "virtualenv",
    "BranchSQLOperator": "sql.branch",
    "DateTimeSensor": "sensors",
    "DateTimeTrigger": "triggers",
    "DayOfWeekSensor": "calendar",
    "DbApiHook": "sql.hook",
    "DuckDbHook": "sql.duckdb",
    "EmailOperator": "email",
    "EmptyOperator": "empty",
    "ExternalPythonOperator": "external_python",
    "ExternalTaskMarker": "external_task",
    "ExternalTaskSensor": "external_task",
    "FileSensor": "sensors",
    "FileTrigger": "triggers",
    "GenericTransfer": "sql.rows",
    "HttpHook": "http.hook",
    "HttpOperator": "http.operator",
    "HttpSensor": "http.sensor",
    "HttpSensorTrigger": "http.triggers",
    "HttpTrigger": "http.triggers",
    "LatestOnlyOperator": "latest_only",
    "MySqlHook": "sql.any_database",
    "PokeReturnValue": "sensor",
    "PostgresHook": "sql.postgres",
    "PythonOperator": "python",
    "PythonSensor": "sensor",
    "PythonVirtualenvOperator": "virtualenv",
    "SQLBulkLoadOperator": "sql.bulk_load",
    "SQLCheckOperator": "sql.checks",
    "SQLColumnCheckOperator": "sql.table_checks",
    "SQLExecuteQueryOperator": "sql.execute",
    "SQLInsertRowsOperator": "sql.rows",
    "SQLIntervalCheckOperator": "sql.checks",
    "SQLTableCheckOperator": "sql.table_checks",
    "SQLThresholdCheckOperator": "sql.checks",
    "SQLValueCheckOperator": "sql.checks",
    "ShortCircuitOperator": "python",
    "SmtpHook": "smtp",
    "SmtpNotifier": "smtp",
    "SqlHook": "sql.any_database",
    "SqlSensor": "sql.sensor",
    "SqliteHook": "sql.sqlite",
    "TimeDeltaSensor": "sensors",
    "TimeDeltaTrigger": "triggers",
    "TimeSensor": "calendar",
    "TriggerDagRunOperator": "trigger_dagrun",
    "WaitSensor": "sensors",
    "fetch_all_handler": "sql.handlers",
    "fetch_one_handler": "sql.handlers",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fanjet.operators' has no attribute {name!r}")
    value = getattr(import_module(f"fanjet.operators.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
