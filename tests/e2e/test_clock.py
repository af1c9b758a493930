"""A clock that is set back an hour: while a run goes on, and before it is resumed."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from e2e.program import Program, states
from processes import wait_until

#: Loaded by every Python process below a folder on the path: the time of day follows a file.
SHIFTED = """
    import os, time

    _real, _file = time.time, os.environ["SHIFT_FILE"]

    def _shifted():
        with open(_file) as file:
            return _real() + float(file.read())

    time.time = _shifted
"""

WAITING = """
    import os, time
    from datetime import timedelta
    from fanjet import dag, get_current_context, task

    @dag
    def waiting():
        @task(retries=1, retry_delay=timedelta(seconds=0.8))
        def flaky(item):
            if get_current_context()["ti"].try_number == 1:
                raise ValueError("once")

        @task.sensor(poke_interval=0.2, timeout=60, mode="reschedule")
        def sensed():
            with open("pokes", "a+") as file:
                file.write(".")
                file.seek(0)
                return len(file.read()) >= 4

        @task(execution_timeout=timedelta(seconds=30))
        def works(item):
            time.sleep(0.05)
            if item == 4:
                with open("shifted", "w") as file:
                    file.write("-3600")
                os.replace("shifted", "shift")  # at once: every process reads it all the time

        flaky.expand(item=[1, 2])
        sensed()
        works.expand(item=list(range(10)))

    waiting()
"""


@pytest.fixture
def shifted(fanjet: Program) -> Program:
    (fanjet.folder / "shim").mkdir()
    fanjet.write("shim/sitecustomize.py", SHIFTED)
    (fanjet.folder / "shift").write_text("0")
    fanjet.settings["SHIFT_FILE"] = str(fanjet.folder / "shift")
    paths = [str(fanjet.folder / "shim"), *filter(None, [os.environ.get("PYTHONPATH")])]
    fanjet.settings["PYTHONPATH"] = os.pathsep.join(paths)
    return fanjet


def test_in_the_middle_of_a_run_nothing_waits_an_hour_longer(shifted: Program) -> None:
    started_at = time.monotonic()
    (run,) = shifted.results("run", shifted.write("waiting.py", WAITING))
    assert time.monotonic() - started_at < 20
    assert (shifted.folder / "shift").read_text() == "-3600"
    assert run["state"] == "success"
    assert len((shifted.folder / "pokes").read_text()) == 4, "no sensor pokes without pause"
    shown = shifted("show", "1").stdout
    assert "1:00:" not in shown
    assert "-" not in shown.partition("took ")[2].partition("\n")[0], "no negative duration"


def test_a_run_of_the_future_is_resumed_at_once(shifted: Program) -> None:
    """Its lease seems to hold for an hour and its retry to be due in an hour; its process is known to be dead."""
    file = shifted.write(
        "retrying.py",
        """
        import os
        from datetime import timedelta
        from fanjet import dag, get_current_context, task

        @dag
        def retrying():
            @task(retries=1, retry_delay=timedelta(seconds=1))
            def flaky():
                if get_current_context()["ti"].try_number == 1:
                    open("tried", "w").close()
                    raise ValueError("once")

            flaky()

        retrying()
        """,
    )
    (shifted.folder / "shift").write_text("3600")
    killed = shifted.start("run", file)
    wait_until((shifted.folder / "tried").exists, "the first try has begun")
    wait_until(lambda: "retrying" in shifted("show", code=None).stdout, "the retry waits")
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    (shifted.folder / "shift").write_text("0")
    assert "■ interrupted" in shifted("runs").stdout
    started_at = time.monotonic()
    (run,) = shifted.results("resume")
    assert time.monotonic() - started_at < 20
    assert states(run, "flaky") == {(): "success"}
    (row,) = json.loads(shifted("runs", "--json").stdout)
    assert row["ended_at"] >= row["started_at"]
