"""Plugins: their macros, which templates find under the plugin's name."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from fanjet.authoring.exceptions import AirflowException
from fanjet.runtime import macros

#: What plugins of Airflow may bring along for its server and scheduler; here only macros are used.
_UNUSED = (
    "admin_views",
    "appbuilder_menu_items",
    "appbuilder_views",
    "executors",
    "external_views",
    "fastapi_apps",
    "fastapi_root_middlewares",
    "flask_blueprints",
    "global_operator_extra_links",
    "hook_lineage_readers",
    "listeners",
    "menu_links",
    "operator_extra_links",
    "priority_weight_strategies",
    "react_apps",
    "ti_deps",
)


class AirflowPluginException(AirflowException):
    """A plugin is wrong."""


class AirflowPlugin:
    """The base of plugins. Defining a subclass makes its macros known."""

    name: ClassVar[str | None] = None
    macros: ClassVar[list[Any]] = []
    timetables: ClassVar[list[Any]] = []
    hooks: ClassVar[list[Any]] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.name:
            return
        unused = [attribute for attribute in _UNUSED if getattr(cls, attribute, None)]
        if unused:
            logging.getLogger("fanjet").warning(
                "Plugin '%s': only its macros are used, not its %s.", cls.name, ", ".join(unused)
            )
        if cls.macros:
            known = {getattr(macro, "__name__", type(macro).__name__): macro for macro in cls.macros}
            setattr(macros, cls.name, SimpleNamespace(**known))


#: Files of plugins that were looked at.
_seen: set[Path] = set()


def load_plugins() -> None:
    """Import the files in the folders for plugins that speak of one. A file that cannot be imported is told in the log.

    The folders are that of the setting ``AIRFLOW__CORE__PLUGINS_FOLDER`` and, on the search path, ``plugins`` beside
    ``dags``.
    """
    for file in sorted(_find_files()):
        _seen.add(file)
        try:
            import_module(file.stem)
        except Exception:
            logging.getLogger("fanjet").exception("The plugin %s cannot be loaded.", file)


def _find_files() -> set[Path]:
    setting = os.environ.get("AIRFLOW__CORE__PLUGINS_FOLDER")
    if setting and setting not in sys.path:
        sys.path.append(setting)
    folders = [Path(entry) for entry in sys.path if entry == setting or Path(entry).name == "plugins"]
    files = {file for folder in folders for file in folder.glob("*.py")} - _seen
    return {file for file in files if b"AirflowPlugin" in file.read_bytes()}
