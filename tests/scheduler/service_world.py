"""Schedulers of a service over a real store, with real tries in this process and a clock that moves where one waits."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from fanjet import DAG
from fanjet.bootstrap.params import merge_params
from fanjet.engine.admission import Admission
from fanjet.executors.inline import InlineExecutor
from fanjet.model.programs import Program
from fanjet.model.runs import NewRun
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.model.timetables import TimetableQuestion
from fanjet.parsing.asked_timetables import answer_questions
from fanjet.parsing.loader import LoadedFile
from fanjet.parsing.report import ParseReport
from fanjet.parsing.spec_builder import BuiltDag, build_spec
from fanjet.scheduler.answers import Answers
from fanjet.scheduler.asked_runs import AskedRuns
from fanjet.scheduler.asset_runs import AssetRuns
from fanjet.scheduler.display import Silent
from fanjet.scheduler.intake import Intake
from fanjet.scheduler.leases import LeaseTerms
from fanjet.scheduler.loop import Scheduler
from fanjet.scheduler.measuring import Measuring
from fanjet.scheduler.own_timetables import OwnTimetables
from fanjet.scheduler.past import PastGates
from fanjet.scheduler.planner import Planner
from fanjet.scheduler.pools import Pools
from fanjet.scheduler.programs import Programs
from fanjet.scheduler.service import Service
from fanjet.scheduler.waiting_deadlines import WaitingDeadlines
from fanjet.store.database.database import Database, database_at
from fanjet.store.journal.shared import SharedStore
from fanjet.store.queries.reader import Reader
from fanjet.store.secrets.vault import Vault
from fanjet.store.service.journal import ServiceJournal
from fanjet.testing.virtual_clock import VirtualClock

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TERMS = LeaseTerms(lease_s=4.0, renew_every_s=1.0)
_FOLDER = "/dags"
_Store = TypeVar("_Store")


#: What is open until the test is over.
_open: list[Any] = []


def close_all() -> None:
    """Close what the worlds and schedulers of a test have opened."""
    while _open:
        _open.pop().close()


def _opened(store: _Store) -> _Store:
    _open.append(store)
    return store


class Member:
    """One scheduler; `turns` lets it work. Leases go by the clock that it shares with others, which may be its own."""

    def __init__(
        self,
        database: Database,
        built: Sequence[BuiltDag],
        clock: VirtualClock,
        *,
        shared: VirtualClock | None = None,
        host: str | None = None,
        most_active: int = 16,
        pools: Mapping[str, int] | None = None,
        slow_s: float = 2.0,
        write_patience_s: float = 5.0,
    ) -> None:
        self.journal = _opened(ServiceJournal.open(database, busy_timeout_s=0.1, clock=(shared or clock).time))
        self.session = self.journal.begin_session(host=host or socket.gethostname(), pid=os.getpid())
        settings = {"values_root": str(database.home / "values"), "max_map_length": 1000, "inline_value_bytes": 1000}
        self.executor = InlineExecutor(lambda: LoadedFile(list(built), []), settings, clock=clock)
        answers = Answers(self.journal, _opened(Vault(database)), _opened(SharedStore(database)))
        self.executor.connect(answers)
        self.executor.wait_loaded(10.0)
        self.programs = Programs(self.journal, lambda _: database.home)
        admission = self.admission = Admission(pools or {})
        self.scheduler = Scheduler(
            journal=self.journal,
            executor=self.executor,
            admission=admission,
            session=self.session,
            display=Silent(),
            write_patience_s=write_patience_s,
            clock=clock.time,
            longest_sleep_s=1.0,
            terms=TERMS,
            goes_on=True,
            ask_every_s=0.0,
        )
        timetables = _opened(OwnTimetables(lambda: BuiltAsker(built), slow_s))
        self.pools = Pools(self.journal, self.session, admission, pools or {}, TERMS, clock.time)
        gates = PastGates(self.journal, admission, self.scheduler.runs, self.programs)
        waiting_deadlines = WaitingDeadlines(
            journal=self.journal, session=self.session, programs=self.programs, executor=self.executor, terms=TERMS,
            clock=clock.time,
        )  # fmt: skip
        asset_runs = AssetRuns(
            journal=self.journal, programs=self.programs, make_params=_default_params, clock=clock.time
        )
        answers.tell_of_events = asset_runs.tell
        self.service = Service(
            journal=self.journal,
            session=self.session,
            scheduler=self.scheduler,
            pools=self.pools,
            measuring=Measuring(self.journal, self.scheduler, lambda: (2, 0)),
            intake=Intake(
                journal=self.journal,
                session=self.session,
                scheduler=self.scheduler,
                admission=admission,
                programs=self.programs,
                gates=gates,
                waiting_deadlines=waiting_deadlines,
                terms=TERMS,
                most_active=most_active,
                clock=clock.time,
            ),
            planner=Planner(
                journal=self.journal,
                programs=self.programs,
                most_active=most_active,
                make_params=_default_params,
                timetables=timetables,
                clock=clock.time,
            ),
            timetables=timetables,
            asset_runs=asset_runs,
            waiting_deadlines=waiting_deadlines,
            asked_runs=AskedRuns(journal=self.journal, programs=self.programs, timetables=timetables, clock=clock.time),
            gates=gates,
            terms=TERMS,
            stop_grace_s=10.0,
            clock=clock.time,
        )

    def turns(self, count: int) -> None:
        """Go round the loop so often."""
        for _ in range(count):
            self.service.turn()


class ServiceWorld:
    """A store, DAGs in it, and schedulers."""

    def __init__(self, place: Path | Database, *dags: DAG) -> None:
        self.database = database_at(place)
        self.home = self.database.home
        self.built = [build_spec(dag, file="flow.py") for dag in dags]
        self.clock = VirtualClock(START)
        self.journal = _opened(ServiceJournal.open(self.database))
        self.versions = {built.spec.dag_id: self._keep(built.spec) for built in self.built}

    def _keep(self, spec: DagSpec) -> int:
        version = self.journal.save_version(spec, bundle="none", root=str(self.database.home), file="flow.py")
        with self.journal.transaction() as connection:
            connection.execute(
                "INSERT INTO dag (dag_id, version, folder, file, is_present, is_paused, seen_at) "
                "VALUES (?, ?, ?, 'flow.py', 1, 0, 0.0)",
                (spec.dag_id, version, _FOLDER),
            )
        return version

    def member(self, **options: Any) -> Member:
        """One more scheduler."""
        return Member(self.database, self.built, self.clock, **options)

    def ask(self, dag_id: str, run_id: str = "r", date: datetime | None = None) -> int:
        """Ask for a run."""
        now = self.clock.now
        new = NewRun(
            run_id=run_id, logical_date=date, data_interval_start=date, data_interval_end=date, created_at=now,
            started_at=now,
        )  # fmt: skip
        return self.journal.queue_run(dag_id, self.versions[dag_id], new)

    def execute(self, statement: str, *parameters: object) -> None:
        """Change something behind the schedulers' backs."""
        with self.journal.transaction() as connection:
            connection.execute(statement, parameters)

    def states(self, dag_id: str | None = None) -> dict[str, str]:
        """By run id, oldest first; by DAG and run id when all of several DAGs are meant."""
        alone = dag_id is not None or len(self.built) == 1
        with Reader.open(self.database) as reader:
            runs = reversed(reader.list_runs(dag_id, limit=1000))
            return {
                run.info.run_id if alone else f"{run.info.dag_id}/{run.info.run_id}": run.state.label for run in runs
            }

    def value(self, run: int, task: int = 0) -> Any:
        """What a task of a run returned."""
        with Reader.open(self.database) as reader:
            (row,) = reader.instances(run, task)
        return None if row.value is None else json.loads(row.value[1:])


def until(member: Member, condition: Callable[[], bool], most: int = 400) -> None:
    """Let a scheduler work until something holds."""
    for _ in range(most):
        if condition():
            return
        member.turns(1)
    raise AssertionError("it did not come to that")


def ended(world: ServiceWorld) -> Callable[[], bool]:
    """Whether all runs have ended."""
    over = {RunStatus.SUCCESS.label, RunStatus.FAILED.label}
    return lambda: set(world.states().values()) <= over


class BuiltAsker:
    """Asks the timetables of DAGs that are here."""

    def __init__(self, built: Sequence[BuiltDag]) -> None:
        self._built = built

    def ask(self, program: Program, questions: Sequence[TimetableQuestion]) -> ParseReport:
        answers = answer_questions(LoadedFile(list(self._built), []), program.path, questions, lambda _: None)
        return ParseReport([], [], 0.0, answers=answers)

    def abort(self) -> None: ...

    def close(self) -> None: ...


def _default_params(spec: DagSpec) -> str:
    return merge_params(spec, {})
