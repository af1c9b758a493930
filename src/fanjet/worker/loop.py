"""The loop of a worker: takes ranges of tries, runs them one after another, says at once how each ended."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Callable

from fanjet.model.events import TryExtra
from fanjet.model.frames import (
    Callbacks,
    CallbacksDone,
    CloseRun,
    Ended,
    Forget,
    Measure,
    Measured,
    OpenRun,
    RunTries,
    Stop,
)
from fanjet.model.instants import now
from fanjet.model.runs import RunInfo
from fanjet.model.states import State
from fanjet.runtime.failures import describe, log_traceback
from fanjet.runtime.lookups import LOOKUPS
from fanjet.worker.cancellation import Cancellation, TryCancelled
from fanjet.worker.channel import Channel
from fanjet.worker.client import ChannelClient
from fanjet.worker.isolation import IsolatedResult, run_isolated
from fanjet.worker.runner import Result, Runner
from fanjet.worker.segment import Segment
from fanjet.worker.slot import CURRENT, FENCE, INDEX, LIMIT, REFUSED, RESUME, STARTED, Slot


class WorkerLoop:
    """One worker's life between its start and `Stop`.

    Args:
        channel: To the executor.
        client: What running tries ask through; told here which try that is.
        slot: Shared with the executor.
        output: Where tries print to.
        cancellation: Interrupts the running try.
        find_runner: Gives the runner of a DAG by its id.
    """

    def __init__(
        self,
        *,
        channel: Channel,
        client: ChannelClient,
        slot: Slot,
        output: Segment,
        cancellation: Cancellation,
        find_runner: Callable[[str], Runner],
    ) -> None:
        self._channel = channel
        self._client = client
        self._slot = slot
        self._output = output
        self._cancellation = cancellation
        self._find_runner = find_runner
        self._runs: dict[int, RunInfo] = {}

    def serve(self) -> None:
        """Work until told to stop or until the executor is gone."""
        while (frame := self._channel.receive()) is not None:
            match frame:
                case RunTries():
                    self._run_tries(frame)
                case OpenRun(info):
                    self._runs[info.number] = info
                case CloseRun(run):
                    self._runs.pop(run, None)
                case Measure():
                    self._measure(frame)
                case Callbacks():
                    self._run_callbacks(frame)
                case Forget():
                    LOOKUPS.forget()
                case Stop():
                    return

    def _run_tries(self, frame: RunTries) -> None:
        """The hot loop: whatever is done here is done for every instance."""
        info = self._runs[frame.run]
        runner = self._find_runner(info.dag_id)
        isolated = runner.spec.tasks[frame.task].isolation == "process"
        words, instants = self._slot.words, self._slot.instants
        client, cancellation, send, end_try = self._client, self._cancellation, self._channel.send, self._output.end_try
        monotonic, run = time.monotonic, runner.run
        task, parent = frame.task, frame.parent
        try_number, carry, tries_before = frame.try_number, frame.carry, frame.tries_before
        index = frame.first
        words[FENCE] = frame.fence
        for sequence in range(frame.sequence, frame.sequence + frame.count):
            words[CURRENT] = sequence
            if sequence < words[RESUME] and words[LIMIT] <= sequence:  # RESUME first: see `Slot`
                words[REFUSED] = sequence
                return
            instants[STARTED] = monotonic()
            started_at = now()
            words[INDEX] = index + 2
            client.sequence = cancellation.running = sequence
            try:
                if isolated:
                    result = self._run_isolated(runner, info, frame, index)
                else:
                    result = run(info, task, parent, index, try_number, carry, tries_before)
                cancellation.running = 0
            except BaseException as error:  # noqa: BLE001 - a runner returns; this is a cancellation or a bug of ours
                cancellation.running = 0
                result = _explain(error)
            client.sequence = words[INDEX] = 0
            segment, offset, length = end_try()
            send(
                Ended(
                    sequence,
                    result.state,
                    started_at,
                    now(),
                    segment,
                    offset,
                    length,
                    result.value,
                    result.item_count,
                    result.extra,
                )
            )
            index += 1

    def _run_isolated(self, runner: Runner, info: RunInfo, frame: RunTries, index: int) -> Result:
        try:
            return run_isolated(
                lambda: runner.run(
                    info, frame.task, frame.parent, index, frame.try_number, frame.carry, frame.tries_before
                ),
                self._channel,
                self._cancellation,
            )
        finally:
            LOOKUPS.forget()  # it may have changed variables, in its own process

    def _measure(self, frame: Measure) -> None:
        if not self._begin_control(frame.sequence):
            return
        info = self._runs[frame.run]
        counts, errors = self._find_runner(info.dag_id).measure(info, frame.map, frame.parent, frame.indexes)
        self._client.sequence = 0
        self._output.end_try()
        self._channel.send(Measured(frame.sequence, counts, errors))

    def _run_callbacks(self, frame: Callbacks) -> None:
        if not self._begin_control(frame.sequence):
            return
        info = self._runs[frame.run]
        error = self._find_runner(info.dag_id).run_callbacks(
            info, frame.task, frame.parent, frame.index, frame.try_number, frame.kind, frame.error,
            limit_s=frame.limit_s,
        )  # fmt: skip
        self._client.sequence = 0
        self._output.end_try()
        self._channel.send(CallbacksDone(frame.sequence, error))

    def _begin_control(self, sequence: int) -> bool:
        words = self._slot.words
        words[CURRENT] = sequence
        if sequence < words[RESUME] and words[LIMIT] <= sequence:
            words[REFUSED] = sequence
            return False
        self._slot.instants[STARTED] = time.monotonic()
        self._client.sequence = sequence
        return True


def _explain(error: BaseException) -> Result:
    if isinstance(error, TryCancelled):
        return IsolatedResult(State.FAILED, extra=TryExtra(error=str(error), no_retry=True, owes_callbacks=True))
    if isinstance(error, KeyboardInterrupt):
        log_traceback(error)  # the task raised it, or somebody sent SIGINT to the worker alone
        return IsolatedResult(State.FAILED, extra=TryExtra(error=describe(error), owes_callbacks=True))
    with contextlib.suppress(OSError, ValueError):  # the task closed it, or the disk is full
        traceback.print_exception(error)
    reason = f"Fanjet's own code failed while it ran the try: {error!r}. This is a bug; the traceback is in the log."
    return IsolatedResult(State.FAILED, extra=TryExtra(error=reason, owes_callbacks=True))
