"""The states of the instances of one task under one parent path: a byte each."""

from __future__ import annotations

from array import array

from fanjet.model.paths import NOT_MAPPED, Path, join
from fanjet.model.states import State


class Block:
    """Instances of one task that share all but the last position of their paths.

    A *single* block is one instance whose path is the parent itself: an unmapped task, or what stands for a map that
    never expanded (`NOT_MAPPED` in events and changes, position 0 here).
    """

    __slots__ = ("ended", "items", "parent", "single", "states", "task", "valued")

    def __init__(self, task: int, parent: Path, size: int, *, single: bool = False) -> None:
        self.task = task
        self.parent = parent
        self.single = single
        self.states = bytearray(size)
        #: How many have ended and were handed on downstream.
        self.ended = 0
        #: 1 where a return value is stored; None until somebody counts values.
        self.valued: bytearray | None = None
        #: The number of items of each result, -1 for none; None until somebody maps over them.
        self.items: array[int] | None = None

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
