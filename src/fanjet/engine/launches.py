"""The tries that are out: by fence, which of a launch's instances have not been heard of."""

from __future__ import annotations

from collections.abc import Iterator

from fanjet.engine.blocks import Block
from fanjet.engine.columns import Positions, find_all


class OpenLaunch:
    """One launch. Its *offsets* count from its first instance."""

    __slots__ = ("block", "carry", "fence", "first", "left", "live", "tries_before", "try_number")

    def __init__(
        self,
        fence: int,
        block: Block,
        first: int,
        count: int,
        *,
        try_number: int,
        tries_before: int,
        carry: bytes | None,
    ) -> None:
        self.fence = fence
        self.block = block
        #: The position of the first instance in the block.
        self.first = first
        #: 1 for each instance whose try is out.
        self.live = bytearray(b"\x01") * count
        self.left = count
        self.try_number = try_number
        self.tries_before = tries_before
        self.carry = carry

    def covers(self, position: int) -> bool:
        """Whether the try of the instance at this position of the block is out."""
        return 0 <= position - self.first < len(self.live) and self.live[position - self.first] == 1

    def covers_all(self, positions: range) -> bool:
        """The same for consecutive positions."""
        start, stop = positions.start - self.first, positions.stop - self.first
        return start >= 0 and stop <= len(self.live) and self.live.count(1, start, stop) == len(positions)

    def positions(self) -> Positions:
        """Where tries are out, as positions of the block."""
        return find_all(self.live, 1, self.first)


class OpenLaunches:
    """All launches of a run with tries that are out."""

    def __init__(self) -> None:
        self._by_fence: dict[int, OpenLaunch] = {}

    def __iter__(self) -> Iterator[OpenLaunch]:
        return iter(list(self._by_fence.values()))

    def open(self, launch: OpenLaunch) -> None:
        """Remember a launch."""
        self._by_fence[launch.fence] = launch

    def find(self, fence: int) -> OpenLaunch | None:
        """The launch with this fence, None when nothing of it is out (any more)."""
        return self._by_fence.get(fence)

    def close(self, launch: OpenLaunch, positions: Positions) -> None:
        """Tries of a launch are no longer out."""
        if isinstance(positions, range):
            start = positions.start - launch.first
            launch.live[start : start + len(positions)] = bytes(len(positions))
        else:
            for position in positions:
                launch.live[position - launch.first] = 0
        launch.left -= len(positions)
        if not launch.left:
            del self._by_fence[launch.fence]

    def forget(self, launch: OpenLaunch) -> None:
        """All tries of a launch were cancelled; what comes of them is late."""
        del self._by_fence[launch.fence]
