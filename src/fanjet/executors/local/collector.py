"""Reads what workers say and makes events and answers of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fanjet.errors import FanjetError, InvariantError
from fanjet.executors.batch import Batch
from fanjet.executors.local.assignments import Assignment
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.orders import make_callbacks_ran, make_measured
from fanjet.executors.port import Serve
from fanjet.executors.prefetch import Durations
from fanjet.model.changes import MeasureMaps, RunCallbacks
from fanjet.model.events import XComPushed
from fanjet.model.frames import Answer, Ask, CallbacksDone, Ended, FromWorker, Measured, Pushed, Ready, ToWorker
from fanjet.model.launches import Launch
from fanjet.model.requests import DeleteVariable, Failure, Lookup, Response, SetVariable
from fanjet.worker.segment import NUMBER_BITS
from fanjet.worker.slot import SEGMENT

#: A worker that has used so many segments is replaced before their numbers run out.
_NUMBER_MASK = (1 << NUMBER_BITS) - 1
_MANY_SEGMENTS = _NUMBER_MASK - 100


class Collector:
    """Takes in frames.

    Args:
        durations: Learns how long tries take.
        serve: Answers what running tries ask.
        write: Sends frames to a worker, now or as soon as its pipe has room: an answer may be larger than a pipe.
    """

    def __init__(
        self, durations: Durations, serve: Serve, write: Callable[[WorkerHandle, Sequence[ToWorker]], None]
    ) -> None:
        self._durations = durations
        self.serve = serve
        self._write = write
        #: A try of this worker has changed a variable.
        self.on_change: Callable[[WorkerHandle], None] = lambda _worker: None

    def collect(self, worker: WorkerHandle, batch: Batch) -> None:
        """Take in all whole frames of a worker. A hot loop: one round for every try."""
        group_end = offset = 0
        indexes: list[int] = []
        ended: list[Ended] = []
        first: Ended | None = None
        last: Ended | None = None
        try:
            for frame in worker.take_frames():
                if type(frame) is Ended:
                    sequence = frame.sequence
                    if sequence >= group_end:
                        self._end_group(worker, first, last)
                        first = last = None
                        head = worker.assignments[0] if worker.assignments else None
                        if head is None or not head.first <= sequence < head.end or not isinstance(head.work, Launch):
                            raise InvariantError(f"sequence {sequence} ended and did not run")
                        indexes, ended = batch.ended_of(head.work)
                        group_end, offset, first = head.end, head.work.first - head.first, frame
                    indexes.append(sequence + offset)
                    ended.append(frame)
                    last = frame
                else:
                    self._end_group(worker, first, last)
                    group_end, first, last = 0, None, None
                    self._take_other(worker, frame, batch)
        finally:  # also of what came before frames that make no sense
            self._end_group(worker, first, last)

    def _end_group(self, worker: WorkerHandle, first: Ended | None, last: Ended | None) -> None:
        """Book the ends of consecutive tries of one launch."""
        if first is None or last is None:
            return
        head = worker.end_through(last.sequence)
        assert isinstance(head.work, Launch)
        count = last.sequence - first.sequence + 1
        took_s = last.ended_at - first.started_at - worker.take_waited_s()
        self._durations.learn(head.work.run, head.work.task, max(took_s, 0.0), count)
        worker.quiet = self._is_waiting(worker)
        if worker.slot.words[SEGMENT] & _NUMBER_MASK >= _MANY_SEGMENTS:
            worker.retiring = True

    def _is_waiting(self, worker: WorkerHandle) -> bool:
        """Whether what the worker goes on with is known to wait rather than to compute."""
        work = worker.assignments[0].work if worker.assignments else None
        return isinstance(work, Launch) and self._durations.is_waiting(work.run, work.task)

    def _take_other(self, worker: WorkerHandle, frame: FromWorker, batch: Batch) -> None:
        match frame:
            case Ask():
                self._write(worker, [Answer(self._answer(worker, frame))])
            case Pushed():
                self._take_pushed(worker, frame, batch)
            case Ready():
                worker.ready = True
            case Measured() | CallbacksDone():
                order = worker.end_through(frame.sequence).work
                worker.quiet = self._is_waiting(worker)
                if isinstance(order, MeasureMaps) and isinstance(frame, Measured):
                    batch.add(make_measured(order, frame.counts, frame.errors))
                elif isinstance(order, RunCallbacks) and isinstance(frame, CallbacksDone):
                    batch.add(make_callbacks_ran(order, frame.error))

    def _answer(self, worker: WorkerHandle, ask: Ask) -> Response:
        assignment = worker.find_assignment(ask.sequence)
        is_loading = ask.sequence == 0 and isinstance(ask.request, Lookup)
        if assignment is None and not is_loading:
            return Failure(message="The try that asks is over.")
        try:
            answer = self.serve(0 if assignment is None else assignment.work.run, ask.request)
        except FanjetError as error:
            return Failure(message=str(error))
        if isinstance(ask.request, SetVariable | DeleteVariable):
            self.on_change(worker)
        return answer

    @staticmethod
    def _take_pushed(worker: WorkerHandle, frame: Pushed, batch: Batch) -> None:
        assignment = worker.find_assignment(frame.sequence)
        if assignment is not None and isinstance(assignment.work, Launch):
            batch.add(make_pushed(assignment, frame))


def make_pushed(assignment: Assignment, frame: Pushed) -> XComPushed:
    """The event of a push."""
    launch = assignment.work
    assert isinstance(launch, Launch)
    return XComPushed(
        run=launch.run,
        task=launch.task,
        parent=launch.parent,
        index=frame.sequence + launch.first - assignment.first,
        fence=launch.fence,
        key=frame.key,
        value=frame.value,
    )
