"""Small functions that provider packages ask Airflow for."""

from __future__ import annotations

import hashlib
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from inspect import iscoroutinefunction
from types import ModuleType
from typing import Any

from fanjet.airflow.constants import ArgNotSet

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class SetDuringExecution(ArgNotSet):
    """The type of `SET_DURING_EXECUTION`."""


#: Stands for an argument that a decorated function gives when it runs.
SET_DURING_EXECUTION = SetDuringExecution()


def is_arg_set(value: Any) -> bool:
    """Whether an argument was given."""
    return not isinstance(value, ArgNotSet)


def iter_namespace(ns: ModuleType) -> Iterator[pkgutil.ModuleInfo]:
    """The modules of a package."""
    return pkgutil.iter_modules(ns.__path__, f"{ns.__name__}.")


def is_valid_dotpath(path: str) -> bool:
    """Whether a text is names with dots between them."""
    return isinstance(path, str) and _DOTTED.fullmatch(path) is not None


def is_async_callable(func: Any) -> bool:
    """Whether a call gives something to await."""
    while hasattr(func, "func"):  # functools.partial
        func = func.func
    return iscoroutinefunction(func) or iscoroutinefunction(getattr(func, "__call__", None))  # noqa: B004 - of objects


def md5(text: bytes = b"") -> Any:
    """A hash that is not about security."""
    return hashlib.md5(text, usedforsecurity=False)


def pod_mutation_hook(pod: Any) -> None:
    """What the module ``airflow_local_settings`` does with every pod before it is made; nothing without one."""
    if find_spec("airflow_local_settings") is None:
        return
    change = getattr(import_module("airflow_local_settings"), "pod_mutation_hook", None)
    if change is not None:
        change(pod)
