"""Runs tries as always, takes down what happens in them, and lets the test stand in for tasks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from fanjet.errors import OperationError
from fanjet.model.paths import Path, join
from fanjet.model.runs import RunInfo
from fanjet.runtime.client import TryClient
from fanjet.runtime.prepared_task import PreparedTask
from fanjet.runtime.try_result import TryResult
from fanjet.runtime.try_runner import BuiltDag, TryRunner
from fanjet.runtime.value_store import ValueStore
from fanjet.testing.aborting import Abort, ends_test
from fanjet.testing.instance_result import instant
from fanjet.testing.stand_in_task import StandInTask
from fanjet.testing.stand_ins import StandIn
from fanjet.testing.tape import RecordingClient, Tape, authors_part
from fanjet.testing.virtual_clock import VirtualClock

if TYPE_CHECKING:
    from fanjet.runtime.task_instance import TaskInstance


class RecordingRunner(TryRunner):
    """A `TryRunner` for tests.

    Args:
        built: The DAG.
        client: The way to the world.
        value_store: Takes large values.
        max_map_length: The most items that a map may run over.
        clock: The time of the run.
        tape: Where to take down what happens.
        stand_ins: What the test gives, by task number.
        shapes: By number of a map that is cut off from its sources: the values that it is as long as.
        cut_off: The tasks whose arguments cannot be known.
    """

    def __init__(
        self,
        built: BuiltDag,
        client: TryClient,
        value_store: ValueStore,
        *,
        max_map_length: int,
        clock: VirtualClock,
        tape: Tape,
        stand_ins: Mapping[int, StandIn],
        shapes: Mapping[int, StandIn],
        cut_off: Collection[int],
    ) -> None:
        super().__init__(built, RecordingClient(client, tape), value_store, max_map_length=max_map_length, clock=clock)
        self._tape = tape
        self._time = clock.time
        self._stand_ins = stand_ins
        self._shapes = shapes
        self._cut_off = cut_off

    def run(
        self,
        run_info: RunInfo,
        task_number: int,
        parent: Path,
        index: int,
        try_number: int,
        carry: bytes | None = None,
        tries_before: int = 0,
    ) -> TryResult:
        with self._tape.recording(task_number, join(parent, index), try_number, self._time()) as record:
            result = super().run(run_info, task_number, parent, index, try_number, carry, tries_before)
            record.state = result.state.label
            record.ended_at = instant(self._time())
        return result

    def end_badly(self, ti: TaskInstance, error: BaseException) -> TryResult:
        if ends_test(error):
            raise Abort(error)
        if self._tape.current is not None:
            error.__traceback__ = authors_part(error.__traceback__)
            self._tape.current.error = error
        return super().end_badly(ti, error)

    def adapt(self, prepared: PreparedTask) -> PreparedTask:
        number = prepared.spec.number
        stand_in = self._stand_ins.get(number)
        if stand_in is None:
            return prepared
        return StandInTask(prepared, stand_in, is_cut_off=number in self._cut_off)

    def measure(
        self, run_info: RunInfo, map_number: int, parent: Path, indexes: Sequence[int]
    ) -> tuple[list[int], dict[int, str]]:
        shape = self._shapes.get(map_number)
        if shape is None:
            return super().measure(run_info, map_number, parent, indexes)
        try:
            return [shape.length_at(join(parent, index)) for index in indexes], {}
        except OperationError as error:
            raise Abort(error) from error
