"""`fanjet watch`: what people see of a run that another process carries out, and how watching ends."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.conftest import Call
from cli.gated import Gated, read_line
from cli.seeding import DISCOVER, SWEEP, TRAIN, Seeder
from fanjet.bootstrap.watch import RunWatch
from fanjet.errors import ExecutionError
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus, State
from fanjet.scheduler.display import Snapshot
from fanjet.settings import load_settings
from installed import FANJET
from processes import wait_until


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Gated]:
    home = Gated(tmp_path)
    yield home
    home.close()


def test_a_watcher_sees_the_end_that_the_run_sees(home: Gated) -> None:
    """Several watch, one of them for a program; all leave when the run has ended, with its status."""
    run = home.start_run()
    watchers = [home.start("watch"), home.start("watch", "-"), home.start("watch", "1", "--json")]
    for watcher in watchers:
        assert read_line(watcher)
    home.open_gate()
    closing = run.communicate(timeout=30)[0].splitlines()[-5:]
    for watcher in watchers[:2]:
        shown = watcher.communicate(timeout=30)[0].splitlines()
        assert watcher.returncode == 0
        assert [line.split()[:4] for line in shown[-5:-1]] == [line.split()[:4] for line in closing[:-1]]
        assert shown[-1].endswith("(33 success)  → fanjet show 1")
    last = json.loads(watchers[2].communicate(timeout=30)[0].splitlines()[-1])
    assert (last["state"], last["tasks"][1]["counts"], last["tasks"][1]["done"]) == ("success", {"success": 30}, 30)


def test_a_failed_run_is_told_with_its_failures(home: Gated) -> None:
    (home.folder / "fail").touch()
    run = home.start_run()
    watcher = home.start("watch")
    assert read_line(watcher).startswith("gated  run 1")
    home.open_gate()
    shown = watcher.communicate(timeout=30)[0]
    assert watcher.returncode == 1
    assert "work[7]" in shown
    assert "seven is wrong" in shown
    assert run.wait(30) == 1


def test_ctrl_c_leaves_and_the_run_goes_on(home: Gated) -> None:
    run = home.start_run()
    watcher = home.start("watch")
    read_line(watcher)
    watcher.send_signal(signal.SIGINT)
    assert watcher.communicate(timeout=30)[0].splitlines()[-1] == "Stopped watching; run 1 goes on."
    assert watcher.returncode == 130
    home.open_gate()
    assert run.wait(30) == 0


def test_a_watcher_stays_while_a_killed_run_is_resumed(home: Gated) -> None:
    run = home.start_run()
    watcher = home.start("watch")
    read_line(watcher)
    run.kill()
    assert f"gone: it was process {run.pid} on" in read_line(watcher)
    resumed = home.start("resume", "--workers", "2")
    while f"Run 1 goes on in process {resumed.pid}" not in read_line(watcher):
        assert watcher.poll() is None
    home.open_gate()
    assert resumed.wait(30) == 0
    shown = watcher.communicate(timeout=30)[0]
    assert watcher.returncode == 0
    assert "(33 success)" in shown


def test_a_terminal_gets_a_live_picture_and_its_cursor_back(home: Gated) -> None:
    home.start_run()
    master, terminal = pty.openpty()
    environment = {**home.environment, "TERM": "xterm"}
    watcher = subprocess.Popen(
        [FANJET, "watch"], env=environment, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    )
    os.close(terminal)
    shown = b""
    try:
        while b"running" not in shown:
            shown += os.read(master, 65536)
        watcher.send_signal(signal.SIGTERM)
        while data := _read(master):
            shown += data
    finally:
        os.close(master)
        watcher.kill()
    assert watcher.wait(30) == 128 + signal.SIGTERM
    assert shown.rfind(b"\x1b[?25h") > shown.rfind(b"\x1b[?25l") > 0


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def test_a_watcher_whose_reader_goes_leaves(home: Gated) -> None:
    home.start_run()
    watcher = home.start("watch", "--json")
    read_line(watcher)
    assert watcher.stdout is not None
    watcher.stdout.close()
    watcher.stdout = None
    home.open_gate()
    assert watcher.wait(30) == 141


# --- runs that nobody carries out ---


def test_an_ended_run_is_shown_as_it_ended(call: Call, seeded: Path) -> None:
    shown = call("watch", "1", home=seeded)
    assert shown.status == 1
    lines = shown.out.splitlines()
    assert lines[0].startswith("sweep  run 1")
    assert "ValueError: no such depth (sweep.py:12)" in shown.out
    assert "failed after 9.5 s (1 failed, 70 success, 2 skipped)" in lines[-1]
    assert "61/64" not in shown.out


def test_a_run_whose_process_died_says_how_to_go_on(call: Call, seeded: Path) -> None:
    shown = call("watch", home=seeded)
    assert shown.status == 1
    assert "The process that carried run 2 out is gone: it was process" in shown.out
    assert "Nobody carries it out now." in shown.out
    assert shown.out.splitlines()[-1].endswith("→ fanjet resume 2")


def test_a_program_is_told_that_a_run_was_interrupted(call: Call, seeded: Path) -> None:
    shown = call("watch", "2", "--json", home=seeded)
    assert shown.status == 1
    last = json.loads(shown.out.splitlines()[-1])
    assert (last["run"], last["dag_id"], last["state"]) == (2, "sweep", "interrupted")
    train = {"task_id": "train", "done": 10, "total": 64, "total_known": True}
    assert last["tasks"][TRAIN] == train | {"counts": {"waiting": 54, "success": 10}}
    assert "process" in shown.err


def test_without_a_run_under_way_the_latest_is_named(call: Call, tmp_path: Path) -> None:
    seeder = Seeder(tmp_path / "home")
    seeder.open_run()
    seeder.end_run(RunStatus.SUCCESS)
    seeder.journal.close()
    shown = call("watch")
    assert shown.status == 2
    assert "No run is under way: the latest, run 1 of sweep, has ended (success)." in shown.err
    assert call("watch", "1").status == 0


def test_a_home_without_runs(call: Call) -> None:
    shown = call("watch")
    assert shown.status == 2
    assert "There are no runs in" in shown.err
    assert call("watch", "7").status == 2


# --- what the owner writes, and what happens to it ---


class Told:
    """A display that keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.pictures: list[list[int]] = []
        self.ended: RunStatus | None = None

    def run_opened(self, info: RunInfo, spec: DagSpec, snapshot: Snapshot, *, resumed: bool) -> None:
        self.progress(info, snapshot)

    def progress(self, info: RunInfo, snapshot: Snapshot) -> None:
        self.pictures.append(list(snapshot.counts(TRAIN)))

    def run_ended(self, info: RunInfo, status: RunStatus, snapshot: Snapshot) -> None:
        self.progress(info, snapshot)
        self.ended = status

    def message(self, text: str) -> None:
        self.messages.append(text)

    def seen(self, state: State) -> int:
        return self.pictures[-1][state] if self.pictures else -1


class Owner:
    """Carries a run out as far as it is told to; lives in a process that can be killed."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(["sleep", "60"])
        self.seeder = Seeder(home, pid=self.process.pid)
        self.info = self.seeder.open_run()
        self.seeder.ended(DISCOVER, [-1])
        self.seeder.length(0, (), 64)
        self.seeder.ended(TRAIN, range(10))

    def die(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    owner = Owner(tmp_path / "home")
    yield owner
    owner.die()
    owner.seeder.journal.close()


@contextmanager
def watching(home: Path, told: Told, *, wait: bool = False) -> Iterator[list[BaseException]]:
    """Watch in a thread within the block, which has to bring the run to where the watcher leaves."""
    raised: list[BaseException] = []

    def watch() -> None:
        try:
            with RunWatch.open(None, load_settings({"home": str(home)})) as run:
                run.follow(told, wait=wait)
        except ExecutionError as error:
            raised.append(error)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        wait_until(lambda: told.pictures or raised, "it is seen")
        yield raised
    finally:
        thread.join(20)
    assert not thread.is_alive()


def test_what_runs_and_ends_is_seen_while_it_does(owner: Owner) -> None:
    told = Told()
    seeder = owner.seeder
    with watching(seeder.home, told):
        assert told.seen(State.SUCCESS) == 10
        seeder.launched(TRAIN, range(10, 14))
        wait_until(lambda: told.seen(State.RUNNING) == 4, "four are seen to run")
        assert told.seen(State.NONE) == 50
        seeder.end_run(RunStatus.FAILED)
    assert told.ended is RunStatus.FAILED
    assert told.messages == []


def test_a_writer_at_work_holds_no_watcher_up(owner: Owner) -> None:
    """Watchers open while another process is in the middle of a transaction, and while it goes on."""
    told = Told()
    busy = sqlite3.connect(owner.seeder.home / "fanjet.db", isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    busy.execute("UPDATE run SET state = state")
    with watching(owner.seeder.home, told):
        assert told.seen(State.SUCCESS) == 10
        busy.execute("COMMIT")
        busy.close()
        owner.seeder.end_run(RunStatus.SUCCESS)
    assert told.ended is RunStatus.SUCCESS


def test_a_watcher_leaves_when_the_lease_of_the_dead_runs_out(owner: Owner) -> None:
    told = Told()
    with watching(owner.seeder.home, told):
        owner.die()
        wait_until(lambda: told.messages, "it is told")
        assert "for somebody to go on with it: fanjet resume 1" in told.messages[0]
        assert told.ended is None
        _write(owner, "UPDATE run SET lease_until = 1")
    assert told.ended is RunStatus.RUNNING
    assert len(told.messages) == 1


def test_whoever_waits_stays_until_the_run_is_resumed(owner: Owner) -> None:
    told = Told()
    with watching(owner.seeder.home, told, wait=True):
        _write(owner, "UPDATE run SET lease_session = NULL, lease_until = 0")
        wait_until(lambda: told.messages, "it is told")
        assert told.messages == [
            "Run 1 was stopped before its end. Waiting until somebody goes on with it: fanjet resume 1"
        ]
        session = owner.seeder.journal.begin_session(host=socket.gethostname(), pid=os.getpid())
        owner.seeder.journal.take_lease(1, session, lease_s=60)
        wait_until(lambda: len(told.messages) > 1, "more is told")
        assert told.messages[1] == f"Run 1 goes on in process {os.getpid()} on {socket.gethostname()}."
        _write(owner, "UPDATE run SET state = 2, ended_at = 1767607300")
    assert told.ended is RunStatus.SUCCESS


def _write(owner: Owner, statement: str) -> None:
    connection = sqlite3.connect(owner.seeder.home / "fanjet.db")
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_restored_database_is_watched_on(owner: Owner, tmp_path: Path) -> None:
    """Another file with the same run takes the place of the first."""
    told = Told()
    home = owner.seeder.home
    with watching(home, told):
        owner.seeder.journal.close()
        copy = _copy_database(home, tmp_path)
        connection = sqlite3.connect(copy)
        with connection:
            connection.execute("UPDATE run SET state = 2, ended_at = 1767607300")
        connection.close()
        _put_in_place(copy, home)
    assert told.ended is RunStatus.SUCCESS


def _copy_database(home: Path, folder: Path) -> Path:
    source, copy = sqlite3.connect(home / "fanjet.db"), folder / "copy.db"
    target = sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    return copy


def _put_in_place(file: Path, home: Path) -> None:
    """As a backup is restored: what belongs to the old file goes with it."""
    for name in ("fanjet.db-wal", "fanjet.db-shm"):
        (home / name).unlink(missing_ok=True)
    file.replace(home / "fanjet.db")


def test_another_database_in_its_place_ends_the_watch(owner: Owner, tmp_path: Path) -> None:
    told = Told()
    other = Seeder(tmp_path / "other", SWEEP)
    other.open_run("another")
    other.journal.close()
    with watching(owner.seeder.home, told) as raised:
        _put_in_place(tmp_path / "other" / "fanjet.db", owner.seeder.home)
    assert "was replaced by another one, which has no run 1 (sweep, manual__2026-01-05" in str(raised[0])


def test_a_removed_home_ends_the_watch(owner: Owner) -> None:
    told = Told()
    with watching(owner.seeder.home, told) as raised:
        shutil.rmtree(owner.seeder.home)
    assert "was removed while a run in it was watched" in str(raised[0])
