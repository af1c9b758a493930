"""The states of instances and runs. Their legal changes are the table in `fanjet.engine.transitions`."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class State(IntEnum):
    """The state of one instance. The number is what the database and the engine's columns hold."""

    #: Waiting for what is upstream; such an instance has no row and no object.
    NONE = 0
    #: May start; waits in the scheduler's queue for a slot, a pool or a limit.
    SCHEDULED = 1
    #: Handed to an executor; it runs or is about to.
    RUNNING = 2
    SUCCESS = 3
    FAILED = 4
    SKIPPED = 5
    UPSTREAM_FAILED = 6
    #: The try failed and another follows at a known time.
    UP_FOR_RETRY = 7
    #: A sensor gave its slot back and goes on, in the same try, at a known time.
    UP_FOR_RESCHEDULE = 8
    #: Waits for a trigger, in the same try, without a slot.
    DEFERRED = 9
    #: Belonged to an earlier, longer expansion; readable, counts for nothing.
    REMOVED = 10

    @property
    def label(self) -> str:
        """The name that people, files and the API use, for example ``upstream_failed``."""
        return self.name.lower()


#: The states in which an instance is over.
ENDED = frozenset({State.SUCCESS, State.FAILED, State.SKIPPED, State.UPSTREAM_FAILED, State.REMOVED})

STATE_OF_LABEL = {state.label: state for state in State}


class Seen(IntFlag):
    """Which kinds of ended instances a trigger rule has seen upstream."""

    SUCCESS = 1
    FAILED = 2
    UPSTREAM_FAILED = 4
    SKIPPED = 8


#: Indexed by State: the bit that an ended instance adds to what a trigger rule has seen; 0 where it is no end.
SEEN_OF_STATE: tuple[int, ...] = tuple(
    {
        State.SUCCESS: int(Seen.SUCCESS),
        State.FAILED: int(Seen.FAILED),
        State.UPSTREAM_FAILED: int(Seen.UPSTREAM_FAILED),
        State.SKIPPED: int(Seen.SKIPPED),
    }.get(state, 0)
    for state in State
)


class RunStatus(IntEnum):
    """The state of a run."""

    QUEUED = 0
    RUNNING = 1
    SUCCESS = 2
    FAILED = 3

    @property
    def label(self) -> str:
        return self.name.lower()
