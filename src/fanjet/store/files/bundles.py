"""The files of DAG versions, kept by content, so that a run goes on with the files that it started with.

Beside the database lie ``bundles/blobs/ab/abcd...``, one file per distinct content, ``bundles/<hash>.json``, the list
of a version's files, and ``bundles/<hash>/``, the files themselves once somebody wanted them. Everything appears under
its name by a rename, complete and on the disk, or not at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

import msgspec

from fanjet.errors import ExecutionError, OperationError

_PIECE_BYTES = 1 << 20
_EXECUTABLE = 0o111


class _File(msgspec.Struct, frozen=True):
    #: Relative to the root, with ``/``.
    path: str
    sha256: str
    executable: bool


#: Of a path relative to the root; raises a FileNotFoundError where there is none that can be read.
Describe: TypeAlias = Callable[[str], tuple[str, bool]]

_decode_files = msgspec.json.Decoder(list[_File]).decode


def save_bundle(
    home: Path,
    root: Path,
    files: Iterable[str | Path],
    *,
    beside: Iterable[str | Path] = (),
    describe: Describe | None = None,
) -> str:
    """Keep files as they are now; contents that are there already are not written again.

    Args:
        home: The folder of the database.
        root: The folder that the files are named from.
        files: Paths relative to `root`, or absolute ones under it.
        beside: More such paths. Of these, what is gone by now or cannot be read is left out.
        describe: Gives the SHA-256 of a file and whether it is executable, for who knows that without reading it.

    Returns:
        The hash of the names, contents and executable bits; the name of the bundle.

    Raises:
        OperationError: A file lies outside of `root`.
        ExecutionError: A file cannot be read, or the disk is full.
    """
    folder = home / "bundles"
    with _explained():
        needed = set(_relative(root, files))
        paths = sorted(needed.union(_relative(root, beside)))
        described = _without_gone(needed, ((path, partial(_describe, root, path, describe)) for path in paths))
        name = _hash_files(described)
        if _is_kept(folder / f"{name}.json"):
            return name
        blobs = folder / "blobs"
        stored = _without_gone(needed, ((file.path, partial(_store, blobs, root, file)) for file in described))
        name = _hash_files(stored)  # another one if a file changed meanwhile
        with _new_file(folder / f"{name}.json") as manifest:
            manifest.write(msgspec.json.encode(stored))
        return name


def has_bundle(home: Path, name: str) -> bool:
    """Whether a bundle is in a home; a database may have come from another one."""
    return (home / "bundles" / f"{name}.json").exists()


def find_changed(home: Path, name: str, root: Path) -> list[str]:
    """The files of a bundle that are missing under `root` or are no longer as they were; new files do not count.

    Raises:
        ExecutionError: The bundle is gone or damaged.
    """
    with _explained():
        files = _read_manifest(home / "bundles", name)
        return [file.path for file in files if not _is_same(root, file)]


def extract_bundle(home: Path, name: str, *, place: str = "") -> Path:
    """The folder with the files of a bundle; it is made when it is not there.

    Args:
        home: The folder of the database.
        name: The hash that `save_bundle` returned.
        place: Tells apart folders with the same files, to which the caller may add.

    Raises:
        ExecutionError: The bundle is gone or damaged, or the disk is full.
    """
    folder = home / "bundles"
    target = folder / (f"{name}-{place}" if place else name)
    if target.is_dir():
        return target
    with _explained():
        files = _read_manifest(folder, name)
        partial = folder / _temporary_name(name)
        try:
            for file in files:
                _extract(folder / "blobs", partial, file)
            _move_folder(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        _sync_folder(folder)
    return target


def _relative(root: Path, files: Iterable[str | Path]) -> list[str]:
    paths = set()
    for file in files:
        relative = os.path.relpath(root / file, root)
        if relative.split(os.sep, 1)[0] == os.pardir:
            raise OperationError(f"The file {file} lies outside of {root}, so it cannot be kept with the DAG.")
        paths.add(Path(relative).as_posix())
    return sorted(paths)


def _without_gone(needed: set[str], steps: Iterable[tuple[str, Callable[[], _File]]]) -> list[_File]:
    """What the steps make of each path, without the files that nobody needs and that are gone or not ours to read."""
    made = []
    for path, step in steps:
        try:
            made.append(step())
        except (FileNotFoundError, PermissionError):
            if path in needed:
                raise
    return made


def _describe(root: Path, path: str, describe: Describe | None = None) -> _File:
    if describe is not None:
        sha256, executable = describe(path)
        return _File(path, sha256, executable)
    with (root / path).open("rb") as file:
        executable = bool(os.fstat(file.fileno()).st_mode & _EXECUTABLE)
        return _File(path, hashlib.file_digest(file, "sha256").hexdigest(), executable)


def _is_same(root: Path, file: _File) -> bool:
    return (root / file.path).is_file() and _describe(root, file.path) == file


def _hash_files(files: list[_File]) -> str:
    return hashlib.sha256(msgspec.json.encode(files)).hexdigest()


def _is_kept(path: Path) -> bool:
    """Whether something is kept already. It is as good as new then: whoever removes what is old goes by its time."""
    try:
        os.utime(path)
    except OSError:  # there is none, or it is somebody else's in a shared home
        return path.exists()
    return True


def _locate_blob(blobs: Path, sha256: str) -> Path:
    return blobs / sha256[:2] / sha256


def _store(blobs: Path, root: Path, file: _File) -> _File:
    """Store one content. Returns the file as stored: it may have changed since it was described."""
    if _is_kept(_locate_blob(blobs, file.sha256)):
        return file
    blobs.mkdir(parents=True, exist_ok=True)
    partial = blobs / _temporary_name(file.sha256)
    try:
        with (root / file.path).open("rb") as source, partial.open("xb") as copy:
            sha256 = _copy(source, copy)
        target = _locate_blob(blobs, sha256)
        target.parent.mkdir(exist_ok=True)
        partial.replace(target)
        _sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return _File(file.path, sha256, file.executable)


def _extract(blobs: Path, folder: Path, file: _File) -> None:
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locate_blob(blobs, file.sha256).open("rb") as blob, target.open("xb") as copy:
        if _copy(blob, copy) != file.sha256:
            raise ExecutionError(f"The stored content of {file.path} is damaged; run the DAG anew from its file.")
    if file.executable:
        target.chmod(target.stat().st_mode | _EXECUTABLE)


def _copy(source: BinaryIO, target: BinaryIO) -> str:
    """Copy to the disk. Returns the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    while piece := source.read(_PIECE_BYTES):
        digest.update(piece)
        target.write(piece)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest()


def _read_manifest(folder: Path, name: str) -> list[_File]:
    try:
        manifest = (folder / f"{name}.json").read_bytes()
    except FileNotFoundError as error:
        raise ExecutionError(
            f"The files of the DAG's version {name[:12]} are not in {folder} any more; run the DAG anew from its file."
        ) from error
    if hashlib.sha256(manifest).hexdigest() != name:
        raise ExecutionError(f"The list of files {folder / name}.json is damaged; run the DAG anew from its file.")
    return _decode_files(manifest)


def _move_folder(partial: Path, target: Path) -> None:
    partial.mkdir(exist_ok=True)  # a bundle without files
    try:
        partial.rename(target)
    except OSError:
        if not target.is_dir():  # else another process was quicker
            raise


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is complete and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(_temporary_name(path.name))
    try:
        with partial.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _temporary_name(name: str) -> str:
    return f".{name}.{os.urandom(4).hex()}.tmp"


def _sync_folder(folder: Path) -> None:
    """A rename is only on the disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExecutionError(f"The files of the DAG cannot be kept or brought back: {error}.") from error
