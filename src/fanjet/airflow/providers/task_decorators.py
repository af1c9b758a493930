"""``@task.kubernetes`` and its like: the decorators that providers bring along."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from fanjet.airflow.providers.manager import ProvidersManager
from fanjet.airflow.providers.packages import PREFIX, say_install
from fanjet.operators.declared import declare_decorated

#: Decorators that can be named although their provider is not installed: the package of each.
_DECLARED = {
    "kubernetes": f"{PREFIX}cncf-kubernetes",
    "kubernetes_cmd": f"{PREFIX}cncf-kubernetes",
    "docker": f"{PREFIX}docker",
    "pyspark": f"{PREFIX}apache-spark",
    "snowpark": f"{PREFIX}snowflake",
}


def find_task_decorator(name: str) -> Any | None:
    """What makes tasks of functions for ``@task.NAME``: a function, or a class of operators that only stands for one.

    Returns:
        None if no provider is known to have such a decorator.
    """
    path = ProvidersManager().task_decorators.get(name)
    if path is not None:
        module, _, attribute = path.rpartition(".")
        return getattr(import_module(module), attribute)
    if name not in _DECLARED:
        return None
    package = _DECLARED[name]
    tell_not_installed = import_module("fanjet.airflow.providers.classes").tell_not_installed
    declared = declare_decorated(name, package, say_install(package))
    tell_not_installed(declared, f"@task.{name}")
    return declared
