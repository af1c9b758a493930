"""What the table of provider classes gives for a name: the class where it is now, ours, or one that stands for it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fanjet.airflow.providers.importing import find_importer, is_asked_by_provider
from fanjet.airflow.providers.packages import find_package, say_install
from fanjet.airflow.table.declared import DECLARED, LAST_VERSIONS, MOVED, OWN, OWN_SQL_OPERATORS, SQL_OPERATORS
from fanjet.authoring.ports import load
from fanjet.errors import DagWarning
from fanjet.operators.declared import DeclaredHook, DeclaredOperator, declare_hook, declare_operator

_COMMON_SQL = "airflow.providers.common.sql.operators.sql"
#: Arguments of operators that are called as one that every task takes, and mean something else there.
_OWN_ARGUMENTS = {"KubernetesPodOperator": ("resources",)}
#: What has been told: file, line and class.
_told: set[tuple[str, int, str]] = set()


def has_module(name: str) -> bool:
    """Whether the table has a module, or modules below it."""
    return name in _MODULES


def names_in(module: str) -> list[str]:
    """The names that the table has in a module."""
    own = OWN[module].names if module in OWN else ()
    return sorted({*DECLARED.get(module, ()), *MOVED.get(module, ()), *own})


def find_class(module: str, name: str) -> Any | None:
    """What a name of a module stands for; None where the table does not have it.

    A provider's own module gets none that is not its own: it may do without.
    """
    moved = MOVED.get(module, {}).get(name)
    if moved is not None:
        home, _, new_name = moved.partition(":")
        return getattr(import_module(f"airflow.providers.{home}"), new_name or name)
    if has_own(module) and name in OWN[module].names:
        return None if is_asked_by_provider() else load(OWN[module].names[name])
    if name not in DECLARED.get(module, {}):
        return None
    if f"{module}.{name}" in SQL_OPERATORS and (name in OWN_SQL_OPERATORS or not is_declared(_COMMON_SQL)):
        return import_module("fanjet.airflow.providers.sql_operators").make_sql_operator(module, name)
    if is_asked_by_provider():
        return None
    declared = _declare(module, name)
    tell_not_installed(declared, name)
    return declared


def has_own(module: str) -> bool:
    """Whether Fanjet's own classes are those of a module: there are some, and the provider is not installed."""
    return module in OWN and is_declared(OWN[module].root)


def is_declared(module: str) -> bool:
    """Whether a module comes from the table and not from a package."""
    return getattr(find_spec(module), "origin", None) is None


@cache
def _declare(module: str, name: str) -> type[DeclaredOperator | DeclaredHook]:
    requirement = LAST_VERSIONS.get(name) or find_package(module)
    fix = say_install(requirement)
    package = requirement.partition("<")[0]
    if name.endswith("Hook"):
        declared: Any = declare_hook(name, package, fix)
    else:
        fields, _, extensions = DECLARED[module][name].partition("|")
        own = _OWN_ARGUMENTS.get(name, ())
        declared = declare_operator(name, package, fix, fields.split(), extensions.split(), own)
    declared.__module__ = module
    return declared  # type: ignore[no-any-return] # either of the two


def tell_not_installed(declared: Any, name: str) -> None:
    """Warn, once for each place that asks for it.

    Args:
        declared: The class that stands for what is not installed.
        name: What the author calls it.
    """
    import warnings  # noqa: PLC0415 - only files that use what is not installed need it

    frame = find_importer()
    if frame is None:
        return
    file, line = frame.f_code.co_filename, frame.f_lineno
    if (file, line, name) in _told:
        return
    _told.add((file, line, name))
    message = f"{declared.provider_package} is not installed: what uses {name} fails when it is run."
    warnings.warn_explicit(f"{message} Fix: {declared.provider_fix}", DagWarning, file, line)


def _with_parents(modules: set[str]) -> frozenset[str]:
    parts = [module.split(".") for module in modules]
    return frozenset(".".join(each[:count]) for each in parts for count in range(1, len(each) + 1))


_MODULES = _with_parents({*DECLARED, *MOVED, *OWN})
