"""Brings back the files that a run started with, amid all else that still lies where they came from.

A bundle holds what decides about the run, not the data beside it, which a task may find by ``Path(__file__).parent``.
So a restored folder shows the kept files as they were, and links to everything else.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from fanjet.parsing.bundle import decides
from fanjet.store.files.bundles import extract_bundle


def restore_files(home: Path, bundle: str, root: Path) -> Path:
    """The folder in which a run goes on.

    Args:
        home: The folder of the database.
        bundle: The hash of the files to bring back.
        root: The folder that they came from; it may be gone.

    Raises:
        ExecutionError: The bundle is gone or damaged, or the disk is full.
    """
    place = hashlib.sha256(os.fsencode(root)).hexdigest()[:8]  # the same files may have come from two folders
    folder = extract_bundle(home, bundle, place=place)
    if root.is_dir():
        _link_rest(folder, root, root)
    return folder


def _link_rest(folder: Path, original: Path, root: Path) -> None:
    with os.scandir(original) as entries:
        for entry in entries:
            mine = folder / entry.name
            if entry.name == "__pycache__" or mine.is_symlink():
                continue
            if mine.is_dir() and entry.is_dir():
                _link_rest(mine, Path(entry.path), root)
            elif not mine.exists() or (entry.is_file() and not decides(root, os.path.relpath(entry.path, root))):
                mine.unlink(missing_ok=True)
                mine.symlink_to(entry.path)
