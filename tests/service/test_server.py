"""What the server tells and takes, over HTTP, from a service whose folder is being served."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import sqlite3
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.running import Service

_WORDS = """
from fanjet import DAG, Asset, AssetAlias, EmptyOperator, dag, task

@dag(schedule="@daily", params={"depth": 3}, description="Measures words.", tags=["text"])
def words():
    @task
    def find() -> list[str]:
        return ["a", "bb"]

    @task
    def measure(word: str) -> int:
        return len(word)

    measure.expand(word=find())

words()

with DAG("shelf", schedule=Asset("books", uri="s3://shelf/books") & AssetAlias("daily")):
    EmptyOperator(task_id="done")

@dag
def count():
    @task
    def add() -> int:
        return 3

    return add()

count()
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of this file: no schedulers, so that what is queued stays queued."""
    service = Service(tmp_path_factory.mktemp("served"))
    service.settings.update(schedulers="0", server_names="known.example")
    folder = service.home / "dags"
    folder.mkdir(parents=True)
    (folder / "words.py").write_text(textwrap.dedent(_WORDS))
    (folder / "broken.py").write_text("from fanjet import dag\nimport not_there\n")
    try:
        service.start()
        service.wait_until(lambda: service.ask("/api/v1/dags")[1]["dags"], "the folder is loaded")
        service.wait_until(lambda: service.ask("/api/v1/import-errors")[1]["import_errors"], "the broken file is known")
        yield service
    finally:
        service.close()


def test_health_says_what_is_known_of_each_part(served: Service) -> None:
    served.wait_until(lambda: served.ask("/health")[1]["folder_looked_at"], "the folder's process has told of itself")
    _, health = served.ask("/health")
    assert health["database"] == "reachable"
    assert health["schedulers_alive"] == 0
    assert re.fullmatch(r"\d+\.\d+.*", health["version"])


@pytest.mark.slow
def test_without_a_scheduler_for_long_the_service_is_not_healthy(served: Service) -> None:
    served.wait_until(lambda: served.ask("/health")[0] == 503, "the patience is over")
    assert served.ask("/health")[1]["status"] == "no scheduler"
    now = time.time()
    with sqlite3.connect(served.home / "fanjet.db") as database:
        database.execute(
            "INSERT INTO session (host, pid, process, started_at, role, until) "
            "VALUES ('far', 1, 'x', ?, 'scheduler', ?)",
            (now, now + 60),
        )
    database.close()
    status, health = served.ask("/health")
    assert (status, health["status"], health["schedulers_alive"]) == (200, "healthy", 1)


def test_dags_are_listed_and_shown(served: Service) -> None:
    count, _, dag = served.ask("/api/v1/dags")[1]["dags"]
    assert (count["dag_id"], dag["dag_id"]) == ("count", "words")
    assert (dag["description"], dag["tags"], dag["file"]) == ("Measures words.", ["text"], "words.py")
    details = served.ask("/api/v1/dags/words")[1]
    assert [(task["task_id"], task["is_mapped"], task["upstream"]) for task in details["tasks"]] == [
        ("find", False, []),
        ("measure", True, ["find"]),
    ]
    assert details["params"][0]["default"] == 3
    assert served.ask("/api/v1/dags?limit=1")[1]["next_after"] == "count"
    assert served.ask("/api/v1/dags?after=words")[1] == {"dags": [], "next_after": None}


def test_files_that_cannot_be_loaded_are_listed_with_their_reason(served: Service) -> None:
    (error,) = served.ask("/api/v1/import-errors")[1]["import_errors"]
    assert error["file"] == "broken.py"
    assert "not_there" in json.dumps(error["errors"])
    page = served.ask("/")[1]
    assert "line 2: There is no module named" in page
    assert "\nFix: pip install not_there" in page


def test_a_dag_is_paused_and_goes_on(served: Service) -> None:
    assert served.ask("/api/v1/dags/words", {"is_paused": True}, "PATCH")[1]["is_paused"] is True
    assert served.ask("/api/v1/dags/words")[1]["is_paused"] is True
    assert served.ask("/api/v1/dags/words", {"is_paused": False}, "PATCH")[1]["is_paused"] is False


def test_a_run_is_queued_with_what_was_given(served: Service) -> None:
    body = {"params": {"depth": 4}, "conf": {"who": "me"}, "logical_date": "2026-01-05T12:00:00+01:00", "note": "try"}
    status, run = served.ask("/api/v1/dags/words/runs", {**body, "run_id": "given"})
    assert status == 201
    assert (run["state"], run["run_id"], run["note"], run["run_type"]) == ("queued", "given", "try", "manual")
    assert (run["params"], run["conf"]) == ({"depth": 4}, {"who": "me"})
    assert run["logical_date"] == "2026-01-05T11:00:00Z"
    assert run["data_interval_end"] == "2026-01-05T11:00:00Z"
    assert served.ask("/api/v1/dags/words/runs", {"run_id": "given"})[0] == 409


def test_a_body_of_many_megabytes_is_refused(served: Service) -> None:
    status, answer = served.ask("/api/v1/dags/words/runs", {"conf": {"a": "x" * (4 * 2**20)}})
    assert (status, answer["detail"].split(".")[0]) == (413, "The body is larger than 4 MiB")
    assert served.ask("/api/v1/dags/words/runs", {"conf": {"a": "x" * 2**20}})[0] == 201


def test_conf_gives_values_of_parameters_too(served: Service) -> None:
    assert served.ask("/api/v1/dags/words/runs", {"conf": {"depth": 7}})[1]["params"] == {"depth": 7}


@pytest.mark.parametrize(
    ("path", "body", "status", "part"),
    [
        ("/api/v1/dags/nothing/runs", {}, 404, "no DAG 'nothing'"),
        ("/api/v1/dags/words/runs", {"params": {"dept": 1}}, 422, "Did you mean 'depth'?"),
        ("/api/v1/dags/words/runs", {"parms": {}}, 422, "parms"),
        ("/api/v1/dags/words/runs", {"logical_date": "2026-01-05T12:00:00"}, 422, "timezone"),
        ("/api/v1/dags/words/runs", {"logical_date": "0001-01-01T00:00:00+14:00"}, 422, "between the years 2 and 9998"),
        ("/api/v1/dags/words/runs", {"logical_date": "9999-12-31T23:59:59-14:00"}, 422, "between the years 2 and 9998"),
        ("/api/v1/dags/words/runs", {"conf": {"a": "\udfff"}}, 422, "half a character"),
        ("/api/v1/dags/words/runs", {"params": {"depth": {"\udfff": 1}}}, 422, "half a character"),
        ("/api/v1/dags/words/runs", {"conf": {"a": json.loads("[" * 900 + "]" * 900)}}, 422, "100 levels"),
        ("/api/v1/dags/words/runs", {"conf": {"a": [float("nan")]}}, 422, "nan is no number of JSON"),
        ("/api/v1/dags/words/runs", {"params": {"depth": float("inf")}}, 422, "inf is no number of JSON"),
        ("/api/v1/dags/words/runs", {"note": "\udfff"}, 422, "unicode"),
        ("/api/v1/dags/words/runs", {"run_id": "\udfff"}, 422, "unicode"),
        ("/api/v1/dags/words/runs", {"run_id": "two\nlines"}, 422, "cannot be seen"),
        ("/api/v1/dags/words/runs", {"note": "x" * 10_001}, 422, "10000"),
        ("/api/v1/dags/words/runs", {"\udfff": float("nan")}, 422, "unicode"),
    ],
)
def test_a_run_that_cannot_be_is_refused(served: Service, path: str, body: Any, status: int, part: str) -> None:
    before = served.ask("/api/v1/runs")[1]
    found, answer = served.ask(path, body)
    assert found == status
    assert part in json.dumps(answer["detail"])
    assert served.ask("/api/v1/runs")[1] == before, "nothing was written"


@pytest.mark.parametrize("conf", ['{"a": "\\udfff"}', '{"a": ' + "[" * 900 + "]" * 900 + "}", '{"a": NaN}'])
def test_what_is_in_the_database_does_not_spoil_the_lists(served: Service, conf: str) -> None:
    number = served.ask("/api/v1/dags/words/runs", {})[1]["run"]
    with closing(sqlite3.connect(served.home / "fanjet.db")) as database, database:
        database.execute("UPDATE run SET conf = ? WHERE run = ?", (conf, number))
    assert served.ask("/api/v1/runs")[1]["runs"][0]["run"] == number
    assert served.ask(f"/api/v1/runs/{number}")[0] == 200
    assert served.ask(f"/runs/{number}")[0] == 200
    assert f"run {number}" in served.run("show", str(number)).stdout


def test_runs_are_listed_by_dag_and_state_in_pages(served: Service) -> None:
    numbers = [served.ask("/api/v1/dags/words/runs", {})[1]["run"] for _ in range(3)]
    page = served.ask("/api/v1/runs?dag_id=words&state=queued&limit=2")[1]
    assert [run["run"] for run in page["runs"]] == numbers[:0:-1]
    rest = served.ask(f"/api/v1/runs?limit=2&before={page['next_before']}")[1]
    assert rest["runs"][0]["run"] == numbers[0]
    assert served.ask("/api/v1/runs?state=failed")[1] == {"runs": [], "next_before": None}
    assert served.ask("/api/v1/runs?state=odd")[0] == 422


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/api/v1/runs?stat=queued", "no parameter 'stat'. Did you mean 'state'?"),
        ("/api/v1/runs?foo=1", "/api/v1/runs knows before, dag_id, limit, state."),
        ("/api/v1/dags/words?full=1", "knows no parameters"),
        ("/runs?state=failed", "/runs knows before, dag_id."),
        ("/metrics?name=x", "knows no parameters"),
    ],
)
def test_parameters_that_nobody_knows_are_refused(served: Service, path: str, part: str) -> None:
    status, answer = served.ask(path)
    assert status == 422
    assert part in answer["detail"]


@pytest.mark.parametrize(
    "path", ["/api/v1/runs/{n}", "/runs/{n}", "/api/v1/runs?before={n}", "/api/v1/runs/{n}/result"]
)
def test_a_number_that_is_too_large_is_said(served: Service, path: str) -> None:
    status, answer = served.ask(path.format(n=10**30))
    assert status == 422
    assert "less than or equal" in json.dumps(answer)


def test_a_body_that_is_no_json_is_refused_with_the_fix(served: Service) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        status, answer = served.ask("/api/v1/dags/words/runs", {"note": "x"}, content_type=kind)
        assert status == 415
        assert "send 'Content-Type: application/json'" in answer["detail"]
        assert kind in answer["detail"]
    assert served.ask("/api/v1/dags/words/runs", method="POST")[0] == 201, "a run can be asked for without a body"


def test_a_run_that_waits_has_not_started(served: Service) -> None:
    run = served.ask("/api/v1/dags/words/runs", {})[1]
    assert run["started_at"] is None
    assert run["queued_at"] is not None
    shown = served.run("show", str(run["run"])).stdout
    assert "started" not in shown
    assert "queued" in shown
    (row, *_) = json.loads(served.run("runs", "--json").stdout)
    assert (row["state"], row["started_at"]) == ("queued", None)


def test_watching_a_run_that_waits_says_what_for(served: Service) -> None:
    number = served.ask("/api/v1/dags/words/runs", {})[1]["run"]
    watcher = served.begin("watch", str(number))
    try:
        assert watcher.stderr is not None
        line = watcher.stderr.readline()
        assert f"Run {number} of words is queued, waiting for a scheduler" in line
        watcher.send_signal(signal.SIGINT)
        assert watcher.wait(30) == 130
    finally:
        watcher.kill()
        watcher.communicate()


def test_a_result_that_is_not_there_says_why(served: Service) -> None:
    number = served.ask("/api/v1/dags/words/runs", {})[1]["run"]
    status, answer = served.ask(f"/api/v1/runs/{number}/result")
    assert status == 404
    assert f"DAG 'words' of run {number} has no result. Mark a task with @result" in answer["detail"]
    number = served.ask("/api/v1/dags/count/runs", {})[1]["run"]
    status, answer = served.ask(f"/api/v1/runs/{number}/result")
    assert status == 404
    assert answer["detail"] == f"Run {number} (queued) has no result yet: task 'add' has not succeeded."
    assert served.ask("/api/v1/runs/9999/result")[0] == 404


def test_a_note_is_kept_and_taken_away(served: Service) -> None:
    number = served.ask("/api/v1/dags/words/runs", {})[1]["run"]
    assert served.ask(f"/api/v1/runs/{number}", {"note": "looked at"}, "PATCH")[1]["note"] == "looked at"
    assert served.ask(f"/api/v1/runs/{number}", {"note": None}, "PATCH")[1]["note"] is None
    assert served.ask("/api/v1/runs/999999", {"note": "x"}, "PATCH")[0] == 404


def test_metrics_are_prometheus_text(served: Service) -> None:
    served.ask("/api/v1/dags/words/runs", {})
    served.wait_until(lambda: "fanjet_parsed_files_total" in served.ask("/metrics")[1], "the folder has been measured")
    families = {family.name: family for family in text_string_to_metric_families(served.ask("/metrics")[1])}
    assert {sample.labels["state"]: sample.value for sample in families["fanjet_runs"].samples}["queued"] >= 1
    assert families["fanjet_import_errors"].samples[0].value == 1
    assert families["fanjet_dags"].samples[0].value == 3
    parsed = families["fanjet_parsed_files"].samples[0]
    assert parsed.value >= 2
    assert parsed.labels["role"] == "folder"


@pytest.mark.parametrize("path", ["/", "/dags", "/runs", "/runs?dag_id=words", "/runs/1", "/api"])
def test_pages_show_it_to_people(served: Service, path: str) -> None:
    served.ask("/api/v1/dags/words/runs", {})
    status, page = served.ask(path)
    assert status == 200
    assert page.startswith("<!doctype html>")
    assert "https://" not in page, "nothing is loaded from elsewhere"
    assert "words" in page or path in {"/", "/api"}


def test_a_page_shows_texts_of_others_as_texts(served: Service) -> None:
    served.ask("/api/v1/dags/words/runs", {"note": "<script>alert(1)</script>"})
    page = served.ask("/runs")[1]
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_database_that_is_gone_is_said_and_comes_back(served: Service, tmp_path: Path) -> None:
    database = served.home / "fanjet.db"
    database.rename(tmp_path / "away.db")
    try:
        status, health = served.ask("/health")
        assert (status, health["status"]) == (503, "no database")
    finally:
        (tmp_path / "away.db").rename(database)
    assert served.ask("/health")[1]["database"] == "reachable"


def test_an_unfinished_request_does_not_hold_up_others(served: Service) -> None:
    host, _, port = (served.find_address() or "").removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /api/v1/dags/words/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert served.ask("/health")[1]["database"] == "reachable"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "http://{host}"}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://proxy.example"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://{host}"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "https://stranger.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_pages_of_other_sites_change_nothing(served: Service, headers: dict[str, str], status: int) -> None:
    host = (served.find_address() or "").removeprefix("http://")
    sent = {name: value.format(host=host) for name, value in headers.items()}
    assert _request(host, "POST", "/api/v1/dags/words/runs", sent)[0] == status
    assert _request(host, "GET", "/api/v1/runs", sent)[0] == 200, (
        "what only reads is answered, without leave to read it"
    )


@pytest.mark.parametrize(("kind", "status"), [(None, 415), ("application/json", 201), ("application/merge+json", 201)])
def test_a_body_needs_a_type_that_no_strange_page_can_give(served: Service, kind: str | None, status: int) -> None:
    host = (served.find_address() or "").removeprefix("http://")
    headers = {} if kind is None else {"Content-Type": kind}
    assert _request(host, "POST", "/api/v1/dags/words/runs", headers, b"{}")[0] == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("127.0.0.1:80", 200), ("[::1]:80", 200), ("known.example", 200), ("stranger.example", 403)],
)
def test_a_page_of_a_stranger_cannot_lend_its_name(served: Service, host: str, status: int) -> None:
    address = (served.find_address() or "").removeprefix("http://")
    found, text = _request(address, "GET", "/api/v1/dags", {"Host": host})
    assert found == status
    assert ("server_names" in text) == (status == 403)


def _request(
    address: str, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, str]:
    """A request with just these headers: status and body of the answer."""
    with closing(http.client.HTTPConnection(address)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_what_others_have_made_is_an_event_of_the_asset(served: Service) -> None:
    status, taken = served.ask("/api/v1/assets/events", {"name": "books", "extra": {"rows": 3}})
    assert (status, taken["uri"], taken["dag_ids"]) == (201, "s3://shelf/books", ["shelf"])
    with closing(sqlite3.connect(served.home / "fanjet.db")) as database:
        found = database.execute("SELECT name, uri, extra, dag_id FROM asset_event").fetchall()
    assert found == [("books", "s3://shelf/books", '{"rows": 3}', "")]
    status, refused = served.ask("/api/v1/assets/events", {"name": "boks"})
    assert (status, refused["detail"]) == (404, "No DAG of the folder waits for an asset 'boks' with the URI 'boks'.")
    assert served.ask("/api/v1/assets/events", {"name": ""})[0] == 422
    assert served.ask("/api/v1/assets/events", {"name": "books", "extra": {"a": "\udfff"}})[0] == 422
