"""Traces of runs, as a collector gets them over HTTP."""

from __future__ import annotations

import sqlite3
import textwrap
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from service.running import Service

_FAILING = """
from fanjet import dag, task

@dag
def failing():
    @task
    def find():
        return [0, 1, 2]

    @task(retries=1, retry_delay=0.01)
    def divide(item):
        print(1 / (item - 1))

    divide.expand(item=find())

failing()
"""


class Collector(ThreadingHTTPServer):
    """Keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: list[Any] = []
        self.names: set[str] = set()


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        request = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        for resource in request.resource_spans:
            self.server.names |= {a.value.string_value for a in resource.resource.attributes if a.key == "service.name"}
            self.server.spans += [span for scope in resource.scope_spans for span in scope.spans]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_a_run_is_one_trace_with_a_span_for_each_task_and_try(service: Service, collector: Collector) -> None:
    (service.home / "dags").mkdir(parents=True)
    (service.home / "dags" / "failing.py").write_text(textwrap.dedent(_FAILING))
    service.settings["otel_endpoint"] = f"http://127.0.0.1:{collector.server_port}"
    service.start()
    service.wait_until(lambda: service.ask("/api/v1/dags")[1]["dags"], "the DAG is loaded")
    service.wait_until(lambda: "OpenTelemetry" in service.text(), "traces are exported from now on")
    service.wait_until(lambda: _is_looking(service), "the first look is over")
    service.ask("/api/v1/dags/failing/runs", {})
    service.wait_until(lambda: collector.spans, "the run has ended and its trace come")
    spans = collector.spans
    assert collector.names == {"fanjet"}
    assert len({span.trace_id for span in spans}) == 1
    by_id = {span.span_id: span for span in spans}
    tree = sorted((span.name, by_id[span.parent_span_id].name if span.parent_span_id else "") for span in spans)
    assert tree == sorted(
        [
            ("failing", ""),
            ("find", "failing"),
            ("find", "find"),
            ("divide", "failing"),
            ("divide[0]", "divide"),
            ("divide[1]", "divide"),
            ("divide[1]", "divide"),
            ("divide[2]", "divide"),
        ]
    )
    failed = [span for span in spans if span.name == "divide[1]"]
    assert {span.status.code for span in failed} == {2}
    assert all("division by zero" in span.status.message for span in failed)
    (root,) = [span for span in spans if not span.parent_span_id]
    assert root.status.code == 2
    for span in spans:
        assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= root.end_time_unix_nano
    assert not [line for line in service.text().splitlines() if "traces" in line and "warning" in line]


def _is_looking(service: Service) -> bool:
    """Only what ends after the first look is told."""
    with closing(sqlite3.connect(service.home / "fanjet.db")) as database:
        return bool(database.execute("SELECT 1 FROM meta WHERE key = 'traced_until'").fetchone())
