"""Parts of a service by themselves: pauses between starts, lines of the log, settings for roles, numbers, names."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fanjet.bootstrap.service.environment import role_environment
from fanjet.bootstrap.service.logs import start_logging
from fanjet.bootstrap.service.restarts import MOST_SHORT_LIVES, Restarts
from fanjet.model.metrics import Metrics
from fanjet.runtime.secrets import SECRETS
from fanjet.scheduler.run_log import RunLog
from fanjet.server.known_names import KnownNames
from fanjet.settings import Settings, load_settings


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Gives what has been logged since; the logging of the tests is as before afterwards."""
    root, own = logging.getLogger(), logging.getLogger("fanjet")
    before = (root.handlers[:], root.level, own.level)
    yield lambda: capsys.readouterr().err
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    own.setLevel(before[2])
    logging.captureWarnings(capture=False)
    SECRETS.clear()


def _settings(tmp_path: Path, **flags: object) -> Settings:
    return load_settings({"home": str(tmp_path), **flags}, environ={})


def test_pauses_grow_until_it_makes_no_sense_any_more() -> None:
    restarts = Restarts()
    assert [restarts.find_pause_s(0.1) for _ in range(MOST_SHORT_LIVES)] == [0.0, 0.5, 1.0, 2.0, None]


def test_a_long_life_begins_a_new_count() -> None:
    restarts = Restarts()
    assert [restarts.find_pause_s(lived_s) for lived_s in (0.1, 0.1, 60, 0.1)] == [0.0, 0.5, 0.0, 0.0]


def test_what_may_pass_is_waited_for_by_whoever_has_worked() -> None:
    killed = Restarts()
    assert [killed.find_pause_s(0.1, was_killed=True) for _ in range(50)][-1] == 5.0
    new, old = Restarts(), Restarts()
    old.find_pause_s(60)
    assert [new.find_pause_s(0.1, may_pass=True) for _ in range(5)][-1] is None
    assert [old.find_pause_s(0.1, may_pass=True) for _ in range(50)][-1] == 5.0


def test_a_line_for_people_is_one_line(lines: Callable[[], str], tmp_path: Path) -> None:
    start_logging("scheduler", _settings(tmp_path))
    logging.getLogger("fanjet.x").warning("Two\nlines", extra={"run": 3})
    logging.getLogger("fanjet.x").debug("too small")
    logging.getLogger("library").info("about itself")
    assert lines().split(" ", 1)[1] == "scheduler   warning: Two | lines\n"


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_steers_no_terminal(lines: Callable[[], str], tmp_path: Path, form: str) -> None:
    start_logging("scheduler", _settings(tmp_path, log_format=form))
    logging.getLogger("fanjet.x").error("Run \x1b[31m of \x9b2J \u202e", exc_info=ValueError("\x1b]0;title\x07"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", lines())


def test_the_same_warning_again_and_again_is_held_back(
    lines: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_logging("scheduler", _settings(tmp_path))
    clock = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    monkeypatch.setattr(time, "time_ns", lambda: int(clock[0] * 1e9))
    for _ in range(35):
        logging.getLogger("fanjet.x").warning("The database is away.")
        logging.getLogger("fanjet.x").info("At work.")
        clock[0] += 1
    logging.getLogger("fanjet.x").warning("Something else.")
    texts = [line.split(" ", 1)[1] for line in lines().splitlines() if "At work" not in line]
    assert texts == [
        "scheduler   warning: The database is away.",
        "scheduler   warning: The database is away. (and 29 times before)",
        "scheduler   warning: Something else.",
    ]


def test_a_scheduler_that_is_asked_to_stop_says_what_sigterm_does(lines: Callable[[], str], tmp_path: Path) -> None:
    start_logging("scheduler", _settings(tmp_path))
    RunLog().stopping(2)
    RunLog().stopping(0)
    first, second = lines().splitlines()
    assert (
        "scheduler   Stopping: nothing more is launched, and 2 running tries may end first (a second SIGTERM" in first
    )
    assert "and nothing runs. Runs that are not over go on with another scheduler" in second


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_masked_in_every_line(lines: Callable[[], str], tmp_path: Path, form: str) -> None:
    key = "c2VjcmV0LWtleS1vZi10aGlzLXRlc3QtMDEyMzQ1Njc="
    start_logging("server", _settings(tmp_path, log_format=form, fernet_key=key))
    try:
        int(f"in a traceback: {key}")
    except ValueError:
        logging.getLogger("fanjet.x").exception("failed at postgresql://me:hidden@host/db with %s", key)
    text = lines()
    assert "hidden" not in text
    assert key not in text
    assert "***" in text


def test_json_lines_carry_the_facts(lines: Callable[[], str], tmp_path: Path) -> None:
    start_logging("folder", _settings(tmp_path, log_format="json"))
    logging.getLogger("fanjet.folder").info("Looked.", extra={"run": 7, "dag_id": "d"})
    event = json.loads(lines())
    assert (event["role"], event["level"], event["event"]) == ("folder", "info", "Looked.")
    assert (event["run"], event["dag_id"]) == (7, "d")


def test_roles_read_the_settings_of_their_supervisor(tmp_path: Path) -> None:
    flags = {
        "workers": "3",
        "pools": "gpu=2",
        "dags": "here",
        "database": "postgresql://a:b@c/d",
        "stop_grace_s": "1.5",
    }
    settings = _settings(tmp_path, **flags)
    again = load_settings({}, environ=role_environment(settings, {}))
    assert {name: getattr(again, name) for name in Settings.__struct_fields__ if name != "origins"} == {
        name: getattr(settings, name) for name in Settings.__struct_fields__ if name != "origins"
    }


def test_a_secret_of_a_file_does_not_get_into_the_environment(tmp_path: Path) -> None:
    (tmp_path / "fanjet.toml").write_text('fernet_key = "a-key"\n')
    assert "FANJET_FERNET_KEY" not in role_environment(_settings(tmp_path), {})


def test_numbers_are_read_as_they_were_counted() -> None:
    metrics = Metrics()
    counter, gauge = metrics.counter("a_total", "A.", state="x"), metrics.gauge("b", "B.")
    histogram = metrics.histogram("c_seconds", "C.", bounds=(1.0, 2.0))
    counter.add(3)
    gauge.set(0.5)
    for value in (0.5, 1.0, 1.5, 9.0):
        histogram.observe(value)
    a, b, c = metrics.read()
    assert (a.value, a.labels, b.value) == (3, {"state": "x"}, 0.5)
    assert (c.counts, c.value) == ((2, 1, 1), 12.0)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost:8080", True),
        ("LOCALHOST", True),
        ("10.1.2.3:80", True),
        ("[fe80::1]:80", True),
        ("fanjet.example", True),
        ("other.example", False),
        ("127.0.0.1.other.example", False),
        ("", False),
    ],
)
def test_names_of_the_server_are_told_from_those_of_strangers(host: str, known: bool) -> None:
    assert KnownNames([" fanjet.example"]).has(host) is known


_SERVER_ONLY = ("fastapi", "pydantic", "starlette", "uvicorn", "prometheus_client", "opentelemetry", "psutil", "rich")


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("fanjet.cli.up", (*_SERVER_ONLY, "sqlite3", "asyncio", "jinja2")),
        ("fanjet.bootstrap.service.scheduler_role", (*_SERVER_ONLY, "asyncio")),
        ("fanjet.bootstrap.service.folder_role", (*_SERVER_ONLY,)),
        ("fanjet.server.serving", ("fastapi", "pydantic", "prometheus_client", "jinja2")),
    ],
)
def test_each_process_imports_its_own_libraries_alone(module: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, {module}\nprint(*[name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == ""
