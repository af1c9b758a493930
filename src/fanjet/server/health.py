"""Whether the service does its work, for people, load balancers and process supervisors."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import msgspec

from fanjet.errors import FanjetError
from fanjet.model.metrics import FOLDER_LOOKED_AT
from fanjet.server.places import Places
from fanjet.store.service.metrics import ProcessMetrics

#: Without a scheduler for longer than this the service is not healthy; one that died is replaced sooner.
PATIENCE_S = 10.0
_FOLDER_RECENT_S = 3600.0


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What is told."""

    #: ``healthy``, ``starting`` (no scheduler yet), ``no scheduler`` or ``no database``.
    status: str
    version: str
    #: ``reachable``, or what is wrong with it.
    database: str
    schedulers_alive: int
    #: When the DAG folder was last looked at; null where no process of this database does.
    folder_looked_at: datetime | None
    #: Of this server, in seconds.
    up_for_s: float

    @property
    def http_status(self) -> int:
        """200 when the service does its work, 503 when it does not."""
        return 200 if self.status in {"healthy", "starting"} else 503


class HealthCheck:
    """Asks the database how the service does. Used from many threads.

    Args:
        places: The database.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._started_at = time.monotonic()
        self._version = version("fanjet")

    def find(self) -> Health:
        """How it does now."""
        try:
            with self._places.reading() as reader:
                schedulers = reader.list_schedulers(PATIENCE_S)
                looked_at = _find_look(reader.list_metrics(_FOLDER_RECENT_S))
        except FanjetError as error:
            return self.without_database(str(error))
        alive = sum(scheduler.left_s > 0 for scheduler in schedulers)
        up_for_s = time.monotonic() - self._started_at
        patient = bool(schedulers) or up_for_s < PATIENCE_S
        return Health(
            status="healthy" if alive else "starting" if patient else "no scheduler",
            version=self._version,
            database="reachable",
            schedulers_alive=alive,
            folder_looked_at=looked_at,
            up_for_s=round(up_for_s, 1),
        )

    def without_database(self, reason: str) -> Health:
        """How it does when the database cannot be asked."""
        return Health(
            status="no database",
            version=self._version,
            database=reason,
            schedulers_alive=0,
            folder_looked_at=None,
            up_for_s=round(time.monotonic() - self._started_at, 1),
        )


def _find_look(processes: Sequence[ProcessMetrics]) -> datetime | None:
    looks = [
        sample.value
        for process in processes
        if process.role == "folder"
        for sample in process.samples
        if sample.name == FOLDER_LOOKED_AT and sample.value
    ]
    return datetime.fromtimestamp(max(looks), UTC) if looks else None
