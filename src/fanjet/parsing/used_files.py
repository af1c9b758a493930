"""Finds out which files of its project a DAG file uses while it is loaded.

Modules that it imports, and whatever it opens for reading or lists, are seen by a hook of the interpreter. What native
libraries open by themselves is not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import source_from_cache
from types import ModuleType

from fanjet.parsing.report import Stamp

#: Beyond so many, a change of the others goes unnoticed until the file is loaded again for another reason.
_MOST = 2_000
_CACHE = "__pycache__"
_LISTINGS = frozenset({"os.listdir", "os.scandir"})


class UsedFiles:
    """What was used below one folder, each with the stamp that it had then.

    Args:
        root: The folder; absolute.
    """

    def __init__(self, root: str) -> None:
        self._roots = tuple({root.rstrip("/") + "/", os.path.realpath(root) + "/"})
        #: By path relative to the root; folders that were listed end with a slash.
        self._stamps: dict[str, Stamp | None] = {}
        self._is_open = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look on for the time of the block. The hook stays in the process, for nothing removes hooks."""
        self._is_open = True
        sys.addaudithook(self._hear)
        try:
            yield
        finally:
            self._is_open = False

    def take(self, modules: Mapping[str, ModuleType]) -> dict[str, Stamp | None]:
        """What was used, modules of the project included however they were found."""
        for module in list(modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str):
                self._add(file)
        return dict(list(self._stamps.items())[:_MOST])

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """The hook; an error of it would look like one of the file."""
        if not self._is_open:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & os.O_ACCMODE == os.O_RDONLY:
                self._add(path)
        elif event in _LISTINGS and not _is_import():
            self._add(arguments[0], is_folder=True)

    def _add(self, path: object, *, is_folder: bool = False) -> None:
        try:
            text = os.path.abspath(os.fsdecode(path))  # type: ignore[arg-type]  # noqa: PTH100 - not even of a file
        except (TypeError, ValueError):
            return  # a descriptor, or no path at all
        if f"/{_CACHE}/" in text:
            text = _find_source(text)
        if is_folder:
            text += "/"
        for root in self._roots:
            if text.startswith(root):
                name = text[len(root) :] or "./"
                if name not in self._stamps:
                    self._stamps[name] = None if is_folder else stamp_of(text)
                return


def stamp_of(path: str) -> Stamp | None:
    """What tells a file from another one of the same name; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - often, and a str
    except OSError:
        return None
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino)


def _find_source(path: str) -> str:
    try:
        return source_from_cache(path)
    except ValueError:
        return path


def _is_import() -> bool:
    """Whether the import system lists a folder of the search path; the modules that it finds are seen otherwise."""
    return sys._getframe(2).f_code.co_filename.startswith("<frozen importlib")  # noqa: SLF001 - who calls is the point
