"""What the processes of a service measure of themselves: one row a process, written every few seconds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fanjet.model.metrics import Sample
from fanjet.store.database.port import Connection

_PUT = """
INSERT INTO service_metric (role, host, pid, at, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (role, host, pid) DO UPDATE SET at = excluded.at, body = excluded.body"""
_FORGET = "DELETE FROM service_metric WHERE at < ?"
_LIST = "SELECT role, host, pid, at, body FROM service_metric WHERE at > ? ORDER BY role, host, pid"
#: Rows of processes that are gone; nobody reads them.
_KEPT_S = 86_400.0

_decode = msgspec.json.Decoder(list[Sample]).decode


class ProcessMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one process."""

    #: ``scheduler`` or ``folder``.
    role: str
    host: str
    pid: int
    #: When they were written; seconds since the epoch.
    at: float
    samples: list[Sample]


def put_metrics(connection: Connection, metrics: ProcessMetrics) -> None:
    """Write the numbers of a process in the place of its earlier ones. Inside a transaction."""
    body = msgspec.json.encode(metrics.samples).decode()
    connection.execute(_PUT, (metrics.role, metrics.host, metrics.pid, metrics.at, body))
    connection.execute(_FORGET, (metrics.at - _KEPT_S,))


def list_metrics(connection: Connection, since: float) -> Sequence[ProcessMetrics]:
    """The numbers of all processes that have written some after an instant."""
    return [
        ProcessMetrics(role=role, host=host, pid=pid, at=at, samples=_decode(body))
        for role, host, pid, at, body in connection.select(_LIST, since)
    ]
