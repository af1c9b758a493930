"""Large XCom values as files: a local folder by default, any fsspec URL otherwise."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from fanjet.errors import ExecutionError
from fanjet.model import paths
from fanjet.model.values import ValueReference
from fanjet.runtime.masked_urls import mask_urls
from fanjet.runtime.storage_faults import explain_fault
from fanjet.runtime.value_names import file_name, name_value
from fanjet.runtime.value_objects import is_url, read_objects, write_object

#: What is shorter travels inline unless a setting says otherwise.
INLINE_BYTES = 64 * 1024

#: By process: a fork inherits the entries of those before it.
_TOKENS: dict[int, str] = {}


class ValueOwner(NamedTuple):
    """The try that pushes a value, and the key that it pushes it under."""

    run: int
    task_id: str
    path: paths.Path
    try_number: int
    key: str


class ValueStore:
    """Writes values below one root, as ``<run>/<task>/<path>/<try>-<key>-<token>``.

    Each process draws a token of its own. So a try overwrites nothing but what it pushed under the same key before: not
    what a try wrote that was thought dead, not the values of another home that uses the same root.

    Args:
        root: A local folder or a URL that fsspec knows (``s3://bucket/values``).
        inline_bytes: Values whose encoding is shorter do not come here but travel and rest inline; 0 for none.
    """

    def __init__(self, root: str | Path, *, inline_bytes: int = INLINE_BYTES) -> None:
        self.inline_bytes = inline_bytes
        text = str(root).removeprefix("file://").removeprefix("local://")
        self.root = text.rstrip("/") if is_url(text) else str(Path(text).expanduser().absolute())

    def write(self, owner: ValueOwner, data: bytes) -> str:
        """Keep `data`; it is durable when this returns.

        Returns:
            The URI to read it by: an absolute path, or a URL.

        Raises:
            ExecutionError: It could not be written; nothing of it can be read.
        """
        folder = "/".join((self.root, str(owner.run), file_name(owner.task_id), paths.show(owner.path)))
        uri = f"{folder}/{owner.try_number}-{file_name(owner.key)}-{_find_token()}"
        try:
            if is_url(uri):
                write_object(uri, data)
            else:
                _write_file(Path(uri), data)
        except Exception as error:  # noqa: BLE001 - storage libraries raise what they like
            fault = explain_fault(error)
            place = f"[{paths.show(owner.path)}]" if owner.path else ""
            raise ExecutionError(
                f"The value {owner.key!r} of task {owner.task_id!r}{place} ({len(data):,} bytes) could not be stored "
                f"in {mask_urls(uri)}: {fault.reason}. Fix: {fault.fix}.",
                temporary=fault.temporary,
            ) from (None if fault.known else error)
        return uri


def _find_token() -> str:
    """Eight hexadecimal digits for this process; a fork draws its own."""
    pid = os.getpid()
    if pid not in _TOKENS:
        _TOKENS[pid] = os.urandom(4).hex()
    return _TOKENS[pid]


def fetch(references: Sequence[ValueReference]) -> list[bytes]:
    """The bytes that `ValueStore.write` kept, whole and unchanged; those at URLs are read at the same time.

    Raises:
        ExecutionError: One is gone, damaged, or cannot be reached.
    """
    found: dict[str, bytes | Exception] = {}
    distant: dict[str, list[str]] = {}
    for uri in dict.fromkeys(reference.uri for reference in references):
        if is_url(uri):
            distant.setdefault(uri.partition("://")[0], []).append(uri)
        else:
            found[uri] = _read_file(uri)
    for uris in distant.values():
        found.update(zip(uris, _read_distant(uris), strict=True))
    return [_checked(reference, found[reference.uri]) for reference in references]


def _read_distant(uris: list[str]) -> Sequence[bytes | Exception]:
    try:
        return read_objects(uris)
    except Exception as error:  # noqa: BLE001 - each storage library has errors of its own; `_checked` explains it
        return [error] * len(uris)


def _read_file(path: str) -> bytes | Exception:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        return error


def _checked(reference: ValueReference, found: bytes | Exception) -> bytes:
    """The bytes, if they are those that were written."""
    if isinstance(found, bytes):
        if len(found) != reference.size_bytes:
            damage = f"it has {len(found):,} bytes and was written with {reference.size_bytes:,}"
        elif reference.crc32 is not None and zlib.crc32(found) != reference.crc32:
            damage = "its content is not what was written (the checksum differs)"
        else:
            return found
        reason, fix, temporary, cause = f"it is damaged: {damage}", None, False, None
    else:
        fault = explain_fault(found)
        missing_root = fault.missing and not is_url(reference.uri)
        reason = "the file is gone" if missing_root else "the object is gone" if fault.missing else fault.reason
        fix = None if fault.missing else fault.fix
        temporary, cause = fault.temporary and not fault.missing, None if fault.known else found
    named = name_value(reference.uri)
    raise ExecutionError(
        f"{named.text} could not be read from {mask_urls(reference.uri)}: {reason}. "
        f"Fix: {fix or f'bring it back, or run that task again: {named.rerun}'}.",
        temporary=temporary,
    ) from cause


def _write_file(target: Path, data: bytes) -> None:
    """Write so that a file under its final name is whole, also after a crash."""
    _make_folder(target.parent)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _make_folder(folder: Path) -> None:
    """Make `folder` and what lacks above it; the new names are durable."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable as well as the data."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
