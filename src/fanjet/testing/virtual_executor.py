"""The inline executor in virtual time: one try after another, always in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fanjet.airflow.finder import airflow_names
from fanjet.errors import OperationError
from fanjet.executors.inline import InlineExecutor
from fanjet.executors.port import Room
from fanjet.executors.runners import make_store
from fanjet.model.changes import MeasureMaps, RunCallbacks
from fanjet.model.events import Event
from fanjet.model.launches import Launch
from fanjet.testing.aborting import Abort
from fanjet.testing.virtual_clock import VirtualClock

if TYPE_CHECKING:
    from fanjet.executors.inline_triggers import InlineTriggers
    from fanjet.testing.virtual_loop import VirtualLoop

#: Ten years.
_LONGEST_WAIT_S = 3650 * 86400.0
#: So many tries of a task are launched at once, where none of them can make an end of the others.
_AT_ONCE = 64


class _Room:
    """Room for some tries of one task, and for all sensors, which wait until nothing else is there to do."""

    def __init__(self, executor: VirtualExecutor, *, is_free: bool) -> None:
        self._executor = executor
        self._is_free = is_free

    def grant(self, run: int, task: int, wanted: int) -> list[tuple[int, int]]:
        """Book tries; there is one worker."""
        if self._executor.is_sensor(run, task):
            return [(0, wanted)]
        if not self._is_free:
            return []
        self._is_free = False
        return [(0, min(wanted, self._executor.count_at_once(run)))]

    def count_free(self) -> int:
        """Whether the worker is free."""
        return int(self._is_free)


class VirtualExecutor(InlineExecutor):
    """Runs one try at a poll, so that nothing depends on how long tries really take."""

    #: Made with the triggers.
    _loop: VirtualLoop | None = None

    def room(self) -> Room:  # type: ignore[override] # both are what the port asks for
        return _Room(self, is_free=all(self._waits(work) for work in self._queue))

    def count_at_once(self, run: int) -> int:
        """How many tries of a task may be launched together."""
        return 1 if self._specs[self._runs[run].dag_id].fail_fast else _AT_ONCE

    def is_sensor(self, run: int, task: int) -> bool:
        """Whether a task is one that waits."""
        return self._specs[self._runs[run].dag_id].tasks[task].kind == "sensor"

    def poll(self, timeout_s: float) -> list[Event]:
        """Run one try; where there is none, time passes. Ctrl-C goes where it always goes."""
        if self._queue:
            self._carry_out(self._take_work(), until=0.0)
        elif self._triggers:
            self._wait_for_triggers(self._triggers, timeout_s)
        else:
            self._clock.sleep(timeout_s)
        return self._take_events()

    def _wait_for_triggers(self, triggers: InlineTriggers, timeout_s: float) -> None:
        assert self._loop is not None, "made with the triggers"
        self._loop.renew_patience()
        with airflow_names():
            events = triggers.run(min(timeout_s, _LONGEST_WAIT_S))
        if not events and timeout_s > _LONGEST_WAIT_S:
            raise Abort(
                OperationError(
                    "A task waits for a trigger that has not fired within ten years of virtual time. "
                    "Fix: replace= the task, or give the wait a timeout."
                )
            )
        for event in events:
            self._batch.add(event)

    def _make_triggers(self) -> InlineTriggers:
        """Triggers live in virtual time as well."""
        from fanjet.executors.inline_triggers import InlineTriggers  # noqa: PLC0415 - asyncio is slow to import
        from fanjet.testing.virtual_loop import VirtualLoop  # noqa: PLC0415 - as above

        assert isinstance(self._clock, VirtualClock), self._clock
        loop = self._loop = VirtualLoop(self._clock)
        return InlineTriggers(make_store(self._settings), self._clock, lambda: loop)

    def _take_work(self) -> Launch | MeasureMaps | RunCallbacks:
        """What was launched first. A sensor waits for all else: it may sleep for what others are about to do."""
        for work in self._queue:
            if not self._waits(work):
                self._queue.remove(work)
                return work
        return self._queue.popleft()

    def _waits(self, work: Launch | MeasureMaps | RunCallbacks) -> bool:
        return isinstance(work, Launch) and self.is_sensor(work.run, work.task)
