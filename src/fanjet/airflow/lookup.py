"""Looks names of Airflow up in the table, and explains those that are not there."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fanjet.airflow.providers.importing import is_asked_by_provider
from fanjet.airflow.providers.packages import TWO_PARTS, find_package, say_install
from fanjet.airflow.table import GONE_MODULES, MODULES
from fanjet.airflow.table.entries import Missing
from fanjet.authoring import ports
from fanjet.authoring.instants import INSTANTS
from fanjet.errors import DagError


class AirflowNameError(DagError, ModuleNotFoundError):
    """A DAG file imports a name of Airflow that Fanjet does not have."""


def _see_pendulum() -> None:
    """Have tasks see instants as Airflow's files expect them, where pendulum is installed."""
    if find_spec("pendulum") is not None:
        INSTANTS.show = lambda instant: import_module("pendulum").instance(instant)


_see_pendulum()

__all__ = [
    "AirflowNameError",
    "explain_missing",
    "has_module",
    "is_asked_by_provider",
    "is_of_providers",
    "is_only_declared",
    "look_up",
]


def _find_task_decorator(name: str) -> Any:
    return import_module("fanjet.airflow.providers.task_decorators").find_task_decorator(name)


ports.MORE_DECORATORS.append(_find_task_decorator)


def has_module(name: str) -> bool:
    """Whether the table has a module, or modules below it."""
    return name in MODULES or name in _PACKAGES or (is_of_providers(name) and _providers().has_module(name))


def look_up(module: str, name: str) -> Any:
    """What a name of a module stands for.

    Raises:
        AttributeError: There is no such name.
    """
    names = MODULES.get(module, {})
    if name == "__all__":
        also = _providers().names_in(module) if is_of_providers(module) else ()
        return sorted({*also, *(name for name, entry in names.items() if isinstance(entry, str))})
    entry = names.get(name)
    if isinstance(entry, str):
        home, _, attribute = entry.partition(":")
        return getattr(import_module(home), attribute) if attribute else import_module(home)
    if has_module(f"{module}.{name}"):
        return import_module(f"{module}.{name}")
    found = _providers().find_class(module, name) if is_of_providers(module) else None
    if found is not None:
        return found
    error = explain_missing(f"{module}.{name}")
    raise AttributeError(str(error), name=name)


#: Where the table of provider classes has modules. The standard provider's are in the table of Airflow's own.
_OF_PROVIDERS = ("airflow.providers", "airflow.contrib", "airflow.operators", "airflow.sensors", "airflow.hooks")


def is_of_providers(name: str) -> bool:
    """Whether the table of provider classes may have a module: it is read only then."""
    return name.startswith(_OF_PROVIDERS) and not name.startswith("airflow.providers.standard")


def is_only_declared(name: str) -> bool:
    """Whether only the table of provider classes has a module."""
    return name not in MODULES and name not in _PACKAGES


def _providers() -> Any:
    return import_module("fanjet.airflow.providers.classes")


def explain_missing(fullname: str) -> AirflowNameError:
    """The error for a module or a name that is not there: the reason where the table knows it, else near names."""
    module, _, name = fullname.rpartition(".")
    entry = MODULES.get(module, {}).get(name)
    if isinstance(entry, Missing):
        return AirflowNameError(f"Fanjet has no '{fullname}': {entry.reason}.", fix=entry.fix)
    gone = GONE_MODULES.get(fullname)
    if gone is None and (module not in MODULES or module == "airflow") and not _find_near(module, name):
        gone = _find_gone(module)
    if gone is not None:
        return AirflowNameError(f"Fanjet has no '{fullname}': {gone.reason}.", fix=gone.fix)
    if fullname.startswith("airflow.providers."):
        return _explain_provider(fullname)
    return AirflowNameError(f"There is no '{fullname}' in Fanjet.", fix=_suggest(module, name))


def _find_gone(fullname: str) -> Missing | None:
    """Why a module, or the package that it would be in, is not there."""
    while fullname:
        if fullname in GONE_MODULES:
            return GONE_MODULES[fullname]
        fullname = fullname.rpartition(".")[0]
    return None


def _explain_provider(fullname: str) -> AirflowNameError:
    parts = fullname.split(".")[2:]
    known = [name for name in _PACKAGES | MODULES.keys() if name.startswith("airflow.providers.standard")]
    if parts[0] == "standard":
        return AirflowNameError(f"There is no '{fullname}' in Fanjet.", fix=_suggest_near(fullname, known))
    package = find_package(fullname)
    return AirflowNameError(f"'{fullname}' belongs to {package}, which is not installed.", fix=say_install(package))


def _suggest(module: str, name: str) -> str:
    near = _find_near(module, name)
    if near is not None:
        return f"did you mean '{near}'?"
    elsewhere = sorted((module for module, names in MODULES.items() if isinstance(names.get(name), str)), key=len)
    if elsewhere:
        return f"import it from '{elsewhere[0]}'"
    return _suggest_near(f"{module}.{name}", list(MODULES))


def _find_near(module: str, name: str) -> str | None:
    """A name of the module, or of a module in it, that looks like this one."""
    below = {other.rpartition(".")[2] for other in MODULES if other.rpartition(".")[0] == module}
    names = {*below, *(known for known, entry in MODULES.get(module, {}).items() if isinstance(entry, str))}
    return next(iter(get_close_matches(name, names, n=1)), None)


def _suggest_near(fullname: str, known: list[str]) -> str:
    near = get_close_matches(fullname, known, n=1)
    return f"did you mean '{near[0]}'?" if near else "see the compatibility page for what there is"


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


#: What is in the table only by what is below it.
_PACKAGES = frozenset(parent for name in MODULES for parent in _parents(name)) | {
    f"airflow.providers.{name}" for name in TWO_PARTS
}
