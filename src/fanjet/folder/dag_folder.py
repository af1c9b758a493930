"""The DAG folder of a service: watched, looked at, loaded, and kept in the store."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Self

from fanjet.errors import DatabaseReplacedError, ExecutionError, FanjetError
from fanjet.folder.bundling import Bundling
from fanjet.folder.counters import Counters
from fanjet.folder.digests import Digests
from fanjet.folder.keeping import Keeper
from fanjet.folder.known_files import KnownFiles
from fanjet.folder.listing import Lister
from fanjet.folder.loading import Loading
from fanjet.folder.looking import Looked, Looker
from fanjet.folder.writing import Writer
from fanjet.model.requests import Failure, Found, Lookup
from fanjet.parsing.report import ParseError
from fanjet.settings.values import Settings
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.database.database_presence import DatabasePresence
from fanjet.store.files.bundles import has_bundle
from fanjet.store.secrets.lookups import look_up
from fanjet.store.secrets.vault import Vault
from fanjet.store.service.dag_files import DagFiles

_log = logging.getLogger("fanjet.folder")
#: After a failure of the store or the disk.
_PAUSE_AFTER_FAILURE_S = 2.0
#: After a file changed faster than it could be loaded.
_PAUSE_WHILE_RESTLESS_S = 1.0
#: A look goes on for at least so long before it is cut short for what has changed meanwhile.
_LEAST_LOOK_S = 1.0
#: Who writes a hundred times a second is not followed as often.
_PAUSE_BETWEEN_S = 0.1
_PULSE_EVERY_S = 1.0


class DagFolder:
    """Keeps the store up to date with one folder of DAG files. Used from one thread, but for `counters`.

    Args:
        settings: The settings.
        folder: The folder; by default that of the settings.
        is_service: Looks at it all the time; somebody who looks once leaves it to the service to say what is gone.
    """

    def __init__(self, settings: Settings, folder: Path | None = None, *, is_service: bool = True) -> None:
        self.folder = Path(os.path.abspath(folder or settings.dags_folder))  # noqa: PTH100 - links stay as they are
        #: What it has done so far.
        self.counters = Counters()
        self._scan_s = settings.folder_scan_s
        self._told: list[ParseError] = []
        self._has_told_first = False
        self._is_safe = settings.dag_safe_mode == "on"
        database = Database.of(settings)
        self._connection = open_writer(database, settings.db_busy_timeout_s)
        self._presence = DatabasePresence(self._connection)
        try:
            self._lister = Lister(
                self.folder,
                settings.home,
                safe_mode=self._is_safe,
                airflow_regexp=settings.airflowignore_syntax == "regexp",
            )
            self._loading = Loading(
                self._lister.root,
                processes=settings.parse_processes or max(1, (os.cpu_count() or 1) // 2),
                timeout_s=settings.parse_timeout_s,
                serve=partial(_answer, settings),
            )
            self._looker, self._keeper, self._known = self._assemble(settings, database, is_service=is_service)
        except BaseException:
            self._connection.close()
            raise

    def _assemble(
        self, settings: Settings, database: Database, *, is_service: bool
    ) -> tuple[Looker, Keeper, KnownFiles]:
        store = DagFiles(self._connection, str(self.folder))
        known = KnownFiles(store.list_files())
        for dag in store.list_dags():
            if not has_bundle(settings.home, dag.bundle):  # another home, or one from a backup: its runs need the files
                known.doubt(dag.file)
        digests = Digests()
        bundling = Bundling(settings.home, self._lister.root, digests)
        keeper = Keeper(
            folder=self.folder,
            root=self._lister.root,
            known=known,
            store=store,
            loading=self._loading,
            bundling=bundling,
            writer=Writer(store, self.folder, self._lister.root, settings.pause_new_dags),
            digests=digests,
            counters=self.counters,
        )
        looker = Looker(
            lister=self._lister,
            store=store,
            keeper=keeper,
            bundling=bundling,
            known=known,
            counters=self.counters,
            refresh_s=settings.reparse_s,
            is_alone=is_service and database.dialect == "sqlite",
        )
        return looker, keeper, known

    def close(self) -> None:
        """End what is being loaded, and close the database."""
        self._loading.close()
        self._keeper.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def errors(self) -> list[ParseError]:
        """What is wrong with the files, as the last look found it."""
        return [error for known in sorted(self._known.all(), key=lambda each: each.row.file) for error in known.errors]

    def look_once(self, *, anew: bool = False) -> Looked:
        """Look at the folder once, to the end.

        Args:
            anew: Load all files, whether they have changed or not.

        Raises:
            ExecutionError: The store failed, or the disk is full.
        """
        return self._looker.look(anew=anew)

    def run_until_stopped(self, stop: Event, pulse: Callable[[], None] = lambda: None) -> None:
        """Look whenever something changes, and now and then, until `stop` is set.

        Failures of the store and of the disk are waited out.

        Args:
            stop: From any thread.
            pulse: Called about once a second, and between two files that are loaded.

        Raises:
            DatabaseReplacedError: What has been written of the folder is not there any more.
        """
        from fanjet.folder.watching import FolderWatch  # noqa: PLC0415 - a library that only services need

        woken = Event()
        self._loading.on_late = woken.set
        Thread(target=_abort_when, args=(stop, woken, self._loading), name="stop", daemon=True).start()
        watch = FolderWatch(self.folder, woken.set)
        watch.start()
        try:
            while not stop.is_set():
                woken.clear()
                self._presence.look()
                until = time.monotonic() + self._look(woken, stop, pulse)
                pulse()
                while (left_s := until - time.monotonic()) > 0 and not woken.wait(min(left_s, _PULSE_EVERY_S)):
                    pulse()
                    self._presence.look()
        finally:
            watch.stop()

    def _look(self, woken: Event, stop: Event, pulse: Callable[[], None]) -> float:
        """Look once; for how long to wait for a change before the next look, in seconds."""
        until = time.monotonic() + _LEAST_LOOK_S

        def is_cut() -> bool:
            pulse()
            return stop.is_set() or (woken.is_set() and time.monotonic() >= until)

        try:
            looked = self._looker.look(is_cut=is_cut, is_patient=False)
        except DatabaseReplacedError:
            raise
        except ExecutionError as error:
            if stop.is_set():
                return 0.0
            _log.error("The DAG folder could not be brought up to date; trying again in a moment. %s", error)
            return _PAUSE_AFTER_FAILURE_S
        self._tell_errors()
        if looked.is_cut:
            return 0.0
        if not self._has_told_first and looked.is_there:
            self._has_told_first = True
            self._tell_first()
        stop.wait(_PAUSE_BETWEEN_S)
        if self._keeper.restless:
            return _PAUSE_WHILE_RESTLESS_S
        return self._scan_s if looked.again_in_s is None else min(self._scan_s, looked.again_in_s)

    def _tell_first(self) -> None:
        """What there is, once: who has named a wrong folder sees it here."""
        counters, others = self.counters, self._lister.count_others()
        errors = f", {counters.files_with_errors} of them with errors" if counters.files_with_errors else ""
        rule = ": none speaks of DAGs and of fanjet or airflow (dag_safe_mode)" if self._is_safe and others else ""
        none = "" if counters.files else f" There are {others} other Python files{rule}."
        _log.info("%s has %d DAG files with %d DAGs%s.%s", self.folder, counters.files, counters.dags, errors, none)

    def _tell_errors(self) -> None:
        """Each error once, in the log of the service."""
        errors = self.errors
        for error in errors:
            if error not in self._told:
                _log.warning("%s", error)
        self._told = errors


def _abort_when(stop: Event, woken: Event, loading: Loading) -> None:
    """Whatever a file does while it is loaded, a stop does not wait for it."""
    stop.wait()
    loading.abort()
    woken.set()


def _answer(settings: Settings, request: Lookup) -> Found | Failure:
    """What the store has for a file that is being loaded; from several threads."""
    try:
        with Vault(Database.of(settings), settings.fernet_key, busy_timeout_s=settings.db_busy_timeout_s) as vault:
            return look_up(vault, request)
    except FanjetError as error:
        return Failure(str(error))
