"""The service's way of looking: at once when something changes, now and then anyway, and never in the way of a stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fanjet.folder import loading as loading_module
from fanjet.folder.dag_folder import DagFolder
from folder.conftest import Place, dag_text


@contextmanager
def running(looking: DagFolder, beside: Callable[[], None]) -> Iterator[None]:
    """What a test does goes on in a thread of its own while the folder is looked at; it ends the looking."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            beside()
        except BaseException as error:  # noqa: BLE001 - raised below
            failures.append(error)
        finally:
            stop.set()

    thread = threading.Thread(target=run)
    thread.start()
    looking.run_until_stopped(stop)
    thread.join()
    if failures:
        raise failures[0]
    yield


def wait_until(condition: Callable[[], bool], within_s: float = 20.0) -> float:
    """How long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within_s, "it never happened"
        time.sleep(0.01)
    return time.monotonic() - began


def test_changes_are_seen_at_once(place: Place, looking: DagFolder) -> None:
    """New, changed, renamed and removed files, and a folder that is another one by now, long before the next look."""
    place.write_dag("one.py", "one")

    def change() -> None:
        wait_until(lambda: place.ids() == ["one"])
        place.write_dag("sub/two.py", "two")
        took_s = wait_until(lambda: place.ids() == ["one", "two"])
        (place.folder / "one.py").unlink()
        took_s += wait_until(lambda: place.ids() == ["two"])
        place.write_dag("sub/two.py", "zwei")
        took_s += wait_until(lambda: place.ids() == ["zwei"])
        place.folder.rename(place.folder.with_name("before"))
        place.write_dag("three.py", "three")
        wait_until(lambda: place.ids() == ["three"])
        assert took_s < 10

    with running(looking, change):
        assert place.ids() == ["three"]


def test_folders_that_are_linked_later_are_watched_too(place: Place, looking: DagFolder, tmp_path: Path) -> None:
    """The system follows only links that are there when it is asked."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place.write_dag("one.py", "one")

    def change() -> None:
        wait_until(lambda: place.ids() == ["one"])
        (place.folder / "team").symlink_to(elsewhere)
        for dag_id in ("two", "three"):
            time.sleep(0.5)
            (elsewhere / f"{dag_id}.py").write_text(dag_text(dag_id))
        wait_until(lambda: place.ids() == ["one", "three", "two"])

    with running(looking, change):
        pass


def test_without_events(place: Place) -> None:
    """As on a network disk, where nobody tells of changes: a link that leads elsewhere changes there."""
    elsewhere = place.folder.with_name("elsewhere")
    elsewhere.mkdir()
    (place.folder / "linked").symlink_to(elsewhere)
    far = Place(place.home, elsewhere)

    def change() -> None:
        far.write_dag("one.py", "one")
        wait_until(lambda: place.ids() == ["one"])
        time.sleep(0.3)
        far.write_dag("one.py", "uno")
        wait_until(lambda: place.ids() == ["uno"])

    with place.open(folder_scan_s=0.5) as looking, running(looking, change):
        assert place.ids() == ["uno"]


def test_stop_does_not_wait_for_a_file(place: Place, looking: DagFolder) -> None:
    """Whatever is being loaded is ended."""
    flag = place.folder.with_name("flag")
    place.write_dag("one.py", "one", head=f"import time\nopen({str(flag)!r}, 'w').close()\ntime.sleep(25)")

    def wait() -> None:
        wait_until(flag.exists)

    began = time.monotonic()
    with running(looking, wait):
        assert time.monotonic() - began < 10


def test_stopped_before_it_began(place: Place, looking: DagFolder) -> None:
    """A service that is told to end at once."""
    place.write_dag("one.py", "one")
    with running(looking, lambda: None):
        pass


def test_file_that_takes_long_holds_up_no_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is new comes, and what is gone goes, while it is loaded; it comes when it is done."""
    monkeypatch.setattr(loading_module, "SLOW_S", 0.2)
    gate = place.home / "gate"
    waiting = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.02)"
    place.write_dag("slow.py", "slow", head=waiting)

    def change() -> None:
        wait_until(lambda: looking.counters.waiting == 1)
        for dag_id in ("one", "two"):
            place.write_dag(f"{dag_id}.py", dag_id)
            wait_until(lambda dag_id=dag_id: dag_id in place.ids())
        (place.folder / "one.py").unlink()
        wait_until(lambda: place.ids() == ["two"])
        gate.touch()
        wait_until(lambda: place.ids() == ["slow", "two"])

    with place.open(parse_processes=1, reparse_s=3600) as looking, running(looking, change):
        assert looking.counters.parsed == 3, "nothing was loaded twice"
