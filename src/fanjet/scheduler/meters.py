"""What a scheduler measures of itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fanjet.model.changes import EndInstances, EndRun, Record, RecordTries
from fanjet.model.metrics import QUEUE_DEPTH, TRIES_RUNNING, WAITS_S, Metrics
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
            "From when an instance is ready to when a worker has been given its try, the wait for a slot included.",
            WAITS_S,
        )
        self.launched = self.all.counter("fanjet_tries_launched_total", "Tries that were handed to workers.")
        self.queue_depth = self.all.gauge(QUEUE_DEPTH, "Instances that are ready and wait for a slot.")
        self.running = self.all.gauge(TRIES_RUNNING, "Tries that are running now, those that wait included.")
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

    def count_launched(self, waits: Iterable[tuple[float, int]], at: float) -> None:
        """Count what workers have been given at an instant, by since when it had been ready."""
        for ready_at, count in waits:
            self.launch_s.observe(at - ready_at, count)
            self.launched.add(count)

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
