"""What provider packages ask Airflow for besides what DAG files do."""

from __future__ import annotations

from fanjet.airflow.table.entries import ModuleNames, home

_LINEAGE = {
    **home("fanjet.airflow.providers.lineage", "HookLineage", "NoOpCollector", "get_hook_lineage_collector"),
    "HookLineageCollector": "fanjet.airflow.providers.lineage:NoOpCollector",
    "AssetLineageInfo": "fanjet.airflow.providers.lineage:HookLineage",
    "DatasetLineageInfo": "fanjet.airflow.providers.lineage:HookLineage",
}
_MANAGER = home("fanjet.airflow.providers.manager", "HookInfo", "ProvidersManager")
_ACCESS = home("fanjet.airflow.providers.server_parts", "AssetAliasDetails", "AssetDetails", "DatasetDetails")
_YAML = home(
    "yaml",
    "BaseLoader",
    "FullLoader",
    "SafeDumper",
    "SafeLoader",
    "YAMLError",
    "add_representer",
    "dump",
    "dump_all",
    "full_load",
    "load",
    "safe_dump",
    "safe_load",
    "safe_load_all",
)
_MODULE_LOADING = home("fanjet.airflow.helpers", "import_string", "qualname") | home(
    "fanjet.airflow.providers.small_parts", "iter_namespace", "is_valid_dotpath"
)
_ARGUMENT_TYPES = home("fanjet.airflow.constants", "NOTSET", "ArgNotSet") | home(
    "fanjet.airflow.providers.small_parts", "SET_DURING_EXECUTION", "SetDuringExecution", "is_arg_set"
)

#: Some of these modules are in other parts of the table too, with more names.
MODULES: dict[str, ModuleNames] = {
    "airflow.providers_manager": _MANAGER,
    "airflow.sdk.providers_manager_runtime": {
        **_MANAGER,
        "ProvidersManagerTaskRuntime": "fanjet.airflow.providers.manager:ProvidersManager",
    },
    "airflow.lineage.hook": _LINEAGE,
    "airflow.sdk.lineage": _LINEAGE,
    "airflow.sdk.module_loading": _MODULE_LOADING,
    "airflow.utils.module_loading": _MODULE_LOADING,
    "airflow.sdk.definitions._internal.types": _ARGUMENT_TYPES,
    "airflow.api_fastapi.auth.managers.models.resource_details": _ACCESS,
    "airflow.auth.managers.models.resource_details": _ACCESS,
    "airflow.models.asset": home("fanjet.airflow.providers.server_parts", "expand_alias_to_assets"),
    "airflow.compat.functools": home("functools", "cache", "cached_property"),
    "airflow.typing_compat": home(
        "typing",
        "Annotated",
        "Literal",
        "NotRequired",
        "ParamSpec",
        "Protocol",
        "Required",
        "Self",
        "TypeAlias",
        "TypedDict",
        "TypeGuard",
        "Unpack",
        "runtime_checkable",
    ),
    "airflow.sdk.bases.operator": home("fanjet.operators.async_operator", "BaseAsyncOperator"),
    "airflow.sdk.bases.decorator": home("fanjet.airflow.providers.small_parts", "is_async_callable"),
    "airflow.settings": home("fanjet.airflow.providers.small_parts", "pod_mutation_hook"),
    "airflow.utils.email": home("fanjet.airflow.providers.mail", "build_mime_message"),
    "airflow.utils.yaml": _YAML,
    "airflow.utils.hashlib_wrapper": home("fanjet.airflow.providers.small_parts", "md5"),
    "airflow.utils.json": home("fanjet.airflow.providers.json_encoder", "AirflowJsonEncoder")
    | {"WebEncoder": "fanjet.airflow.providers.json_encoder:AirflowJsonEncoder"},
}
