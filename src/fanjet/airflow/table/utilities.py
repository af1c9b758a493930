"""`airflow.utils`: the small functions that DAG files import from it."""

from __future__ import annotations

from fanjet.airflow.table.entries import METADATA_DATABASE, Missing, ModuleNames, home, missing

_REMOVED = Missing("Airflow no longer has it either", "use datetime.timedelta and pendulum")

TIMEZONE: ModuleNames = home(
    "fanjet.airflow.timezone",
    "coerce_datetime",
    "convert_to_utc",
    "datetime",
    "from_timestamp",
    "is_localized",
    "is_naive",
    "local_timezone",
    "make_aware",
    "make_naive",
    "parse",
    "parse_timezone",
    "td_format",
    "utc",
    "utc_epoch",
    "utcnow",
)
_SESSION = home("fanjet.airflow.session", "NEW_SESSION", "create_session", "provide_session")
_CONTEXT = home("fanjet.runtime.context", "Context")
_MASKING = home("fanjet.airflow.masking", "mask_secret", "redact")

MODULES: dict[str, ModuleNames] = {
    "airflow.utils.timezone": TIMEZONE,
    "airflow.utils.dates": {
        **home("fanjet.airflow.dates", "cron_presets", "days_ago", "parse_execution_date"),
        **missing(_REMOVED, "date_range", "round_time", "infer_time_unit", "scale_time_units"),
    },
    "airflow.utils.state": home(
        "fanjet.airflow.states",
        "DagRunState",
        "IntermediateTIState",
        "JobState",
        "State",
        "TaskInstanceState",
        "TerminalTIState",
    ),
    "airflow.utils.types": home("fanjet.airflow.states", "DagRunTriggeredByType", "DagRunType")
    | home("fanjet.airflow.constants", "NOTSET", "ArgNotSet"),
    "airflow.utils.helpers": {
        **home("fanjet.authoring.edges", "chain", "cross_downstream"),
        **home(
            "fanjet.airflow.helpers",
            "as_flattened_list",
            "as_tuple",
            "at_most_one",
            "chunks",
            "convert_camel_to_snake",
            "exactly_one",
            "is_container",
            "merge_dicts",
            "partition",
            "prune_dict",
            "reduce_in_chunks",
            "validate_key",
        ),
    },
    "airflow.utils.context": {
        **_CONTEXT,
        **home("fanjet.runtime.variables", "VariableAccessor"),
        **home("fanjet.runtime.connections", "ConnectionAccessor"),
        **home("fanjet.airflow.helpers", "context_merge"),
    },
    "airflow.utils.session": _SESSION,
    "airflow.utils.db": {
        **_SESSION,
        **missing(METADATA_DATABASE, "initdb", "merge_conn", "resetdb"),
    },
    "airflow.utils.log.logging_mixin": home("fanjet.airflow.logging_mixin", "LoggingMixin"),
    "airflow.utils.log.secrets_masker": _MASKING,
    "airflow.utils.decorators": home("fanjet.airflow.helpers", "apply_defaults"),
    "airflow.utils.module_loading": home("fanjet.airflow.helpers", "import_string", "qualname"),
    "airflow.utils.strings": home("fanjet.airflow.helpers", "get_random_string", "to_boolean"),
    "airflow.utils.net": home("fanjet.airflow.helpers", "get_hostname"),
    "airflow.utils.operator_helpers": home(
        "fanjet.airflow.helpers", "context_to_airflow_vars", "determine_kwargs", "make_kwargs_callable"
    ),
    "airflow.utils.dag_parsing_context": home(
        "fanjet.airflow.parsing_context", "AirflowParsingContext", "get_parsing_context"
    ),
    "airflow.utils.timeout": home("fanjet.airflow.timeout", "timeout"),
    "airflow.utils.file": home("tempfile", "TemporaryDirectory"),
    "airflow.utils.email": {
        "send_email": "fanjet.runtime.mail:send_email",
        "send_email_smtp": "fanjet.runtime.mail:send_email",
        "get_email_address_list": "fanjet.runtime.mail:split_addresses",
    },
}
