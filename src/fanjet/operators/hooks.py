"""Which hook the type of a connection has."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from fanjet.errors import OperationError
from fanjet.operators.sql.urls import is_database
from fanjet.runtime.connections import Connection

#: By type: the class, and the argument that takes the connection's id.
_HOOKS = {
    "http": ("fanjet.operators.http.hook:HttpHook", "http_conn_id"),
    "https": ("fanjet.operators.http.hook:HttpHook", "http_conn_id"),
    "smtp": ("fanjet.operators.smtp:SmtpHook", "smtp_conn_id"),
    "email": ("fanjet.operators.smtp:SmtpHook", "smtp_conn_id"),
}


def has_hook(kind: str) -> bool:
    """Whether connections of a type have a hook here."""
    return kind in _HOOKS or is_database(kind)


def make_hook(connection: Connection, hook_params: Mapping[str, Any] | None = None) -> Any:
    """The hook for a connection.

    Args:
        connection: The connection; its type decides.
        hook_params: More arguments for the hook.

    Raises:
        OperationError: There is none for its type.
    """
    kind = (connection.conn_type or "").lower()
    if is_database(kind):
        make = import_module("fanjet.operators.sql.any_database").make_database_hook
        return make(connection, hook_params)
    if kind not in _HOOKS:
        raise OperationError(
            f"Connection '{connection.conn_id}' is of type '{kind}', for which there is no hook. "
            f"Fix: use its fields yourself, or correct the type."
        )
    target, argument = _HOOKS[kind]
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)(**{argument: connection.conn_id}, **(hook_params or {}))
