"""Tests of DAGs: runs a DAG in the process of the test, in virtual time, and says what became of it.

Everything is imported when it is first used: pytest loads this package in every run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fanjet.testing.instance_result import InstanceResult, TryRecord
    from fanjet.testing.outcomes import pokes, tries
    from fanjet.testing.result import DagResult
    from fanjet.testing.run import run_dag
    from fanjet.testing.task_result import TaskResult
    from fanjet.testing.virtual_clock import VirtualClock

__all__ = ["DagResult", "InstanceResult", "TaskResult", "TryRecord", "VirtualClock", "pokes", "run_dag", "tries"]

_HOMES = {
    "DagResult": "fanjet.testing.result",
    "InstanceResult": "fanjet.testing.instance_result",
    "TaskResult": "fanjet.testing.task_result",
    "TryRecord": "fanjet.testing.instance_result",
    "VirtualClock": "fanjet.testing.virtual_clock",
    "pokes": "fanjet.testing.outcomes",
    "run_dag": "fanjet.testing.run",
    "tries": "fanjet.testing.outcomes",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fanjet.testing' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
