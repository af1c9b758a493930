"""What the processes of a service measure of themselves: one row a process, written every few seconds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fanjet.model.metrics import Sample
from fanjet.store.database.port import Connection

_PUT = """
INSERT INTO service_metric (role, host, pid, at, body) VALUES (?, ?, ?, shared_clock(), ?)
ON CONFLICT (role, host, pid) DO UPDATE SET at = excluded.at, body = excluded.body"""
_FORGET = "DELETE FROM service_metric WHERE at < shared_clock() - ?"
_LIST = """
SELECT role, host, pid, shared_clock() - at, body FROM service_metric
WHERE at > shared_clock() - ? ORDER BY role, host, pid"""
#: Rows of processes that are gone; nobody reads them.
_KEPT_S = 86_400.0

_decode = msgspec.json.Decoder(list[Sample]).decode


class ProcessMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one process."""

    #: ``scheduler`` or ``folder``.
    role: str
    host: str
    pid: int
    samples: list[Sample]
    #: How long ago they were written.
    age_s: float = 0.0


def put_metrics(connection: Connection, metrics: ProcessMetrics) -> None:
    """Write the numbers of a process in the place of its earlier ones. Inside a transaction."""
    body = msgspec.json.encode(metrics.samples).decode()
    connection.execute(_PUT, (metrics.role, metrics.host, metrics.pid, body))
    connection.execute(_FORGET, (_KEPT_S,))


def list_metrics(connection: Connection, within_s: float) -> Sequence[ProcessMetrics]:
    """The numbers of all processes that have written some within the last seconds."""
    return [
        ProcessMetrics(role=role, host=host, pid=pid, age_s=age_s, samples=_decode(body))
        for role, host, pid, age_s, body in connection.select(_LIST, within_s)
    ]
