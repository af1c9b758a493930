"""What a scheduler measures of itself."""

from __future__ import annotations

from collections.abc import Sequence

from fanjet.model.changes import EndInstances, EndRun, Record, RecordTries
from fanjet.model.metrics import Metrics
from fanjet.model.states import ENDED, RunStatus, State

_RECORDED = (*sorted(ENDED), State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED)


class Meters:
    """The numbers of one scheduler; see `fanjet.model.metrics`."""

    def __init__(self) -> None:
        self.all = Metrics()
        self.turn_s = self.all.histogram("fanjet_loop_turn_seconds", "What a turn of the loop took, without waiting.")
        self.commit_s = self.all.histogram("fanjet_commit_seconds", "What a transaction took until it was on the disk.")
        self.launch_s = self.all.histogram(
            "fanjet_launch_latency_seconds",
            "From when a scheduler hears of what makes a launch possible to when a worker has been given the tries.",
        )
        self.launched = self.all.counter("fanjet_tries_launched_total", "Tries that were handed to workers.")
        self.queue_depth = self.all.gauge("fanjet_queue_depth", "Instances that are ready and wait for a slot.")
        self.slots_busy = self.all.gauge("fanjet_executor_slots_busy", "Tries that are running now.")
        self.runs = self.all.gauge("fanjet_scheduler_runs", "Runs that a scheduler carries out now.")
        self._ended = {
            state: self.all.counter(
                "fanjet_instances_total", "Recorded ends of instances, retries among them.", state=state.label
            )
            for state in _RECORDED
        }
        self._runs_ended = {
            status: self.all.counter("fanjet_runs_ended_total", "Runs that have ended.", state=status.label)
            for status in (RunStatus.SUCCESS, RunStatus.FAILED)
        }

    def count(self, records: Sequence[Record]) -> None:
        """Count what has been written."""
        for record in records:
            match record:
                case RecordTries(states=states):
                    for state in set(states):
                        self._ended[State(state)].add(states.count(state))
                case EndInstances():
                    self._ended[record.state].add(len(record.indexes))
                case EndRun():
                    self._runs_ended[record.state].add()
