"""Plugins: their macros, which templates find under the plugin's name."""

from __future__ import annotations

import logging
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
    """The base of plugins. Defining a subclass in a module that the DAG file imports makes its macros known."""

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
