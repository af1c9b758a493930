"""Waits for many families at once, and for whatever else a service wakes up for."""

from __future__ import annotations

import selectors
from typing import Protocol

from fanjet.executors.local.family import Family


class Waking(Protocol):
    """Something that is worth waking up for."""

    def fileno(self) -> int:
        """Readable when there is something; -1 while there is nothing to wait on."""


class Listener:
    """Says which families have something to say; what wakes it up beside them is read by whoever put it there."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        #: What else wakes it up, and the descriptor of each that is waited on; -1 for none.
        self._waking: tuple[Waking, ...] = ()
        self._waking_fds: list[int] = []

    def add(self, family: Family) -> None:
        """Wait for a family as well."""
        self._follow()  # its descriptor may be one that a source has closed since
        self._selector.register(family, selectors.EVENT_READ, family)

    def remove(self, family: Family) -> None:
        """Wait for a family no more; its files are about to be closed."""
        self._selector.unregister(family)

    def wake_on(self, *sources: Waking) -> None:
        """Wake up for these, too."""
        self._waking = sources
        self._waking_fds = [-1] * len(sources)

    def wait(self, timeout_s: float) -> set[Family]:
        """Wait until there is something, or the time is over; the families that have something to say."""
        self._follow()
        return {key.data for key, _ in self._selector.select(timeout_s) if key.data is not None}

    def close(self) -> None:
        """Wait for nothing any more."""
        self._selector.close()

    def _follow(self) -> None:
        """Wait on the sources by the descriptors that they have now: a connection that was opened again has another."""
        for number, source in enumerate(self._waking):
            before, fd = self._waking_fds[number], source.fileno()
            if fd == before:
                continue
            if before >= 0 and before in self._selector.get_map():
                self._selector.unregister(before)
            if fd >= 0:
                self._selector.register(fd, selectors.EVENT_READ, None)
            self._waking_fds[number] = fd
