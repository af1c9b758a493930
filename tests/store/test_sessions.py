"""Sessions, versions, runs and leases of the journal."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from fanjet.errors import ExecutionError, OperationError
from fanjet.model.runs import NewRun, RunInfo
from fanjet.store.journal.journal import Journal
from fanjet.store.journal.leases import PROCESS, is_orphan
from fanjet.store.journal.machines import find_machine
from fanjet.store.queries.reader import Reader
from store.samples import NOW, STARTED, Owned, ends, make_run, make_spec, own_run

#: Another process of this machine.
OTHER = f"0123 {find_machine()}"


def test_session_numbers_grow_over_all_schedulers(journal_factory: Callable[[], Journal]) -> None:
    one, other = journal_factory(), journal_factory()
    numbers = [journal.begin_session(host="h", pid=1) for journal in (one, other, one)]
    assert numbers == sorted(set(numbers))


def test_the_same_version_is_kept_once(journal: Journal) -> None:
    first = journal.save_version(make_spec(), bundle="b", root="/r", file="f.py")
    assert journal.save_version(make_spec(), bundle="b", root="/r", file="f.py") == first
    others = {
        journal.save_version(make_spec(), bundle="c", root="/r", file="f.py"),
        journal.save_version(make_spec(), bundle="b", root="/s", file="f.py"),
        journal.save_version(make_spec("other"), bundle="b", root="/r", file="f.py"),
    }
    assert len(others | {first}) == 4


def test_a_run_comes_back_as_it_was_made(journal: Journal, reader_factory: Callable[[], Reader]) -> None:
    spec = make_spec()
    version = journal.save_version(spec, bundle="b", root="/r", file="f.py")
    new = NewRun(
        run_id="manual__1",
        run_type="backfill",
        logical_date=STARTED,
        data_interval_start=datetime(1999, 12, 31, tzinfo=UTC),
        data_interval_end=STARTED,
        created_at=STARTED,
        started_at=STARTED,
        conf='{"a": 1}',
        params='{"b": [2]}',
    )
    info = journal.create_run(version=version, info=new)
    reader = reader_factory()
    row = reader.find_run("manual__1")
    assert row.info == info
    assert isinstance(info, RunInfo)
    assert (info.dag_id, info.logical_date, info.conf) == ("sweep", STARTED, '{"a": 1}')
    assert reader.get_spec(info.number) == spec
    assert reader.get_version(info.number).bundle == "b"


def test_run_ids_are_unique_per_dag(journal: Journal) -> None:
    version = journal.save_version(make_spec(), bundle="b", root="/r", file="f.py")
    other = journal.save_version(make_spec("other"), bundle="b", root="/r", file="f.py")
    journal.create_run(version=version, info=make_run("x"))
    journal.create_run(version=other, info=make_run("x"))
    with pytest.raises(OperationError, match="already has a run 'x'; choose another"):
        journal.create_run(version=version, info=make_run("x"))
    with pytest.raises(OperationError, match="no version 99"):
        journal.create_run(version=99, info=make_run("y"))


def test_a_live_lease_keeps_others_out(journal_factory: Callable[..., Journal]) -> None:
    passed_s = 0.0
    one, other = journal_factory(lambda: NOW + passed_s), journal_factory(lambda: NOW + passed_s)
    owned = own_run(one, one.begin_session(host=socket.gethostname(), pid=os.getpid()))
    one.take_lease(owned.run, owned.session, lease_s=10.0)
    session = other.begin_session(host=socket.gethostname(), pid=os.getpid())
    passed_s = 1.0
    with pytest.raises(OperationError, match=f"process {os.getpid()} on {socket.gethostname()}.* 9 s left"):
        other.take_lease(owned.run, session, lease_s=10.0)
    passed_s = 9.0
    one.renew_leases(owned.session, lease_s=10.0)
    passed_s = 11.0
    with pytest.raises(OperationError):
        other.take_lease(owned.run, session, lease_s=10.0)
    one.release_lease(owned.run, owned.session)
    other.take_lease(owned.run, session, lease_s=10.0)


def test_a_lease_that_ran_out_is_taken_over_and_its_owner_refused(
    owned: Owned, journal_factory: Callable[[], Journal]
) -> None:
    owned.write(ends(owned.run, 1, [0]))
    owned.journal.take_lease(owned.run, owned.session, lease_s=0.0)
    other = journal_factory()
    session = other.begin_session(host="elsewhere", pid=42)
    other.take_lease(owned.run, session, lease_s=10.0)
    with pytest.raises(ExecutionError, match="process 42 on elsewhere") as raised:
        owned.write(ends(owned.run, 1, [1]))
    assert not raised.value.temporary
    with pytest.raises(ExecutionError, match="process 42 on elsewhere"):
        owned.journal.renew_leases(owned.session, lease_s=10.0)
    other.write([ends(owned.run, 1, [2])], [], at=NOW)
    (train,) = other.read_history(owned.run).instances
    assert [path[-1] for path in train.paths] == [0, 2]
    owned.journal.release_lease(owned.run, owned.session)  # changes nothing: it is not ours
    other.write([ends(owned.run, 1, [3])], [], at=NOW)


def test_a_taken_over_run_stays_closed_to_its_first_owner_after_release(
    owned: Owned, journal_factory: Callable[[], Journal]
) -> None:
    owned.journal.take_lease(owned.run, owned.session, lease_s=0.0)
    other = journal_factory()
    session = other.begin_session(host="elsewhere", pid=42)
    other.take_lease(owned.run, session, lease_s=1.0)
    other.release_lease(owned.run, session)
    with pytest.raises(ExecutionError, match="by nobody"):
        owned.write(ends(owned.run, 1, [1]))


def test_the_lease_of_a_dead_process_is_free_at_once(journal: Journal) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    gone = journal.begin_session(host=socket.gethostname(), pid=dead.pid)
    mine = journal.begin_session(host=socket.gethostname(), pid=os.getpid())
    version = journal.save_version(make_spec(), bundle="b", root="/r", file="f.py")
    run = journal.create_run(version=version, info=make_run()).number
    journal.take_lease(run, gone, lease_s=1e9)
    journal.take_lease(run, mine, lease_s=10.0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows it")
def test_a_dead_process_that_nobody_has_noticed_is_dead(journal: Journal) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    assert is_orphan(socket.gethostname(), dead.pid, OTHER)
    dead.wait()


def test_the_process_before_that_had_the_same_pid_is_dead() -> None:
    assert is_orphan(socket.gethostname(), os.getpid(), OTHER)
    assert not is_orphan(socket.gethostname(), os.getpid(), PROCESS)
    assert not is_orphan(socket.gethostname(), os.getppid(), OTHER)


def test_nobody_knows_of_processes_on_another_machine_of_the_same_name() -> None:
    """As containers on the network of their host are, and copies of a virtual machine."""
    for process in ("0123", f"0123 {socket.gethostname()}/another/1"):
        assert not is_orphan(socket.gethostname(), os.getpid(), process)
        assert not is_orphan(socket.gethostname(), 2**22 - 1, process)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces")
def test_a_container_is_a_machine_of_its_own() -> None:
    script = "from fanjet.store.journal.machines import find_machine; print(find_machine())"
    inside = subprocess.run(
        ["unshare", "--pid", "--fork", sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    if "unshare" in inside.stderr:
        pytest.skip("this user may not make namespaces")
    assert inside.stdout.startswith(f"{socket.gethostname()}/")
    assert inside.stdout.strip() != find_machine()


def test_a_foreign_host_is_believed_to_live(journal: Journal) -> None:
    far = journal.begin_session(host="elsewhere", pid=2**22 - 1)
    mine = journal.begin_session(host=socket.gethostname(), pid=os.getpid())
    version = journal.save_version(make_spec(), bundle="b", root="/r", file="f.py")
    run = journal.create_run(version=version, info=make_run()).number
    journal.take_lease(run, far, lease_s=10.0)
    with pytest.raises(OperationError, match="on elsewhere"):
        journal.take_lease(run, mine, lease_s=10.0)


def test_a_run_that_is_not_there_or_was_never_taken(journal: Journal, session: int) -> None:
    with pytest.raises(OperationError, match="no run 5"):
        journal.take_lease(5, session, lease_s=1.0)
    with pytest.raises(OperationError, match="no run 5"):
        journal.read_history(5)
    version = journal.save_version(make_spec(), bundle="b", root="/r", file="f.py")
    run = journal.create_run(version=version, info=make_run()).number
    with pytest.raises(ExecutionError, match="by nobody"):
        journal.write([ends(run, 1, [0])], [], at=NOW)
