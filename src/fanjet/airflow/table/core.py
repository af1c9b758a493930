"""The package itself, exceptions, hooks, configuration and what else stands at its top."""

from __future__ import annotations

from fanjet.airflow.table.assets import ASSETS
from fanjet.airflow.table.entries import METADATA_DATABASE, SERVER, Missing, ModuleNames, home, missing
from fanjet.airflow.table.exceptions import EXCEPTIONS, STANDARD_EXCEPTIONS

_LINEAGE = Missing("lineage is not recorded", "leave it out")

_HOOKS = home("fanjet.airflow.hooks", "BaseHook", "DiscoverableHook")
_NOTIFIER = home("fanjet.runtime.notifier", "BaseNotifier")
_OBJECT_STORAGE = home("fanjet.runtime.object_storage", "ObjectStoragePath")
_MACROS = home(
    "fanjet.runtime.macros",
    "datetime",
    "datetime_diff_for_humans",
    "dateutil",
    "ds_add",
    "ds_format",
    "ds_format_locale",
    "json",
    "pendulum",
    "random",
    "time",
    "timedelta",
    "uuid",
    "yaml",
)

MODULES: dict[str, ModuleNames] = {
    "airflow": {
        "DAG": "fanjet.authoring.dag:DAG",
        "Asset": "fanjet.authoring.assets:Asset",
        "Dataset": "fanjet.airflow.datasets:Dataset",
        "XComArg": "fanjet.authoring.xcom_arg:XComArg",
        "AirflowException": "fanjet.authoring.exceptions:AirflowException",
        "__version__": "fanjet.airflow.version:version",
    },
    "airflow.version": home("fanjet.airflow.version", "version"),
    "airflow.exceptions": EXCEPTIONS,
    "airflow.sdk.exceptions": EXCEPTIONS,
    "airflow.providers.standard.exceptions": STANDARD_EXCEPTIONS,
    "airflow.hooks.base": _HOOKS,
    "airflow.hooks.base_hook": _HOOKS,
    "airflow.sdk.bases.hook": _HOOKS,
    "airflow.hooks.filesystem": home("fanjet.airflow.hooks", "FSHook"),
    "airflow.providers.standard.hooks.filesystem": home("fanjet.airflow.hooks", "FSHook"),
    "airflow.hooks.subprocess": home("fanjet.airflow.subprocess_hook", "SubprocessHook", "SubprocessResult"),
    "airflow.providers.standard.hooks.subprocess": home(
        "fanjet.airflow.subprocess_hook", "SubprocessHook", "SubprocessResult"
    ),
    "airflow.notifications.basenotifier": _NOTIFIER,
    "airflow.sdk.bases.notifier": _NOTIFIER,
    "airflow.configuration": {
        **home("fanjet.airflow.configuration", "conf", "AirflowConfigParser"),
        **home("fanjet.airflow.configuration", "AIRFLOW_HOME", "get", "getboolean", "getfloat", "getint", "has_option"),
    },
    "airflow.sdk.configuration": home("fanjet.airflow.configuration", "conf"),
    "airflow.settings": {
        **home("fanjet.airflow.session", "Session"),
        **home("fanjet.airflow.configuration", "AIRFLOW_HOME", "DAGS_FOLDER", "PLUGINS_FOLDER"),
        **home("fanjet.airflow.timezone", "TIMEZONE"),
        **missing(METADATA_DATABASE, "engine", "NonScopedSession", "AsyncSession", "SQL_ALCHEMY_CONN", "get_session"),
        **missing(SERVER, "configure_orm", "initialize", "STATE_COLORS"),
    },
    "airflow.stats": home("fanjet.airflow.stats", "Stats"),
    "airflow.sdk.observability.stats": home(
        "fanjet.airflow.stats", "Stats", "decr", "gauge", "incr", "timer", "timing"
    ),
    "airflow.plugins_manager": home("fanjet.airflow.plugins", "AirflowPlugin", "AirflowPluginException"),
    "airflow.macros": _MACROS,
    "airflow.sdk.execution_time.macros": _MACROS,
    "airflow.datasets": ASSETS,
    "airflow.assets": ASSETS,
    "airflow.datasets.metadata": {"Metadata": ASSETS["Metadata"]},
    "airflow.io": {**_OBJECT_STORAGE},
    "airflow.io.path": _OBJECT_STORAGE,
    "airflow.sdk.io": _OBJECT_STORAGE,
    "airflow.sdk.io.path": _OBJECT_STORAGE,
    "airflow.lineage.entities": missing(_LINEAGE, "File", "User", "Tag", "Column", "Table"),
    "airflow.lineage.hook": missing(_LINEAGE, "get_hook_lineage_collector", "HookLineageCollector"),
}
