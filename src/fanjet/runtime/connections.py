"""Connections: addresses and credentials of the systems that DAG files talk to.

They come from the environment, as ``FANJET_CONN_<ID>`` or, as in Airflow, ``AIRFLOW_CONN_<ID>``; the text is a URI or
a JSON object. Those that are not there come from the store.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fanjet.authoring import ports
from fanjet.authoring.exceptions import AirflowNotFoundException
from fanjet.errors import OperationError
from fanjet.model.requests import FindConnection
from fanjet.runtime.lookups import LOOKUPS
from fanjet.runtime.near_names import say_near
from fanjet.runtime.secrets import SECRETS

if TYPE_CHECKING:
    from logging import Logger

PREFIXES = ("FANJET_CONN_", "AIRFLOW_CONN_")
JSON_FIELDS = ("conn_type", "host", "login", "password", "schema", "port", "extra", "description")


class Connection:
    """One connection. `extra` is JSON text, `extra_dejson` the same as a dict.

    Secrets in it are masked from now on in all that is shown.
    """

    def __init__(
        self,
        conn_id: str | None = None,
        *,
        conn_type: str | None = None,
        description: str | None = None,
        host: str | None = None,
        login: str | None = None,
        password: str | None = None,
        schema: str | None = None,
        port: int | None = None,
        extra: str | dict[str, Any] | None = None,
    ) -> None:
        self.conn_id = conn_id
        self.conn_type = conn_type
        self.description = description
        self.host = host
        self.login = login
        self.password = password
        self.schema = schema
        self.port = port
        self.extra: str | None = import_module("json").dumps(extra) if isinstance(extra, dict) else extra
        SECRETS.add(self.password)
        SECRETS.add_fields(self.extra_dejson)

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """`extra` as a dict; empty where it is no JSON object."""
        try:
            value = import_module("json").loads(self.extra) if self.extra else {}
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def get_password(self) -> str | None:
        """The password."""
        return self.password

    def get_extra_dejson(self) -> dict[str, Any]:
        """`extra` as a dict."""
        return self.extra_dejson

    def as_dict(self) -> dict[str, Any]:
        """The fields that it has, by name, without its id."""
        return {name: value for name in JSON_FIELDS if (value := getattr(self, name)) is not None}

    def as_json(self) -> str:
        """The same as JSON; `parse_json` reads it back."""
        return str(import_module("json").dumps(self.as_dict()))

    def get_uri(self) -> str:
        """The connection as a URI; `parse_uri` reads it back."""
        quote, urlencode = _urls().quote, _urls().urlencode
        kind = (self.conn_type or "").lower().replace("_", "-")
        login = quote(self.login, safe="") if self.login is not None else ""
        if self.password is not None:
            login += ":" + quote(self.password, safe="")
        at = f"{login}@" if login else ""
        port = f":{self.port}" if self.port is not None else ""
        schema = quote(self.schema, safe="") if self.schema else ""
        extras = self.extra_dejson
        if all(isinstance(value, str) for value in extras.values()):
            query = urlencode(extras)
        else:
            query = urlencode({"__extra__": self.extra})
        return f"{kind}://{at}{quote(self.host or '', safe='')}{port}/{schema}" + (f"?{query}" if query else "")

    def get_hook(self, *, hook_params: Mapping[str, Any] | None = None) -> Any:
        """The hook for connections of this type.

        Args:
            hook_params: More arguments for the hook.

        Raises:
            OperationError: There is none.
        """
        return ports.load(ports.HOOKS["make"])(self, hook_params)

    def __repr__(self) -> str:
        return f"<Connection {self.conn_id}: {self.conn_type} at {self.host}>"

    @classmethod
    def get(cls, conn_id: str) -> Connection:
        """The connection of this id.

        Raises:
            ConnectionNotFoundError: Nothing defines it.
            OperationError: Its text is neither a URI nor a JSON object.
            ExecutionError: The store cannot be asked, or cannot decrypt it.
        """
        given = find_in_environment(conn_id)
        text = LOOKUPS.find(FindConnection(conn_id)).value if given is None else given[1]
        if text is None:
            raise ConnectionNotFoundError(conn_id)
        return parse_connection(conn_id, text)


class ConnectionNotFoundError(AirflowNotFoundException, OperationError, KeyError):
    """A connection that nothing defines."""

    def __init__(self, conn_id: str) -> None:
        near = LOOKUPS.find(FindConnection(conn_id, suggest=True)).near
        super().__init__(
            f"There is no connection {conn_id!r}, neither in the environment ({PREFIXES[0]}{conn_id.upper()}) nor in "
            f"the store.{say_near(conn_id, near, PREFIXES)} Fix: fanjet connections add {conn_id}"
        )

    def __str__(self) -> str:
        """The message as it is; a KeyError would quote it."""
        return str(self.args[0])


def find_in_environment(conn_id: str) -> tuple[str, str] | None:
    """The name and the text of the environment's variable that defines a connection."""
    for prefix in PREFIXES:
        name = prefix + conn_id.upper()
        text = os.environ.get(name)
        if text is not None:
            return name, text
    return None


def parse_connection(conn_id: str, text: str) -> Connection:
    """A connection from a URI or a JSON object.

    Raises:
        OperationError: It is neither.
    """
    return parse_json(conn_id, text) if text.lstrip().startswith("{") else parse_uri(conn_id, text)


def _urls() -> Any:
    """`urllib.parse`, imported late: few tries read connections."""
    return import_module("urllib.parse")


def parse_json(conn_id: str, text: str) -> Connection:
    """A connection from a JSON object with the names of its fields.

    Raises:
        OperationError: It is no such object.
    """
    try:
        fields = import_module("json").loads(text)
    except ValueError as error:
        raise OperationError(f"Connection {conn_id!r} is not JSON: {error}.") from error
    if "uri" in fields:
        return parse_uri(conn_id, fields["uri"])
    unknown = sorted(set(fields) - set(JSON_FIELDS))
    if unknown:
        raise OperationError(f"Connection {conn_id!r} has unknown fields: {', '.join(unknown)}.")
    if fields.get("port") is not None:
        fields["port"] = int(fields["port"])
    return Connection(conn_id=conn_id, **fields)


def parse_uri(conn_id: str, text: str) -> Connection:
    """A connection from ``type://login:password@host:port/schema?extra=value``; the parts are percent-encoded.

    Raises:
        OperationError: It is no such URI.
    """
    SECRETS.add(text)
    parts = _urls().urlsplit(text)
    if not parts.scheme:
        raise OperationError(f"Connection {conn_id!r} is no URI: it lacks a type such as postgres:// in front.")
    try:
        port = parts.port
    except ValueError as error:
        raise OperationError(f"Connection {conn_id!r} has a port that is no number.") from error
    query = dict(_urls().parse_qsl(parts.query, keep_blank_values=True))
    extra = query.pop("__extra__", None) or (import_module("json").dumps(query) if query else None)
    kind = parts.scheme.replace("-", "_")
    return Connection(
        conn_id=conn_id,
        conn_type="postgres" if kind == "postgresql" else kind,
        host=_host(parts.netloc),
        login=_unquoted(parts.username) or None,
        password=_unquoted(parts.password),
        schema=_unquoted(parts.path.removeprefix("/")) or None,
        port=port,
        extra=extra,
    )


def _host(netloc: str) -> str | None:
    """The host as it is written: `urlsplit` would make it lower case."""
    host = netloc.rpartition("@")[2]
    host = host[: host.index("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return _unquoted(host) or None


def _unquoted(text: str | None) -> str | None:
    return None if text is None else str(_urls().unquote(text))


class BaseHook:
    """Where hooks of providers find their connection."""

    @property
    def log(self) -> Logger:
        """A logger; what is logged becomes part of the try's log."""
        return import_module("logging").getLogger(f"fanjet.task.hooks.{type(self).__name__}")  # type: ignore[no-any-return] # imported late: slow

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """The connection of this id; see `Connection.get`."""
        return Connection.get(conn_id)

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: Mapping[str, Any] | None = None) -> Any:
        """The hook for the connection of this id; see `Connection.get_hook`."""
        return cls.get_connection(conn_id).get_hook(hook_params=hook_params)


class ConnectionAccessor:
    """``conn`` in templates and contexts: connections as attributes or by `get`."""

    def __getattr__(self, conn_id: str) -> Connection:
        if conn_id.startswith("_"):  # what templates and copies look for is no connection
            raise AttributeError(conn_id)
        return Connection.get(conn_id)

    def __getitem__(self, conn_id: str) -> Connection:
        return Connection.get(conn_id)

    def get(self, conn_id: str, default: Any = None) -> Any:
        """The connection, or `default` if there is none."""
        try:
            return Connection.get(conn_id)
        except ConnectionNotFoundError:
            return default
