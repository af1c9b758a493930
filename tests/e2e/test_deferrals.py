"""Tasks that wait for triggers: kept through kills of every process, ended by timeouts, told why they failed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from e2e.program import Program, states, values
from processes import descendants, is_gone, wait_until

#: Waits until a file `go-<name>` is there; each start of a trigger leaves a line in `started`.
WAITING = """
    import asyncio, os, sys
    from datetime import timedelta
    from pathlib import Path
    from fanjet import DAG, BaseHook, BaseOperator, BaseTrigger, TaskFailedEvent, TaskSkippedEvent, TaskSuccessEvent
    from fanjet import TriggerEvent

    FOLDER = Path(os.environ["FOLDER"])

    class Gate(BaseTrigger):
        def __init__(self, name):
            self.name = name

        def serialize(self):
            return f"{__name__}.Gate", {"name": self.name}

        async def run(self):
            with (FOLDER / "started").open("a") as file:
                file.write(f"{self.name} {os.getpid()}\\n")
            print(f"waiting for {self.name}")
            while not (FOLDER / f"go-{self.name}").exists():
                await asyncio.sleep(0.05)
            yield TriggerEvent({"name": self.name, "ids": (1, 2)})

        async def on_kill(self):
            (FOLDER / f"killed-{self.name}").touch()

    class Wait(BaseOperator):
        template_fields = ("name",)

        def __init__(self, *, name, timeout=None, **options):
            super().__init__(**options)
            self.name, self.timeout = name, timeout

        def execute(self, context):
            context["ti"].xcom_push("before", f"{self.name} began")
            self.defer(trigger=Gate(self.name), method_name="go_on", kwargs={"more": 7}, timeout=self.timeout)

        def go_on(self, context, event=None, more=None):
            ti = context["ti"]
            print("went on")
            return [event["name"], list(event["ids"]), more, ti.xcom_pull(key="before", map_indexes=ti.map_index)]
"""
MAPPED = """
    with DAG("waiting"):
        Wait.partial(task_id="wait").expand(name=["a", "b", "c"])
"""
EXPECTED = {(at,): [name, [1, 2], 7, f"{name} began"] for at, name in enumerate("abc")}


def started(folder: Path) -> list[tuple[str, int]]:
    file = folder / "started"
    lines = file.read_text().splitlines() if file.exists() else []
    return [(name, int(pid)) for name, pid in map(str.split, lines)]


def start_waiting(fanjet: Program, file: Path) -> subprocess.Popen[str]:
    process = fanjet.start("run", file)
    wait_until(lambda: len(started(fanjet.folder)) >= 3, "three triggers wait")
    return process


def open_gates(folder: Path) -> None:
    for name in "abc":
        (folder / f"go-{name}").touch()


def test_after_kill_9_of_the_scheduler_what_waited_goes_on_waiting(fanjet: Program) -> None:
    file = fanjet.write("waiting.py", WAITING + MAPPED)
    process = start_waiting(fanjet, file)
    family = descendants(process.pid)
    wait_until(lambda: _count_deferred(fanjet.home) == 3, "all three are recorded as waiting")
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: all(map(is_gone, family)), "the triggerer and all others are gone")
    open_gates(fanjet.folder)

    (run,) = fanjet.results("resume")

    assert run["state"] == "success"
    assert values(run, "wait") == EXPECTED
    log = fanjet.read("logs", "1", "wait[1]")
    assert log.count("waiting for b") == 1, log
    assert "went on" in log


def test_a_triggerer_that_was_killed_is_started_again_with_all_that_wait(fanjet: Program) -> None:
    process = start_waiting(fanjet, fanjet.write("waiting.py", WAITING + MAPPED))
    os.kill(started(fanjet.folder)[0][1], signal.SIGKILL)
    wait_until(lambda: len(started(fanjet.folder)) == 6, "all three wait again")
    assert len({pid for _, pid in started(fanjet.folder)}) == 2
    open_gates(fanjet.folder)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output


@pytest.mark.slow
def test_a_trigger_that_kills_its_process_again_and_again_fails_what_waits_with_the_reason(fanjet: Program) -> None:
    file = fanjet.write(
        "deadly.py",
        WAITING
        + """
    class Deadly(Gate):
        def serialize(self):
            return f"{__name__}.Deadly", {"name": self.name}

        async def run(self):
            os._exit(3)
            yield

    class Die(Wait):
        def execute(self, context):
            self.defer(trigger=Deadly(self.name), method_name="go_on")

    with DAG("deadly"):
        Die(task_id="wait", name="a")
""",
    )
    fanjet("run", file, code=1)
    shown = " ".join(fanjet.read("show", "1", "wait").split())
    assert "TaskDeferralError" in shown
    assert "died 4 times in a row" in shown


def test_no_worker_is_needed_while_tasks_wait(fanjet: Program) -> None:
    file = fanjet.write("waiting.py", WAITING + MAPPED)
    process = fanjet.start("run", file, "--workers", "1")
    wait_until(lambda: len(started(fanjet.folder)) == 3, "three triggers wait, though one worker is all there is")
    open_gates(fanjet.folder)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output


def test_a_cancelled_run_takes_its_triggers_back(fanjet: Program) -> None:
    process = start_waiting(fanjet, fanjet.write("waiting.py", WAITING + MAPPED))
    fanjet("cancel", "1")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1, output
    assert sorted(path.name for path in fanjet.folder.glob("killed-*")) == ["killed-a", "killed-b", "killed-c"]


def test_a_wait_that_takes_too_long_fails_and_is_retried(fanjet: Program) -> None:
    file = fanjet.write(
        "late.py",
        WAITING
        + """
    with DAG("late"):
        Wait(task_id="wait", name="a", timeout=timedelta(seconds=0.3), retries=1, retry_delay=timedelta(0))
""",
    )
    fanjet("run", file, code=1)
    shown = fanjet.read("show", "1", "wait")
    assert "TaskDeferralTimeout: Trigger late.Gate did not fire within 0.3 s." in shown
    assert len(started(fanjet.folder)) == 2, "one for each try"


def test_events_that_end_the_task_and_triggers_that_cannot_run(fanjet: Program) -> None:
    file = fanjet.write(
        "ends.py",
        WAITING
        + """
    class End(Gate):
        def serialize(self):
            if self.name == "lost":
                return "no_such_module.End", {}
            return f"{__name__}.End", {"name": self.name}

        async def run(self):
            if self.name == "broken":
                raise ValueError("it broke")
            if self.name != "silent":
                ends = {"success": TaskSuccessEvent(xcoms={"return_value": [1], "k": 2})}
                ends |= {"skip": TaskSkippedEvent(), "fail": TaskFailedEvent()}
                yield ends[self.name]

    class Ends(Wait):
        def execute(self, context):
            self.defer(trigger=End(self.name), method_name="go_on" if self.name != "nowhere" else "nowhere")

    with DAG("ends", default_args={"retries": 0}):
        Ends.partial(task_id="wait").expand(
            name=["success", "skip", "fail", "broken", "silent", "lost", "nowhere"]
        )
""",
    )
    (run,) = fanjet.results("run", file, code=1)
    assert states(run, "wait") == {
        (0,): "success", (1,): "skipped", (2,): "failed", (3,): "failed", (4,): "failed", (5,): "failed",
        (6,): "failed",
    }  # fmt: skip
    assert values(run, "wait")[0,] == [1]
    shown = [fanjet.read("show", "1", f"wait[{at}]") for at in range(7)]
    assert "ValueError: it broke" in shown[3]
    assert "ended without an event" in shown[4]
    assert "No module named 'no_such_module'" in shown[5]
    assert "has none" in shown[6]
    assert "Traceback" in fanjet.read("logs", "1", "wait[3]")


def test_secrets_are_masked_in_what_triggers_print_and_in_why_they_failed(fanjet: Program) -> None:
    fanjet.settings["AIRFLOW_CONN_STORE"] = "http://user:hush-hush@host"
    file = fanjet.write(
        "secret.py",
        WAITING
        + """
    class Leaky(Gate):
        def serialize(self):
            return f"{__name__}.Leaky", {"name": self.name}

        async def run(self):
            print("the password is", self.name)
            raise ValueError(self.name)
            yield

    class Leak(Wait):
        def execute(self, context):
            self.defer(trigger=Leaky(BaseHook.get_connection("store").password), method_name="go_on")

    with DAG("secret"):
        Leak(task_id="wait", name="a")
""",
    )
    done = fanjet("run", file, code=1)
    log = fanjet.read("logs", "1", "wait")
    assert "the password is ***" in log
    segments = [path.read_bytes() for path in (fanjet.home / "logs").iterdir()]
    assert b"hush-hush" not in b"".join(segments) + (done.stdout + log + fanjet.read("show", "1", "wait")).encode()


def _count_deferred(home: Path) -> int:
    with sqlite3.connect(home / "fanjet.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM instance WHERE state = 9").fetchone()
    connection.close()
    return int(count)
