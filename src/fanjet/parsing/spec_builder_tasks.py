"""The data of one task."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal, cast

from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator, Operator
from fanjet.authoring.task_options import OPTIONS, WITHOUT_EFFECT, convert_options
from fanjet.model.spec import TaskKind, TaskSpec
from fanjet.parsing.spec_builder_graph import Graph
from fanjet.parsing.spec_builder_maps import MapTable
from fanjet.parsing.spec_builder_templates import has_templates

_CALLBACKS = ("execute", "success", "failure", "retry", "skipped")
_DOCS = ("doc_md", "doc", "doc_rst", "doc_yaml", "doc_json")
#: What a subclass of an operator that never reaches a worker may override to need one.
_WORK = ("execute", "pre_execute", "post_execute")
#: All but what is checked elsewhere, and what whoever gave it has been told about.
_CHECKED_AGAIN = tuple(name for name in OPTIONS if name != "params" and name not in WITHOUT_EFFECT)


def build_task(task: Operator, number: int, graph: Graph, maps: MapTable, file: str) -> TaskSpec:
    """The data of a task.

    Args:
        task: The task.
        number: Its number.
        graph: All tasks.
        maps: All maps.
        file: The DAG file, relative to the root of its bundle.

    Raises:
        DagValueError: An attribute was set to a value that cannot be used.
    """
    _check_attributes(task)
    definition = task.definition
    callbacks = tuple(kind for kind in _CALLBACKS if getattr(task, f"on_{kind}_callback"))
    templated = has_templates(task)
    waits = task.depends_on_past or task.wait_for_downstream
    has_assets = bool(task.outlets or task.inlets)
    label = task.find_label_template() is not None
    return TaskSpec(
        number=number,
        task_id=task.task_id,
        operator=task.operator_name,
        kind=_kind(task, needs_worker=bool(callbacks) or has_assets or templated or label or waits),
        scope=maps.scope(task.task_group),
        map=maps.find_task(task),
        upstream=graph.upstream(number),
        reads_whole=graph.reads_whole(number),
        trigger_rule=task.trigger_rule,
        setups=graph.setups(number),
        is_setup=task.is_setup,
        is_teardown=task.is_teardown,
        on_failure_fail_dagrun=task.on_failure_fail_dagrun,
        retries=task.retries,
        retry_delay_s=task.retry_delay.total_seconds(),
        retry_backoff=task.retry_exponential_backoff,
        max_retry_delay_s=seconds(task.max_retry_delay),
        execution_timeout_s=seconds(task.execution_timeout),
        depends_on_past=waits,
        wait_for_downstream=task.wait_for_downstream,
        pool=task.pool,
        pool_slots=task.pool_slots,
        priority=graph.priority(number),
        max_active_per_dag=task.max_active_tis_per_dag,
        max_active_per_run=task.max_active_tis_per_dagrun,
        isolation=cast("Literal['worker', 'process']", task.isolation),
        feeds_map=number in maps.feeding,
        has_templates=templated,
        has_label=label,
        callbacks=callbacks,
        group=task.task_group.group_id if task.task_group else None,
        doc=_doc(task),
        line=definition.line if definition and definition.file.endswith(file) else None,
        owner=task.owner,
        display_name=task.task_display_name,
    )


def seconds(duration: timedelta | None) -> float | None:
    """A duration as a number of seconds."""
    return None if duration is None else duration.total_seconds()


def _check_attributes(task: Operator) -> None:
    """Check and convert again what may have been set after the task was made, such as ``task.retries = 3``."""
    given: dict[str, Any] = {name: getattr(task, name) for name in _CHECKED_AGAIN}
    for name, value in convert_options(given, f"Task '{task.task_id}'").items():
        setattr(task, name, value)


def _kind(task: Operator, *, needs_worker: bool) -> TaskKind:
    if task.kind != "empty":
        return task.kind
    return "task" if needs_worker or _has_own_work(task) else "empty"


def _has_own_work(task: Operator) -> bool:
    operator_class = task.operator_class if isinstance(task, MappedOperator) else type(task)
    for base in operator_class.__mro__:
        if any(name in base.__dict__ for name in _WORK) and "kind" not in base.__dict__:
            return base is not BaseOperator
        if "kind" in base.__dict__:
            break
    return False


def _doc(task: Operator) -> str | None:
    text = next((doc for name in _DOCS if (doc := getattr(task, name))), None)
    if text is None:
        return None
    lines = text.expandtabs().splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    return "\n".join([lines[0].strip(), *(line[margin:].rstrip() for line in lines[1:])]).strip() if lines else None
