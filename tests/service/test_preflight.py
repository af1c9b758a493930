"""What is wrong with a database is said once, before a process is started; one that is only starting is waited for."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest

from fanjet.bootstrap.service.preflight import wait_for_database
from fanjet.errors import ExecutionError
from fanjet.settings import load_settings
from fanjet.store.database.database import Database
from postgres_server import PostgresServer
from service.running import Service


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("postgresql://u@127.0.0.1/x?bogus=1", 'invalid URI query parameter: "bogus"'),
        ("postgresql://u@127.0.0.1:port/x", "look at what it says"),
        ("postgresql://[::1/x", "is no URL of PostgreSQL"),
        ("postgresql://u:S3cr3t@Pw@127.0.0.1/x", "write it as %40"),
    ],
)
def test_a_url_that_cannot_be_is_refused_in_one_line(service: Service, url: str, part: str) -> None:
    done = service.run("up", "--port", "0", "--database", url, code=2)
    assert part in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "S3cr3t" not in done.stderr
    assert "Pw" not in done.stderr


def test_a_database_that_is_not_there_or_refuses_is_said_in_one_line(
    service: Service, postgres: PostgresServer
) -> None:
    done = service.run("up", "--port", "0", "--database", postgres.url("nothing"), code=2)
    assert "has no such database; make it" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    service.home.mkdir(exist_ok=True)
    (service.home / "fanjet.db").write_text("no database")
    done = service.run("up", "--port", "0", "--log-format", "json", code=2)
    assert "is no SQLite database" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_server_that_is_only_starting_is_waited_for(
    postgres: PostgresServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJET_DB_BUSY_TIMEOUT_S", "20")
    with tempfile.TemporaryDirectory(prefix="fj") as folder:  # short: the name of a socket may not be long
        place = Path(folder) / "run"
        database = Database(Path(folder), f"postgresql://postgres@/tables?host={place}")
        comes = threading.Timer(0.2, place.symlink_to, [postgres.folder])
        comes.start()
        wait_for_database(load_settings(), database)
        comes.join()
    assert "cannot be reached" in caplog.text
    assert "It is waited for, up to 20 s." in caplog.text


def test_a_server_that_does_not_come_ends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FANJET_DB_BUSY_TIMEOUT_S", "0.6")
    database = Database(tmp_path, "postgresql://u@127.0.0.1:1/x")
    with pytest.raises(ExecutionError, match="cannot be reached") as caught:
        wait_for_database(load_settings(), database)
    assert caught.value.temporary


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("dags/greet.py", "greet.py is no folder. Fix: name the folder of the DAG files with --dags"),
        ("dag", "There is no folder {folder}/dag (--dags). Did you mean {folder}/dags? Otherwise make it first."),
        ("dags/far/away", "(--dags). Fix: make it first."),
    ],
)
def test_a_dag_folder_that_is_named_has_to_be_one(service: Service, tmp_path: Path, name: str, part: str) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "greet.py").write_text("print('hello')\n")
    for command in (("up", "--port", "0"), ("dags", "reparse")):
        done = service.run(*command, "--dags", name, code=2)
        assert part.format(folder=tmp_path) in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "dag").exists()


def test_a_service_says_once_what_it_found_in_its_folder(service: Service, tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "greet.py").write_text("print('hello')\n")
    service.settings["schedulers"] = "0"
    service.start("--dags", "dags")
    found = f"{tmp_path}/dags has 0 DAG files with 0 DAGs. There are 1 other Python files: none speaks of DAGs"
    service.wait_until(lambda: found in service.text(), "the folder has been looked at")
