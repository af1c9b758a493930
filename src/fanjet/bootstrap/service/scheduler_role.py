"""The scheduler's process of a service."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from fanjet.bootstrap.asked_timetables import FileAsker
from fanjet.bootstrap.interrupts import stop_on_signals
from fanjet.bootstrap.params import merge_params
from fanjet.bootstrap.restored_files import restore_files
from fanjet.bootstrap.service.home_check import HomeCheck
from fanjet.bootstrap.service.pruner import Pruner
from fanjet.bootstrap.service.starts import Starts
from fanjet.bootstrap.session import runtime_settings
from fanjet.engine.admission import Admission
from fanjet.executors.fleet.executor import FleetExecutor
from fanjet.executors.local.options import LocalOptions
from fanjet.model.instants import now
from fanjet.model.spec import DagSpec
from fanjet.runtime.store_check import StoreCheck, refuse_memory
from fanjet.scheduler.answers import Answers
from fanjet.scheduler.asked_runs import AskedRuns
from fanjet.scheduler.asset_runs import AssetRuns
from fanjet.scheduler.clock_check import ClockCheck
from fanjet.scheduler.intake import Intake
from fanjet.scheduler.leases import LeaseTerms
from fanjet.scheduler.loop import Scheduler
from fanjet.scheduler.measuring import Measuring
from fanjet.scheduler.own_timetables import OwnTimetables
from fanjet.scheduler.past import PastGates
from fanjet.scheduler.planner import Planner
from fanjet.scheduler.pools import Pools
from fanjet.scheduler.programs import Programs
from fanjet.scheduler.run_log import RunLog
from fanjet.scheduler.service import Service
from fanjet.scheduler.waiting_deadlines import WaitingDeadlines
from fanjet.settings.values import Settings
from fanjet.store.database.bells import hang_bell
from fanjet.store.database.database import Database
from fanjet.store.journal.commands import Commands
from fanjet.store.journal.shared import SharedStore
from fanjet.store.queries.rows import VersionRow
from fanjet.store.secrets.vault import Vault
from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")
#: What a scheduler leaves that is gone goes on with another within five seconds, wherever it was: a lease, a look for
#: what is left (`LOOK_EVERY_S`), and half a second to take it up.
TERMS = LeaseTerms(lease_s=3.5, renew_every_s=1.0)
#: The loop looks for what it is not told of at least this often.
_LONGEST_SLEEP_S = 1.0


def run(settings: Settings, pulse: Callable[[], None]) -> None:
    """Carry out runs until SIGTERM or SIGINT; the second one kills what still runs.

    Args:
        settings: The settings.
        pulse: Called at each turn of the loop.

    Raises:
        ExecutionError: The store cannot be opened, or failed for longer than the patience for it.
    """
    refuse_memory(settings.values_root)
    with ExitStack() as stack:
        check = StoreCheck(settings.values_root)
        stack.callback(check.close)
        journal = ServiceJournal.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s)
        stack.callback(journal.close)
        session = journal.begin_session(host=socket.gethostname(), pid=os.getpid())
        executor = _start_executor(settings, session)
        service, scheduler = _compose(settings, journal, session, executor, stack)
        kill = True
        try:
            check.wait()
            with stop_on_signals(scheduler):
                _log.info("Scheduler %d is at work.", session)
                service.run(pulse)
            kill = scheduler.killing
        finally:
            executor.close(kill=kill)


def _start_executor(settings: Settings, session: int) -> FleetExecutor:
    options = LocalOptions(
        workers=settings.workers,
        max_workers=settings.max_workers,
        kill_grace_s=settings.kill_grace_s,
        callback_timeout_s=settings.callback_timeout_s,
        log_cap_bytes=settings.log_cap_bytes,
    )
    return FleetExecutor(
        home=settings.home,
        session=session,
        options=options,
        runtime=runtime_settings(settings),
        parse_timeout_s=settings.parse_timeout_s,
    )


def _compose(
    settings: Settings, journal: ServiceJournal, session: int, executor: FleetExecutor, stack: ExitStack
) -> tuple[Service, Scheduler]:
    """The loop with all that it needs; the stack closes what was opened for it."""
    database = Database.of(settings)
    vault = Vault(database, settings.fernet_key, busy_timeout_s=settings.db_busy_timeout_s)
    stack.callback(vault.close)
    shared = SharedStore(database, busy_timeout_s=settings.db_busy_timeout_s)
    stack.callback(shared.close)
    commands = Commands.open(database, busy_timeout_s=settings.db_busy_timeout_s)
    stack.callback(commands.close)
    answers = Answers(journal, vault, shared)
    executor.connect(answers)
    programs = Programs(journal, partial(_lay_out, settings))
    answers.start = Starts(journal, commands, programs).start
    admission = Admission(journal.merge_pools(settings.pools))
    scheduler = Scheduler(
        steady=time.monotonic,
        journal=journal,
        executor=executor,
        admission=admission,
        session=session,
        display=RunLog(),
        write_patience_s=settings.db_busy_timeout_s,
        longest_sleep_s=_LONGEST_SLEEP_S,
        terms=TERMS,
        goes_on=True,
        ask_every_s=_LONGEST_SLEEP_S,
    )
    gates = PastGates(journal, admission, scheduler.runs, programs)
    most_active = settings.max_active_runs_per_dag
    waiting_deadlines = WaitingDeadlines(
        journal=journal, session=session, programs=programs, executor=executor, terms=TERMS, clock=now
    )
    intake = Intake(
        journal=journal,
        session=session,
        scheduler=scheduler,
        admission=admission,
        programs=programs,
        gates=gates,
        waiting_deadlines=waiting_deadlines,
        terms=TERMS,
        most_active=most_active,
        clock=now,
    )
    timetables = OwnTimetables(partial(FileAsker, settings))
    stack.callback(timetables.close)
    planner = Planner(
        journal=journal,
        programs=programs,
        most_active=most_active,
        make_params=_make_default_params,
        timetables=timetables,
        clock=time.time,  # set back it waits, and what is due is due once: its instants are the wall's
    )
    asset_runs = AssetRuns(journal=journal, programs=programs, make_params=_make_default_params, clock=now)
    answers.tell_of_events = asset_runs.tell
    pruner = Pruner(settings, now())
    stack.callback(pruner.close)
    home_check = HomeCheck(database, session, now())
    stack.callback(home_check.close)
    bell = hang_bell(database, session)
    stack.callback(bell.close)
    executor.wake_on(bell, timetables)
    service = Service(
        journal=journal,
        session=session,
        scheduler=scheduler,
        intake=intake,
        planner=planner,
        asset_runs=asset_runs,
        timetables=timetables,
        asked_runs=AskedRuns(journal=journal, programs=programs, timetables=timetables, clock=now),
        waiting_deadlines=waiting_deadlines,
        gates=gates,
        pools=Pools(journal, session, admission, settings.pools, TERMS, now),
        measuring=Measuring(journal, scheduler, executor.count_slots),
        terms=TERMS,
        stop_grace_s=settings.stop_grace_s,
        clock=now,
        chores=(pruner.look, ClockCheck(journal).look, home_check.look),
        bell=bell,
    )
    return service, scheduler


def _make_default_params(spec: DagSpec) -> str:
    return merge_params(spec, {})


def _lay_out(settings: Settings, version: VersionRow) -> Path:
    """The files of a version where nobody changes them, amid the data that lies beside the original ones."""
    return restore_files(settings.home, version.bundle, Path(version.root))
