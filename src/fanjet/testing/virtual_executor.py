"""The inline executor in virtual time: one try after another, always in the same order."""

from __future__ import annotations

from fanjet.executors.inline import InlineExecutor
from fanjet.model.changes import MeasureMaps, RunCallbacks
from fanjet.model.events import Event
from fanjet.model.launches import Launch


class VirtualExecutor(InlineExecutor):
    """Runs one try at a poll, so that nothing depends on how long tries really take."""

    def poll(self, timeout_s: float) -> list[Event]:
        """Run one try; where there is none, time passes. Ctrl-C goes where it always goes."""
        if self._queue:
            self._carry_out(self._take_work(), until=0.0)
        else:
            self._clock.sleep(timeout_s)
        return self._take_events()

    def _take_work(self) -> Launch | MeasureMaps | RunCallbacks:
        """What was launched first. A sensor waits for all else: it may sleep for what others are about to do."""
        for work in self._queue:
            if not self._is_sensor(work):
                self._queue.remove(work)
                return work
        return self._queue.popleft()

    def _is_sensor(self, work: Launch | MeasureMaps | RunCallbacks) -> bool:
        return isinstance(work, Launch) and self._specs[self._runs[work.run].dag_id].tasks[work.task].kind == "sensor"
