"""`airflow.providers.common.compat`: one name for what went by several. The package itself goes first if installed."""

from __future__ import annotations

from fanjet.airflow.table.assets import ASSETS
from fanjet.airflow.table.authoring import MODULES as AUTHORING
from fanjet.airflow.table.core import MODULES as CORE
from fanjet.airflow.table.entries import ModuleNames
from fanjet.airflow.table.models import MODULES as MODELS
from fanjet.airflow.table.operators import MODULES as OPERATORS
from fanjet.airflow.table.sdk import MODULES as SDK
from fanjet.airflow.table.utilities import MODULES as UTILITIES

_SDK = {
    **MODELS["airflow.models"],
    **MODELS["airflow.models.xcom"],
    **CORE["airflow.exceptions"],
    **CORE["airflow.plugins_manager"],
    **CORE["airflow.stats"],
    **UTILITIES["airflow.utils.operator_helpers"],
    **UTILITIES["airflow.utils.timeout"],
    **UTILITIES["airflow.utils.log.secrets_masker"],
    **UTILITIES["airflow.utils.context"],
    **AUTHORING["airflow.decorators.base"],
    **SDK["airflow.sdk"],
    "timezone": "fanjet.airflow.timezone",
}
_COMPAT = "airflow.providers.common.compat"

MODULES: dict[str, ModuleNames] = {
    f"{_COMPAT}.sdk": _SDK,
    f"{_COMPAT}.assets": ASSETS,
    f"{_COMPAT}.notifier": CORE["airflow.notifications.basenotifier"],
    f"{_COMPAT}.standard.operators": {
        **OPERATORS["airflow.providers.standard.operators.python"],
        **OPERATORS["airflow.providers.standard.operators.bash"],
    },
}
