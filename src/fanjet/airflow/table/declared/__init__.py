"""The table of provider classes: what files may use although the provider's package is not installed.

It is read when the first module of a provider, or of Airflow's old places for them, is asked for. What is installed
goes first.
"""

from __future__ import annotations

from collections.abc import Mapping

from fanjet.airflow.table.declared import amazon, databases, google, services
from fanjet.airflow.table.declared.contrib import CONTRIB
from fanjet.airflow.table.declared.entries import MovedClasses, ProviderClasses
from fanjet.airflow.table.declared.moved import MOVED as _MOVED
from fanjet.airflow.table.declared.own import OWN, OWN_SQL_OPERATORS
from fanjet.airflow.table.declared.removed import LAST_VERSIONS, REMOVED, SQL_OPERATORS

_PROVIDERS = "airflow.providers"


def _flatten(*tables: Mapping[str, ProviderClasses]) -> dict[str, dict[str, str]]:
    """Full module -> class -> its facts."""
    flat: dict[str, dict[str, str]] = {}
    for table in tables:
        for provider, modules in table.items():
            for module, classes in modules.items():
                flat.setdefault(f"{_PROVIDERS}.{provider}.{module}", {}).update(classes)
    return flat


#: Module -> class -> its template fields and file endings, as in `entries`.
DECLARED = _flatten(amazon.PROVIDERS, google.PROVIDERS, databases.PROVIDERS, services.PROVIDERS, REMOVED)
#: Old module -> old name -> where it is now, as in `entries`.
MOVED: dict[str, MovedClasses] = {**CONTRIB, **_MOVED}

__all__ = ["DECLARED", "LAST_VERSIONS", "MOVED", "OWN", "OWN_SQL_OPERATORS", "SQL_OPERATORS"]
