"""Removing files of a home that nothing in the database leads to any more."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from fanjet.store.logs import locate_segment

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
        if manifest.stat().st_mtime < before:
            for extracted in folder.glob(f"{manifest.name.removesuffix(_SUFFIX)}*/"):
                shutil.rmtree(extracted, ignore_errors=True)
            manifest.unlink(missing_ok=True)
            files += 1
    needed = {
        entry["sha256"] for path in folder.glob(f"*{_SUFFIX}") for entry in msgspec.json.decode(path.read_bytes())
    }
    removed, size_bytes = _remove_files((folder / "blobs").glob("*/*"), needed, before)
    return files + removed, size_bytes


def _remove_files(paths: Iterable[Path], keep: Collection[str], before: float) -> tuple[int, int]:
    count = size_bytes = 0
    for path in list(paths):
        if path.name in keep:
            continue
        status = path.stat()
        if status.st_mtime < before and path.is_file():
            path.unlink(missing_ok=True)
            count, size_bytes = count + 1, size_bytes + status.st_size
    return count, size_bytes
