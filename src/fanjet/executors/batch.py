"""Collects what happened during one poll and makes events of it: one per launch, in columns."""

from __future__ import annotations

from collections.abc import Callable

from fanjet.model.events import Event, TriesEnded, TriesReturned
from fanjet.model.frames import Ended
from fanjet.model.launches import Launch


class Batch:
    """The events of one poll.

    Args:
        feeds_map: Whether a task of a run reports item counts.
    """

    def __init__(self, feeds_map: Callable[[int, int], bool]) -> None:
        self._feeds_map = feeds_map
        self._ended: dict[int, tuple[Launch, list[int], list[Ended]]] = {}
        #: Events that are whole already.
        self._others: list[Event] = []

    def add(self, event: Event) -> None:
        """Add a whole event. It precedes the ends of tries, as a push precedes the end of its try."""
        self._others.append(event)

    def add_returned(self, launch: Launch, indexes: list[int]) -> None:
        """Tries will never start."""
        if indexes:
            self.add(TriesReturned(run=launch.run, task=launch.task, fence=launch.fence, indexes=indexes))

    def ended_of(self, launch: Launch) -> tuple[list[int], list[Ended]]:
        """The columns of a launch to append ends to: indexes and frames."""
        entry = self._ended.get(launch.fence)
        if entry is None:
            entry = self._ended[launch.fence] = (launch, [], [])
        return entry[1], entry[2]

    def take_events(self) -> list[Event]:
        """All events, in an order that the engine may take them in."""
        return [*self._others, *(self._make_event(*entry) for entry in self._ended.values())]

    def _make_event(self, launch: Launch, indexes: list[int], frames: list[Ended]) -> TriesEnded:
        return TriesEnded(
            run=launch.run,
            task=launch.task,
            parent=launch.parent,
            fence=launch.fence,
            try_number=launch.try_number,
            indexes=indexes,
            states=bytearray([frame.state for frame in frames]),
            started_at=[frame.started_at for frame in frames],
            ended_at=[frame.ended_at for frame in frames],
            log_segments=[frame.log_segment for frame in frames],
            log_offsets=[frame.log_offset for frame in frames],
            log_lengths=[frame.log_length for frame in frames],
            values=[frame.value for frame in frames],
            item_counts=[frame.item_count for frame in frames] if self._feeds_map(launch.run, launch.task) else [],
            extras={at: frame.extra for at, frame in enumerate(frames) if frame.extra is not None},
        )
