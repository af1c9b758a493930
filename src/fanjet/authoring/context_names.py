"""The names of the context: what a task function may ask for by the name of a parameter."""

from __future__ import annotations

#: Every try's context has exactly these.
CONTEXT_NAMES = frozenset(
    {
        "asset_state_store", "conn", "dag", "dag_run", "data_interval_end", "data_interval_start", "ds", "ds_nodash",
        "exception", "expanded_ti_count", "inlet_events", "inlets", "logical_date", "macros", "map_index_template",
        "outlet_events", "outlets", "params", "partition_date", "partition_key", "prev_data_interval_end_success",
        "prev_data_interval_start_success", "prev_end_date_success", "prev_start_date_success", "reason", "run_id",
        "task", "task_instance", "task_instance_key_str", "task_state_store", "templates_dict", "test_mode", "ti",
        "triggering_asset_events", "try_number", "ts", "ts_nodash", "ts_nodash_with_tz", "var",
    }
)  # fmt: skip

#: Names of older contexts: a parameter of this name gets them where the author gives it nothing else.
OLDER_NAMES = frozenset(
    {
        "execution_date", "next_ds", "next_ds_nodash", "next_execution_date", "tomorrow_ds", "tomorrow_ds_nodash",
        "yesterday_ds", "yesterday_ds_nodash",
    }
)  # fmt: skip

#: Names of Airflow's context that no try here has.
ABSENT_NAMES = frozenset({"task_reschedule_count", "triggering_dataset_events"})
