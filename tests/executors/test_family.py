"""Nothing that a DAG file starts outlives the scheduler, however the scheduler dies; and files that misbehave when
they are loaded are reported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from executors.test_faults import is_alive, wait_until
from fanjet.executors.local.executor import LocalExecutor
from fanjet.model.states import State

_DAEMONS = """
with DAG("flow"):
    @task
    def starts_all(i):
        def note(name): open(f"{os.environ['PIDS']}/{name}-{os.getpid()}", "w").close()
        note("worker")
        subprocess.Popen(["sh", "-c", f"touch {os.environ['PIDS']}/shell-$$; sleep 1000"])
        subprocess.Popen(["sh", "-c", f"touch {os.environ['PIDS']}/session-$$; sleep 1000"], start_new_session=True)
        if os.fork() == 0:  # a daemon as in the books: no parent, a session of its own, no descriptors
            os.setsid()
            if os.fork() == 0:
                note("daemon")
                os.closerange(0, 200)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
                if os.fork() == 0: note("below-daemon")
                time.sleep(1000)
            os._exit(0)
        time.sleep(1000)
    starts_all(1)
"""

_SCHEDULER = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored where the tests run under nohup
sys.path.insert(0, {tests!r})
from pathlib import Path
from datetime import UTC, datetime
from executors.conftest import Driver
from fanjet.executors.local.executor import LocalExecutor
from fanjet.model.runs import RunInfo
file, home = Path(sys.argv[1]), Path(sys.argv[2])
executor = LocalExecutor.start(file, file.parent, home=home, session=1, runners="plain_runners:make_runners")
executor.wait_loaded(20.0)
now = datetime.now(UTC)
executor.open_run(RunInfo(number=1, run_id="r", dag_id="flow", created_at=now, started_at=now))
driver = Driver(executor, home / "logs")
driver.start("starts_all", [0])
while True: driver.turn()
"""


def list_pids(folder: Path) -> dict[str, int]:
    return {path.name.rpartition("-")[0]: int(path.name.rpartition("-")[2]) for path in folder.iterdir()}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_everything_dies_with_the_scheduler(write_dag, tmp_path, monkeypatch, number):
    pids_folder = tmp_path / "pids"
    pids_folder.mkdir()
    monkeypatch.setenv("PIDS", str(pids_folder))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    program = _SCHEDULER.format(tests=str(Path(__file__).parent.parent))
    scheduler = subprocess.Popen([sys.executable, "-c", program, str(write_dag(_DAEMONS)), str(tmp_path / "home")])
    try:
        wait_until(lambda: len(list_pids(pids_folder)) == 5)
        pids = list_pids(pids_folder)
        assert all(is_alive(pid) for pid in pids.values())
        scheduler.send_signal(number)
        scheduler.wait()
        wait_until(lambda: not any(is_alive(pid) for pid in pids.values()), 5.0)
    finally:
        scheduler.kill()
        scheduler.wait()


def test_closing_kills_what_tasks_left_behind(start):
    driver = start(
        """
        with DAG("flow"):
            @task
            def leaves(i):
                return subprocess.Popen(["sleep", "1000"], start_new_session=True).pid
            leaves(1)
        """
    )
    pid = int(driver.run("leaves", [0])[0].value[1:])
    assert is_alive(pid)
    driver.executor.close(kill=False)
    assert not is_alive(pid)


def test_what_a_dead_worker_started_dies_too(start):
    driver = start(
        """
        with DAG("flow"):
            @task
            def leaves(i):
                print(subprocess.Popen(["sleep", "1000"], start_new_session=True).pid, flush=True)
                os._exit(1)
            leaves(1)
        """
    )
    outcome = driver.run("leaves", [0])[0]
    assert outcome.state == State.FAILED
    wait_until(lambda: not is_alive(int(outcome.log)))


def load(path: Path, tmp_path: Path, timeout_s: float = 20.0):
    executor = LocalExecutor.start(
        path, path.parent, home=tmp_path / "home", session=1, runners="plain_runners:make_runners"
    )
    try:
        return executor.wait_loaded(timeout_s)
    finally:
        executor.close(kill=True)


def test_a_file_that_loops_for_ever_is_stopped(write_dag, tmp_path):
    started_at = time.monotonic()
    loaded = load(write_dag("while True: pass"), tmp_path, 0.5)
    assert time.monotonic() - started_at < 30
    [error] = loaded.errors
    assert error.kind == "timeout"
    assert "0.5 s" in error.message
    assert "parse_timeout_s" in error.fix


def test_a_file_that_exits_is_reported(write_dag, tmp_path):
    [error] = load(write_dag("\n\nsys.exit(4)"), tmp_path).errors
    assert (error.kind, error.line) == ("exit", 6)
    assert "code 4" in error.message


def test_a_file_that_ends_its_process_is_reported_with_its_last_words(write_dag, tmp_path):
    [error] = load(write_dag("print('good bye', flush=True)\nos._exit(5)"), tmp_path).errors
    assert error.kind == "crash"
    assert "exit code 5" in error.message
    assert "good bye" in error.message


def test_a_file_that_starts_threads_has_its_workers_spawned(start):
    driver = start(
        """
        import threading
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        with DAG("flow"):
            @task
            def count_threads(i): return [threading.active_count(), os.getppid()]
            count_threads(1)
        """
    )
    outcomes = driver.run("count_threads", range(10))
    assert {outcome.state for outcome in outcomes.values()} == {State.SUCCESS}
    assert outcomes[0].value.startswith(b"j[2,")  # a fork would have one: the thread would be missing


def test_a_file_that_can_be_loaded_only_once_gives_a_clear_error(start, tmp_path):
    from fanjet.errors import ExecutionError

    driver = start(
        f"""
        import threading
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        if os.path.exists({str(tmp_path / "seen")!r}): raise ValueError("not twice")
        open({str(tmp_path / "seen")!r}, "w").close()
        with DAG("flow"):
            @task
            def nothing(i): pass
            nothing(1)
        """
    )
    with pytest.raises(ExecutionError, match=r"Workers end as soon as they are started(.|\n)*not twice"):
        driver.run("nothing", [0])


def test_the_family_is_out_of_reach_of_the_terminal(start):
    driver = start(
        """
        with DAG("flow"):
            @task
            def where(i): return [os.getsid(0), os.getpgid(0), os.getpid()]
            where(1)
        """
    )
    session, group, pid = eval(driver.run("where", [0])[0].value[1:])
    assert session != os.getsid(0)
    assert group == pid
