"""What the installed provider packages say of themselves: hooks of connection types, SQL dialects, settings.

They say it in a function that their package's entry point in the group ``apache_airflow_provider`` names.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, NamedTuple

from fanjet.airflow.logging_mixin import LoggingMixin

_log = logging.getLogger("fanjet")
_GROUP = "apache_airflow_provider"


class HookInfo(NamedTuple):
    """The hook for a type of connections."""

    hook_class_name: str
    connection_id_attribute_name: str
    package_name: str
    hook_name: str
    connection_type: str
    connection_testable: bool


class DialectInfo(NamedTuple):
    """The class for a dialect of SQL."""

    name: str
    dialect_class_name: str
    provider_name: str


class ProviderInfo(NamedTuple):
    """A provider package: its version, and what it says of itself."""

    version: str
    data: Mapping[str, Any]


class ProvidersManager(LoggingMixin):
    """The installed provider packages; what is asked for is looked up when it is first used."""

    @cached_property
    def providers(self) -> dict[str, ProviderInfo]:
        """By the name of the package."""
        return dict(_read_all())

    @cached_property
    def hooks(self) -> Mapping[str, HookInfo | None]:
        """By type of connection; None where there is none."""
        return _Hooks({entry["connection-type"]: each for each, entry in self._collect("connection-types")})

    @cached_property
    def dialects(self) -> dict[str, DialectInfo]:
        """By the name of the dialect."""
        return {
            entry["dialect-type"]: DialectInfo(entry["dialect-type"], entry["dialect-class-name"], package)
            for package, entry in self._collect("dialects")
        }

    @cached_property
    def task_decorators(self) -> dict[str, str]:
        """By the name after ``@task.``, the path of the function that makes the decorator."""
        return {entry["name"]: entry["class-name"] for _, entry in self._collect("task-decorators")}

    def find_default(self, section: str, key: str) -> str | None:
        """The default of a setting that one of the packages has."""
        for provider in self.providers.values():
            option = provider.data.get("config", {}).get(section, {}).get("options", {}).get(key)
            if option is not None and option.get("default") is not None:
                return str(option["default"])
        return None

    def find_hook(self, connection_type: str) -> HookInfo | None:
        """The hook for a type of connections; None where no installed package has one."""
        for package, entry in self._collect("connection-types"):
            if entry["connection-type"] == connection_type:
                return _describe_hook(package, entry)
        return None

    def _collect(self, what: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for package, provider in self.providers.items():
            yield from ((package, entry) for entry in provider.data.get(what, ()))


class _Hooks(dict[str, Any]):
    """The hooks by type of connection: a class is imported when its entry is read."""

    def __init__(self, packages: Mapping[str, str]) -> None:
        super().__init__(packages)

    def __getitem__(self, connection_type: str) -> HookInfo | None:
        return ProvidersManager().find_hook(connection_type)

    def get(self, connection_type: str, default: Any = None) -> Any:
        found = self[connection_type]
        return default if found is None else found


def _describe_hook(package: str, entry: Mapping[str, Any]) -> HookInfo:
    """Raises: ImportError: What the hook's module imports is not installed."""
    module, _, name = entry["hook-class-name"].rpartition(".")
    hook = getattr(import_module(module), name)
    shown = entry.get("hook-name") or getattr(hook, "hook_name", name)
    attribute = getattr(hook, "conn_name_attr", "conn_id")
    testable = hasattr(hook, "test_connection")
    return HookInfo(entry["hook-class-name"], attribute, package, shown, entry["connection-type"], testable)


@cache
def _read_all() -> tuple[tuple[str, ProviderInfo], ...]:
    found: dict[str, ProviderInfo] = {}
    for entry_point in entry_points(group=_GROUP):
        try:
            data = entry_point.load()()
        except ImportError as error:
            _log.warning("Provider %s is left out: what it imports is missing. %s", entry_point.value, error)
            continue
        version = entry_point.dist.version if entry_point.dist is not None else ""
        found.setdefault(data["package-name"], ProviderInfo(version, data))
    return tuple(sorted(found.items()))
