"""Removing files of a home that nothing in the database leads to any more."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from stat import S_ISREG

import msgspec

from fanjet.store.files.logs import locate_segment

_SUFFIX = ".json"


def remove_segments(home: Path, keep: Collection[int], before: float) -> tuple[int, int]:
    """Remove log segments that nobody has written since an instant, but for those to keep.

    Returns:
        How many that were, and their bytes.
    """
    kept = {locate_segment(home, number).name for number in keep}
    return _remove_files((home / "logs").glob("*.log"), kept, before)


def remove_bundles(home: Path, keep: Collection[str], before: float) -> tuple[int, int]:
    """Remove bundles, and the contents that no bundle has any more; what is younger than an instant stays.

    Returns:
        How many files that were, and their bytes.
    """
    folder = home / "bundles"
    files = 0
    for manifest in [path for path in folder.glob(f"*{_SUFFIX}") if path.name.removesuffix(_SUFFIX) not in keep]:
        if _find_size(manifest, before) is not None:
            for extracted in folder.glob(f"{manifest.name.removesuffix(_SUFFIX)}*/"):
                shutil.rmtree(extracted, ignore_errors=True)
            manifest.unlink(missing_ok=True)
            files += 1
    needed = {sha256 for path in folder.glob(f"*{_SUFFIX}") for sha256 in _list_contents(path)}
    removed, size_bytes = _remove_files((folder / "blobs").glob("*/*"), needed, before)
    return files + removed, size_bytes


def _list_contents(manifest: Path) -> list[str]:
    try:
        return [entry["sha256"] for entry in msgspec.json.decode(manifest.read_bytes())]
    except FileNotFoundError:  # somebody else removes old files too
        return []


def _remove_files(paths: Iterable[Path], keep: Collection[str], before: float) -> tuple[int, int]:
    count = size_bytes = 0
    for path in list(paths):
        if path.name not in keep and (found := _find_size(path, before)) is not None:
            path.unlink(missing_ok=True)
            count, size_bytes = count + 1, size_bytes + found
    return count, size_bytes


def _find_size(path: Path, before: float) -> int | None:
    """How large a file is that nobody has written since an instant; None for others, and for one that is gone.

    Each scheduler of a service removes old files, and people do.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_size if status.st_mtime < before and S_ISREG(status.st_mode) else None
