"""Paths to files anywhere: ``ObjectStoragePath("s3://aws_default@bucket/key")``."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fanjet.runtime.connections import Connection

try:
    from upath import UPath
    from upath.extensions import ProxyUPath
except ImportError as missing:
    raise ImportError(
        "Paths to object storage need the package universal-pathlib. Fix: pip install 'fanjet[airflow]'"
    ) from missing


class ObjectStoragePath(ProxyUPath):
    """A path as in `pathlib`, to a file in a store that fsspec knows.

    Args:
        args: A URL such as ``s3://bucket/key``, or with the id of a connection in front of the bucket, and further
            parts of the path.
        protocol: The kind of store, where the URL does not say it.
        conn_id: The connection with the credentials; looked up when the store is first used.
        storage_options: What fsspec's file system for it takes besides.
    """

    __slots__ = ("_conn_id",)

    def __init__(
        self, *args: Any, protocol: str | None = None, conn_id: str | None = None, **storage_options: Any
    ) -> None:
        if args and isinstance(args[0], str):
            url, found = _split_connection(args[0])
            args, conn_id = (url, *args[1:]), conn_id or found
        elif args and isinstance(args[0], ObjectStoragePath):
            conn_id = conn_id or args[0].conn_id
        super().__init__(*args, protocol=protocol, **storage_options)
        self._conn_id = conn_id
        _bind(self.__wrapped__, conn_id)

    @classmethod
    def _of(cls, wrapped: UPath, conn_id: str | None) -> ObjectStoragePath:
        made = object.__new__(cls)
        made.__wrapped__ = wrapped
        made._conn_id = conn_id
        _bind(wrapped, conn_id)
        return made

    def _from_upath(self, upath: UPath, /) -> Any:  # type: ignore[override] # called on the class, too
        """The path that an operation on this one gives; it keeps the connection."""
        if isinstance(upath, ObjectStoragePath):
            return upath
        if isinstance(self, type):  # called on the class
            return self._of(upath, None)
        return self._of(upath, self._conn_id)

    @property
    def conn_id(self) -> str | None:
        """The id of the connection."""
        return self._conn_id

    @property
    def fs(self) -> Any:
        """The file system of the store."""
        fs = self.__wrapped__.fs
        return fs.made if isinstance(fs, _LateFileSystem) else fs

    @property
    def bucket(self) -> str:
        """The bucket or container; empty for local files."""
        return str(urlsplit(str(self.__wrapped__)).netloc) if self.__wrapped__.protocol else ""

    container = bucket

    @property
    def key(self) -> str:
        """The path inside the bucket."""
        return str(self.__wrapped__.path).removeprefix(self.bucket).lstrip("/") if self.bucket else str(self.path)

    @property
    def namespace(self) -> str:
        """The store and the bucket."""
        return f"{self.__wrapped__.protocol}://{self.bucket}" if self.bucket else str(self.__wrapped__.protocol)

    def samestore(self, other: Any) -> bool:
        """Whether another path is in the same kind of store under the same connection."""
        return isinstance(other, ObjectStoragePath) and (self.protocol, self.conn_id) == (other.protocol, other.conn_id)

    def size(self) -> int:
        """The size in bytes."""
        return int(self.fs.size(self.path))

    def checksum(self) -> Any:
        """What changes when the content does."""
        return self.fs.checksum(self.path)

    def read_block(self, offset: int, length: int, delimiter: bytes | None = None) -> Any:
        """A part of the file; with a delimiter, whole lines of it."""
        return self.fs.read_block(self.path, offset, length, delimiter=delimiter)

    def sign(self, expiration: int = 100, **options: Any) -> str:
        """A URL by which others can read the file for so many seconds."""
        return str(self.fs.sign(self.path, expiration=expiration, **options))

    def __reduce__(self) -> tuple[Any, ...]:
        options = dict(self.__wrapped__.storage_options)
        return _restore, (type(self), str(self.__wrapped__), self.__wrapped__.protocol, self._conn_id, options)

    def __str__(self) -> str:
        text = str(self.__wrapped__)
        return text.replace("://", f"://{self._conn_id}@", 1) if self._conn_id else text


def _restore(
    cls: type[ObjectStoragePath], text: str, protocol: str, conn_id: str | None, options: dict[str, Any]
) -> ObjectStoragePath:
    return cls(text, protocol=protocol or None, conn_id=conn_id, **options)


def _split_connection(url: str) -> tuple[str, str | None]:
    """A URL without the connection in it, and the connection."""
    if "@" not in url or "://" not in url:
        return url, None
    parts = urlsplit(url)
    conn_id, at, place = parts.netloc.rpartition("@")
    return (urlunsplit(parts._replace(netloc=place)), conn_id) if at else (url, None)


def _bind(wrapped: UPath, conn_id: str | None) -> None:
    """Have a path use the credentials of a connection, once it uses any."""
    if conn_id is not None:
        wrapped._fs_cached = _LateFileSystem(wrapped.protocol, conn_id, dict(wrapped.storage_options))  # noqa: SLF001 - where it keeps it


class _LateFileSystem:
    """A file system that is made when it is first used: DAG files write paths long before."""

    def __init__(self, protocol: str, conn_id: str, options: dict[str, Any]) -> None:
        self._how = (protocol, conn_id, options)
        self._made: Any = None

    @property
    def made(self) -> Any:
        if self._made is None:
            protocol, conn_id, options = self._how
            found = _options_of(Connection.get(conn_id), protocol)
            self._made = import_module("fsspec").filesystem(protocol, **{**found, **options})
        return self._made

    def __getattr__(self, name: str) -> Any:
        return getattr(self.made, name)


def _options_of(connection: Connection, protocol: str) -> dict[str, Any]:
    """What fsspec's file systems take, of a connection."""
    extra = connection.extra_dejson
    if protocol in {"s3", "s3a", "s3n"}:
        client = {
            name: value
            for name, value in (
                ("endpoint_url", extra.get("endpoint_url") or extra.get("host")),
                ("region_name", extra.get("region_name")),
            )
            if value
        }
        return {
            "key": connection.login or extra.get("aws_access_key_id"),
            "secret": connection.password or extra.get("aws_secret_access_key"),
            "token": extra.get("aws_session_token"),
            "client_kwargs": client,
        }
    if protocol in {"gs", "gcs"}:
        key = extra.get("keyfile_dict")
        token = json.loads(key) if isinstance(key, str) else key or extra.get("key_path")
        return {"token": token, "project": extra.get("project")} if token else {}
    login = {"username": connection.login, "password": connection.password, "host": connection.host}
    return {name: value for name, value in login.items() if value} | extra if protocol not in {"file", "memory"} else {}
