"""What the store knows of a run, in the columns from which the engine rebuilds its machine."""

from __future__ import annotations

import msgspec

from fanjet.model.paths import Path


class InstanceColumns(msgspec.Struct, kw_only=True, gc=False):
    """All recorded instances of one task in the order of their paths; one entry per instance in each list."""

    task: int
    #: Encoded paths (`fanjet.model.paths.encode`).
    paths: list[bytes]
    #: `State` numbers.
    states: bytearray
    try_numbers: list[int]
    #: 1 where a return value is recorded.
    valued: bytearray
    #: As in `TriesEnded.item_counts`; empty for tasks that feed no map.
    item_counts: list[int]
    #: By position: when an instance that waits (retry, reschedule, deferral) goes on.
    resume_at: dict[int, float]
    #: By position: data that such an instance gets back.
    carries: dict[int, bytes]
    #: By position: tasks that a branch or short circuit skipped.
    skips: dict[int, tuple[int, ...]]
    #: By position: how many of the tries were before the instance was last cleared; 0 is left out.
    tries_before: dict[int, int] = {}
    #: Positions of instances that were skipped because the run was stopped (cancelled, fail_fast).
    stopped: set[int] = set()


class RunHistory(msgspec.Struct, kw_only=True):
    """Everything recorded of one run."""

    #: (map, parent, count), as in `SetMapLength`.
    map_lengths: list[tuple[int, Path, int]]
    instances: list[InstanceColumns]
    #: (map, parent, items) of each map whose length a rerun has opened again, as in `ReopenMap`.
    reopened: list[tuple[int, Path, bytes]] = []
    #: As in `ReopenRun`; empty for a run that was never rerun.
    patient: tuple[int, ...] = ()
