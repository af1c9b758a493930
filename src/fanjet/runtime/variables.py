"""Variables: settings of the environment that DAG files read by name.

They come from the environment, as ``FANJET_VAR_<NAME>`` or, as in Airflow, ``AIRFLOW_VAR_<NAME>``; those that are not
there from the store.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, NamedTuple

from fanjet.errors import OperationError
from fanjet.model.requests import DeleteVariable, FindVariable, SetVariable
from fanjet.runtime.lookups import LOOKUPS
from fanjet.runtime.near_names import say_near
from fanjet.runtime.secrets import SECRETS, looks_secret

PREFIXES = ("FANJET_VAR_", "AIRFLOW_VAR_")
_REQUIRED: Any = object()


class Variable:
    """Reads and writes variables."""

    @staticmethod
    def get(key: str, default: Any = _REQUIRED, deserialize_json: bool = False, *, default_var: Any = _REQUIRED) -> Any:
        """The value of a variable.

        Args:
            key: Its name; in the environment upper and lower case are the same.
            default: What to return if there is no such variable.
            deserialize_json: Whether the value is JSON to be read.
            default_var: Another name of `default`.

        Raises:
            KeyError: There is no such variable and no default.
            OperationError: The value is not JSON.
            ExecutionError: The store cannot be asked, or cannot decrypt the value.
        """
        found = _find(key)
        if found is None:
            fallback = default if default is not _REQUIRED else default_var
            if fallback is _REQUIRED:
                raise VariableNotFoundError(key)
            return fallback
        return _read_json(key, found) if deserialize_json else found.text

    @staticmethod
    def set(key: str, value: Any, description: str | None = None, serialize_json: bool = False) -> None:
        """Write a variable into the store.

        A variable of the environment goes before it; a warning says so where there is one.

        Args:
            key: Its name.
            value: Becomes text, by `str` or as JSON.
            description: For people; None leaves that of an existing variable.
            serialize_json: Whether to write JSON.

        Raises:
            OperationError: The name cannot be used, the value is no JSON, or a DAG file is being loaded.
            ExecutionError: The store cannot be asked or written.
        """
        text = _write_json(key, value) if serialize_json else str(value)
        if looks_secret(key):
            SECRETS.add(text)
        LOOKUPS.change(SetVariable(key, text, description))
        _warn_of_environment(key)

    @staticmethod
    def delete(key: str) -> int:
        """Remove a variable from the store.

        Returns:
            How many there were: 0 or 1.

        Raises:
            OperationError: A DAG file is being loaded.
            ExecutionError: The store cannot be asked or written.
        """
        count = LOOKUPS.change(DeleteVariable(key))
        _warn_of_environment(key)
        return count

    @classmethod
    def update(cls, key: str, value: Any, serialize_json: bool = False) -> None:
        """As `set`, for a variable that is there.

        Raises:
            KeyError: It is not there.
        """
        cls.get(key)
        cls.set(key, value, serialize_json=serialize_json)

    @classmethod
    def setdefault(cls, key: str, default: Any, description: str | None = None, deserialize_json: bool = False) -> Any:
        """The value of a variable; if there is none, `default` is written first.

        Raises:
            ValueError: There is none and `default` is None.
        """
        found = cls.get(key, None, deserialize_json=deserialize_json)
        if found is not None:
            return found
        if default is None:
            raise ValueError(f"Variable {key!r} needs a default that is not None.")
        cls.set(key, default, description=description, serialize_json=deserialize_json)
        return default


class VariableNotFoundError(OperationError, KeyError):
    """A variable that nothing defines."""

    def __init__(self, key: str) -> None:
        near = LOOKUPS.find(FindVariable(key, suggest=True)).near
        super().__init__(
            f"There is no variable {key!r}, neither in the environment ({PREFIXES[0]}{key.upper()}) nor in the store."
            f"{say_near(key, near, PREFIXES)} Fix: fanjet variables set {key}, or give a default."
        )

    def __str__(self) -> str:
        """The message as it is; a KeyError would quote it."""
        return str(self.args[0])


class _Found(NamedTuple):
    text: str
    secret: bool


def find_in_environment(key: str) -> tuple[str, str] | None:
    """The name and the text of the environment's variable that stands for `key`."""
    for prefix in PREFIXES:
        name = prefix + key.upper()
        text = os.environ.get(name)
        if text is not None:
            return name, text
    return None


def _find(key: str) -> _Found | None:
    """A variable; masked from now on where it is marked or its name looks secret."""
    given = find_in_environment(key)
    if given is not None:
        found = _Found(given[1], looks_secret(key))
    else:
        stored = LOOKUPS.find(FindVariable(key))
        if stored.value is None:
            return None
        found = _Found(stored.value, stored.secret or looks_secret(key))
    if found.secret:
        SECRETS.add(found.text)
    return found


def _read_json(key: str, found: _Found) -> Any:
    try:
        value = import_module("json").loads(found.text)  # late: few tries read variables
    except ValueError as error:
        raise OperationError(f"Variable {key!r} is not JSON: {error}.") from error
    if found.secret:
        SECRETS.add(value)
    elif isinstance(value, dict):
        SECRETS.add_fields(value)
    return value


def _write_json(key: str, value: Any) -> str:
    try:
        return str(import_module("json").dumps(value, indent=2))
    except (TypeError, ValueError) as error:
        raise OperationError(f"Variable {key!r} cannot be written as JSON: {error}.") from error


def _warn_of_environment(key: str) -> None:
    given = find_in_environment(key)
    if given is not None:
        import_module("logging").getLogger(__name__).warning(
            "Variable %r is also in the environment, as %s, which goes before the store: that is what will be read.",
            key,
            given[0],
        )


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
