"""The DAGs of a DAG file once it has run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanjet.authoring.dag import DAG
from fanjet.authoring.registry import take_registered


def collect_dags(namespace: Mapping[str, Any]) -> list[DAG]:
    """The DAGs that a file provides: all that were registered since the last call, and those in its variables.

    Args:
        namespace: The variables of the file's module.

    Returns:
        Each once, in the order in which they were first written.
    """
    dags = dict.fromkeys([*take_registered(), *(value for value in namespace.values() if isinstance(value, DAG))])
    return sorted(dags, key=lambda dag: dag.definition.line if dag.definition else 0)
