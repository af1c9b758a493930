"""Tries run in forked workers and come back as columns, whatever the tasks ask, print or push."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from fanjet.errors import OperationError
from fanjet.model.changes import CancelTries, MeasureMaps, RunCallbacks
from fanjet.model.events import CallbacksRan, MapsMeasured, TriesEnded, XComPushed
from fanjet.model.programs import Program
from fanjet.model.runs import RunInfo
from fanjet.model.states import State
from fanjet.scheduler.hearing import hear_more

FLOW = """
with DAG("flow"):
    @task
    def noop(i): return None
    @task
    def double(i): return 2 * i
    @task
    def hello(i): print("hello", i); print("err", i, file=sys.stderr)
    @task
    def ask(i): return "ask"
    @task
    def push(i): return "push"
    @task
    def pid(i): time.sleep(0.01); return os.getpid()
    @task
    def rest(i): time.sleep(0.4)
    @task
    def mixed(i): time.sleep(1.0 if i == 30 else 0.001)
    noop(1); double(1); hello(1); ask(1); push(1); pid(1); rest(1); mixed(1)
"""


def test_every_try_ends_once_and_in_few_events(start):
    driver = start(FLOW)
    driver.run("noop", range(3000))
    assert {outcome.state for outcome in driver.outcomes.values()} == {State.SUCCESS}
    assert sorted(driver.outcomes) == list(range(3000))


def test_values_and_times_come_back(start):
    outcomes = start(FLOW).run("double", range(5))
    assert [outcomes[i].value for i in range(5)] == [b"j0", b"j2", b"j4", b"j6", b"j8"]
    assert all(outcome.started_at <= outcome.ended_at for outcome in outcomes.values())


def test_each_try_has_its_own_piece_of_the_log(start):
    outcomes = start(FLOW).run("hello", range(50))
    assert [outcomes[i].log for i in range(50)] == [f"hello {i}\nerr {i}\n" for i in range(50)]


def test_a_silent_try_has_no_log(start):
    outcome = start(FLOW).run("noop", [0])[0]
    assert (outcome.segment, outcome.offset, outcome.length) == (0, 0, 0)


def test_a_running_try_is_answered(start):
    outcomes = start(FLOW).run("ask", range(20))
    assert [outcomes[i].value for i in range(20)] == [f"j{2 * i}".encode() for i in range(20)]


def test_a_push_precedes_the_end_of_its_try(start):
    driver = start(FLOW)
    driver.run("push", [4])
    kinds = [type(event) for event in driver.events if isinstance(event, XComPushed | TriesEnded)]
    assert kinds == [XComPushed, TriesEnded]
    pushed = next(event for event in driver.events if isinstance(event, XComPushed))
    assert (pushed.index, pushed.key, pushed.value, pushed.fence) == (4, "key", b"j1", driver.launches[-1].fence)


def test_workers_means_exactly_so_many(start):
    outcomes = start(FLOW, workers=3).run("pid", range(30))
    assert len({outcome.value for outcome in outcomes.values()}) == 3


def test_the_unmapped_index_goes_there_and_back(start):
    assert list(start(FLOW).run("double", [-1])) == [-1]


def test_a_control_try_measures(start):
    driver = start(FLOW)
    driver.executor.measure(MeasureMaps(run=1, map=0, parent=(3,), indexes=range(2)))
    while not driver.events:
        driver.turn()
    expected = MapsMeasured(run=1, map=0, parent=(3,), indexes=[0, 1], counts=[10, 11], errors={})
    assert driver.events == [expected]


def test_owed_callbacks_run(start):
    driver = start(FLOW)
    driver.executor.run_callbacks(
        RunCallbacks(run=1, task=0, parent=(), index=5, try_number=1, kind="failure", error="boom")
    )
    while not driver.events:
        driver.turn()
    assert driver.events == [CallbacksRan(run=1, task=0, parent=(), index=5, error="failure: boom")]


def test_who_is_to_be_told_of_a_deadline_waits_for_no_worker(start):
    driver = start(FLOW.replace("0.4", "60"), workers=1)
    driver.start("rest", [0, 1])
    driver.turn(0.05)
    driver.executor.run_callbacks(
        RunCallbacks(run=1, task=None, parent=(), index=-1, try_number=2, kind="deadline", error="2026-03-01")
    )
    while not driver.events:
        driver.turn()
    (ran,) = driver.events
    assert ran == CallbacksRan(run=1, task=None, parent=(), index=-1, error="deadline: 2026-03-01", deadline=2)
    while len(driver.worker_pids) > 1:
        driver.turn()


def test_what_waits_behind_a_long_try_goes_to_an_idle_worker(start):
    driver = start(FLOW, workers=2)
    driver.run("mixed", range(20))
    outcomes = driver.run("mixed", range(20, 60))
    last_short = max(outcome.ended_at for index, outcome in outcomes.items() if index != 30)
    assert last_short < outcomes[30].ended_at - 0.5


def test_more_is_heard_only_while_all_workers_have_enough_to_go_on_with(start):
    driver = start(FLOW, workers=1)
    assert not driver.executor.is_fed()  # a slot is free
    driver.run("pid", range(8))
    driver.start("pid", range(8, 10))
    driver.turn(timeout_s=0.0)
    assert driver.executor.is_fed()
    while not driver.outcomes:
        driver.take(driver.executor.poll(0.2))
    if len(driver.outcomes) == 1:
        assert not driver.executor.is_fed()  # the last one may end at any moment
    assert hear_more(driver.executor, write_s=60.0) == []


def test_stop_takes_back_what_has_not_started(start):
    driver = start(FLOW, workers=1)
    driver.run("mixed", range(20))  # short ones, so that tries are sent ahead
    driver.start("mixed", [30, *range(100, 110)])
    driver.turn(0.05)
    assert driver.executor.busy() == 1
    driver.take(driver.executor.stop_launching())
    assert driver.executor.room().grant(1, driver.task, 5) == []
    while driver.executor.busy():
        driver.take(driver.executor.poll(0.1))
    assert sorted([*driver.outcomes, *driver.todo]) == [30, *range(100, 110)]
    assert driver.outcomes[30].state == State.SUCCESS


def test_tries_that_only_wait_make_room_for_more(start):
    driver = start(FLOW.replace("0.4", "5.0"))
    driver.start("rest", range(6))
    while len(driver.worker_pids) < 6:
        driver.turn(0.1)
    assert driver.executor.busy() == 6


def test_short_tries_that_only_wait_make_room_for_more_too(start):
    """No try lasts the second after which it would be seen to wait; its task is."""
    driver = start(FLOW.replace("0.4", "0.3"))
    driver.start("rest", range(60))
    while len(driver.worker_pids) < 6:
        assert len(driver.outcomes) < 60
        driver.turn(0.1)


def test_cancelling_raises_in_the_task_and_gives_back_the_rest(start):
    driver = start(FLOW.replace("0.4", "30"), workers=1)
    driver.start("rest", [0])
    while not any(worker.running for worker in driver.executor.family.workers.values()):
        driver.turn(0.05)
    fence = driver.launches[-1].fence
    driver.executor.cancel(CancelTries(run=1, fence=fence, indexes=[0]))
    while not driver.outcomes:
        driver.turn()
    assert driver.outcomes[0].error == "cancelled: The try was cancelled."
    assert driver.run("double", [3])[3].state == State.SUCCESS


def test_a_try_that_is_cancelled_before_it_starts_does_not_run_on(start):
    driver = start(FLOW.replace("0.4", "30"), workers=1)
    driver.start("rest", [0])
    driver.turn(0.0)
    driver.executor.cancel(CancelTries(run=1, fence=driver.launches[-1].fence, indexes=[0]))
    while not driver.outcomes and not driver.returned:
        driver.take(driver.executor.poll(0.1))
    assert driver.executor.busy() == 0


def test_a_run_of_another_program_is_refused(start, tmp_path):
    driver = start(FLOW)
    spec = driver.executor.family.loaded.specs[0]
    other = msgspec.structs.replace(spec, tasks=spec.tasks[1:])
    now = datetime.now(UTC)
    info = RunInfo(number=2, run_id="r2", dag_id=spec.dag_id, created_at=now, started_at=now)
    driver.executor.open_run(info, Program(root=tmp_path, file="flow.py", bundle="x", spec=spec))
    with pytest.raises(OperationError, match=f"task '{spec.tasks[0].task_id}' is new"):
        driver.executor.open_run(info, Program(root=tmp_path, file="flow.py", bundle="x", spec=other))
