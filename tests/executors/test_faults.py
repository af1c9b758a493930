"""Whatever a task does to its process fails that one try, with a reason that says what to do, and nothing else."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from fanjet.model.states import State

FLOW = """
import ctypes, threading
with DAG("flow"):
    @task
    def quick(i): time.sleep(0.001); return i
    @task
    def exits(i):
        time.sleep(0.001)
        if i == 50: print("last words"); os._exit(3)
    @task
    def kills_itself(i):
        if i == 5: os.kill(os.getpid(), signal.SIGKILL)
    @task
    def crashes(i): ctypes.string_at(0)
    @task
    def closes_stdout(i):
        print("before", i)
        sys.stdout.close()
    @task
    def closes_fds(i):
        print("before", i)
        os.close(1); os.close(2)
    @task
    def redirects(i):
        print("before", i)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stderr = None
    @task
    def leaves_child(i):
        print("parent", i)
        subprocess.Popen(["sh", "-c", "while true; do echo child; sleep 0.01; done"], start_new_session=True)
        time.sleep(0.05)
    @task
    def forks_daemon(i):
        print("parent", i)
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True: print("daemon", flush=True); time.sleep(0.01)
            os._exit(0)
        time.sleep(0.05)
    @task
    def says(i): print("says", i)
    @task
    def prints_much(i):
        line = b"x" * 99_999 + b"\\n"
        for _ in range(10_000 if i == 1 else 1): os.write(1, line)
        print("end", i)
    @task
    def never_stops(i):
        while True:
            try: time.sleep(60)
            except BaseException: print("not now", flush=True)
    @task(execution_timeout=__import__("datetime").timedelta(seconds=0.2))
    def ignores_limit(i):
        p = subprocess.Popen(["sleep", "1000"])
        print(p.pid, flush=True)
        time.sleep(60)
    @task(isolation="process")
    def alone(i):
        if i == 2: os._exit(9)
        if i == 3: os.kill(os.getpid(), signal.SIGKILL)
        print("alone", i)
        return os.getppid()
    quick(1); exits(1); kills_itself(1); crashes(1); closes_stdout(1); closes_fds(1); redirects(1); leaves_child(1)
    forks_daemon(1); says(1); prints_much(1); never_stops(1); ignores_limit(1); alone(1)
"""


def states(outcomes):
    return {index: State(outcome.state) for index, outcome in outcomes.items() if outcome.state != State.SUCCESS}


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def wait_until(condition, patience_s: float = 30.0) -> None:
    give_up_at = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < give_up_at, "it did not happen"
        time.sleep(0.02)


def test_only_the_try_that_ended_its_process_fails(start):
    outcomes = start(FLOW, workers=2).run("exits", range(200))
    assert states(outcomes) == {50: State.FAILED}
    assert "exit code 3" in outcomes[50].error
    assert outcomes[50].extra.owes_callbacks
    assert outcomes[50].log == "last words\n"


def test_a_kill_names_the_signal_and_the_usual_reason(start):
    outcomes = start(FLOW).run("kills_itself", range(20))
    assert states(outcomes) == {5: State.FAILED}
    assert "signal 9 (SIGKILL)" in outcomes[5].error
    assert "out-of-memory" in outcomes[5].error


def test_a_crash_in_native_code_leaves_its_place_in_the_log(start):
    outcome = start(FLOW).run("crashes", [0])[0]
    assert "signal 11 (SIGSEGV)" in outcome.error
    assert "in crashes" in outcome.log


def test_workers_killed_from_outside_cost_at_most_the_running_tries(start):
    driver = start(FLOW, workers=2)
    driver.start("quick", range(1500))
    kills = 0
    while len(driver.outcomes) < 1500:
        driver.turn()
        if kills < 3 and len(driver.outcomes) > 300 * (kills + 1):
            os.kill(driver.worker_pids[0], signal.SIGKILL)
            kills += 1
    failed = states(driver.outcomes)
    assert kills == 3
    assert len(failed) <= 3
    assert set(failed.values()) <= {State.FAILED}


@pytest.mark.parametrize("task_id", ["closes_stdout", "closes_fds", "redirects"])
def test_the_next_try_has_its_output_back(start, task_id):
    driver = start(FLOW, workers=1)
    outcomes = driver.run(task_id, range(4))
    assert states(outcomes) == {}
    assert [outcomes[i].log for i in range(4)] == [f"before {i}\n" for i in range(4)]
    assert driver.run("says", [1])[1].log == "says 1\n"


@pytest.mark.parametrize("task_id", ["leaves_child", "forks_daemon"])
def test_children_left_behind_do_not_print_into_other_logs(start, task_id):
    driver = start(FLOW, workers=1)
    left = driver.run(task_id, [0])[0]
    assert left.log.startswith("parent 0\n")
    time.sleep(0.1)
    said = driver.run("says", range(5))
    assert [said[i].log for i in range(5)] == [f"says {i}\n" for i in range(5)]
    assert {said[i].segment for i in range(5)}.isdisjoint({left.segment})


def test_output_without_end_is_cut_with_a_mark(start, tmp_path):
    driver = start(FLOW, workers=1, log_cap_bytes=200_000)
    outcomes = driver.run("prints_much", [0, 1, 2])
    assert states(outcomes) == {}
    assert outcomes[0].log.endswith("x\nend 0\n")
    assert outcomes[1].length < 200_200
    assert outcomes[1].log.rstrip().endswith("was cut here, after 0.2 MB]")
    assert outcomes[2].log.endswith("x\nend 2\n")
    assert sum(path.stat().st_size for path in (tmp_path / "home" / "logs").iterdir()) < 1_000_000


def test_the_disk_does_not_fill_while_a_try_prints(start, tmp_path):
    body = """
    with DAG("flow"):
        @task
        def floods(i):
            end = time.monotonic() + 2
            while time.monotonic() < end: os.write(1, b"y" * 10_000); time.sleep(0.001)
        floods(1)
    """
    driver = start(body, workers=1, log_cap_bytes=100_000)
    driver.start("floods", [0])
    sizes = []
    while not driver.outcomes:
        driver.turn(0.1)
        sizes.append(sum(path.stat().st_size for path in (tmp_path / "home" / "logs").iterdir()))
    assert max(sizes) < 8_000_000  # it printed about 20 MB
    assert "cut here" in driver.outcomes[0].log


def test_a_try_that_does_not_stop_is_killed_with_everything_below_it(start):
    driver = start(FLOW, workers=1, kill_grace_s=0.3)
    outcome = driver.run("ignores_limit", [0])[0]
    assert outcome.state == State.FAILED
    assert "timeout" in outcome.error
    wait_until(lambda: not is_alive(int(outcome.log.split()[0])))
    assert driver.run("says", [1])[1].log == "says 1\n"


def test_a_cancelled_try_that_goes_on_is_killed(start):
    from fanjet.model.changes import CancelTries

    driver = start(FLOW, workers=1, kill_grace_s=0.3)
    driver.start("never_stops", [0])
    wait_until(lambda: driver.turn(0.05) or any(w.running for w in driver.executor.family.workers.values()))
    driver.executor.cancel(CancelTries(run=1, fence=driver.launches[-1].fence, indexes=[0]))
    wait_until(lambda: driver.turn(0.05) or driver.outcomes)
    assert "cancelled" in driver.outcomes[0].error
    assert "not now" in driver.outcomes[0].log


def test_an_isolated_try_takes_nothing_but_itself_down(start):
    driver = start(FLOW, workers=1)
    outcomes = driver.run("alone", range(6))
    assert states(outcomes) == {2: State.FAILED, 3: State.FAILED}
    assert "exit code 9" in outcomes[2].error
    assert "signal 9" in outcomes[3].error
    assert outcomes[4].log == "alone 4\n"
    assert len({outcomes[i].value for i in (0, 1, 4, 5)}) == 1  # all from one worker, which has survived


def test_a_zygote_that_dies_is_replaced(start):
    driver = start(FLOW, workers=2)
    driver.run("quick", range(50))
    driver.start("quick", range(50, 400))
    driver.turn()
    zygote = next(
        int(line.split()[1])
        for pid in driver.worker_pids
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("PPid:")
    )
    os.kill(zygote, signal.SIGKILL)
    wait_until(lambda: driver.turn(0.05) or len(driver.outcomes) == 350)
    assert len(states(driver.outcomes)) <= 2
    for outcome in driver.outcomes.values():
        assert outcome.state == State.SUCCESS or "process that starts the workers died" in outcome.error


def test_a_try_that_writes_into_the_pipe_to_the_scheduler_fails_alone(start):
    body = """
    import stat
    with DAG("flow"):
        @task
        def babbles(i):
            if i == 3:
                for fd in range(3, 30):
                    try:
                        if stat.S_ISFIFO(os.fstat(fd).st_mode): os.write(fd, b"\\0\\0\\0\\3abc" * 3)
                    except OSError: pass
                time.sleep(30)
        babbles(1)
    """
    driver = start(body, workers=1)
    outcomes = driver.run("babbles", range(8))
    assert states(outcomes) == {3: State.FAILED}
    assert "wrote into the pipe that leads to the scheduler" in outcomes[3].error
