"""The DAGs that a file made, also those that no variable holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG

_registered: list[DAG] = []


def register(dag: DAG) -> None:
    """Count `dag` among those that the file being loaded provides."""
    if dag not in _registered:
        _registered.append(dag)


def take_registered() -> list[DAG]:
    """The DAGs registered since the last call."""
    taken = list(_registered)
    _registered.clear()
    return taken
