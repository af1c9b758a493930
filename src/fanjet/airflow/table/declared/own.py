"""Classes of providers that Fanjet has itself: they run where the provider's package is not installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class OwnModule(NamedTuple):
    """A module of a provider that Fanjet has classes for."""

    #: Below this module, what is installed goes first: with it Fanjet's own classes are not used at all.
    root: str
    #: By name: where it lives, as ``module:attribute``.
    names: Mapping[str, str]


_SQL = "fanjet.operators.sql"
_COMMON = "airflow.providers.common.sql.operators.sql"
_HTTP = "airflow.providers.http.operators.http"
_SMTP = "airflow.providers.smtp.operators.smtp"


def _own(root: str, home: str, *names: str) -> OwnModule:
    return OwnModule(root, {name: f"{home}:{name}" for name in names})


def _join(*modules: OwnModule) -> OwnModule:
    names: dict[str, str] = {}
    for module in modules:
        names.update(module.names)
    return OwnModule(modules[0].root, names)


#: By module of Airflow.
OWN: dict[str, OwnModule] = {
    "airflow.providers.common.sql.hooks.sql": _join(
        _own(_COMMON, f"{_SQL}.hook", "DbApiHook"),
        _own(_COMMON, f"{_SQL}.handlers", "fetch_all_handler", "fetch_one_handler"),
        OwnModule(_COMMON, {"return_single_query_results": f"{_SQL}.handlers:gives_one_result"}),
    ),
    "airflow.providers.common.sql.hooks.handlers": _join(
        _own(_COMMON, f"{_SQL}.handlers", "fetch_all_handler", "fetch_one_handler", "get_row_count"),
        OwnModule(_COMMON, {"return_single_query_results": f"{_SQL}.handlers:gives_one_result"}),
    ),
    _COMMON: _join(
        _own(_COMMON, f"{_SQL}.base", "BaseSQLOperator"),
        _own(_COMMON, f"{_SQL}.execute", "SQLExecuteQueryOperator"),
        _own(
            _COMMON,
            f"{_SQL}.checks",
            "SQLCheckOperator",
            "SQLValueCheckOperator",
            "SQLThresholdCheckOperator",
            "SQLIntervalCheckOperator",
        ),
        _own(_COMMON, f"{_SQL}.table_checks", "SQLColumnCheckOperator", "SQLTableCheckOperator"),
        _own(_COMMON, f"{_SQL}.branch", "BranchSQLOperator"),
        _own(_COMMON, f"{_SQL}.rows", "SQLInsertRowsOperator"),
        _own(_COMMON, f"{_SQL}.bulk_load", "SQLBulkLoadOperator"),
    ),
    "airflow.providers.common.sql.operators.generic_transfer": _own(_COMMON, f"{_SQL}.rows", "GenericTransfer"),
    "airflow.providers.common.sql.sensors.sql": _own(_COMMON, f"{_SQL}.sensor", "SqlSensor"),
    "airflow.providers.sqlite.hooks.sqlite": _own(_COMMON, f"{_SQL}.sqlite", "SqliteHook"),
    "airflow.providers.postgres.hooks.postgres": _own(_COMMON, f"{_SQL}.postgres", "PostgresHook"),
    "airflow.providers.mysql.hooks.mysql": _own(_COMMON, f"{_SQL}.any_database", "MySqlHook"),
    "airflow.providers.http.hooks.http": _own(_HTTP, "fanjet.operators.http.hook", "HttpHook"),
    _HTTP: _own(_HTTP, "fanjet.operators.http.operator", "HttpOperator"),
    "airflow.providers.http.sensors.http": _own(_HTTP, "fanjet.operators.http.sensor", "HttpSensor"),
    "airflow.providers.http.triggers.http": _own(
        _HTTP, "fanjet.operators.http.triggers", "HttpSensorTrigger", "HttpTrigger"
    ),
    "airflow.providers.smtp.hooks.smtp": _own(_SMTP, "fanjet.operators.smtp", "SmtpHook"),
    _SMTP: _own(_SMTP, "fanjet.operators.email", "EmailOperator"),
    "airflow.providers.smtp.notifications.smtp": OwnModule(
        _SMTP,
        {
            "SmtpNotifier": "fanjet.operators.smtp:SmtpNotifier",
            "send_smtp_notification": "fanjet.operators.smtp:SmtpNotifier",
        },
    ),
}

#: Of `SQL_OPERATORS`, those for whose databases there is a hook.
OWN_SQL_OPERATORS = frozenset({"MySqlOperator", "PostgresOperator", "SqliteOperator"})
