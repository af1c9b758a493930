"""`airflow.configuration`: what files ask it for, from ``AIRFLOW__SECTION__KEY`` or what is true of Fanjet."""

from __future__ import annotations

import json
import os
from importlib import import_module
from typing import Any

from fanjet.airflow.exceptions import AirflowConfigException

_MISSING: Any = object()
_TRUE = frozenset({"t", "true", "1", "yes", "on"})
_FALSE = frozenset({"f", "false", "0", "no", "off"})

AIRFLOW_HOME = os.environ.get("AIRFLOW_HOME") or os.environ.get("FANJET_HOME") or os.path.expanduser("~/.fanjet")  # noqa: PTH111 - a text in Airflow, too
DAGS_FOLDER = os.environ.get("AIRFLOW__CORE__DAGS_FOLDER") or os.path.join(AIRFLOW_HOME, "dags")  # noqa: PTH118 - as above
PLUGINS_FOLDER = os.environ.get("AIRFLOW__CORE__PLUGINS_FOLDER") or os.path.join(AIRFLOW_HOME, "plugins")  # noqa: PTH118 - as above

#: What holds here, by section and key; anything else is unknown unless the environment says it.
_VALUES: dict[tuple[str, str], str] = {
    ("core", "dags_folder"): DAGS_FOLDER,
    ("core", "plugins_folder"): PLUGINS_FOLDER,
    ("core", "default_timezone"): "utc",
    ("core", "executor"): "LocalExecutor",
    ("core", "default_task_retries"): "0",
    ("core", "load_examples"): "False",
    ("core", "max_map_length"): "1000000",
    ("core", "unit_test_mode"): "False",
    ("core", "xcom_backend"): "",
    ("email", "default_email_on_failure"): "False",
    ("email", "default_email_on_retry"): "False",
    # The image of the pods of an executor that is not in use; the first section is that of Airflow 2.3.
    ("kubernetes", "worker_container_repository"): "",
    ("kubernetes", "worker_container_tag"): "",
    ("kubernetes_executor", "worker_container_repository"): "",
    ("kubernetes_executor", "worker_container_tag"): "",
    ("operators", "default_owner"): "",
    ("operators", "default_queue"): "default",
    ("operators", "default_deferrable"): "False",
    ("scheduler", "catchup_by_default"): "False",
}


class AirflowConfigParser:
    """Reads settings."""

    def get(self, section: str, key: str, fallback: Any = _MISSING, **_: Any) -> Any:
        """A setting as text.

        Args:
            section: The section.
            key: The key; upper and lower case are the same, as in `section`.
            fallback: What to give if there is no such setting.

        Raises:
            AirflowConfigException: There is none, and no `fallback`.
        """
        found = self._find(section, key)
        if found is not None:
            return found
        if fallback is not _MISSING:
            return fallback
        default = import_module("fanjet.airflow.providers.manager").ProvidersManager().find_default(section, key)
        if default is not None:
            return default
        raise AirflowConfigException(
            f"There is no setting {section}.{key}. Fix: set {_variable(section, key)} or give a fallback."
        )

    def getboolean(self, section: str, key: str, fallback: Any = _MISSING, **_: Any) -> bool:
        """A setting as True or False."""
        value = str(self.get(section, key, fallback)).strip().lower()
        if value in _TRUE or value in _FALSE:
            return value in _TRUE
        raise AirflowConfigException(f"The setting {section}.{key} is {value!r}, neither true nor false.")

    def getint(self, section: str, key: str, fallback: Any = _MISSING, **_: Any) -> int:
        """A setting as a whole number."""
        number: int = self._convert(int, section, key, fallback)
        return number

    def getfloat(self, section: str, key: str, fallback: Any = _MISSING, **_: Any) -> float:
        """A setting as a number."""
        number: float = self._convert(float, section, key, fallback)
        return number

    def getlist(self, section: str, key: str, fallback: Any = _MISSING, delimiter: str = ",", **_: Any) -> Any:
        """A setting as a list of texts."""
        value = self.get(section, key, fallback)
        return [part.strip() for part in value.split(delimiter)] if isinstance(value, str) else value

    def getjson(self, section: str, key: str, fallback: Any = _MISSING, **_: Any) -> Any:
        """A setting that is JSON."""
        value = self.get(section, key, fallback)
        return self._convert(json.loads, section, key, fallback) if isinstance(value, str) else value

    def getimport(self, section: str, key: str, fallback: Any = _MISSING, **_: Any) -> Any:
        """What a setting names: the path of a class or function; None where it is empty."""
        path = self.get(section, key, fallback)
        if not path:
            return None
        return self._convert(_import_path, section, key, fallback)

    def get_mandatory_value(self, section: str, key: str) -> str:
        """A setting as text, which must be there."""
        return str(self.get(section, key))

    def has_option(self, section: str, key: str) -> bool:
        """Whether there is a setting."""
        return self._find(section, key) is not None

    def _find(self, section: str, key: str) -> str | None:
        return os.environ.get(_variable(section, key), _VALUES.get((section.lower(), key.lower())))

    def _convert(self, convert: Any, section: str, key: str, fallback: Any) -> Any:
        value = self.get(section, key, fallback)
        if value is None:
            return None
        try:
            return convert(value)
        except ValueError as error:
            raise AirflowConfigException(f"The setting {section}.{key} is {value!r}: {error}.") from error


def _import_path(path: str) -> Any:
    module, _, name = path.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(str(error)) from error


def _variable(section: str, key: str) -> str:
    return f"AIRFLOW__{section.upper().replace('.', '_')}__{key.upper()}"


conf = AirflowConfigParser()
get, getboolean, getfloat, getint, has_option = conf.get, conf.getboolean, conf.getfloat, conf.getint, conf.has_option
