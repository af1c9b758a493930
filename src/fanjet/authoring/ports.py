"""What authoring objects need from the layers above, by name; the package `fanjet` binds it.

Targets are texts of the form ``module:attribute`` and are imported when first used, so that `import fanjet` stays
cheap and the layers stay one above the other.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from fanjet.errors import DagError

#: Decorators below `@task` that make operators of the layer above: ``bash`` -> operator class.
DECORATORS: dict[str, str] = {}

#: What tells people how tries end, by kind: ``email`` -> function of the context, the addresses and the kind of end.
TELLERS: dict[str, str] = {}

#: What `DAG.test()` calls, under the key ``test``; it gets the DAG first.
DAG_ACTIONS: dict[str, str] = {}


def load(target: str) -> Any:
    """Import what a ``module:attribute`` text names."""
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def get_dag_action(name: str) -> Any:
    """The function behind a method of DAG that is implemented in a layer above.

    Raises:
        DagError: Nothing is bound, as the layer is not installed.
    """
    if name not in DAG_ACTIONS:
        raise DagError(f"DAG.{name}() is not available here.", fix="import fanjet before you call it")
    return load(DAG_ACTIONS[name])
