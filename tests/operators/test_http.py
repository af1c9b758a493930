"""HTTP operators, sensors and hooks against a server here, under Airflow's names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, BaseHook
from fanjet.errors import DagTypeError
from fanjet.model.states import State
from fanjet.operators.http.hook import HttpHook
from fanjet.operators.http.operator import HttpOperator
from fanjet.operators.http.responses import pack_response, unpack_response
from fanjet.operators.http.sensor import HttpSensor
from fanjet.testing import run_dag
from operators.http_server import Server, http_server
from runtime.bench import Bench

pytest.importorskip("requests")

FILE = """
from airflow import DAG
from airflow.operators.http_operator import SimpleHttpOperator as Older
from airflow.providers.http.hooks.http import HttpHook
from airflow.providers.http.operators.http import HttpOperator, SimpleHttpOperator
from airflow.providers.http.sensors.http import HttpSensor
from airflow.sensors.http_sensor import HttpSensor as OlderSensor
from airflow.sdk import task

assert Older is SimpleHttpOperator is HttpOperator and OlderSensor is HttpSensor

def next_page(response):
    page = response.json()["next"]
    return {"data": {"page": page}} if page else None

def items(responses, ds):
    return [ds, [item for each in responses for item in each.json()["items"]]]

with DAG("d"):
    wait = HttpSensor(task_id="wait", endpoint="ready", poke_interval=0.01)
    get = HttpOperator(
        task_id="get", method="GET", endpoint="orders/{{ ds }}", data={"q": "{{ task.task_id }}"},
        headers={"X-Task": "{{ task.task_id }}"}, log_response=True,
        response_check=lambda response, ti: response.json()["task"] == ti.task_id,
        response_filter=lambda response: response.json(),
    )
    many = SimpleHttpOperator.partial(task_id="many", response_filter=lambda r: r.json()["body"]).expand(
        data=["a", "b of {{ task.task_id }}"]
    )
    pages = HttpOperator(
        task_id="pages", method="GET", endpoint="/pages", pagination_function=next_page, response_filter=items)
    deferred = HttpOperator(
        task_id="deferred", method="GET", endpoint="/pages", pagination_function=next_page, response_filter=items,
        deferrable=True)
    ready = HttpSensor(task_id="ready", endpoint="ready", poke_interval=0.01, deferrable=True)
    broken = HttpOperator(task_id="broken", method="PUT", endpoint="broken", deferrable=True)
    missing = HttpOperator(task_id="missing", method="GET", endpoint="missing")
    unlike = HttpOperator(task_id="unlike", method="GET", endpoint="x", response_check=lambda r: False)

    @task
    def hooked():
        return HttpHook("GET").run("hooked", {"a": 1}, extra_options={"timeout": 5}).json()["query"]

    wait >> get >> many >> hooked()
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    monkeypatch.setenv("FANJET_HOME", str(tmp_path / "home"))
    with http_server() as server:
        monkeypatch.setenv("AIRFLOW_CONN_HTTP_DEFAULT", f"http://me:secret-word@127.0.0.1:{server.port}")
        yield server


def test_a_file_of_airflow_runs_without_the_provider(server: Server, tmp_path: Path) -> None:
    server.not_yet = 3
    (tmp_path / "d.py").write_text(FILE)
    result = run_dag(tmp_path / "d.py", logical_date=datetime(2024, 5, 6, tzinfo=UTC))
    failed = {task_id for task_id, task in result.tasks.items() if task.state == "failed"}
    assert failed == {"broken", "missing", "unlike"}
    got = result["get"].value
    assert (got["path"], got["query"], got["login"]) == ("/orders/2024-05-06", {"q": "get"}, "me:secret-word")
    assert result["many"].values == ["a", "b of many"]
    assert result["pages"].value == result["deferred"].value == ["2024-05-06", [10, 20, 30]]
    assert result["hooked"].value == {"a": "1"}
    assert "500:Internal Server Error" in str(result["broken"].errors[0])
    assert "404:Not Found" in str(result["missing"].errors[0])
    assert "response_check does not hold" in str(result["unlike"].errors[0])


@pytest.mark.parametrize(
    ("arguments", "state"),
    [
        ({"endpoint": "/missing", "timeout": 0}, State.FAILED),
        ({"endpoint": "/missing", "mode": "reschedule"}, State.UP_FOR_RESCHEDULE),
        ({"endpoint": "/missing", "deferrable": True}, State.DEFERRED),
        ({"endpoint": "/missing", "response_error_codes_allowlist": []}, State.FAILED),
        ({"endpoint": "/broken"}, State.FAILED),
        (
            {"endpoint": "/broken", "response_error_codes_allowlist": ["500"], "mode": "reschedule"},
            State.UP_FOR_RESCHEDULE,
        ),
        ({"endpoint": "/broken", "extra_options": {"check_response": False}}, State.SUCCESS),
        ({"endpoint": "/x", "response_check": lambda response, ds: ds in response.text}, State.UP_FOR_RESCHEDULE),
        ({"endpoint": "/{{ ds }}", "response_check": lambda response, ds: ds in response.text}, State.SUCCESS),
    ],
)
def test_sensors(server: Server, tmp_path: Path, arguments: Any, state: State) -> None:
    with DAG("d") as dag:
        HttpSensor(
            task_id="t", **{"mode": "reschedule", **arguments} if state is State.UP_FOR_RESCHEDULE else arguments
        )
    assert Bench(dag, tmp_path).result("t").state is state


def test_methods_bodies_and_headers_of_the_connection(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJET_CONN_API", f"http://127.0.0.1:{server.port}?X-Api-Key=abc-key&timeout=3&verify=false")
    put = HttpHook("put", "api").run("/x", json={"n": 1}).json()
    assert (put["method"], put["body"], put["key"], put["login"]) == ("PUT", '{"n": 1}', "abc-key", None)
    assert HttpHook("HEAD", "api").run("/x").status_code == 200
    other = HttpHook("GET", "http_default").run(f"http://127.0.0.1:{server.port}/absolute")
    assert other.json()["path"] == "/absolute"
    assert isinstance(BaseHook.get_hook("api", {"method": "GET"}), HttpHook)
    with pytest.raises(DagTypeError, match="extra_options has 'tiemout'"):
        HttpHook("GET", "api").run("/x", extra_options={"tiemout": 1})


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("http://example.org", "http://example.org/v1"),
        ("https://example.org:8443", "https://example.org:8443/v1"),
        ("http://example.org/https", "https://example.org/v1"),
        ("http://https%3A%2F%2Fexample.org%2Fapi%2F", "https://example.org/api/v1"),
    ],
)
def test_addresses(monkeypatch: pytest.MonkeyPatch, uri: str, url: str) -> None:
    monkeypatch.setenv("FANJET_CONN_API", uri)
    assert HttpHook("GET", "api").url_from_endpoint("v1") == url


def test_a_response_travels(server: Server) -> None:
    sent = HttpHook("GET").run("/x")
    came = unpack_response(pack_response(sent))
    assert (came.json(), came.status_code, came.url, came.cookies["c"]) == (sent.json(), 200, sent.url, "1")
    assert came.headers["content-type"] == "application/json"
    assert came.ok


def test_requests_are_sent_again_within_a_try(server: Server, tmp_path: Path) -> None:
    tenacity = pytest.importorskip("tenacity")
    server.not_yet = 2
    retry_args = {"stop": tenacity.stop_after_attempt(3), "wait": tenacity.wait_none()}
    with DAG("d") as dag:
        HttpOperator(task_id="t", method="GET", endpoint="flaky", retry_args=retry_args)
    assert Bench(dag, tmp_path).result("t").state is State.SUCCESS
    assert server.seen == ["GET /flaky"] * 3


def test_another_kind_of_login(server: Server) -> None:
    requests = pytest.importorskip("requests")

    class Key(requests.auth.AuthBase):
        def __init__(self, login: str, password: str) -> None:
            self.key = f"{login}/{password}"

        def __call__(self, request: Any) -> Any:
            request.headers["X-Api-Key"] = self.key
            return request

    assert HttpHook("GET", auth_type=Key).run("/x").json()["key"] == "me/secret-word"


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FANJET_CONN_HTTP_DEFAULT", "http://127.0.0.1:1")
    with DAG("d") as dag:
        HttpOperator(task_id="t", endpoint="x")
    assert "Connection refused" in Bench(dag, tmp_path).error("t")
