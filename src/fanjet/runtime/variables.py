"""Variables: settings of the environment that DAG files read by name.

They come from the environment, as ``FANJET_VAR_<NAME>`` or, as in Airflow, ``AIRFLOW_VAR_<NAME>``.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from fanjet.errors import OperationError
from fanjet.runtime.secrets import SECRETS, looks_secret

_PREFIXES = ("FANJET_VAR_", "AIRFLOW_VAR_")
_REQUIRED: Any = object()


class Variable:
    """Reads variables."""

    @staticmethod
    def get(key: str, default: Any = _REQUIRED, deserialize_json: bool = False, *, default_var: Any = _REQUIRED) -> Any:
        """The value of a variable.

        Args:
            key: Its name; upper and lower case are the same.
            default: What to return if there is no such variable.
            deserialize_json: Whether the value is JSON to be read.
            default_var: Another name of `default`.

        Raises:
            KeyError: There is no such variable and no default.
            OperationError: The value is not JSON.
        """
        text = find_variable(key)
        if text is None:
            fallback = default if default is not _REQUIRED else default_var
            if fallback is _REQUIRED:
                raise VariableNotFoundError(key)
            return fallback
        return _read_json(key, text) if deserialize_json else text


class VariableNotFoundError(OperationError, KeyError):
    """A variable that nothing defines."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no variable {key!r}. Fix: set {_PREFIXES[0]}{key.upper()} or give a default.")

    def __str__(self) -> str:
        """The message as it is; a KeyError would quote it."""
        return str(self.args[0])


def find_variable(key: str) -> str | None:
    """The text of a variable; masked from now on where its name looks secret."""
    for prefix in _PREFIXES:
        text = os.environ.get(prefix + key.upper())
        if text is not None:
            if looks_secret(key):
                SECRETS.add(text)
            return text
    return None


def _read_json(key: str, text: str) -> Any:
    try:
        value = import_module("json").loads(text)  # late: few tries read variables
    except ValueError as error:
        raise OperationError(f"Variable {key!r} is not JSON: {error}.") from error
    if looks_secret(key):
        SECRETS.add(value)
    elif isinstance(value, dict):
        SECRETS.add_fields(value)
    return value


class VariableAccessor:
    """``var.value`` and ``var.json`` in templates and contexts: variables as attributes or by `get`."""

    def __init__(self, deserialize_json: bool) -> None:
        self._deserialize_json = deserialize_json

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):  # what templates and copies look for is no variable
            raise AttributeError(key)
        return Variable.get(key, deserialize_json=self._deserialize_json)

    def __getitem__(self, key: str) -> Any:
        return Variable.get(key, deserialize_json=self._deserialize_json)

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or `default` if there is no such variable."""
        return Variable.get(key, default, deserialize_json=self._deserialize_json)


class VariableNamespace:
    """``var`` in templates and contexts."""

    value = VariableAccessor(deserialize_json=False)
    json = VariableAccessor(deserialize_json=True)
