"""Hears from the system when something in a folder changes, so that nobody needs to look all the time."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from watchfiles import Change, watch

from fanjet.parsing.ignores import AIRFLOWIGNORE, FANJETIGNORE

_log = logging.getLogger("fanjet.folder")
#: How often to see whether the folder is another one by now: a link that was turned, a disk that came back.
_LOOK_EVERY_S = 2.0
#: Changes within so long are heard of together. The library looks that often whether the system has told of any.
_GATHERED_MS = 200
_IGNORE_FILES = (FANJETIGNORE, AIRFLOWIGNORE)


class FolderWatch:
    """Calls somebody when something changes below a folder.

    Where the system tells nothing, as of network disks, or has no room for so many watches, nothing is called.

    Args:
        folder: The folder; it need not be there yet.
        changed: What to call, from another thread.
    """

    def __init__(self, folder: Path, changed: Callable[[], None]) -> None:
        self._folder = folder
        self._changed = changed
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        is_told = False
        while not self._stopped.is_set():
            identity = _identify(self._folder)
            if identity is None:
                self._stopped.wait(_LOOK_EVERY_S)
                continue
            try:
                self._changed()  # also what came before anybody listened
                self._watch(identity)
            except (OSError, RuntimeError) as error:  # as watchfiles reports a limit of the system
                if not is_told:
                    _log.warning(
                        "Changes in %s cannot be watched (%s); it is looked at now and then.", self._folder, error
                    )
                is_told = True
                self._stopped.wait(_LOOK_EVERY_S)

    def _watch(self, identity: tuple[int, int]) -> None:
        """Until the folder is another one, or has a link to a folder that is not watched yet."""
        for changes in watch(
            self._folder,
            watch_filter=_is_of_interest,
            debounce=_GATHERED_MS,
            step=_GATHERED_MS,
            stop_event=self._stopped,
            rust_timeout=int(_LOOK_EVERY_S * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            if changes:
                self._changed()
            if _identify(self._folder) != identity or any(_is_linked_folder(path) for _, path in changes):
                return


def _identify(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_linked_folder(path: str) -> bool:
    return os.path.islink(path) and os.path.isdir(path)  # noqa: PTH112, PTH114 - a str, and often


def _is_of_interest(_change: Change, path: str) -> bool:
    """Whether a change may matter: caches and hidden files do not, but ignore files do."""
    name = os.path.basename(path)  # noqa: PTH119 - a str, and often
    return name in _IGNORE_FILES or not (name.startswith(".") or "/__pycache__" in path or name.endswith("~"))
