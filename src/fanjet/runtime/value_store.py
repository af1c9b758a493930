"""Large XCom values as files: a local folder by default, any fsspec URL otherwise."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from fanjet.errors import ExecutionError
from fanjet.model import paths

#: A file name has room for so many bytes; longer keys are cut and told apart by a hash.
_MAX_NAME_CHARS = 120


class ValueOwner(NamedTuple):
    """The try that pushes a value, and the key that it pushes it under."""

    run: int
    task_id: str
    path: paths.Path
    try_number: int
    key: str


#: What is shorter travels inline unless a setting says otherwise.
INLINE_BYTES = 64 * 1024


class ValueStore:
    """Writes values below one root, as ``<run>/<task>/<path>/<try>-<key>``.

    Args:
        root: A local folder or a URL that fsspec knows (``s3://bucket/values``).
        inline_bytes: Values whose encoding is shorter do not come here but travel and rest inline; 0 for none.
    """

    def __init__(self, root: str | Path, *, inline_bytes: int = INLINE_BYTES) -> None:
        self.inline_bytes = inline_bytes
        text = str(root)
        self.root = text.rstrip("/") if "://" in text else str(Path(text).absolute())

    def write(self, owner: ValueOwner, data: bytes) -> str:
        """Keep `data`; it is on the disk when this returns.

        Returns:
            The URI to read it by: an absolute path, or a URL.

        Raises:
            ExecutionError: It could not be written.
        """
        folder = "/".join((self.root, str(owner.run), _name(owner.task_id), paths.show(owner.path)))
        uri = f"{folder}/{owner.try_number}-{_name(owner.key)}"
        try:
            if "://" in uri:
                with _open_url(uri, "wb") as file:
                    file.write(data)
            else:
                _write_file(Path(uri), data)
        except OSError as error:
            raise ExecutionError(
                f"The value {owner.key!r} of task {owner.task_id!r} ({len(data):,} bytes) could not be written to "
                f"{uri}: {error}.",
                temporary=True,
            ) from error
        return uri


def read_stored(uri: str) -> bytes:
    """The bytes that `ValueStore.write` kept.

    Raises:
        ExecutionError: They are gone or cannot be reached.
    """
    try:
        if "://" not in uri:
            return Path(uri).read_bytes()
        with _open_url(uri, "rb") as file:
            return bytes(file.read())
    except OSError as error:
        raise ExecutionError(f"A stored value could not be read from {uri}: {error}.", temporary=True) from error


def _open_url(uri: str, mode: str) -> Any:
    return import_module("fsspec").open(uri, mode)  # late: local folders do without it


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


def _name(text: str) -> str:
    """`text` as one part of a path, whatever is in it."""
    safe = str(import_module("urllib.parse").quote(text, safe=""))  # late: large values are rare
    if safe.strip("."):
        return safe if len(safe) <= _MAX_NAME_CHARS else f"{safe[:80]}-{_digest(text)}"
    return f"_{safe}"


def _digest(text: str) -> str:
    return str(import_module("hashlib").sha256(text.encode()).hexdigest())[:32]
