"""Says when schedulers of one database do not share their home.

Logs, large values and the files of versions lie in the home. Where each machine has one of its own, all seems well
until a run goes from one scheduler to another, as at each restart: then its values and its logs are not there.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from pathlib import Path

from fanjet.errors import FanjetError
from fanjet.store.database.database import Database
from fanjet.store.service.queries import ServiceReader
from fanjet.store.service.rows import SchedulerRow

_log = logging.getLogger("fanjet.scheduler")
#: Network disks show a new file after a while.
_EVERY_S = 60.0
_FIRST_AFTER_S = 10.0
_FOLDER = "run"
_SUFFIX = ".scheduler"
#: Of schedulers that were killed.
_KEPT_S = 86_400


class HomeCheck:
    """Leaves a sign in the home, and looks now and then for those of the other schedulers.

    Args:
        database: On SQLite there is one home, and nothing to look for.
        session: The number of this scheduler.
        now: The instant.
    """

    def __init__(self, database: Database, session: int, now: float) -> None:
        self._database = database
        self._session = session
        self._folder = database.home / _FOLDER
        self._looks_at = now + _FIRST_AFTER_S
        #: Schedulers whose sign was missing at the last look, and those of whom that was told.
        self._missed: set[int] = set()
        self._told: set[int] = set()
        if database.url is not None:
            self._leave_sign()

    def look(self, now: float) -> None:
        """Look, where it is time; a scheduler whose sign is missing twice has another home, which is told once."""
        if self._database.url is None or now < self._looks_at:
            return
        self._looks_at = now + _EVERY_S
        self._leave_sign()
        try:
            with ServiceReader.open(self._database) as reader:
                others = [row for row in reader.list_schedulers() if row.left_s > 0 and row.session != self._session]
        except FanjetError as error:
            _log.debug("%s", error)
            return
        missing = {row.session: row for row in others if not self._sign_of(row.session).exists()}
        for session in missing.keys() & self._missed - self._told:
            self._tell(missing[session])
        self._told |= missing.keys() & self._missed
        self._missed = set(missing)

    def close(self) -> None:
        """Take the sign away."""
        with suppress(OSError):
            self._sign_of(self._session).unlink(missing_ok=True)

    def _tell(self, other: SchedulerRow) -> None:
        _log.warning(
            "Scheduler %d (process %d on %s) uses the same database, but not this home, %s. Neither of the two sees "
            "the logs of the other, nor its large values, so runs that go from one to the other fail. Fix: give all "
            "schedulers one FANJET_HOME, in a folder that their machines share.",
            other.session,
            other.pid,
            other.host,
            self._database.home,
        )

    def _leave_sign(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sign_of(self._session).touch()
            for path in self._folder.glob(f"*{_SUFFIX}"):
                if path.stat().st_mtime < time.time() - _KEPT_S:
                    path.unlink(missing_ok=True)
        except OSError as error:  # the disk is full, or another one was quicker
            _log.debug("%s", error)

    def _sign_of(self, session: int) -> Path:
        return self._folder / f"{session}{_SUFFIX}"
