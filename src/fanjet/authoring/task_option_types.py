"""The types of the arguments that every task takes; for type checkers only, as making the class takes milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict

from fanjet.authoring.assets import BaseAsset
from fanjet.authoring.dag import DAG
from fanjet.authoring.retry_policy import RetryPolicy
from fanjet.authoring.task_group import TaskGroup
from fanjet.authoring.task_options import Callback
from fanjet.model.rules import TriggerRule, WeightRule


class TaskOptions(TypedDict, total=False):
    """What `BaseOperator`, `partial()`, `@task(...)`, `override()` and `default_args` take."""

    dag: DAG | None
    task_group: TaskGroup | None
    default_args: Mapping[str, Any] | None
    owner: str
    #: Extra tries after the first.
    retries: int | None
    #: A timedelta or seconds.
    retry_delay: timedelta | float
    #: True doubles the delay with each try, a number is the factor.
    retry_exponential_backoff: bool | float
    max_retry_delay: timedelta | float | None
    #: Decides by the exception whether, and after which delay, a failed try is retried.
    retry_policy: RetryPolicy | None
    execution_timeout: timedelta | float | None
    trigger_rule: TriggerRule | str
    on_execute_callback: Callback | Sequence[Callback] | None
    on_success_callback: Callback | Sequence[Callback] | None
    on_failure_callback: Callback | Sequence[Callback] | None
    on_retry_callback: Callback | Sequence[Callback] | None
    on_skipped_callback: Callback | Sequence[Callback] | None
    max_active_tis_per_dag: int | None
    max_active_tis_per_dagrun: int | None
    pool: str | None
    pool_slots: int
    priority_weight: int
    weight_rule: WeightRule | str
    params: Mapping[str, Any] | None
    do_xcom_push: bool
    multiple_outputs: bool
    #: A template for the label of each instance.
    map_index_template: str | None
    #: Who gets a mail when a try fails; on which of its ends.
    email: str | Sequence[str] | None
    email_on_failure: bool
    email_on_retry: bool
    #: What it needs and makes, declared.
    inlets: BaseAsset | Sequence[BaseAsset] | None
    outlets: BaseAsset | Sequence[BaseAsset] | None
    #: ``process`` gives each try a process of its own.
    isolation: Literal["worker", "process"]
    #: Called with the context before `execute`, and with it and the result after it.
    pre_execute: Callback | None
    post_execute: Callable[[Any, Any], Any] | None
    #: Kept, but of no effect where tries run on this machine.
    queue: str | None
    executor: str | None
    executor_config: Mapping[str, Any] | None
    #: Kept, but no run waits for an earlier one.
    depends_on_past: bool
    wait_for_downstream: bool
    #: Whether templates give Python's values; None for what the DAG says.
    render_template_as_native_obj: bool | None
    task_display_name: str | None
    doc: str | None
    doc_md: str | None
    doc_rst: str | None
    doc_yaml: str | None
    doc_json: str | None
    #: Only those of the DAG; a task has none of its own.
    start_date: datetime | None
    end_date: datetime | None
