"""Parameters of DAGs and tasks: defaults with a schema that values are checked against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from types import ModuleType
from typing import Any

from fanjet.authoring.exceptions import ParamInvalid
from fanjet.authoring.lazy_value import NOT_GIVEN
from fanjet.errors import DagTypeError


class Param:
    """A parameter: a default and the JSON schema of its values.

    Args:
        default: The value if none is given; without one, or with None where the schema does not allow null, a value
            must be given when a run starts.
        description: For people.
        schema: Keywords of JSON schema, such as ``type="integer", minimum=1``.

    Raises:
        DagTypeError: A keyword is not one that values are checked against.
        DagValueError: The default does not fit the schema.
    """

    def __init__(self, default: Any = NOT_GIVEN, description: str | None = None, **schema: Any) -> None:
        self.value = default
        self.description = description
        self.schema = schema.pop("schema", {}) | schema
        if self.schema:
            _json_schema().check_keywords(self.schema)
        if default is not NOT_GIVEN and default is not None:
            self.resolve()

    @property
    def has_value(self) -> bool:
        """Whether a run may start without a value for it."""
        return self.value is not NOT_GIVEN and (self.value is not None or not self._find_error(None))

    def resolve(self, value: Any = NOT_GIVEN) -> Any:
        """The value, or else the default, once it fits the schema.

        Raises:
            DagValueError: There is none, or it does not fit.
        """
        chosen = self.value if value is NOT_GIVEN else value
        if chosen is NOT_GIVEN:
            raise ParamInvalid("No value for a param without a default.", fix="give one when the run starts")
        error = self._find_error(chosen)
        if error:
            raise ParamInvalid(f"Invalid value for a param: {error}.", fix="give a value that fits its schema")
        return chosen

    def _find_error(self, value: Any) -> str | None:
        return _json_schema().find_error(value, self.schema) if self.schema else None


class ParamsDict(MutableMapping[str, Any]):
    """Parameters by name. Reading gives values; `get_param` gives the parameter itself.

    Args:
        params: Values or `Param` objects by name.
    """

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        self._params: dict[str, Param] = {}
        for name, value in (params.params() if isinstance(params, ParamsDict) else params or {}).items():
            self[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        if not isinstance(name, str):
            raise DagTypeError(f"The name of a param must be a str, not {name!r}.")
        known = self._params.get(name)
        if isinstance(value, Param):
            self._params[name] = value
        elif known is None:
            self._params[name] = Param(value)
        else:
            checked = _named(name, known, value)
            self._params[name] = Param(checked, known.description, **known.schema)

    def __getitem__(self, name: str) -> Any:
        return _named(name, self._params[name])

    def __delitem__(self, name: str) -> None:
        del self._params[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def params(self) -> dict[str, Param]:
        """The parameters themselves."""
        return dict(self._params)

    def get_param(self, name: str) -> Param:
        """The parameter of this name.

        Raises:
            KeyError: There is none.
        """
        return self._params[name]

    def merge(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """All values of a run: those given, checked, and the defaults of the others.

        Raises:
            DagValueError: A value does not fit its schema, or one is missing; names the param.
        """
        known = {name: _named(name, param, values.get(name, NOT_GIVEN)) for name, param in self._params.items()}
        return known | {name: value for name, value in values.items() if name not in known}

    def __repr__(self) -> str:
        return f"ParamsDict({ {name: param.value for name, param in self._params.items()} })"


def _json_schema() -> ModuleType:
    """The checks, imported for params that have a schema only."""
    return import_module("fanjet.authoring.json_schema")


def _named(name: str, param: Param, value: Any = NOT_GIVEN) -> Any:
    try:
        return param.resolve(value)
    except ParamInvalid as error:
        raise ParamInvalid(f"Param '{name}': {error.message}", fix=error.fix) from None
