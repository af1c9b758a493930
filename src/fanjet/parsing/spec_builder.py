"""Makes the data of a DAG (`DagSpec`) from the DAG object that a file built."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from fanjet.authoring.dag import DAG
from fanjet.authoring.dag_result import find_result
from fanjet.authoring.definition import Definition
from fanjet.authoring.expand_input import ExpandInput
from fanjet.authoring.operator import Operator
from fanjet.authoring.params import Param
from fanjet.errors import DagValueError
from fanjet.model.spec import DagSpec, GroupSpec, ParamSpec
from fanjet.parsing.spec_builder_checks import check_dag, warn_about
from fanjet.parsing.spec_builder_graph import Graph, follow_late_references, sort_tasks
from fanjet.parsing.spec_builder_maps import MapTable
from fanjet.parsing.spec_builder_schedule import build_schedule
from fanjet.parsing.spec_builder_tasks import build_task, seconds


class BuiltDag(NamedTuple):
    """A DAG as data, and the objects behind its numbers."""

    spec: DagSpec
    #: By task number.
    tasks: list[Operator]
    #: By map number: what the map runs over.
    maps: list[ExpandInput]
    #: Where the DAG was made; None when that is not known.
    definition: Definition | None
    dag: DAG


def build_spec(dag: DAG, *, file: str) -> BuiltDag:
    """The data of a DAG.

    Args:
        dag: The DAG, with all its tasks.
        file: The DAG file, relative to the root of its bundle.

    Raises:
        DagError: The DAG cannot be run as it is; says what is wrong, where, and what to write instead.
    """
    follow_late_references(dag)
    tasks = sort_tasks(dag)
    check_dag(dag)
    graph = Graph(tasks)
    maps = MapTable(dag, tasks)
    specs = tuple(build_task(task, number, graph, maps, file) for number, task in enumerate(tasks))
    warn_about(dag)
    schedule = build_schedule(dag)
    result = find_result(dag)
    spec = DagSpec(
        dag_id=dag.dag_id,
        file=file,
        tasks=specs,
        maps=maps.specs,
        groups=_groups(dag, maps),
        params=tuple(_param(name, param, dag) for name, param in dag.params.params().items()),
        leaves=graph.deciding(),
        fail_fast=dag.fail_fast,
        max_active_tasks=dag.max_active_tasks,
        description=dag.description,
        doc=dag.doc_md,
        tags=dag.tags,
        schedule=dag.schedule,
        callbacks=_callbacks(dag),
        dagrun_timeout_s=seconds(dag.dagrun_timeout),
        deadlines=tuple(deadline.spec for deadline in dag.deadline),
        labels=tuple((*edge, text) for edge, text in dag.edge_labels.items()),
        timetable=schedule.timetable,
        timezone=schedule.timezone,
        max_active_runs=schedule.max_active_runs,
        start_date=schedule.start_date,
        end_date=schedule.end_date,
        catchup=dag.catchup,
        paused_on_creation=dag.is_paused_upon_creation,
        display_name=dag.dag_display_name,
        result=None if result is None else graph.numbers[result],
    )
    return BuiltDag(spec, tasks, maps.inputs, dag.definition, dag)


def _groups(dag: DAG, maps: MapTable) -> tuple[GroupSpec, ...]:
    return tuple(
        GroupSpec(
            group_id=group_id,
            parent=group.parent_group.group_id if group.parent_group else None,
            map=maps.find_group(group),
            tooltip=group.tooltip,
            display_name=group.group_display_name or None,
        )
        for group_id, group in dag.task_groups.items()
    )


def _callbacks(dag: DAG) -> tuple[str, ...]:
    found = {"success": dag.on_success_callback, "failure": dag.on_failure_callback}
    return tuple(kind for kind, callbacks in found.items() if callbacks)


def _param(name: str, param: Param, dag: DAG) -> ParamSpec:
    try:
        default = msgspec.json.encode(param.value).decode() if param.has_value else None
    except TypeError as error:
        raise DagValueError(
            f"DAG '{dag.dag_id}': the default of param '{name}' cannot be written as JSON: {error}.",
            fix="use text, numbers, lists and dicts",
            **dag.place,
        ) from None
    return ParamSpec(name=name, default=default, schema=dict(param.schema), description=param.description)
