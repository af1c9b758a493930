"""What goes wrong outside: locks, full disks, folders and files that are not what they should be."""

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fanjet.errors import ExecutionError, OperationError
from fanjet.store.database.database import DATABASE_NAME, Database
from fanjet.store.database.upgrades import OLDEST_VERSION
from fanjet.store.database.versions import SCHEMA_VERSION
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from store.samples import Owned, check_summaries, ends, own_run


@pytest.fixture
def database(home: Path) -> Database:
    """These are SQLite's faults; those of PostgreSQL have a file of their own."""
    return Database(home)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    connection = sqlite3.connect(home / DATABASE_NAME, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def test_a_locked_database_is_a_temporary_failure(owned: Owned, reader: Reader, home: Path) -> None:
    owned.write(ends(owned.run, 1, [0]))
    with locked(home):
        started_at = time.monotonic()
        with pytest.raises(ExecutionError, match=r"fanjet\.db is locked by another process") as raised:
            owned.write(ends(owned.run, 1, [1]))
        assert raised.value.temporary
        assert time.monotonic() - started_at >= 0.4  # it waited for as long as it was told
        assert len(reader.instances(owned.run, 1)) == 1  # readers go on
    owned.write(ends(owned.run, 1, [1]))
    check_summaries(reader, owned.run)


def test_a_lock_at_the_start_is_told(owned: Owned, home: Path) -> None:
    with locked(home):
        journal = Journal.open(home, busy_timeout_s=0.1)  # reading what is there needs no lock
        with pytest.raises(ExecutionError, match="locked") as raised:
            journal.begin_session(host="h", pid=1)
        assert raised.value.temporary
        journal.close()


def fill(owned: Owned, first: int) -> tuple[int, ExecutionError]:
    """Write until it fails. Returns the index that could not be written, and why."""
    while True:
        try:
            write_hundred(owned, first)
        except ExecutionError as error:
            return first, error
        first += 100


def write_hundred(owned: Owned, first: int) -> None:
    records = ends(owned.run, 1, range(first, first + 100), values=[b"j" * 200] * 100)
    owned.write(records, launches=[owned.launch(1, first, 100, fence=first)])


def test_a_database_that_may_not_grow_keeps_what_it_has(owned: Owned, reader: Reader, home: Path) -> None:
    """SQLite's own limit reports a full disk at any place of a batch."""
    write_hundred(owned, 0)
    (pages,) = owned.journal._writer.execute("PRAGMA page_count").fetchone()
    owned.journal._writer.execute(f"PRAGMA max_page_count = {pages + 3}")
    written, error = fill(owned, 100)
    assert "disk is full; free some space" in str(error)
    assert error.temporary
    assert len(list(reader.iter_instances(owned.run, 1))) == written
    check_summaries(reader, owned.run)
    owned.journal._writer.execute("PRAGMA max_page_count = 1000000")
    write_hundred(owned, written)
    assert len(list(reader.iter_instances(owned.run, 1))) == written + 100
    check_summaries(reader, owned.run)


def is_done(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or sys.platform != "linux" or not is_done(mount):
        pytest.skip("mounting a small disk needs root on Linux")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_goes_on_when_there_is_space(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 1_000_000)
    owned = own_run(Journal.open(small_disk), 1)
    written, error = fill(owned, 0)
    assert "disk is full; free some space" in str(error)
    assert error.temporary
    assert written
    assert fill(owned, written)[0] == written
    ballast.unlink()
    write_hundred(owned, written)
    owned.journal.close()
    with Reader.open(small_disk) as reader:
        assert len(list(reader.iter_instances(owned.run, 1))) == written + 100
        check_summaries(reader, owned.run)


def test_a_file_size_limit_is_told(tmp_path: Path) -> None:
    """A quota looks like this; the process must survive it to say so."""
    script = """
        import sys
        from pathlib import Path
        from fanjet.errors import ExecutionError, OperationError
        from fanjet.store.journal.journal import Journal
        sys.path.insert(0, sys.argv[1])
        from store.samples import ends, own_run
        owned = own_run(Journal.open(Path(sys.argv[2])), 1)
        written = 0
        try:
            while True:
                owned.write(ends(owned.run, 1, range(written, written + 100), values=[b"j" * 200] * 100))
                written += 100
        except ExecutionError as error:
            print(written, error.temporary, error)
    """
    home = tmp_path / "home"
    child = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(Path(__file__).parents[1]), str(home)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)),
    )
    written, temporary, message = child.stdout.split(" ", 2)
    assert temporary == "True"
    assert "look at the disk, its quota" in message or "disk is full" in message
    with Reader.open(home) as reader:
        assert len(list(reader.iter_instances(1, 1))) == int(written) > 0


READ_ONLY = """
    import os, sys
    from pathlib import Path
    from fanjet.errors import ExecutionError, OperationError
    from fanjet.store.journal.journal import Journal
    from fanjet.store.queries.reader import Reader
    home = Path(sys.argv[1])
    if os.geteuid() == 0:  # root may write everywhere
        if (home / "fanjet.db").exists():  # what is imported late, another user may not be allowed to read
            with Reader.open(home) as reader:
                reader.list_runs()
        os.setgid(65534)
        os.setuid(65534)
    try:
        Journal.open(home).begin_session(host="h", pid=1)
    except ExecutionError as error:
        print(error.temporary, error)
    if (home / "fanjet.db").exists():
        print(len(Reader.open(home).list_runs()))
"""


@pytest.mark.parametrize("there", [False, True])
def test_a_read_only_home_is_told(there: bool) -> None:
    with tempfile.TemporaryDirectory() as top:  # every user may look into it, unlike pytest's
        Path(top).chmod(0o755)
        home = Path(top) / "home"
        home.mkdir()
        if there:
            own_run(Journal.open(home), 1).journal.close()
        home.chmod(0o555)
        command = [sys.executable, "-c", textwrap.dedent(READ_ONLY), str(home)]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        home.chmod(0o755)
    assert out.startswith("False ")
    assert "FANJET_HOME" in out
    assert out.endswith("\n1\n") == there


def test_a_home_whose_path_is_too_long_for_sqlite_is_told(tmp_path: Path) -> None:
    home = tmp_path / Path(*["long" * 50] * 3)
    home.mkdir(parents=True)
    with pytest.raises(ExecutionError, match="more than the 504 bytes that SQLite takes; set FANJET_HOME to a shorter"):
        Journal.open(home)


def test_a_file_that_is_no_database_is_left_alone(home: Path) -> None:
    home.mkdir()
    path = home / DATABASE_NAME
    path.write_bytes(b"precious notes, not a database" * 100)
    for opening in (Journal.open, Reader.open):
        with pytest.raises(ExecutionError, match="is no SQLite database; move the file away") as raised:
            opening(home)
        assert not raised.value.temporary
    assert path.read_bytes() == b"precious notes, not a database" * 100


def test_a_file_that_somebody_is_just_making_is_no_database_yet(home: Path) -> None:
    home.mkdir()
    (home / DATABASE_NAME).touch()
    with pytest.raises(OperationError, match="There are no runs in"):
        Reader.open(home)
    Journal.open(home).close()
    Reader.open(home).close()


def test_the_database_of_another_program_is_left_alone(home: Path) -> None:
    home.mkdir()
    path = home / DATABASE_NAME
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = path.read_bytes()
    for opening in (Journal.open, Reader.open):
        with pytest.raises(ExecutionError, match="not one of Fanjet's"):
            opening(home)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (99, rf"newer Fanjet \(schema 99, this one knows {SCHEMA_VERSION}\); upgrade"),
        (OLDEST_VERSION["sqlite"] - 1, r"older Fanjet .*; set FANJET_HOME to another folder"),
    ],
)
def test_another_schema_is_refused(owned: Owned, home: Path, version: int, words: str) -> None:
    connection = sqlite3.connect(home / DATABASE_NAME)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(version),))
    connection.commit()
    connection.close()
    for opening in (Journal.open, Reader.open):
        with pytest.raises(ExecutionError, match=words):
            opening(home)


def test_a_damaged_database_is_told(owned: Owned, home: Path) -> None:
    owned.write(ends(owned.run, 1, range(5000)))
    owned.journal.close()
    path = home / DATABASE_NAME
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * len(content[8192:])
    path.write_bytes(content)
    with pytest.raises(ExecutionError, match="is damaged; restore it from a backup"):
        Journal.open(home).read_history(owned.run)


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(ExecutionError, match="cannot be made"):
        Journal.open(tmp_path / "home")


def test_commits_wait_for_the_disk(owned: Owned) -> None:
    """The promise of `write` rests on these two settings."""
    assert owned.journal._writer.execute("PRAGMA synchronous").fetchone() == (2,)
    assert owned.journal._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_forked_child_that_ends_does_no_harm(owned: Owned, reader: Reader, home: Path) -> None:
    """Workers descend from the scheduler by forks, and an interpreter that ends closes what it inherited."""
    owned.write(ends(owned.run, 1, range(100)))
    child = os.fork()
    if child == 0:
        owned.journal._reader.close()
        owned.journal._writer.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert (home / f"{DATABASE_NAME}-wal").stat().st_size > 0
    owned.write(ends(owned.run, 1, range(100, 200)))
    assert len(list(reader.iter_instances(owned.run, 1))) == 200


def test_many_processes_may_make_the_database_at_once(home: Path) -> None:
    script = "import sys, pathlib; from fanjet.store.journal.journal import Journal\n"
    script += "print(Journal.open(pathlib.Path(sys.argv[1])).begin_session(host='h', pid=1))"
    children = [
        subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    sessions = [int(child.communicate()[0]) for child in children]
    assert sorted(sessions) == [1, 2, 3, 4, 5, 6]
