"""Connections and hooks as Airflow's hooks use them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from fanjet.airflow.logging_mixin import LoggingMixin
from fanjet.runtime import connections
from fanjet.runtime.connections import parse_uri


class Connection(connections.Connection):
    """A connection; with `uri` in place of its parts."""

    def __init__(self, conn_id: str | None = None, *, uri: str | None = None, **fields: Any) -> None:
        if uri is not None:
            parsed = parse_uri(conn_id or "", uri)
            names = ("conn_type", "host", "login", "password", "schema", "port", "extra")
            fields = {name: getattr(parsed, name) for name in names} | fields
        super().__init__(conn_id, **fields)

    @classmethod
    def get_connection_from_secrets(cls, conn_id: str) -> Connection:
        """The connection of this id.

        Raises:
            AirflowNotFoundException: Nothing defines it.
        """
        return BaseHook.get_connection(conn_id)

    @classmethod
    def get(cls, conn_id: str) -> Connection:
        """As `get_connection_from_secrets`."""
        return cls.get_connection_from_secrets(conn_id)

    def get_hook(self, *, hook_params: Mapping[str, Any] | None = None) -> Any:
        """The hook that an installed provider, or else Fanjet, has for connections of this type.

        Raises:
            AirflowException: There is none.
        """
        return import_module("fanjet.airflow.providers.connection_hooks").make_hook(self, hook_params)


class BaseHook(LoggingMixin, connections.BaseHook):
    """The base of hooks: things that talk to another system through a connection.

    Args:
        logger_name: The name of its logger, below ``airflow.task.hooks``.
    """

    def __init__(self, logger_name: str | None = None) -> None:
        super().__init__()
        if logger_name is not None:
            self._logger_name = f"airflow.task.hooks.{logger_name}"

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """The connection of this id.

        Raises:
            AirflowNotFoundException: Nothing defines it.
        """
        return Connection(conn_id, **connections.Connection.get(conn_id).as_dict())

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: Mapping[str, Any] | None = None) -> Any:
        """The hook for the connection of this id; see `Connection.get_hook`."""
        return cls.get_connection(conn_id).get_hook(hook_params=hook_params)

    @classmethod
    async def aget_connection(cls, conn_id: str) -> Connection:
        """As `get_connection`, while other coroutines go on."""
        connection: Connection = await import_module("asyncio").to_thread(cls.get_connection, conn_id)
        return connection

    @classmethod
    async def aget_hook(cls, conn_id: str, hook_params: Mapping[str, Any] | None = None) -> Any:
        """As `get_hook`, while other coroutines go on."""
        return await import_module("asyncio").to_thread(cls.get_hook, conn_id, hook_params)

    def get_conn(self) -> Any:
        """The connection to the other system; subclasses make it."""
        raise AttributeError(f"Hook class {type(self).__name__} has no get_conn() method. Fix: write one.")

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """The additional fields of a form for such connections."""
        return {}

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """How a form for such connections looks."""
        return {}


#: Hooks that forms are made for; nothing in them differs.
DiscoverableHook = BaseHook


class FSHook(BaseHook):
    """A folder, the extra field ``path`` of a connection.

    Args:
        fs_conn_id: The connection.
    """

    conn_name_attr = "fs_conn_id"
    default_conn_name = "fs_default"
    conn_type = "fs"
    hook_name = "File (path)"

    def __init__(self, fs_conn_id: str = default_conn_name, **options: Any) -> None:
        super().__init__(**options)
        self.conn = self.get_connection(fs_conn_id)
        self.basepath: str = self.conn.extra_dejson.get("path", "")

    def get_conn(self) -> None:
        """There is nothing to connect to."""

    def get_path(self) -> str:
        """The folder."""
        return self.basepath
