"""Whole modules of Airflow that Fanjet does not have, and why. An entry stands for all that is below it."""

from __future__ import annotations

from fanjet.airflow.table.entries import METADATA_DATABASE, PARTITIONS, SERVER, Missing

_CONTRIB = Missing("Airflow has moved what was there to providers", "import it from its provider")
_LISTENERS = Missing("nothing here tells listeners", "use callbacks of tasks and DAGs")
_HOOKS = Missing("Airflow has moved it to a provider", "import the hook from its provider")
_SERIALIZERS = Missing("values are stored in another way, see the page about values", "return the value")

GONE_MODULES: dict[str, Missing] = {
    "airflow.api": SERVER,
    "airflow.api_connexion": SERVER,
    "airflow.api_fastapi": SERVER,
    "airflow.auth": SERVER,
    "airflow.callbacks": SERVER,
    "airflow.cli": SERVER,
    "airflow.contrib": _CONTRIB,
    "airflow.dag_processing": SERVER,
    "airflow.executors": SERVER,
    "airflow.hooks": _HOOKS,
    "airflow.jobs": SERVER,
    "airflow.listeners": _LISTENERS,
    "airflow.migrations": METADATA_DATABASE,
    "airflow.models": METADATA_DATABASE,
    "airflow.operators": _CONTRIB,
    "airflow.partition_mappers": PARTITIONS,
    "airflow.policies": SERVER,
    "airflow.secrets": Missing(
        "variables and connections come from the environment and from Fanjet's store", "use Variable and Connection"
    ),
    "airflow.sdk.api": SERVER,
    "airflow.sdk.serde": _SERIALIZERS,
    "airflow.security": SERVER,
    "airflow.sensors": _CONTRIB,
    "airflow.serialization": SERVER,
    "airflow.task.task_runner": SERVER,
    "airflow.ti_deps": SERVER,
    "airflow.traces": Missing("tasks are not traced", "leave it out"),
    "airflow.triggers": Missing("it is made for tests of Airflow", "write a BaseTrigger"),
    "airflow.utils.cli": SERVER,
    "airflow.utils.platform": SERVER,
    "airflow.utils.retries": METADATA_DATABASE,
    "airflow.utils.sqlalchemy": METADATA_DATABASE,
    "airflow.www": SERVER,
}
