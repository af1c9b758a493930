"""What other processes ask of the owner of a run: carried out once, answered in the transaction that obeys."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from fanjet.errors import ExecutionError
from fanjet.model.commands import ANSWER_WITHIN_S, Answer, Request
from fanjet.model.events import CancelRequested, MarkRequested, RerunRequested
from fanjet.model.states import RunStatus, State
from fanjet.parsing.spec_builder import BuiltDag, build_spec
from fanjet.scheduler.leases import LEASE_S
from fanjet.store.journal.commands import Commands
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from scheduler.small_dags import adding
from scheduler.test_loop import World


def adding_dag() -> BuiltDag:
    return build_spec(adding(), file="flow.py")


def rerun(run: int, task_number: int, *path: int) -> RerunRequested:
    return RerunRequested(run=run, at=0.0, tasks=(task_number,), paths=(path,))


def post(home: Path, *requests: Request, age_s: float = 0.0) -> list[int]:
    with Commands.open(home) as commands:
        numbers = [commands.post(request) for request in requests]
    with closing(sqlite3.connect(home / "fanjet.db")) as connection, connection:
        connection.execute("UPDATE command SET posted_at = posted_at - ?", (age_s,))
    return numbers


def read_commands(home: Path) -> list[tuple[str, str | None]]:
    with closing(sqlite3.connect(home / "fanjet.db")) as connection:
        return connection.execute("SELECT kind, answer FROM command ORDER BY command").fetchall()


def test_commands_are_carried_out_in_their_order_and_answered(tmp_path: Path) -> None:
    world = World(tmp_path / "home", adding_dag())
    run = world.own().number
    post(world.home, rerun(run, 0, 1), MarkRequested(run=run, at=0.0, task=0, paths=((2,),), state=int(State.SKIPPED)))
    post(world.home, CancelRequested(run=run, at=0.0, reason="by hand"), rerun(run + 1, 0))
    assert world.scheduler.run() == {run: RunStatus.FAILED}
    kinds = [(kind, answer is not None) for kind, answer in read_commands(world.home)]
    assert kinds == [("rerun", True), ("mark", True), ("cancel", True), ("rerun", False)], "the last is of another run"


def test_what_nobody_waits_for_any_more_is_not_carried_out(tmp_path: Path) -> None:
    world = World(tmp_path / "home", adding_dag())
    run = world.own().number
    post(world.home, CancelRequested(run=run, at=0.0, reason="by hand"), age_s=ANSWER_WITHIN_S + 1)
    assert world.scheduler.run() == {run: RunStatus.SUCCESS}
    assert read_commands(world.home) == [("cancel", None)]


def test_a_request_of_yesterday_is_forgotten_with_the_next_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    post(home, *[rerun(1, 0)] * 5, age_s=100_000)
    post(home, rerun(1, 0))
    assert len(read_commands(home)) == 1


def test_a_scheduler_that_lost_the_run_answers_nothing(tmp_path: Path) -> None:
    world = World(tmp_path / "home", adding_dag())
    run = world.own().number
    (number,) = post(world.home, CancelRequested(run=run, at=0.0, reason="by hand"))
    other = Journal.open(world.home, clock=lambda: time.time() + 2 * LEASE_S)
    later = other.begin_session(host="elsewhere", pid=1)
    other.take_lease(run, later, lease_s=LEASE_S)
    other.close()
    answer = Answer(command=number, run=run, text="Nothing to cancel.")
    with pytest.raises(ExecutionError, match="no longer owned"):
        world.journal.write([], [], at=time.time(), answers=[answer])
    with Commands.open(world.home) as commands:
        assert commands.find_answer(number) is None
        assert commands.withdraw(number)
        assert not commands.withdraw(number)


def test_a_withdrawn_request_is_gone_and_an_answered_one_stays(tmp_path: Path) -> None:
    world = World(tmp_path / "home", adding_dag())
    run = world.own().number
    (number,) = post(world.home, rerun(run, 0, 0))
    world.scheduler.run()
    with Commands.open(world.home) as commands:
        assert not commands.withdraw(number)
        assert commands.find_answer(number) is not None
    with Reader.open(world.home) as reader:
        assert reader.find_run(str(run)).state is RunStatus.SUCCESS
