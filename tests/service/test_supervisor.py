"""The process tree of `fanjet up`: what dies is started again, and nothing outlives the supervisor."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from processes import is_gone
from service.running import Service


def test_a_stop_ends_all_processes_in_order(service: Service) -> None:
    service.start()
    family = service.list_family()
    service.signal(signal.SIGTERM)
    assert service.wait_for_end() == 0
    assert all(map(is_gone, family))
    assert "Stopping" in service.text()
    assert "Traceback" not in service.text()


def test_what_dies_is_started_again_and_said_in_one_line(service: Service) -> None:
    service.start()
    killed = service.get_role("server")
    killed.kill()
    assert service.ask("/health")[0] == 200  # the socket was never closed: the request waits for the next server
    assert service.get_role("server").pid != killed.pid
    lines = [line for line in service.text().splitlines() if f"process {killed.pid}" in line]
    assert len(lines) == 1
    assert "server" in lines[0]
    assert "was killed by SIGKILL" in lines[0]


@pytest.mark.parametrize("stopped", [False, True])
def test_nothing_outlives_a_killed_supervisor(service: Service, stopped: bool) -> None:
    """Also not a process that is stopped itself and could notice nothing."""
    service.start()
    family = service.list_family()
    if stopped:
        service.get_role("server").suspend()
    service.signal(signal.SIGKILL)
    service.wait_for_end()
    service.wait_until(lambda: all(map(is_gone, family)), "all processes are gone")


def test_a_second_service_on_the_home_is_told_who_holds_it(service: Service) -> None:
    service.start()
    refused = service.run("up", "--port", "0", code=2).stderr
    assert f"process {service.pid}" in refused
    assert "fanjet up --port 0" in refused
    assert "since 2" in refused


def test_a_second_service_on_the_port_is_told_who_holds_it(service: Service, tmp_path: Path) -> None:
    service.start()
    port = (service.find_address() or "").rpartition(":")[2]
    refused = service.run("up", "--port", port, "--home", str(tmp_path / "other"), code=2).stderr
    assert f"Port {port} of 127.0.0.1 is taken" in refused
    assert f"process {service.pid}" in refused


def test_any_holder_of_the_port_is_named(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        refused = service.run("up", "--port", str(held.getsockname()[1]), code=2).stderr
    assert Path(sys.executable).name in refused or "pytest" in refused


@pytest.mark.parametrize("kind", ["scheduler", "folder", "server"])
def test_each_role_is_replaced(service: Service, kind: str) -> None:
    service.start()
    killed = service.get_role(kind)
    killed.kill()
    service.wait_until(lambda: (new := service.find_role(kind)) and new.pid != killed.pid, "there is another")
    assert len(psutil.Process(service.pid).children()) == 3


def test_what_a_dag_file_started_ends_with_the_service_too(service: Service) -> None:
    """Whatever was being loaded when the supervisor was killed."""
    (service.home / "dags").mkdir(parents=True)
    (service.home / "dags" / "slow.py").write_text(
        "import subprocess\nfrom fanjet import dag\nsubprocess.run(['sleep', '54.321'])\n"
    )
    service.start()
    service.wait_until(lambda: _find_sleeper(service), "the file is being loaded")
    family = service.list_family()
    service.signal(signal.SIGKILL)
    service.wait_for_end()
    service.wait_until(lambda: all(map(is_gone, family)), "all processes are gone")


def _find_sleeper(service: Service) -> bool:
    return any("54.321" in " ".join(process.cmdline()) for process in service.list_family() if not is_gone(process))


def test_a_second_signal_does_not_wait(service: Service) -> None:
    service.start()
    service.get_role("server").suspend()
    for _ in range(3):
        service.signal(signal.SIGTERM)
        time.sleep(0.05)
    assert service.wait_for_end() == 0


def test_what_was_ignored_stays_ignored(service: Service) -> None:
    """As under nohup: the end of the terminal is not the end of the service."""
    service.start("--schedulers", "0", ignoring=(signal.SIGHUP,))
    service.wait_until(lambda: "Looking at" in service.text(), "the folder is looked at")
    service.signal(signal.SIGHUP)
    service.get_role("folder").kill()
    service.wait_until(lambda: service.text().count("Looking at") == 2, "it goes on")


def test_systemd_is_told_when_the_service_is_up(service: Service, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        service.variables["NOTIFY_SOCKET"] = str(tmp_path / "notify")
        service.start()
        assert systemd.recv(100) == b"READY=1"


def test_programs_get_the_reason_of_the_end_as_an_event_too(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        refused = service.run("up", "--port", str(held.getsockname()[1]), "--log-format", "json", code=2).stderr
    assert "is taken" in json.loads(refused)["event"]


def test_a_home_that_cannot_be_a_folder_is_said(service: Service) -> None:
    service.home.write_text("a file")
    assert "set FANJET_HOME" in service.run("up", "--port", "0", code=2).stderr


@pytest.mark.slow
def test_a_service_whose_role_dies_at_once_each_time_ends_with_its_reason(service: Service) -> None:
    service.start("--schedulers", "0")
    server = service.get_role("server")
    for file in service.home.glob("fanjet.db*"):
        file.unlink()
    (service.home / "fanjet.db").write_text("no database")
    server.kill()
    assert service.wait_for_end() == 1
    assert "died 5 times soon after its start" in service.text()
    assert "is no SQLite database" in service.text()
    assert "Traceback" not in service.text()


def test_programs_get_each_event_as_one_json_object(service: Service) -> None:
    service.settings["log_level"] = "debug"
    service.start("--log-format", "json")
    service.get_role("server").kill()
    service.ask("/health")
    service.signal(signal.SIGTERM)
    service.wait_for_end()
    events = [json.loads(line) for line in service.text().splitlines()]
    assert {"at", "level", "role", "pid", "event"} <= events[0].keys()
    assert "supervisor" in {event["role"] for event in events}
    assert [e["event"].split()[1] for e in events if e["level"] == "warning" and "was killed by" in e["event"]] == [
        "server"
    ]


def test_an_address_that_others_can_reach_is_warned_of(service: Service) -> None:
    service.start("--host", "0.0.0.0")
    service.wait_until(lambda: "there is no authentication" in service.text(), "the warning stands there")


def test_a_role_can_be_played_alone(service: Service) -> None:
    """As under another supervisor: one process per role, stopped by SIGTERM."""
    service.settings["port"] = "0"
    process = subprocess.Popen(
        [sys.executable, "-m", "fanjet.bootstrap.service", "server"],
        env=service.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        service.wait_until_file(service.home / "fanjet.db")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert "Traceback" not in errors
