"""Modules of installed providers: ordinary Python, with the names besides that their provider has given up."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from fanjet.airflow.providers.classes import find_class, names_in
from fanjet.airflow.providers.importing import is_asked_by_provider


def add_old_names(spec: ModuleSpec) -> None:
    """Have the module of a spec come with the names of old as well."""
    names = frozenset(names_in(spec.name))
    if names and spec.loader is not None:
        spec.loader = _Loader(spec.loader, names)  # type: ignore[assignment] # a loader by what it has


class _Loader:
    """Loads a module as its own loader does.

    Args:
        loader: The module's own.
        names: What the table has in the module.
    """

    def __init__(self, loader: Any, names: frozenset[str]) -> None:
        self._loader = loader
        self._names = names

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        self._loader.exec_module(module)
        names = self._names - vars(module).keys()
        if names and "__getattr__" not in vars(module):
            module.__getattr__ = _make_getter(module.__name__, names)  # type: ignore[method-assign]


def _make_getter(module: str, names: frozenset[str]) -> Any:
    def get(name: str) -> Any:
        found = find_class(module, name) if name in names and not is_asked_by_provider() else None
        if found is None:
            raise AttributeError(f"module '{module}' has no attribute '{name}'", name=name)
        return found

    return get
