"""Whole modules of Airflow that Fanjet does not have, and why. An entry stands for all that is below it."""

from __future__ import annotations

from fanjet.airflow.table.entries import METADATA_DATABASE, PARTITIONS, SERVER, Missing

_CONTRIB = Missing("Airflow has moved what was there to providers", "import it from its provider")
_LISTENERS = Missing("nothing here tells listeners", "use callbacks of tasks and DAGs")
_HOOKS = Missing("Airflow has moved it to a provider", "import the hook from its provider")

GONE_MODULES: dict[str, Missing] = {
    "airflow.api": SERVER,
    "airflow.api_connexion": SERVER,
    "airflow.api_fastapi": SERVER,
    "airflow.auth": SERVER,
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
    "airflow.security": SERVER,
    "airflow.sensors": _CONTRIB,
    "airflow.serialization": SERVER,
    "airflow.ti_deps": SERVER,
    "airflow.triggers": Missing("it is made for tests of Airflow", "write a BaseTrigger"),
    "airflow.www": SERVER,
}
