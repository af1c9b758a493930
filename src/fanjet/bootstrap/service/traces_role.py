"""Tells an OpenTelemetry collector about runs that have ended: a process of its own, beside what carries them out."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import closing
from itertools import islice

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from fanjet.bootstrap.service.run_spans import RunSpans
from fanjet.bootstrap.service.stop_event import stopped_by_signals
from fanjet.errors import ExecutionError
from fanjet.settings.values import Settings
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.queries.traced_runs import claim_ended_runs
from fanjet.store.service.queries import ServiceReader

_log = logging.getLogger("fanjet.traces")
_LOOK_EVERY_S = 2.0
#: Ends of runs are in the database this long after their instant, also when clocks differ a little.
_LATE_S = 2.0
_SPANS_AT_ONCE = 500
_PATH = "/v1/traces"


def run(settings: Settings, pulse: Callable[[], None]) -> None:
    """Export until SIGTERM or SIGINT. What cannot be exported is given up, with a line in the log.

    Args:
        settings: The settings.
        pulse: Called between two looks for runs that have ended, and between two runs.

    Raises:
        ExecutionError: The database cannot be opened.
    """
    exporter: SpanExporter = OTLPSpanExporter(endpoint=_find_endpoint(settings.otel_endpoint))
    name = os.environ.get("OTEL_SERVICE_NAME", "fanjet")
    resource = Resource.create({SERVICE_NAME: name})
    try:
        with stopped_by_signals() as stop:
            _log.info("Traces of runs go to an OpenTelemetry collector.")
            while not stop.wait(_LOOK_EVERY_S):
                pulse()
                try:
                    _export_ended(settings, exporter, resource, pulse)
                except ExecutionError as error:
                    if not error.temporary:
                        raise
                    _log.warning("%s", error)
    finally:
        exporter.shutdown()


def _find_endpoint(base: str | None) -> str | None:
    """None where the variables of OpenTelemetry say it."""
    return None if base is None else base if base.endswith(_PATH) else base.rstrip("/") + _PATH


def _export_ended(settings: Settings, exporter: SpanExporter, resource: Resource, pulse: Callable[[], None]) -> None:
    database = Database.of(settings)
    with closing(open_writer(database, settings.db_busy_timeout_s)) as connection:
        runs = claim_ended_runs(connection, before=time.time() - _LATE_S)
    if not runs:
        return
    with ServiceReader.open(database) as reader:
        for number in runs:
            pulse()
            row = reader.get_service_run(number).run
            if row.ended_at is not None:  # else it goes on: somebody reran it meanwhile
                _export(RunSpans(reader, row, resource), number, exporter)


def _export(spans: RunSpans, number: int, exporter: SpanExporter) -> None:
    made = spans.make()
    while batch := list(islice(made, _SPANS_AT_ONCE)):
        if exporter.export(batch) is not SpanExportResult.SUCCESS:
            _log.warning("The trace of run %d could not be exported and is given up.", number, extra={"run": number})
            return
