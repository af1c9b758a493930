"""Reruns, marks and cancellations by command, of runs that have ended, go on elsewhere, or were killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from e2e.program import Program
from fanjet.errors import OperationError
from processes import descendants, is_gone, wait_until

#: `work[i]` for i in `bad` fails; one for which a file `hold<i>` lies in the folder waits until it is gone. Each
#: execution leaves a line.
HELD_MAP = """
    import os, time
    from pathlib import Path
    from fanjet import dag, task

    FOLDER = Path(os.environ["FOLDER"])

    def note(name):
        with open(FOLDER / "executions", "a") as file:
            file.write(f"{name}\\n")

    @dag
    def held():
        @task
        def find():
            note("find")
            return list(range(6))

        @task
        def work(item):
            note(f"work[{item}]")
            print(f"item {item}", flush=True)
            while (FOLDER / f"hold{item}").exists():
                time.sleep(0.01)
            if (FOLDER / f"bad{item}").exists():
                raise ValueError(f"{item} is bad")
            return item * 10

        @task
        def after(value):
            note(f"after[{value // 10}]")
            return value + 1

        @task(trigger_rule="all_done")
        def report(values):
            note("report")
            return sum(values)

        report(after.expand(value=work.expand(item=find())))

    held()
"""


class Held:
    """A run of `HELD_MAP`."""

    def __init__(self, fanjet: Program) -> None:
        self.fanjet = fanjet
        self.file = fanjet.write("held.py", HELD_MAP)
        fanjet.settings["FANJET_WORKERS"] = "2"
        self.latest: subprocess.Popen[str] | None = None

    def put(self, *names: str) -> None:
        for name in names:
            (self.fanjet.folder / name).touch()

    def drop(self, *names: str) -> None:
        for name in names:
            (self.fanjet.folder / name).unlink()

    def executions(self) -> list[str]:
        file = self.fanjet.folder / "executions"
        return file.read_text().split() if file.exists() else []

    def begin_anew(self) -> None:
        """Forget the executions until now."""
        (self.fanjet.folder / "executions").unlink()

    def wait_for(self, *names: str) -> None:
        def have_begun() -> bool:
            assert self.latest is None or self.latest.poll() is None, finish(self.latest)
            return set(names) <= set(self.executions())

        wait_until(have_begun, f"{names} have begun")

    def wait_for_ends(self, *instances: str) -> None:
        """Until it is recorded that these have ended well: what has begun may not be over, nor written, yet."""
        for instance in instances:
            wait_until(lambda name=instance: self.has_succeeded(name), f"{instance} is recorded")

    def has_succeeded(self, instance: str) -> bool:
        """Whether its last try has; False also before it has begun."""
        try:
            return self.tries(instance)[-1:] == [("success", False)]
        except OperationError:
            return False

    def fail(self, *items: int) -> None:
        """Run it; these items fail, and would not any more."""
        names = [f"bad{item}" for item in items]
        self.put(*names)
        self.fanjet("run", self.file)
        self.drop(*names)
        self.begin_anew()

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers by state, by task."""
        tasks = self.fanjet.read_json("show", "1")["tasks"]
        return {task["task_id"]: task["counts"] for task in tasks}

    def tries(self, instance: str) -> list[tuple[str, bool]]:
        """Of one instance: state, and whether it was cancelled."""
        tries = self.fanjet.read_json("show", "1", instance)["tries"]
        return [(each["state"], each["cancelled"]) for each in tries]

    def report(self) -> Any:
        (row,) = self.fanjet.read_json("xcom", "1", "report")
        return row["value"]

    def commands(self) -> list[tuple[Any, ...]]:
        """Of other processes: (kind, how long it took to answer, answer)."""
        with closing(sqlite3.connect(self.fanjet.home / "fanjet.db")) as connection:
            return connection.execute("SELECT kind, answered_at - posted_at, answer FROM command").fetchall()

    def stop(self, process: subprocess.Popen[str], ended: int) -> None:
        """Stop it once so many ends are recorded, and not while it writes: it would hold the database for good."""

        def are_recorded() -> bool:
            with closing(sqlite3.connect(self.fanjet.home / "fanjet.db")) as connection:
                return connection.execute("SELECT count(*) FROM instance").fetchone() == (ended,)

        wait_until(are_recorded, "the ends are recorded")
        found = psutil.Process(process.pid)
        while True:
            found.suspend()
            wait_until(lambda: found.status() == psutil.STATUS_STOPPED, "it has stopped")
            if self._can_write():
                return
            found.resume()
            time.sleep(0.05)

    def _can_write(self) -> bool:
        with closing(sqlite3.connect(self.fanjet.home / "fanjet.db", timeout=0.1)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.rollback()
            return True

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        self.latest = self.fanjet.start(*arguments or ("run", self.file))
        return self.latest


@pytest.fixture
def held(fanjet: Program) -> Held:
    return Held(fanjet)


GREEN = {"find": {"success": 1}, "work": {"success": 6}, "after": {"success": 6}, "report": {"success": 1}}
SUM = sum(item * 10 + 1 for item in range(6))


def kill(process: subprocess.Popen[str]) -> None:
    family = descendants(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: all(map(is_gone, family)), "all workers are gone")


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


def test_what_failed_runs_again_with_what_depends_on_it_and_nothing_else(held: Held) -> None:
    held.fail(1, 4)
    held.put("bad4")
    held.fanjet("rerun", "1", "--failed")
    assert sorted(held.executions()) == ["report", "work[1]", "work[4]"]
    assert held.counts()["work"] == {"success": 5, "failed": 1}
    held.drop("bad4")
    held.begin_anew()

    done = held.fanjet("rerun", "1", "--failed")

    assert sorted(held.executions()) == [*(f"after[{item}]" for item in range(6)), "report", "work[4]"]
    assert "success" in done.stdout
    assert held.counts() == GREEN
    assert held.report() == SUM
    assert held.tries("work[4]") == [("failed", False), ("failed", False), ("success", False)]
    assert "4 is bad" in held.fanjet.read("logs", "1", "work[4]", "--try", "2")
    assert held.fanjet.read("logs", "1", "work[4]") == "item 4\n"
    shown = " ".join(held.fanjet.read("show", "1").split())
    assert "work[] 6 ✓ 6 success (2 retried)" in shown
    assert "nothing to rerun" in held.fanjet("rerun", "1", "--failed").stdout


def test_the_owner_obeys_what_other_processes_ask(held: Held) -> None:
    held.put("hold3", "bad1")
    process = held.start()
    held.wait_for("work[4]", "work[5]")
    held.drop("bad1")
    done = held.fanjet("rerun", "1", "--task", "work[1]")
    assert f"goes on in process {process.pid}: fanjet watch 1" in done.stdout
    assert "1 running" in held.fanjet("rerun", "1", "--task", "work[3]", "--dry-run").stdout
    held.fanjet("rerun", "1", "--task", "work[3]")
    wait_until(lambda: held.executions().count("work[3]") == 2, "what was running has begun again")
    refused = held.fanjet("rerun", "1", "--all", "--latest", code=2)
    assert f"process {process.pid}" in refused.stderr
    held.drop("hold3")
    status, output = finish(process)
    assert status == 0, output
    assert "asked from elsewhere: 1 instance begins again." in output
    assert held.counts() == GREEN
    assert held.report() == SUM
    assert held.tries("work[3]") == [("failed", True), ("success", False)]
    assert held.fanjet.read("logs", "1", "work[3]", "--try", "1") == "item 3\n", "what it printed is kept"
    assert "cancelled" in held.fanjet.read("show", "1", "work[3]")
    commands = held.commands()
    assert [(kind, answer) for kind, _, answer in commands] == [
        ("rerun", "3 instances begin again."),
        ("rerun", "1 instance begins again."),
    ]
    assert min(took_s for _, took_s, _ in commands) < 1.0, "an idle owner answers at once"


def test_marks_and_cancellations_reach_the_owner(held: Held) -> None:
    held.put(*(f"hold{item}" for item in range(6)))
    process = held.start()
    wait_until(lambda: len(held.executions()) >= 3, "two items are held")
    first, second = (int(name[5]) for name in held.executions()[1:3])
    others = [item for item in range(6) if item not in (first, second)]
    cancelled = held.fanjet("cancel", "1", "work", "-i", str(others[0]), "-i", str(others[1])).stdout
    assert cancelled.startswith("2 instances cancelled")
    assert f"Run 1 goes on in process {process.pid}" in cancelled
    assert "1 instance marked success" in held.fanjet("mark", "1", f"work[{first}]", "--state", "success").stdout
    ended = held.fanjet("cancel", "1").stdout
    assert "Run 1 has ended (failed)." in ended
    status, output = finish(process)
    assert status == 1, output
    counts = held.counts()["work"]
    assert counts["success"] == 1
    assert sum(counts.values()) == 6
    assert held.tries(f"work[{second}]") == [("failed", True)]
    assert "nothing to cancel" in held.fanjet("cancel", "1", code=2).stderr


def test_the_command_goes_on_with_the_run_when_its_owner_dies_before_it_obeys(held: Held) -> None:
    held.put("hold3")
    process = held.start()
    held.wait_for("work[4]", "work[5]")
    held.stop(process, 6)
    asker = held.start("rerun", "1", "--task", "work[1]")
    wait_until(lambda: len(held.commands()) == 1, "it has asked")
    held.drop("hold3")
    kill(process)
    status, output = finish(asker)
    assert status == 0, output
    assert held.executions().count("work[1]") == 2
    assert held.counts() == GREEN
    assert held.commands() == [], "the request was taken back"


@pytest.mark.slow
def test_an_owner_that_is_stopped_loses_the_run_to_whoever_asks(held: Held) -> None:
    held.put("hold3")
    process = held.start()
    held.wait_for("work[4]", "work[5]")
    held.stop(process, 6)
    done = held.fanjet("cancel", "1")
    assert "has not answered yet" in done.stderr + done.stdout
    assert "Run 1 has ended (failed)." in done.stdout
    process.send_signal(signal.SIGCONT)
    status, output = finish(process)
    assert status == 1
    assert "another process took it over" in output
    assert held.counts()["work"] == {"success": 5, "skipped": 1}


def test_ctrl_c_takes_a_request_back(held: Held) -> None:
    held.put("hold3")
    process = held.start()
    held.wait_for("work[4]", "work[5]")
    held.stop(process, 6)
    asker = held.start("cancel", "1")
    wait_until(lambda: len(held.commands()) == 1, "it has asked")
    asker.send_signal(signal.SIGINT)
    assert finish(asker)[0] == 130
    assert held.commands() == []
    held.drop("hold3")
    process.send_signal(signal.SIGCONT)
    assert finish(process)[0] == 0


def test_two_reruns_at_once_share_the_run(held: Held) -> None:
    held.fail(1, 4)
    askers = [held.start("rerun", "1", "--failed"), held.start("rerun", "1", "--task", "work[2]")]
    ended = [finish(asker) for asker in askers]
    assert [status for status, _ in ended] == [0, 0], ended
    executed = held.executions()
    assert [executed.count(f"work[{item}]") for item in range(6)] == [0, 1, 1, 0, 1, 0]
    assert held.counts() == GREEN
    assert held.report() == SUM


def test_a_rerun_that_is_killed_is_resumed_and_loses_nothing(held: Held) -> None:
    held.fail(1, 4)
    held.put("hold4")
    process = held.start("rerun", "1", "--failed")
    held.wait_for("work[1]", "work[4]")
    wait_until(lambda: held.tries("work[1]")[-1] == ("success", False), "its end is recorded")
    kill(process)
    assert held.tries("work[4]") == [("failed", False), ("running", False)]
    told = held.fanjet("xcom", "1", "report")
    assert "from before" in told.stderr
    held.drop("hold4")
    (run,) = held.fanjet.results("resume")
    assert run["state"] == "success"
    assert [held.executions().count(f"work[{item}]") for item in range(6)] == [0, 1, 0, 0, 2, 0]
    assert held.counts() == GREEN
    assert held.report() == SUM


def test_ctrl_c_in_a_rerun_leaves_it_to_be_resumed(held: Held) -> None:
    held.fail()
    held.put("hold4")
    process = held.start("rerun", "1", "--task", "work")
    held.wait_for("work[4]", "work[5]")
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    status, output = finish(process)
    assert status == 130
    assert "fanjet resume 1" in output
    held.drop("hold4")
    held.fanjet("resume")
    assert held.counts() == GREEN
    assert held.report() == SUM


def test_a_run_of_a_dead_process_is_cancelled_without_its_file(held: Held) -> None:
    held.put("hold3")
    process = held.start()
    held.wait_for("work[3]")
    held.wait_for_ends(*(f"work[{item}]" for item in (0, 1, 2, 4, 5)))
    kill(process)
    held.file.write_text("this is no Python")
    done = held.fanjet("cancel", "1", "after")
    assert done.stdout == "1 instance cancelled before starting. Nobody carries run 1 out now: fanjet resume 1\n"
    done = held.fanjet("rerun", "1", "--failed")
    assert "goes on with: fanjet resume 1" in done.stdout
    assert "Run 1 has ended (failed)." in held.fanjet("cancel", "1").stdout
    assert "find" not in held.executions()[1:], "nothing was run for it"
    assert held.counts()["work"] == {"success": 5, "skipped": 1}
    held.drop("hold3")
    held.fanjet("rerun", "1", "--task", "work[3]")
    assert held.counts() == GREEN


def test_the_callback_of_a_dag_runs_when_its_dead_run_is_cancelled(fanjet: Program) -> None:
    file = fanjet.write(
        "called.py",
        """
        import os, time
        from pathlib import Path
        from fanjet import dag, task

        FOLDER = Path(os.environ["FOLDER"])

        def tell(context):
            (FOLDER / "called").touch()

        @dag(on_failure_callback=tell)
        def called():
            @task
            def hold():
                (FOLDER / "begun").touch()
                time.sleep(600)

            hold()

        called()
        """,
    )
    process = fanjet.start("run", file)
    wait_until((fanjet.folder / "begun").exists, "it has begun")
    kill(process)
    fanjet("cancel", "1")
    assert (fanjet.folder / "called").exists()
    assert fanjet.read_json("runs")[0]["state"] == "failed"


@pytest.mark.slow
def test_a_rerun_takes_the_file_as_it_was_or_with_latest_as_it_is(held: Held) -> None:
    held.fail(1)
    text = held.file.read_text()
    held.file.write_text(text.replace("item * 10", "item * 100"))
    done = held.fanjet("rerun", "1", "--task", "work[2]")
    assert "--latest takes the files as they are now" in done.stdout + done.stderr
    held.fanjet("rerun", "1", "--task", "work[3]", "--latest")
    found = held.fanjet.read_json("xcom", "1", "work")
    assert {tuple(row["map_index"]): row["value"] for row in found} == {
        (0,): 0,
        (2,): 20,
        (3,): 300,
        (4,): 40,
        (5,): 50,
    }

    held.begin_anew()
    for change, message in (
        (text.replace("@task\n    def after", "@task(task_id='behind')\n    def after"), "'after' is gone"),
        (text.replace("item=find()", "item=find().concat([1])"), "'work' is mapped in another way"),
        ("def (", "syntax"),
        (None, "not there any more"),
    ):
        if change is None:
            held.file.unlink()
        else:
            held.file.write_text(change)
        refused = held.fanjet("rerun", "1", "--failed", "--latest", "--dry-run", code=2)
        assert message in refused.stderr, refused.stderr
    held.fanjet("rerun", "1", "--failed", "--latest", code=2)
    assert not (held.fanjet.folder / "executions").exists(), "nothing was changed"
    assert held.fanjet.read_json("runs")[0]["state"] == "success"
    held.fanjet("rerun", "1", "--failed")
    assert held.counts() == GREEN, "without --latest it goes on with its own copy"
