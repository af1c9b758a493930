"""Timetables of authors are asked a few at once, and none waits for one that hangs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

from fanjet.model.programs import Program
from fanjet.model.timetables import NextRuns, TimetableQuestion
from fanjet.parsing.report import ParseReport, TimetableAnswer
from fanjet.scheduler.own_timetables import Asked, OwnTimetables, Said
from processes import wait_until
from scheduler.own_schedules import Hourly, make_dag
from scheduler.service_world import ServiceWorld


class WaitingAsker:
    """Answers when it may, and remembers what it was asked."""

    def __init__(self, may_answer: dict[str, Event]) -> None:
        self._may_answer = may_answer

    def ask(self, program: Program, questions: Sequence[TimetableQuestion]) -> ParseReport:
        assert self._may_answer[questions[0].dag_id].wait(10.0)
        return ParseReport([], [], 0.0, answers=[TimetableAnswer()])

    def abort(self) -> None:
        for each in self._may_answer.values():
            each.set()

    def close(self) -> None: ...


def test_an_answer_that_was_not_used_is_asked_for_anew_after_a_while(tmp_path: Path) -> None:
    world = ServiceWorld(tmp_path, make_dag("any", Hourly()))
    program = world.member().programs.get(world.versions["any"])
    (may_answer := {"any": Event()})["any"].set()
    with closing(OwnTimetables(lambda: WaitingAsker(may_answer), fresh_s=0.1)) as timetables:

        def ask() -> Said | None:
            return timetables.find("any", Asked(1, NextRuns(dag_id="any")), program)

        found: list[Said] = []

        def is_found() -> bool:
            found.extend(said for said in [ask()] if said is not None)
            return bool(found)

        assert ask() is None
        wait_until(is_found, "it has been answered")
        time.sleep(0.11)
        first = found.pop()
        assert ask() is None
        wait_until(is_found, "it has been answered again")
        assert found[0].at > first.at


def test_timetables_that_hang_hold_up_none_that_does_not(tmp_path: Path) -> None:
    world = ServiceWorld(tmp_path, make_dag("any", Hourly()))
    program = world.member().programs.get(world.versions["any"])
    may_answer = {name: Event() for name in ("hangs", "hangs too", "fine")}
    may_answer["fine"].set()
    with closing(OwnTimetables(lambda: WaitingAsker(may_answer), slow_s=0.05)) as timetables:

        def ask(name: str, number: int) -> Said | None:
            return timetables.find(name, Asked(number, NextRuns(dag_id=name)), program)

        def wait_for(name: str, number: int) -> Said:
            give_up_at = time.monotonic() + 10.0
            while (said := ask(name, number)) is None:
                assert time.monotonic() < give_up_at
                time.sleep(0.002)
            assert timetables.hear()  # the loop is woken
            return said

        assert ask("hangs", 1) is None
        assert not wait_for("fine", 1).is_slow  # another is asked meanwhile
        time.sleep(0.06)
        may_answer["hangs"].set()
        assert wait_for("hangs", 1).is_slow
        may_answer["hangs"].clear()
        ask("hangs too", 1)
        ask("hangs", 2)  # not where the others are asked
        assert not wait_for("fine", 2).is_slow
        began_at = time.monotonic()
    assert time.monotonic() - began_at < 5.0  # it waits for no answer


def test_those_that_hang_for_the_first_time_make_room_after_a_moment(tmp_path: Path) -> None:
    world = ServiceWorld(tmp_path, make_dag("any", Hourly()))
    program = world.member().programs.get(world.versions["any"])
    may_answer = {name: Event() for name in ("hangs", "hangs too", "hangs as well", "fine")}
    may_answer["fine"].set()
    with closing(OwnTimetables(lambda: WaitingAsker(may_answer), slow_s=0.05)) as timetables:
        for name in may_answer:
            assert timetables.find(name, Asked(1, NextRuns(dag_id=name)), program) is None
        began_at = time.monotonic()
        while timetables.find("fine", Asked(1, NextRuns(dag_id="fine")), program) is None:
            assert time.monotonic() - began_at < 5.0
            time.sleep(0.002)
        assert time.monotonic() - began_at >= 0.05
