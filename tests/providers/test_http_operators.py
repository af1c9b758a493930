"""The HTTP operator and sensor against a server here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fanjet.testing import run_dag

TEXT = """
from airflow import DAG
from airflow.providers.http.operators.http import HttpOperator, SimpleHttpOperator
from airflow.providers.http.sensors.http import HttpSensor

assert HttpSensor.__module__ == "airflow.providers.http.sensors.http", "what is installed goes first"

with DAG("d"):
    wait = HttpSensor(task_id="wait", endpoint="ready", response_check=lambda r: r.json()["count"] >= 2)
    get = HttpOperator(
        task_id="get", method="GET", endpoint="orders/{{ run_id }}", response_filter=lambda r: r.json()["path"],
        headers={"X-Task": "{{ task.task_id }}"}, response_check=lambda r: r.json()["task"] == "get",
    )
    many = SimpleHttpOperator.partial(task_id="many", response_filter=lambda r: r.json()["body"]).expand(
        data=["a", "b of {{ task.task_id }}"]
    )
    missing = HttpOperator(task_id="missing", method="GET", endpoint="missing")
    wait >> get >> many >> missing
"""


class _Handler(BaseHTTPRequestHandler):
    count = 0

    def do_GET(self) -> None:
        type(self).count += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        answer = {"count": self.count, "path": self.path, "body": body, "task": self.headers.get("X-Task")}
        data = json.dumps(answer).encode()
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET  # noqa: N815 - as the server calls it

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_requests_answers_and_waiting(write, monkeypatch, port: int):
    monkeypatch.setenv("AIRFLOW_CONN_HTTP_DEFAULT", f"http://127.0.0.1:{port}")
    result = run_dag(write(TEXT))
    assert result["wait"].state == "success"
    assert result["get"].value == f"/orders/{result.run_id}"
    assert result["many"].values == ["a", "b of many"]
    assert result["missing"].state == "failed"
    assert "404" in str(result["missing"].errors[0])
