"""`fanjet logs --follow`: what a running try prints, while it does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Call
from cli.gated import Gated, read_line

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="running tries are found by /proc")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Gated]:
    home = Gated(tmp_path)
    yield home
    home.close()


@linux_only
def test_lines_come_while_the_try_runs_and_secrets_do_not(home: Gated) -> None:
    home.start_run()
    log = home.start("logs", "1", "talk", "--follow")
    assert read_line(log) == "before, with ***\n"
    assert log.poll() is None
    home.open_gate()
    assert log.communicate(timeout=30)[0] == "after\n"
    assert log.returncode == 0
    again = home.start("logs", "1", "talk", "-f")
    assert again.communicate(timeout=30)[0] == "before, with ***\nafter\n"


def test_what_has_not_started_is_waited_for(home: Gated) -> None:
    home.start_run()
    logs = [home.start("logs", "1", *which, "-f") for which in (["last"], ["work[29]"])]
    assert read_line(logs[0]) == "last: it has not started yet.\n"
    assert read_line(logs[1]) == "work[29]: it has not started yet.\n"
    home.open_gate()
    assert logs[0].communicate(timeout=30)[0] == "last\n"
    assert logs[1].communicate(timeout=30)[0] == "work[29] printed nothing in try 1.\n"
    assert [log.returncode for log in logs] == [0, 0]


@linux_only
def test_a_scheduler_that_dies_ends_it(home: Gated) -> None:
    run = home.start_run()
    log = home.start("logs", "1", "talk", "-f")
    assert read_line(log) == "before, with ***\n"
    run.kill()
    assert "was running when its scheduler died; `fanjet resume` runs it again" in log.communicate(timeout=30)[0]
    assert log.returncode == 1


@linux_only
def test_a_reader_that_goes_ends_it(home: Gated) -> None:
    home.start_run()
    log = home.start("logs", "1", "talk", "-f")
    read_line(log)
    assert log.stdout is not None
    log.stdout.close()
    log.stdout = None
    home.open_gate()
    assert log.wait(30) == 141


def test_an_ended_try_is_printed(call: Call, seeded: Path) -> None:
    shown = call("logs", "1", "train[17]", "--follow", home=seeded)
    assert (shown.status, shown.out) == (0, call("logs", "1", "train[17]", home=seeded).out)
    assert shown.out.startswith("second try\n")


def test_what_died_with_its_scheduler_is_told(call: Call, seeded: Path) -> None:
    shown = call("logs", "2", "train[10]", "--follow", home=seeded)
    assert shown.status == 1
    assert "was running when its scheduler died" in shown.err
    shown = call("logs", "2", "train[40]", "--follow", home=seeded)
    assert shown.status == 2
    assert "no try of it has started, and nobody carries the run out now" in shown.err


def test_only_the_newest_try_can_be_followed(call: Call, seeded: Path) -> None:
    shown = call("logs", "1", "train[17]", "--follow", "--try", "1", home=seeded)
    assert shown.status == 2
    assert "--follow shows the newest try; leave --try out." in shown.err
