"""A process of a service that hangs, though it lives, is seen, killed and started again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from service.running import Service

#: Loaded by every Python process below a folder on the path: on a signal the main thread waits for itself.
_DEADLOCK = """
import signal, threading

def block(number, frame):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()

signal.signal(signal.SIGUSR1, block)
"""


@pytest.fixture
def watched(service: Service, tmp_path: Path) -> Service:
    """One that is patient for two seconds; not started."""
    service.settings |= {"hang_limit_s": "2", "db_busy_timeout_s": "0.5", "parse_timeout_s": "0.5"}
    (tmp_path / "shim").mkdir()
    (tmp_path / "shim" / "sitecustomize.py").write_text(_DEADLOCK)
    paths = [str(tmp_path / "shim"), *filter(None, [os.environ.get("PYTHONPATH")])]
    service.variables["PYTHONPATH"] = os.pathsep.join(paths)
    return service


def _wait_for_another(service: Service, kind: str, before: psutil.Process) -> None:
    service.wait_until(lambda: (new := service.find_role(kind)) and new.pid != before.pid, "there is another")


@pytest.mark.parametrize("kind", ["scheduler", pytest.param("folder", marks=pytest.mark.slow)])
def test_a_deadlock_is_seen_and_written_down(watched: Service, kind: str) -> None:
    watched.start()
    watched.wait_until(lambda: watched.ask("/health")[1]["schedulers_alive"], "all are at work")
    watched.wait_until(lambda: watched.ask("/health")[1]["folder_looked_at"], "all are at work")
    hung = watched.get_role(kind)
    hung.send_signal(signal.SIGUSR1)
    _wait_for_another(watched, kind, hung)
    text = watched.text()
    assert f"The {kind} (process {hung.pid}) hangs: it has given no sign of life for 2 s. It is killed." in text
    assert "sitecustomize.py" in text, "where it hangs"
    assert f"process {hung.pid}) was killed by SIGKILL. It is started again." in text


@pytest.mark.slow
def test_a_stopped_server_is_replaced_and_requests_wait_for_it(watched: Service) -> None:
    watched.start()
    watched.ask("/health")
    stopped = watched.get_role("server")
    stopped.suspend()
    assert watched.ask("/api/v1/runs")[0] == 200
    assert watched.get_role("server").pid != stopped.pid


@pytest.mark.slow
def test_whoever_only_works_for_long_is_left_alone(watched: Service) -> None:
    """Also a process that was paused with all others, as a container is."""
    watched.settings |= {"hang_limit_s": "3"}
    watched.start()
    watched.wait_until(lambda: watched.ask("/health")[1]["schedulers_alive"], "it is at work")
    family = watched.list_family()
    for process in family:
        process.suspend()
    signal.sigtimedwait([], 5)
    for process in family:  # the supervisor first, and so before any of them can say anything
        process.resume()
        signal.sigtimedwait([], 0.2)
    signal.sigtimedwait([], 4)
    assert "hangs" not in watched.text()
    assert {process.pid for process in watched.list_family()} >= {process.pid for process in family}
