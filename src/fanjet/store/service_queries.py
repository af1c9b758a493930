"""What a service is asked about itself: who is at work, and how much there is to do."""

from __future__ import annotations

import msgspec

from fanjet.store.queries import Reader


class SchedulerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A scheduler of a service. Instants are seconds since the epoch."""

    session: int
    host: str
    pid: int
    started_at: float
    #: It is at work until then, if it does not say more; 0 when it ended in good order.
    until: float


class ServiceReader(Reader):
    """Queries of the server, beside those about runs."""

    def list_schedulers(self, since: float) -> list[SchedulerRow]:
        """Schedulers of services that were at work after `since`, the oldest first."""
        rows = self._select(
            "session, host, pid, started_at, until",
            "FROM session WHERE role = 'scheduler' AND until > ? ORDER BY session",
            since,
        )
        return [
            SchedulerRow(session=session, host=host, pid=pid, started_at=started_at, until=until)
            for session, host, pid, started_at, until in rows
        ]
