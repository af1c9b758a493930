"""Answers ``import airflow...`` while Fanjet loads a DAG file or runs a try, whether or not Airflow is installed.

What each name stands for is data: `fanjet.airflow.table`. It is read when the first such import happens, so that files
which import nothing of Airflow pay nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from fanjet.runtime import macros

_TOP = "airflow"
_PREFIX = "airflow."
#: Below these, what the table does not have is taken from what is installed, which is ordinary Python.
_OPEN = ("airflow.providers", "airflow.example_dags")


class AirflowModule(ModuleType):
    """A module whose names are looked up in the table when they are first used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in {"__all__", "__version__"}:
            raise AttributeError(name)
        value = import_module("fanjet.airflow.lookup").look_up(self.__name__, name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__all__})


class AirflowFinder:
    """Finds Airflow's modules; a meta path finder and a loader."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of Airflow; None for any other module.

        Raises:
            AirflowNameError: Fanjet has no such module or name; says what to use instead.
        """
        if not fullname.startswith(_PREFIX) and fullname != _TOP:
            return None
        lookup = import_module("fanjet.airflow.lookup")
        installed = _find_installed(fullname, path, target)
        if installed is not None and (_is_provider(fullname) or not lookup.has_module(fullname)):
            import_module("fanjet.airflow.providers.installed").add_old_names(installed)
            return installed
        if lookup.has_module(fullname) and not (lookup.is_only_declared(fullname) and lookup.is_asked_by_provider()):
            spec = ModuleSpec(fullname, self, is_package=True)  # type: ignore[arg-type] # a loader by what it has
            spec.submodule_search_locations = _installed(fullname)
            return spec
        if _is_only_asked():
            return None
        raise lookup.explain_missing(fullname)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return AirflowModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: names are looked up when they are used."""


def _is_only_asked() -> bool:
    """Whether a file asks by `importlib.util.find_spec` what there is: that wants None, and an import a reason."""
    asking = sys._getframe(3)  # noqa: SLF001 - behind this function, the finder and the import machinery
    return asking.f_globals.get("__name__") == "importlib.util"


def _is_provider(fullname: str) -> bool:
    """Whether it belongs to a provider other than the standard one, which Fanjet has all of."""
    return fullname.startswith("airflow.providers.") and not fullname.startswith("airflow.providers.standard")


def _is_open(fullname: str) -> bool:
    return any(fullname == name or fullname.startswith(f"{name}.") for name in _OPEN)


def _find_installed(fullname: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
    if not _is_open(fullname):
        return None
    parent = fullname.rpartition(".")[0]
    # What a package holds is its own affair; of ours, each folder of the search path may have parts.
    others = _installed(parent, _TOP) if isinstance(sys.modules.get(parent), AirflowModule) else ()
    folders = dict.fromkeys([*(path or ()), *others])
    return PathFinder.find_spec(fullname, list(folders), target)


def _installed(fullname: str, *others: str) -> list[str]:
    """The folders in which a module's other parts may be installed; for open modules and `others`."""
    if not _is_open(fullname) and fullname not in others:
        return []
    relative = fullname.replace(".", "/")
    return [f"{folder or '.'}/{relative}" for folder in sys.path]


def _load_plugins() -> None:
    with airflow_names():
        import_module("fanjet.airflow.plugins").load_plugins()


macros.MORE.append(_load_plugins)
_finder = AirflowFinder()
#: How many are inside `airflow_names`.
_depth = 0
#: What `airflow_names` has put aside: Fanjet's modules while outside, those of others while inside.
_ours: dict[str, ModuleType] = {}
_theirs: dict[str, ModuleType] = {}


@contextmanager
def airflow_names() -> Iterator[None]:
    """Have ``import airflow`` give Fanjet's names for a while.

    An Airflow that the process has imported before is put aside and is back afterwards. Calls nest; other threads of
    the process see Fanjet's names meanwhile, too.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def install() -> None:
    """As `airflow_names`, for the rest of the process: for those that exist to load DAG files and run tries."""
    _enter()


def _enter() -> None:
    global _depth  # noqa: PLW0603 - there is one sys.modules
    if _depth == 0:
        _swap(_theirs, _ours)
        sys.meta_path.insert(0, _finder)
    _depth += 1


def _leave() -> None:
    global _depth  # noqa: PLW0603 - as above
    _depth -= 1
    if _depth == 0:
        sys.meta_path.remove(_finder)
        _swap(_ours, _theirs)


def _swap(aside: dict[str, ModuleType], back: dict[str, ModuleType]) -> None:
    """Put all of Airflow's modules aside, and others in their place."""
    if _TOP in sys.modules:
        for name in [name for name in sys.modules if name == _TOP or name.startswith(_PREFIX)]:
            aside[name] = sys.modules.pop(name)
    sys.modules.update(back)
    back.clear()
