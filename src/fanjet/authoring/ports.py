"""What authoring objects need from the layers above, by name; the package `fanjet` binds it.

Targets are texts of the form ``module:attribute`` and are imported when first used, so that `import fanjet` stays
cheap and the layers stay one above the other.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from fanjet.errors import DagError

#: Decorators below `@task` that make operators of the layer above: ``bash`` -> operator class.
DECORATORS: dict[str, str] = {}

#: Asked for decorators that are not in `DECORATORS`: gives an operator class, another decorator, or None.
MORE_DECORATORS: list[Callable[[str], Any]] = []

#: Those of `DECORATORS` that an installed provider of Airflow may have too, which then goes first.
LAST_DECORATORS: dict[str, str] = {}

#: What tells people how tries end, by kind: ``email`` -> function of the context, the addresses and the kind of end.
TELLERS: dict[str, str] = {}

#: What makes the hook for a connection, under the key ``make``: it gets the connection and arguments for the hook.
HOOKS: dict[str, str] = {}

#: What `DAG.test()` calls, under the key ``test``; it gets the DAG first.
DAG_ACTIONS: dict[str, str] = {}


def load(target: str) -> Any:
    """Import what a ``module:attribute`` text names."""
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def find_decorator(name: str) -> Any | None:
    """The operator class, or another decorator, behind ``@task.NAME``; None if there is none."""
    if name in DECORATORS:
        return load(DECORATORS[name])
    found = next((found for find in MORE_DECORATORS if (found := find(name)) is not None), None)
    return load(LAST_DECORATORS[name]) if found is None and name in LAST_DECORATORS else found


def get_dag_action(name: str) -> Any:
    """The function behind a method of DAG that is implemented in a layer above.

    Raises:
        DagError: Nothing is bound, as the layer is not installed.
    """
    if name not in DAG_ACTIONS:
        raise DagError(f"DAG.{name}() is not available here.", fix="import fanjet before you call it")
    return load(DAG_ACTIONS[name])
