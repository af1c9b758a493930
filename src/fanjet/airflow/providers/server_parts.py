"""Parts of Airflow's server that provider packages name: they can be imported there, and say so when they are used."""

from __future__ import annotations

from typing import Any, NoReturn

from fanjet.errors import OperationError


def _refuse(name: str) -> NoReturn:
    raise OperationError(f"{name} is a part of Airflow's server, which Fanjet does not have. Fix: do without it.")


class _ServerPart:
    """Raises when it is made.

    Raises:
        OperationError: Always.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        _refuse(type(self).__name__)


class AssetDetails(_ServerPart):
    """Who may do what with an asset."""


class AssetAliasDetails(_ServerPart):
    """Who may do what with an alias of assets."""


class DatasetDetails(_ServerPart):
    """Who may do what with a dataset."""


def expand_alias_to_assets(*_: Any, **__: Any) -> NoReturn:
    """Raises.

    Raises:
        OperationError: Always.
    """
    _refuse("expand_alias_to_assets")
