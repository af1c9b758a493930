"""What files do to the process that loads them, and what disks and databases do to the service."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import threading
import time
from pathlib import Path

import psutil
import pytest

from fanjet.errors import ExecutionError
from fanjet.folder.dag_folder import DagFolder
from fanjet.store.files.bundles import has_bundle
from folder.conftest import Place

_MARK = "# a dag of fanjet\n"


def test_files_that_take_their_process_along(place: Place, looking: DagFolder) -> None:
    """Each is one error; the others are loaded as if nothing had happened."""
    place.write("a_exit.py", f"{_MARK}import sys\nsys.exit(3)\n")
    place.write("b_crash.py", f"{_MARK}import os\nprint('last words', flush=True)\nos._exit(7)\n")
    place.write("c_killed.py", f"{_MARK}import os\nos.kill(os.getpid(), 9)\n")
    place.write("d_server.py", f"{_MARK}import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(9)\n")
    place.write_dag("e_fine.py", "fine")
    looking.look_once()
    kinds = {Path(error.file).name: error.kind for error in looking.errors}
    assert kinds == {"a_exit.py": "exit", "b_crash.py": "crash", "c_killed.py": "crash", "d_server.py": "crash"}
    assert "exit code 7" in looking.errors[1].message
    assert "last words" in looking.errors[1].message
    assert place.ids() == ["fine"]
    assert looking.look_once().loaded == 0


def test_file_that_hangs(place: Place) -> None:
    """It is stopped at its time limit, also if it does not listen to signals."""
    place.write("hangs.py", f"{_MARK}import signal\nsignal.signal(15, signal.SIG_IGN)\nwhile True:\n    pass\n")
    place.write_dag("fine.py", "fine")
    with place.open(parse_timeout_s=1) as looking:
        looking.look_once()
        (error,) = looking.errors
    assert (error.kind, error.message) == ("timeout", "Loading the file took longer than 1 s and was stopped.")
    assert place.ids() == ["fine"]


def test_file_that_prints_a_lot(place: Place, looking: DagFolder) -> None:
    """200 MB go nowhere: neither to a disk nor into memory."""
    head = "import os\nfor _ in range(200):\n    os.write(1, b'x' * 1_000_000)"
    place.write_dag("one.py", "one", head=head)
    before = psutil.Process().memory_info().rss
    looking.look_once()
    assert place.ids() == ["one"]
    assert psutil.Process().memory_info().rss - before < 50_000_000


def test_file_that_forks(place: Place, looking: DagFolder) -> None:
    """What it leaves behind is ended with it, even if it hides from its group."""
    pids = place.folder.with_name("pids")
    head = f"""\
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open({str(pids)!r}, "w").write(str(os.getpid()))
        time.sleep(60)
    os._exit(0)
while not os.path.exists({str(pids)!r}) or not open({str(pids)!r}).read():
    time.sleep(0.01)
"""
    place.write_dag("one.py", "one", head=head)
    looking.look_once()
    assert place.ids() == ["one"]
    assert not psutil.pid_exists(int(pids.read_text()))


def test_process_that_is_killed_while_it_loads(place: Place, looking: DagFolder) -> None:
    """As when memory runs out: the file is loaded again, and nobody hears of it."""
    flag = place.folder.with_name("flag")
    head = f"import os, time\nflag = {str(flag)!r}\nif not os.path.exists(flag):\n"
    place.write_dag("one.py", "one", head=f"{head}    open(flag, 'w').write(str(os.getpid()))\n    time.sleep(20)")

    def kill() -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until and (not flag.exists() or not flag.read_text()):
            time.sleep(0.01)
        os.kill(int(flag.read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    looking.look_once()
    killer.join()
    assert not looking.errors
    assert place.ids() == ["one"]


@pytest.mark.parametrize("times", [30, pytest.param(100, marks=pytest.mark.slow)])
def test_file_that_is_replaced_all_the_time(place: Place, looking: DagFolder, times: int) -> None:
    """With a helper that has to fit: no version has the one without the other."""
    stop = threading.Event()

    def write(number: int) -> None:
        place.write("lib.py", f"NUMBER = {number}\n")
        head = f"import lib, time\nOWN = {number}\ntime.sleep(0.02)"
        place.write_dag("one.py", "one", head=head, options="description=f'{OWN} {lib.NUMBER}'")

    def replace() -> None:
        for number in range(1, times):
            # Further apart than the clock of a file system ticks; now and then there is time to load it.
            if stop.wait(0.2 if number % 10 == 0 else 0.03):
                return
            write(number)

    write(0)
    looking.look_once()
    writer = threading.Thread(target=replace)
    writer.start()
    try:
        while writer.is_alive():
            looking.look_once()
    finally:
        stop.set()
        writer.join()
    looking.look_once()
    assert place.dags()["one"].spec.description == f"{times - 1} {times - 1}"
    versions = place.select("SELECT spec, bundle FROM dag_version")
    assert len(versions) > 1, "the folder was looked at while it changed"
    for spec, bundle in versions:
        own, helper = json.loads(spec)["description"].split()
        texts = _read_bundle(place, bundle)
        assert f"OWN = {own}\n" in texts["one.py"]
        assert texts["lib.py"] == f"NUMBER = {helper}\n"


def _read_bundle(place: Place, bundle: str) -> dict[str, str]:
    bundles = place.home / "bundles"
    files = json.loads((bundles / f"{bundle}.json").read_text())
    return {file["path"]: (bundles / "blobs" / file["sha256"][:2] / file["sha256"]).read_text() for file in files}


def test_bundles_that_cannot_be_kept(place: Place, looking: DagFolder) -> None:
    """As on a full disk: the DAGs stay as they are, the error is shown, and it is tried again."""
    place.write_dag("one.py", "one")
    looking.look_once()
    version = place.dags()["one"].version
    bundles = place.home / "bundles"
    bundles.rename(bundles.with_name("aside"))
    bundles.write_text("no folder")
    place.write_dag("one.py", "one", head="X = 1")
    looking.look_once()
    (error,) = looking.errors
    assert (error.kind, error.file) == ("storage", str(place.folder / "one.py"))
    assert place.dags()["one"].version == version
    bundles.unlink()
    bundles.with_name("aside").rename(bundles)
    looking.look_once()
    assert not looking.errors
    assert place.dags()["one"].version > version


def test_locked_database(place: Place) -> None:
    """What cannot be written is not known either: the next look writes it."""
    with place.open(db_busy_timeout_s=0.2) as looking:
        looking.look_once()
        place.write_dag("one.py", "one")
        other = sqlite3.connect(place.database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ExecutionError, match="locked"):
            looking.look_once()
        other.execute("ROLLBACK")
        other.close()
        looking.look_once()
    assert place.ids() == ["one"]


def test_service_waits_a_locked_database_out(place: Place) -> None:
    """A lock that takes long delays the service and ends nothing."""
    stop = threading.Event()
    with place.open(db_busy_timeout_s=0.1) as looking:
        looking.look_once()
        other = sqlite3.connect(place.database.path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        place.write_dag("one.py", "one")
        unlock = threading.Timer(1.0, other.execute, ["ROLLBACK"])
        unlock.start()
        waiter = threading.Thread(target=_stop_when, args=(place, ["one"], stop))
        waiter.start()
        looking.run_until_stopped(stop)
        waiter.join()
        unlock.join()
        other.close()
    assert place.ids() == ["one"]


def _stop_when(place: Place, ids: list[str], stop: threading.Event) -> None:
    until = time.monotonic() + 20
    while place.ids() != ids and time.monotonic() < until:
        time.sleep(0.02)
    stop.set()


def test_files_of_versions_that_are_gone_are_kept_again(place: Place, looking: DagFolder) -> None:
    """A database that was copied, or a home that is new, has versions without their files: all runs would fail."""
    place.write_dag("one.py", "one")
    looking.look_once()
    version = place.dags()["one"].version
    shutil.rmtree(place.home / "bundles")
    with place.open() as another:
        assert another.look_once().loaded == 1
    assert place.dags()["one"].version == version
    (bundle,) = place.select("SELECT bundle FROM dag_version WHERE version = ?", version)[0]
    assert has_bundle(place.home, bundle)
