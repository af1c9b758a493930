"""The states of the instances of one task under one parent path: a byte each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from fanjet.model.paths import NOT_MAPPED, Path, join
from fanjet.model.states import State

#: Of tasks that reach a worker.
TRIED: frozenset[int] = frozenset(
    {State.SUCCESS, State.FAILED, State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED}
)
#: Of empty tasks.
NEVER_TRIED: frozenset[int] = frozenset()


class Block:
    """Instances of one task that share all but the last position of their paths.

    A *single* block is one instance whose path is the parent itself: an unmapped task, or what stands for a map that
    never expanded (`NOT_MAPPED` in events and changes, position 0 here).
    """

    __slots__ = (
        "ended",
        "held",
        "items",
        "parent",
        "single",
        "states",
        "stopped",
        "task",
        "tried",
        "tries",
        "tries_before",
        "valued",
    )

    def __init__(self, task: int, parent: Path, size: int, *, single: bool = False) -> None:
        self.task = task
        self.parent = parent
        self.single = single
        self.states = bytearray(size)
        #: How many have ended and were handed on downstream.
        self.ended = 0
        #: Whether a rerun may still change how many there are; until that is decided it is not complete.
        self.held = False
        #: 1 where a return value is stored; None until somebody counts values.
        self.valued: bytearray | None = None
        #: The number of items of each result, -1 for none; None until somebody maps over them.
        self.items: array[int] | None = None
        #: 1 where an instance was skipped because the run was stopped (cancelled, fail_fast); None where none was.
        self.stopped: bytearray | None = None
        #: The states in which an instance has had a try, as long as none was retried, cleared or marked.
        self.tried = TRIED
        #: How many tries each has had; None while that follows from the states (`find_tries`).
        self.tries: array[int] | None = None
        #: How many of them were before the last clearing, which renews the allowance; None if none was ever cleared.
        self.tries_before: array[int] | None = None

    @property
    def complete(self) -> bool:
        """Whether all instances that there will be have ended."""
        return self.ended == len(self.states) and not self.held

    def position(self, index: int) -> int:
        """Where the instance at `index` stands in the columns; -1 where there is none."""
        if self.single:
            return 0 if index == NOT_MAPPED else -1
        return index if 0 <= index < len(self.states) else -1

    def index(self, position: int) -> int:
        """The inverse of `position`."""
        return NOT_MAPPED if self.single else position

    def path(self, position: int) -> Path:
        """The path of the instance at a position."""
        return join(self.parent, self.index(position))

    def state(self, position: int) -> State:
        """The state of the instance at a position."""
        return State(self.states[position])

    def keep_values(self) -> bytearray:
        """The column of stored values, made when first needed."""
        if self.valued is None:
            self.valued = bytearray(len(self.states))
        return self.valued

    def keep_items(self) -> array[int]:
        """The column of item counts, made when first needed."""
        if self.items is None:
            self.items = array("q", [-1]) * len(self.states)
        return self.items

    def find_tries(self, position: int) -> int:
        """How many tries an instance has had."""
        return int(self.states[position] in self.tried) if self.tries is None else self.tries[position]

    def note_tries(self, positions: Iterable[int], try_number: int) -> None:
        """Instances have had so many tries."""
        if self.tries is None:
            table = bytes(state in self.tried for state in range(256))
            self.tries = array("L", iter(self.states.translate(table)))
        for position in positions:
            self.tries[position] = try_number

    def pin_tries(self, *, always: bool) -> None:
        """Note them down before states change from which they follow."""
        if self.tries is None and (always or any(state in self.states for state in self.tried)):
            self.note_tries((), 0)

    def find_tries_before(self, position: int) -> int:
        """How many tries an instance had before it was last cleared."""
        return 0 if self.tries_before is None else self.tries_before[position]

    def renew(self, positions: Iterable[int]) -> None:
        """Tries until now no longer count against the allowance."""
        self.note_tries((), 0)
        assert self.tries is not None
        if self.tries_before is None:
            self.tries_before = array("L", [0]) * len(self.states)
        for position in positions:
            self.tries_before[position] = self.tries[position]
        self.note_stopped(positions, stopped=False)

    def note_stopped(self, positions: Iterable[int], *, stopped: bool) -> None:
        """Instances were skipped because the run was stopped, or that is over."""
        if self.stopped is None:
            if not stopped:
                return
            self.stopped = bytearray(len(self.states))
        for position in positions:
            self.stopped[position] = stopped

    def forget_results(self, positions: Iterable[int]) -> None:
        """Instances ended without a result; only those that were cleared can have one from before."""
        if self.tries_before is None:
            return
        for position in positions:
            if self.valued is not None:
                self.valued[position] = 0
            if self.items is not None:
                self.items[position] = -1

    def resize(self, size: int) -> None:
        """More instances, all in state NONE, or fewer."""
        grown = size - len(self.states)
        if grown < 0:
            for column in (self.states, self.valued, self.items, self.tries, self.tries_before, self.stopped):
                if column is not None:
                    del column[size:]
            return
        for states in (self.states, self.valued, self.stopped):
            if states is not None:
                states.extend(bytes(grown))
        if self.items is not None:
            self.items.extend([-1] * grown)
        for tries in (self.tries, self.tries_before):
            if tries is not None:
                tries.extend([0] * grown)
