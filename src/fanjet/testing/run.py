"""`run_dag`: one run of a DAG in the process of a test."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from fanjet.authoring.dag import DAG
from fanjet.bootstrap.manual_intervals import find_interval
from fanjet.bootstrap.params import merge_params
from fanjet.engine.admission import Admission
from fanjet.engine.run_state import RunState
from fanjet.errors import OperationError
from fanjet.executors.runners import RuntimeSettings
from fanjet.model.json_texts import write_json
from fanjet.model.runs import NewRun, RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.parsing.loader import LoadedFile
from fanjet.runtime.timetable_answers import answer_manual
from fanjet.scheduler.answers import Answers
from fanjet.scheduler.display import Display, Silent
from fanjet.scheduler.loop import Scheduler
from fanjet.store.journal.journal import Journal
from fanjet.store.journal.shared import SharedStore
from fanjet.store.secrets.vault import Vault
from fanjet.testing.aborting import Abort
from fanjet.testing.reading import read_tasks
from fanjet.testing.recording_runner import RecordingRunner
from fanjet.testing.result import DagResult
from fanjet.testing.selection import Selection, select_all, select_part
from fanjet.testing.source import load_dag
from fanjet.testing.stand_ins import read_stand_ins
from fanjet.testing.surroundings import surroundings
from fanjet.testing.tape import Tape
from fanjet.testing.unused import check_used
from fanjet.testing.virtual_clock import VirtualClock
from fanjet.testing.virtual_executor import VirtualExecutor

#: Tries find their context, their folder and their output in the process: there is one run at a time.
_ONE_AT_A_TIME = threading.RLock()
#: Longer than anybody's virtual time.
_LEASE_S = 1e10


class _Messages(Silent):
    """Keeps what the scheduler has to say."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def message(self, text: str) -> None:
        self.told.append(text)


def run_dag(
    dag: DAG | Callable[[], Any] | str | os.PathLike[str],
    *,
    dag_id: str | None = None,
    params: Mapping[str, Any] | None = None,
    conf: Mapping[str, Any] | None = None,
    logical_date: datetime | None = None,
    now: datetime | None = None,
    tasks: Iterable[str] | None = None,
    values: Mapping[str, Any] | None = None,
    replace: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    connections: Mapping[str, Any] | None = None,
) -> DagResult:
    """Run a DAG to its end, here and now, and say what became of it. A run that fails raises nothing.

    Names of tasks are full ids; ``train[3]`` and ``fit[3,7]`` name one instance of a mapped task.

    Args:
        dag: The DAG, a function that makes it (such as one decorated with ``@dag``), or the path of its file.
        dag_id: Which DAG of a file with several.
        params: Values for parameters of the DAG.
        conf: The configuration of the run.
        logical_date: The date that the run stands for; aware. By default that of `now`.
        now: Where the virtual clock starts; aware. By default at `logical_date`, else at the time of the machine.
        tasks: Run only these tasks or groups. What they read from others has to be in `values` or `replace`.
        values: What tasks return without being run; of a mapped task a list with the value of each index.
        replace: What tasks do in place of their work: a function, an exception, `tries` or `pokes`.
        variables: Variables for this run, by name.
        connections: Connections for this run, by id: URIs, dicts of fields or `Connection` objects.

    Raises:
        DagError: The DAG is wrong.
        DagFileError: The file cannot be loaded.
        OperationError: An argument does not fit the DAG.
    """
    start = _find_start(now, logical_date)
    with _ONE_AT_A_TIME, surroundings(variables or {}, connections or {}):
        built = load_dag(dag, dag_id)
        stand_ins = read_stand_ins(built.spec, values or {}, replace or {})
        chosen = select_all(built, stand_ins) if tasks is None else select_part(built, tasks, stand_ins)
        date = logical_date or start
        interval = find_interval(built.spec, date) or answer_manual(built.dag, date.timestamp())
        new = NewRun(
            run_id=f"test__{start.isoformat()}",
            logical_date=date,
            data_interval_start=datetime.fromtimestamp(interval.start, UTC),
            data_interval_end=datetime.fromtimestamp(interval.end, UTC),
            created_at=start,
            started_at=start,
            conf=write_json(conf or {}, "conf"),
            params=merge_params(built.spec, params or {}),
        )
        try:
            return _run(chosen, new, VirtualClock(start))
        except Abort as abort:
            error = abort.error
        raise error


def _find_start(now: datetime | None, logical_date: datetime | None) -> datetime:
    for name, instant in (("now", now), ("logical_date", logical_date)):
        if instant is not None and instant.tzinfo is None:
            raise OperationError(f"{name} needs a time zone, as in datetime(2026, 1, 1, tzinfo=UTC).")
    start = now or logical_date or datetime.now(UTC).replace(microsecond=0)
    return start.astimezone(UTC)


def _run(chosen: Selection, new: NewRun, clock: VirtualClock) -> DagResult:
    spec, tape, display = chosen.built.spec, Tape(), _Messages()
    with tempfile.TemporaryDirectory(prefix="fanjet-test-") as folder:
        home = Path(folder)
        journal, vault = Journal.open(home, durable=False), Vault(home)
        shared = SharedStore(home, durable=False)
        try:
            session = journal.begin_session(host="localhost", pid=os.getpid())
            answers = Answers(journal, vault, shared)
            answers.loaded = {spec.dag_id: spec}
            executor = _start_executor(chosen, answers, clock, tape, home)
            version = journal.save_version(spec, bundle="", root="", file=spec.file)
            info = journal.create_run(version=version, info=new)
            status = _drive(spec, info, journal, session, executor, clock, display)
        finally:
            vault.close()
            shared.close()
            journal.close()
        tasks = read_tasks(home, info.number, spec, tape)
    check_used(chosen.stand_ins.values(), tasks)
    limit_s = spec.dagrun_timeout_s
    if status is RunStatus.FAILED and limit_s is not None and clock.elapsed.total_seconds() >= limit_s:
        display.message(f"The run took longer than its dagrun_timeout of {limit_s:g} s.")
    return DagResult(spec, info, status, tasks, clock, display.told)


def _start_executor(
    chosen: Selection, answers: Answers, clock: VirtualClock, tape: Tape, home: Path
) -> VirtualExecutor:
    make_runner = partial(
        RecordingRunner,
        tape=tape,
        stand_ins=chosen.stand_ins,
        shapes=chosen.shapes,
        cut_off=chosen.cut_off,
    )
    settings: RuntimeSettings = {"values_root": str(home / "values")}
    executor = VirtualExecutor(lambda: LoadedFile([chosen.built], []), settings, clock=clock, make_runner=make_runner)
    executor.connect(answers)
    shown_by = warnings.showwarning
    executor.wait_loaded(0.0)
    if warnings.showwarning is not shown_by:
        logging.captureWarnings(capture=False)  # pytest collects them, with their places
    return executor


def _drive(
    spec: DagSpec,
    info: RunInfo,
    journal: Journal,
    session: int,
    executor: VirtualExecutor,
    clock: VirtualClock,
    display: Display,
) -> RunStatus:
    """The run from its start to its end. Pools are as large as anybody wants."""
    journal.take_lease(info.number, session, lease_s=_LEASE_S)
    scheduler = Scheduler(
        journal=journal,
        executor=executor,
        admission=Admission({task.pool: 1_000_000 for task in spec.tasks}),
        session=session,
        display=display,
        write_patience_s=0.0,
        clock=clock.time,
        longest_sleep_s=float("inf"),
    )
    machine = RunState(info.number, spec)
    scheduler.own(info, spec, machine, machine.start(clock.time()))
    try:
        return scheduler.run()[info.number]
    finally:
        executor.close(kill=False)
