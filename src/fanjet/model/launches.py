"""A launch: a range of tries that one worker was given in one go."""

from __future__ import annotations

import msgspec

from fanjet.model.paths import Path


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive instances of one task under one parent, all in the same try number.

    An unmapped instance is the range of one that starts at `NOT_MAPPED`.
    """

    #: Unique for ever in one database and growing: results that carry an older fence than the instance's are late.
    fence: int
    run: int
    task: int
    parent: Path
    first: int
    count: int
    try_number: int
    #: The executor's number for the worker.
    worker: int
    carry: bytes | None = None
    #: As in `fanjet.model.changes.QueueInstances`.
    tries_before: int = 0

    @property
    def indexes(self) -> range:
        """The positions under `parent`."""
        return range(self.first, self.first + self.count)
