"""Both executors on whole DAG files with the real runtime: the same ends, values and pushes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fanjet.executors.inline import InlineExecutor
from fanjet.executors.local.executor import LocalExecutor
from fanjet.executors.local.options import LocalOptions
from fanjet.model.changes import CancelTries
from fanjet.model.events import TriesEnded, TriesReturned, XComPushed
from fanjet.model.launches import Launch
from fanjet.model.requests import Values
from fanjet.model.runs import RunInfo
from fanjet.model.states import State

FLOW = """
from datetime import timedelta
from fanjet import BaseOperator
from fanjet.runtime.variables import Variable

class Kills(BaseOperator):
    def execute(self, context): time.sleep(60)
    def on_kill(self): print("on_kill", flush=True)

with DAG("flow"):
    @task
    def items(): return [1, 2, 3]
    @task
    def work(x, ti=None):
        print("working on", x)
        ti.xcom_push("extra", x)
        if x == 2: raise ValueError("no twos")
        return x * 10
    @task(execution_timeout=timedelta(seconds=0.3))
    def slow(): time.sleep(60)
    @task
    def tells():
        print("it is", Variable.get("db_password"))
        print("done")
    work.expand(x=items())
    slow()
    tells()
    Kills(task_id="kills")
"""


@pytest.fixture(params=["local", "inline"])
def executor(request, write_dag, tmp_path, monkeypatch):
    monkeypatch.setenv("FANJET_VAR_DB_PASSWORD", "s3cr3t-w0rd")
    file, runtime = write_dag(FLOW), {"values_root": str(tmp_path / "values")}
    if request.param == "inline":
        executor = InlineExecutor.start(file, file.parent, runtime=runtime)
    else:
        executor = LocalExecutor.start(
            file, file.parent, home=tmp_path / "home", session=1, options=LocalOptions(workers=2), runtime=runtime
        )
    loaded = executor.wait_loaded(20.0)
    assert loaded.errors == []
    executor.connect(lambda run, question: Values(paths=[()], values=[b"j[1,2,3]"]))
    now = datetime.now(UTC)
    executor.open_run(
        RunInfo(
            number=1, run_id="r", dag_id="flow", created_at=now, started_at=now, logical_date=now,
            data_interval_start=now, data_interval_end=now,
        )
    )  # fmt: skip
    executor.specs = loaded.specs
    yield executor
    executor.close(kill=True)


def launch(executor, task_id: str, first: int, count: int) -> None:
    task = executor.specs[0].task(task_id).number
    for worker, granted in executor.room().grant(1, task, count):
        executor.launch(
            [
                Launch(
                    fence=first + 100, run=1, task=task, parent=(), first=first, count=granted, try_number=1,
                    worker=worker,
                )
            ]
        )  # fmt: skip
        first += granted


def collect(executor, task_id: str, indexes) -> tuple[dict[int, TriesEnded], list]:
    """Run tries one by one; single-entry columns by index, and all other events."""
    ended, others = {}, []
    for index in indexes:
        launch(executor, task_id, index, 1)
        while index not in ended:
            for event in executor.poll(0.1):
                if isinstance(event, TriesEnded):
                    ended[event.indexes[0]] = event
                else:
                    others.append(event)
    return ended, others


def test_values_failures_and_pushes(executor):
    ended, others = collect(executor, "work", range(3))
    assert [State(ended[i].states[0]) for i in range(3)] == [State.SUCCESS, State.FAILED, State.SUCCESS]
    assert [ended[i].values[0] for i in range(3)] == [b"j10", None, b"j30"]
    assert "no twos" in ended[1].extras[0].error
    pushed = [event for event in others if isinstance(event, XComPushed)]
    assert [(push.index, push.key, push.value, push.fence) for push in pushed] == [
        (0, "extra", b"j1", 100),
        (1, "extra", b"j2", 101),
        (2, "extra", b"j3", 102),
    ]


def test_the_length_of_a_result_is_reported_where_a_map_needs_it(executor):
    assert collect(executor, "items", [-1])[0][-1].item_counts == [3]
    assert collect(executor, "work", [0])[0][0].item_counts == []


def test_a_time_limit_raises_in_the_task(executor):
    ended = collect(executor, "slow", [-1])[0][-1]
    assert ended.states[0] == State.FAILED
    assert "execution_timeout" in ended.extras[0].error
    assert ended.ended_at[0] - ended.started_at[0] < 40


def test_stopping_gives_back_what_has_not_started(executor):
    launch(executor, "work", 0, 1)
    events = executor.stop_launching()
    while executor.busy():
        events += executor.poll(0.1)
    indexes = [index for event in events if isinstance(event, TriesEnded | TriesReturned) for index in event.indexes]
    assert indexes == [0]
    assert executor.room().grant(1, 0, 1) == []


@pytest.mark.parametrize("executor", ["local"], indirect=True)
def test_secrets_that_were_printed_are_masked_in_the_log(executor, tmp_path):
    ended = collect(executor, "tells", [-1])[0][-1]
    assert ended.states[0] == State.SUCCESS
    path = tmp_path / "home" / "logs" / f"{ended.log_segments[0]:016x}.log"
    data = path.read_bytes()
    assert b"s3cr3t" not in data
    assert data[ended.log_offsets[0] :][: ended.log_lengths[0]] == b"it is ***\ndone\n"


@pytest.mark.parametrize("executor", ["local"], indirect=True)
def test_cancelling_calls_on_kill(executor, tmp_path):
    launch(executor, "kills", -1, 1)
    while not any(worker.running for worker in executor.family.workers.values()):
        executor.poll(0.05)
    executor.cancel(CancelTries(run=1, fence=99, indexes=[-1]))
    ended = []
    while not ended:
        ended = [event for event in executor.poll(0.1) if isinstance(event, TriesEnded)]
    assert ended[0].extras[0].error == "The try was cancelled."
    path = tmp_path / "home" / "logs" / f"{ended[0].log_segments[0]:016x}.log"
    assert b"on_kill" in path.read_bytes()
