"""What Airflow's metadata database says: files that were parsed or refused, runs, instances, values.

Imports Airflow, so `os.environ` must hold the settings before this module is imported.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.api.common.trigger_dag import trigger_dag
from airflow.models import DagModel, DagRun, TaskInstance
from airflow.models.errors import ParseImportError
from airflow.models.xcom import XComModel
from airflow.sdk.serde import deserialize
from airflow.utils.session import create_session
from airflow.utils.types import DagRunTriggeredByType
from canonical import canonical
from sqlalchemy import select

#: The logical date of the first run of a DAG; the next is a second later.
LOGICAL_DATE = datetime(2026, 1, 31, 10, tzinfo=UTC)
_ENDED = ("success", "failed")


def find_dags() -> dict[str, str]:
    """The id of each DAG that was parsed, with its file, relative to the folder."""
    with create_session() as session:
        found = session.execute(select(DagModel.dag_id, DagModel.relative_fileloc)).all()
    return {row.dag_id: row.relative_fileloc for row in found}


def find_refused() -> dict[str, tuple[str, str]]:
    """Each file that was refused, with the class and the first line of the message of its error."""
    with create_session() as session:
        found = session.execute(select(ParseImportError.filename, ParseImportError.stacktrace)).all()
    return {file: _error_of(trace) for file, trace in found}


def _error_of(trace: str) -> tuple[str, str]:
    """Class and message: the last line of a trace that does not belong to a frame."""
    lines = [line for line in trace.strip().splitlines() if line and not line.startswith((" ", "Traceback"))]
    name, _, message = (lines[-1] if lines else "").partition(": ")
    return name.rpartition(".")[2], message


def trigger(dag_id: str, number: int) -> str:
    """Trigger a run; `number` counts the runs of a DAG. Returns the run id."""
    run_id = f"recorded_{number}"
    logical_date = LOGICAL_DATE + timedelta(seconds=number)
    trigger_dag(dag_id, triggered_by=DagRunTriggeredByType.TEST, run_id=run_id, logical_date=logical_date)
    return run_id


def find_states() -> dict[tuple[str, str], str]:
    """The state of every run by DAG and run id."""
    with create_session() as session:
        rows = session.execute(select(DagRun.dag_id, DagRun.run_id, DagRun.state)).all()
    return {(dag_id, run_id): str(state) for dag_id, run_id, state in rows}


def find_ended() -> dict[tuple[str, str], str]:
    """As `find_states`, of the runs that have ended."""
    return {key: state for key, state in find_states().items() if state in _ENDED}


def read_instances(dag_id: str, run_id: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Task id -> map index -> state, tries, label, value and the other keys that were pushed."""
    with create_session() as session:
        instances = session.scalars(
            select(TaskInstance).where(TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id)
        ).all()
        values = session.execute(
            select(XComModel.task_id, XComModel.map_index, XComModel.key, XComModel.value).where(
                XComModel.dag_id == dag_id, XComModel.run_id == run_id
            )
        ).all()
        found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for instance in instances:
            found[instance.task_id][str(instance.map_index)] = _show(instance)
        for task_id, map_index, key, value in values:
            _add_value(found[task_id][str(map_index)], key, canonical(deserialize(value)))
    return dict(found)


def _show(instance: TaskInstance) -> dict[str, Any]:
    shown: dict[str, Any] = {"state": str(instance.state) if instance.state else None}
    if instance.try_number > 1:
        shown["try_number"] = instance.try_number
    # The public attribute falls back to the map index.
    if instance._rendered_map_index is not None:
        shown["rendered_map_index"] = instance._rendered_map_index
    return shown


def _add_value(shown: dict[str, Any], key: str, value: Any) -> None:
    if key == "return_value":
        shown["xcom"] = value
    else:
        shown.setdefault("xcom_other", {})[key] = value
