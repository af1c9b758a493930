"""Arguments that a DAG or group gives to all its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.task_group import TaskGroup


def collect_default_args(
    dag: DAG | None, group: TaskGroup | None, own: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The default arguments in force at a place; inner ones win over outer ones."""
    layers: list[Mapping[str, Any]] = [own] if own else []
    while group is not None:
        if group.default_args:
            layers.append(group.default_args)
        group = group.parent_group
    if dag is not None and dag.default_args:
        layers.append(dag.default_args)
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        merged.update(layer)
    return merged
