"""Parts of a turn of the loop, each alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from fanjet import DAG, task
from fanjet.engine.admission import Admission
from fanjet.engine.run_state import RunState
from fanjet.model.changes import CancelTries, KeepDeadlines, MeasureMaps
from fanjet.model.commands import Answer
from fanjet.model.events import CallbacksRan, CancelRequested, RerunRequested, TriesEnded, TriesReturned
from fanjet.model.launches import Launch
from fanjet.model.runs import RunInfo
from fanjet.model.states import State
from fanjet.parsing.spec_builder import build_spec
from fanjet.scheduler.batch import Batch
from fanjet.scheduler.cancelled_tries import CancelledTries
from fanjet.scheduler.decisions import Decisions
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.scheduler.stop_request import StopRequest
from fanjet.scheduler.time_limits import TimeLimits
from fanjet.store.journal.journal import Journal


def ended(run: int, fence: int, indexes: list[int]) -> TriesEnded:
    count = len(indexes)
    return TriesEnded(
        run=run, task=0, parent=(), fence=fence, try_number=1, indexes=indexes,
        states=bytearray([State.FAILED] * count), started_at=[1.0] * count, ended_at=[2.0] * count,
        log_segments=[0] * count, log_offsets=[0] * count, log_lengths=[0] * count, values=[None] * count,
        item_counts=[], extras={},
    )  # fmt: skip


def own(number: int) -> OwnedRun:
    """A run of one task that may be tried again an hour later."""
    with DAG("late", dagrun_timeout=timedelta(hours=2)) as dag:

        @task(retries=1, retry_delay=timedelta(hours=1))
        def work():
            return 1

        work()
    spec = build_spec(dag, file="flow.py").spec
    now = datetime.now(UTC)
    info = RunInfo(number=number, run_id=str(number), dag_id="late", created_at=now, started_at=now)
    machine = RunState(number, spec)
    machine.start(0.0)
    return OwnedRun(info, spec, machine)


def test_only_the_cancelled_tries_of_a_launch_are_recorded_until_their_run_is_let_go_of():
    cancelled = CancelledTries()
    cancelled.note(CancelTries(run=1, fence=7, indexes=[2, 3]))
    cancelled.note(CancelTries(run=1, fence=7, indexes=[5]))
    (record,) = cancelled.find_records(ended(1, 7, [1, 2, 5]))
    assert list(record.positions) == [1, 2]
    assert cancelled.find_records(ended(1, 8, [2])) == cancelled.find_records(ended(2, 7, [2])) == []
    cancelled.forget(1)
    assert cancelled.find_records(ended(1, 7, [2])) == []


def test_tries_from_before_a_run_was_lost_and_had_again_count_for_nothing(tmp_path: Path) -> None:
    runs, admission, journal = OwnedRuns(), Admission({}), Journal.open(tmp_path)
    limits = TimeLimits(journal, print, lambda: 0.0)
    decisions = Decisions(runs, admission, limits, CancelledTries(), print, lambda: 1.0)
    owned = own(1)
    admission.add_run(1, owned.spec)
    runs.add(owned)
    late = [ended(1, 7, [-1]), TriesReturned(run=1, task=0, fence=7, indexes=[-1])]
    decisions.take([*late, CallbacksRan(run=1, task=0, parent=(), index=-1, error=None)])
    assert owned.tries_out == owned.callbacks_out == 0
    owned.note_launches([Launch(fence=9, run=1, task=0, parent=(), first=-1, count=1, try_number=1, worker=1)])
    decisions.take(late)
    assert owned.tries_out == 1
    journal.close()


def test_nothing_is_done_about_runs_that_are_another_schedulers():
    batch = Batch([Answer(command=at, run=at, text="") for at in (1, 2)])
    batch.records = [KeepDeadlines(run=at, instants=()) for at in (1, 2)]
    batch.launches = [
        Launch(fence=at, run=at, task=0, parent=(), first=0, count=1, try_number=1, worker=1) for at in (1, 2)
    ]
    batch.orders = [MeasureMaps(run=at, map=0, parent=(), indexes=range(1)) for at in (1, 2)]
    batch.reopened = [own(at) for at in (1, 2)]
    batch.leave_out({1})
    left = (batch.answers, batch.records, batch.launches, batch.orders)
    assert [[each.run for each in column] for column in left] == [[2]] * 4
    assert [owned.info.number for owned in batch.reopened] == [2]
    batch.leave_out({2})
    assert not batch.is_to_write


def test_runs_are_known_as_ended_until_they_are_opened_again():
    runs, owned = OwnedRuns(), own(1)
    runs.add(owned)
    assert runs.list_ended() == []
    owned.machine.apply([CancelRequested(run=1, at=1.0, reason="enough")])
    runs.note(owned)
    assert runs.list_ended() == [owned]
    owned.machine.apply([RerunRequested(run=1, at=2.0)])
    owned.times_out_at = 50.0  # it has its time again
    runs.note(owned)
    assert runs.list_ended() == []
    assert runs.next_wake_at() == 50.0
    runs.remove(1)
    assert runs.next_wake_at() is None


def test_a_stop_is_urgent_when_it_is_asked_for_twice():
    stop = StopRequest()
    seen = [(stop.is_there, stop.is_urgent)]
    for _ in range(2):
        stop.ask()
        seen.append((stop.is_there, stop.is_urgent))
    assert seen == [(False, False), (True, False), (True, True)]
