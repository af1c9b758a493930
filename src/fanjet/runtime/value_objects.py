"""Values as objects at URLs through fsspec: ``s3://``, ``gs://``, ``memory://`` and whatever else it has a library for.

File systems are made in the process that uses them, never before a fork: their libraries keep event loops, threads and
open connections. One that was inherited through a fork is not used, and never collected either: closing its
connections would take them out of the parent's event loop, with which it shares the kernel's list of descriptors.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from fanjet.errors import ExecutionError, OperationError
from fanjet.runtime.masked_urls import has_credentials, mask_urls
from fanjet.runtime.storage_faults import explain_fault

#: How long S3 may take to accept a connection, and to send the next bytes of an answer; each is tried thrice.
_CONNECT_TIMEOUT_S = 10
_READ_TIMEOUT_S = 30
_ATTEMPTS = 3

#: How often s3fs itself begins again where an answer breaks off.
_S3FS_ATTEMPTS = 2

_S3 = frozenset({"s3", "s3a"})

#: Where a file needs its folder before it can be written; object storage knows no folders.
_WITH_FOLDERS = frozenset({"memory", "ftp", "sftp", "ssh", "smb", "hdfs", "webhdfs", "webdav"})

#: All file systems of this process and of those that it was forked from, by identity; see above.
_KEPT: dict[int, Any] = {}


def is_url(place: str) -> bool:
    """Whether a place is a URL and no folder or file of this machine."""
    return "://" in place


def write_object(url: str, data: bytes) -> None:
    """Make an object of `data`; in object storage it is whole under its name or not there.

    Raises:
        Exception: Whatever the library raises; see `explain_fault`.
    """
    file_system, path = _open(url)
    if url.partition("://")[0] in _WITH_FOLDERS:
        file_system.makedirs(path.rpartition("/")[0], exist_ok=True)
    file_system.pipe_file(path, data)


def read_objects(urls: Sequence[str]) -> list[bytes | Exception]:
    """The content of each object, read at the same time as far as the library can; an exception where it failed.

    Args:
        urls: All of one protocol; at least one.

    Raises:
        Exception: Whatever the library raises where it cannot begin; see `explain_fault`.
    """
    opened = [_open(url) for url in urls]
    file_system, path = opened[0]
    if len(opened) == 1:
        try:
            return [file_system.cat_file(path)]
        except Exception as error:  # noqa: BLE001 - each library has errors of its own; the caller explains them
            return [error]
    found = file_system.cat([path for _, path in opened], on_error="return")
    return [found[path] for _, path in opened]


def remove_objects(urls: Sequence[str]) -> None:
    """Remove objects; those that are gone already are no fault.

    Args:
        urls: All of one protocol; at least one.

    Raises:
        ExecutionError: The store cannot be reached, or refuses it.
    """
    opened = [_open(url) for url in urls]
    file_system = opened[0][0]
    try:
        file_system.rm([path for _, path in opened])
    except FileNotFoundError:
        for _, path in opened:
            with contextlib.suppress(FileNotFoundError):
                file_system.rm_file(path)
    except Exception as error:  # noqa: BLE001 - each library has errors of its own
        fault = explain_fault(error)
        raise ExecutionError(
            f"{len(urls):,} old values could not be removed from the store: {fault.reason}. Fix: {fault.fix}.",
            temporary=fault.temporary,
        ) from (None if fault.known else error)


def check_place(url: str) -> None:
    """See whether a store can be used: its library is there, its bucket exists, the credentials are known.

    Nothing is written; whether writing is allowed shows when it is done.

    Raises:
        OperationError: The URL cannot be used, or its library is missing.
        ExecutionError: The store is not there or cannot be reached.
    """
    refuse_credentials(url)
    try:
        file_system, path = _open(f"{url.rstrip('/')}/.fanjet")
        file_system.cat_file(path)
    except OperationError:
        raise
    except Exception as error:
        fault = explain_fault(error)
        if fault.missing or fault.denied:  # no object of this name, or no right to know: both are fine
            return
        raise ExecutionError(
            f"The value store {mask_urls(url)} cannot be used: {fault.reason}. Fix: {fault.fix}.",
            temporary=fault.temporary,
        ) from error


def refuse_credentials(url: str) -> None:
    """Raise for a URL with a password in it: it would stand in the database beside every value.

    Raises:
        OperationError: There is one.
    """
    if has_credentials(url):
        raise OperationError(
            f"The setting values_url ({mask_urls(url)}) has credentials in it. "
            "Fix: leave them out, and give them to the storage library by its environment variables "
            "(AWS_ACCESS_KEY_ID ..., or FSSPEC_<PROTOCOL>_<ARGUMENT> of fsspec)."
        )


def _open(url: str) -> tuple[Any, str]:
    """The file system of this process for a URL, and the path in it.

    Raises:
        OperationError: There is no library for it.
    """
    fsspec = import_module("fsspec")  # late: local folders do without it
    protocol = url.partition("://")[0]
    options: dict[str, Any] = _s3_options(fsspec) if protocol in _S3 else {}
    try:
        file_system, path = fsspec.core.url_to_fs(url, **options)
    except ImportError as error:
        raise _missing_library(protocol, error) from error
    except ValueError as error:
        raise OperationError(
            f"The setting values_url cannot be used: {mask_urls(str(error))}. "
            "Fix: give a folder, or a URL such as s3://bucket/prefix."
        ) from error
    if id(file_system) not in _KEPT:
        _KEPT[id(file_system)] = file_system
        if protocol in _S3:
            file_system.retries = _S3FS_ATTEMPTS
            _quieten()
    return file_system, path


def _quieten() -> None:
    """Keep out of the logs of tries, unless someone has asked for it, where the library found its settings."""
    logging = import_module("logging")
    for name in ("aiobotocore.credentials", "botocore.credentials", "botocore.configprovider"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)


def _s3_options(fsspec: Any) -> dict[str, Any]:
    """What Fanjet asks of s3fs, unless fsspec's own configuration says otherwise."""
    options: dict[str, Any] = {
        "use_listings_cache": False,
        "config_kwargs": {
            "connect_timeout": _CONNECT_TIMEOUT_S,
            "read_timeout": _READ_TIMEOUT_S,
            "retries": {"max_attempts": _ATTEMPTS, "mode": "standard"},
        },
    }
    configured = fsspec.config.conf.get("s3", {})
    return {name: value for name, value in options.items() if name not in configured}


def _missing_library(protocol: str, error: ImportError) -> OperationError:
    if protocol in _S3:
        return OperationError(
            "The setting values_url is on S3, and the library for it, s3fs, is not installed. "
            "Fix: pip install 'fanjet[s3]'."
        )
    return OperationError(
        f"The setting values_url begins with {protocol}:// and needs a library that is not installed: {error}."
    )
