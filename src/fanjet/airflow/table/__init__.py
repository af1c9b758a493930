"""The table: module of Airflow -> name -> where it lives in Fanjet, or why it is not there.

It covers the public modules of Airflow 2.3 to 3.3 that DAG files import. `MODULES` is the whole of it; each file holds
one area.
"""

from __future__ import annotations

from fanjet.airflow.table import authoring, compat, core, models, operators, sdk, support, timetables, utilities
from fanjet.airflow.table.entries import ModuleNames
from fanjet.airflow.table.gone import GONE_MODULES

MODULES: dict[str, ModuleNames] = {
    **core.MODULES,
    **authoring.MODULES,
    **models.MODULES,
    **operators.MODULES,
    **sdk.MODULES,
    **compat.MODULES,
    **timetables.MODULES,
    **utilities.MODULES,
}
for _module, _names in support.MODULES.items():
    MODULES[_module] = {**MODULES.get(_module, {}), **_names}

__all__ = ["GONE_MODULES", "MODULES"]
