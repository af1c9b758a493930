"""What running DAGs needs: the store, a session in it, an executor with the file loaded, a scheduler."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fanjet.bootstrap.requests import DagFileError
from fanjet.bootstrap.slow_loading import told_when_slow
from fanjet.executors.local.executor import LocalExecutor
from fanjet.executors.local.options import LocalOptions
from fanjet.model.spec import DagSpec
from fanjet.runtime.store_check import StoreCheck, refuse_memory
from fanjet.scheduler.display import Display
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database

if TYPE_CHECKING:
    from fanjet.bootstrap.runs import Runs
    from fanjet.executors.inline import InlineExecutor
    from fanjet.executors.runners import RuntimeSettings
    from fanjet.store.journal.journal import Journal
    from fanjet.store.journal.shared import SharedStore
    from fanjet.store.secrets.vault import Vault


@dataclass(frozen=True, slots=True)
class Session:
    """The store, the DAGs that an executor has loaded, and what runs them."""

    journal: Journal
    specs: list[DagSpec]
    runs: Runs


@contextmanager
def open_session(
    settings: Settings, display: Display, start_executor: Callable[[], InlineExecutor | LocalExecutor]
) -> Iterator[Session]:
    """Open the database while an executor loads its DAGs, and give what can run them.

    At the end everything that was started is ended too: in good order, or killed if a stop was asked for twice or an
    error ends the block.

    Args:
        settings: The settings.
        display: Is told what goes on.
        start_executor: Gives the executor, which has begun to load.

    Raises:
        DagFileError: The file cannot be loaded.
        OperationError: The value store needs a library that is missing, or cannot be what is set.
        ExecutionError: The home cannot be written, its database cannot be opened, or the value store is not there.
    """
    check = StoreCheck(settings.values_root)
    executor = start_executor()
    journal: Journal | None = None
    vault: Vault | None = None
    shared: SharedStore | None = None
    kill = True
    try:
        # Only now, while the DAG file is being loaded in another process: nobody waits for these imports.
        from fanjet.bootstrap.runs import Runs  # noqa: PLC0415
        from fanjet.bootstrap.started_runs import StartedRuns  # noqa: PLC0415
        from fanjet.scheduler.answers import Answers  # noqa: PLC0415
        from fanjet.store.journal.journal import Journal  # noqa: PLC0415
        from fanjet.store.journal.shared import SharedStore  # noqa: PLC0415
        from fanjet.store.secrets.vault import Vault  # noqa: PLC0415

        journal = Journal.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s)
        number = journal.begin_session(host=socket.gethostname(), pid=os.getpid())
        executor.begin_session(number)
        vault = Vault(Database.of(settings), settings.fernet_key, busy_timeout_s=settings.db_busy_timeout_s)
        shared = SharedStore(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s)
        answers = Answers(journal, vault, shared)
        executor.connect(answers)
        with told_when_slow(display, settings.parse_timeout_s):
            loaded = executor.wait_loaded(settings.parse_timeout_s)
        if loaded.errors:
            raise DagFileError(loaded.errors)
        check.wait()
        runs = Runs(journal, number, executor, settings, display)
        answers.loaded = {spec.dag_id: spec for spec in loaded.specs}
        answers.start = StartedRuns(journal, number, loaded.specs, runs.scheduler).start
        yield Session(journal, loaded.specs, runs)
        kill = runs.scheduler.killing
    finally:
        check.close()
        executor.close(kill=kill)
        if vault is not None:
            vault.close()
        if shared is not None:
            shared.close()
        if journal is not None:
            journal.close()


def executor_starter(
    file: Path, root: Path, settings: Settings, *, inline: bool
) -> Callable[[], InlineExecutor | LocalExecutor]:
    """What starts the executor for a DAG file."""
    runtime = runtime_settings(settings)

    def start() -> InlineExecutor | LocalExecutor:
        if inline:
            from fanjet.executors.inline import InlineExecutor  # noqa: PLC0415 - brings all that runs tries

            return InlineExecutor.start(file, root, runtime=runtime)
        refuse_memory(settings.values_root)
        options = LocalOptions(
            workers=settings.workers,
            max_workers=settings.max_workers,
            kill_grace_s=settings.kill_grace_s,
            callback_timeout_s=settings.callback_timeout_s,
            log_cap_bytes=settings.log_cap_bytes,
        )
        return LocalExecutor.start(file, root, home=settings.home, options=options, runtime=runtime)

    return start


def runtime_settings(settings: Settings) -> RuntimeSettings:
    """The settings that travel to the processes that run tries."""
    return {
        "values_root": settings.values_root,
        "max_map_length": settings.max_map_length,
        "inline_value_bytes": settings.inline_value_bytes,
    }
