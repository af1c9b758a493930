"""Whole runs with their values in other places than the home."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from e2e.program import Program, states, values
from installed import FANJET
from processes import wait_until
from storage.conftest import Bucket

LARGE = """
    import os, time
    from pathlib import Path
    from fanjet import dag, task

    FOLDER = Path(os.environ["FOLDER"])

    @dag
    def large():
        @task
        def find():
            return list(range(5))

        @task
        def load(i):
            with open(FOLDER / "loads.txt", "a") as marks:
                marks.write(f"{i}\\n")
            while i > 2 and not (FOLDER / "go").exists():
                time.sleep(0.02)
            return [{"i": i, "text": "ünïcödé " * 20}] * 1000

        @task(isolation="process")
        def measure(rows):
            return len(rows) + rows[0]["i"]

        @task
        def add_up(all_rows, sizes):
            return sum(row["i"] for rows in all_rows for row in rows), sum(sizes)

        loaded = load.expand(i=find())
        add_up(loaded, measure.expand(rows=loaded))

    large()
"""


@pytest.mark.slow
def test_a_run_keeps_its_large_values_in_s3_through_kills(fanjet: Program, bucket: Bucket) -> None:
    """Forked workers, fresh forks and a resumed run each reach the store; nothing that ended runs again."""
    fanjet.settings["FANJET_VALUES_URL"] = bucket.url
    file = fanjet.write("large.py", LARGE)
    process = subprocess.Popen(
        [FANJET, "run", file, "--workers", "2"],
        cwd=fanjet.folder,
        env=fanjet.environment(),
        stdout=subprocess.DEVNULL,
    )
    wait_until(lambda: len(bucket.list_keys()) >= 3, "three values are stored")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    recorded = [row["map_index"][0] for row in json.loads(fanjet("xcom", "1", "load", "--json").stdout)]
    assert recorded
    (fanjet.folder / "go").touch()
    (run,) = fanjet.results("resume", "--workers", "2")
    assert values(run, "measure") == {(i,): 1000 + i for i in range(5)}
    assert values(run, "add_up") == {(): [10_000, 5010]}
    ran = (fanjet.folder / "loads.txt").read_text().split()
    assert all(ran.count(str(i)) == 1 for i in recorded), "what had ended before the kill ran again"
    assert not list((fanjet.home / "values").glob("**/*")), "the home has no copy"
    log = fanjet("logs", "1", "load", "--map-index", "0").stdout
    assert "credentials" not in log


def test_a_store_that_cannot_be_used_is_found_before_anything_runs(fanjet: Program, bucket: Bucket) -> None:
    file = fanjet.write("large.py", LARGE)
    (fanjet.folder / "s3fs.py").write_text("raise ImportError('as if it were not installed')")
    for url, environment, words in (
        ("s3://nowhere-2/values", {}, "s3://nowhere-2/values cannot be used: the bucket does not exist. Fix: create"),
        (bucket.url, {"PYTHONPATH": str(fanjet.folder)}, "s3fs, is not installed. Fix: pip install 'fanjet[s3]'."),
        ("s3://key:hidden@bucket/values", {}, "(s3://***@bucket/values) has credentials in it. Fix: leave them out"),
        (
            "memory://values",
            {},
            "keeps values in the memory of one process, and tasks run in several. Fix: add --inline",
        ),
    ):
        fanjet.settings = {"FANJET_VALUES_URL": url, **environment}
        done = fanjet("run", file, code=None)
        assert done.returncode in (1, 2)
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    assert not (fanjet.folder / "loads.txt").exists()
    assert "secret" not in fanjet("settings").stdout


def test_a_try_that_cannot_store_its_value_is_tried_again_and_writes_anew(fanjet: Program, bucket: Bucket) -> None:
    fanjet.settings["FANJET_VALUES_URL"] = bucket.url
    bucket.deny("s3:PutObject")
    file = fanjet.write(
        "again.py",
        f"""
        from fanjet import dag, task

        @dag
        def again():
            @task(retries=1, retry_delay=0.1)
            def load(ti):
                if ti.try_number == 2:
                    import boto3
                    boto3.client("s3").delete_bucket_policy(Bucket={bucket.name!r})
                return "x" * 100_000

            @task
            def measure(text):
                return len(text)

            measure(load())

        again()
        """,
    )
    (run,) = fanjet.results("run", file)
    assert values(run, "measure") == {(): 100_000}
    assert [key.rpartition("/")[2][:15] for key in bucket.list_keys()] == ["2-return_value-"]
    first = fanjet("logs", "1", "load", "--try", "1").stdout
    assert first.startswith("The value 'return_value' of task 'load' (100,003 bytes) could not be stored in s3://")
    assert "Traceback" not in first


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")
def test_a_value_of_50_mb_never_passes_through_the_scheduler(fanjet: Program) -> None:
    file = fanjet.write(
        "fifty.py",
        """
        from fanjet import dag, task

        @dag
        def fifty():
            @task
            def make():
                return bytes(50_000_000)

            @task
            def measure(data):
                return len(data)

            measure(make())

        fifty()
        """,
    )
    program = """
import sys
from pathlib import Path
from fanjet.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*[line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "run", str(file)],
        env=fanjet.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert int(done.stdout.split()[-1]) < 60_000, "kB of the scheduler's process"
    assert fanjet("xcom", "1", "measure").stdout == "50000000\n"
    assert (fanjet.home / "fanjet.db").stat().st_size < 1_000_000


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounting a small file system needs root")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("size=1m", "the store is full ([Errno 28] No space left on device"),
        ("ro", "the store can only be read ([Errno 30] Read-only file system"),
    ],
)
def test_a_full_or_read_only_folder_fails_those_that_need_it(fanjet: Program, options: str, words: str) -> None:
    store = fanjet.folder / "store"
    fanjet.settings["FANJET_VALUES_URL"] = str(store)
    file = fanjet.write(
        "filling.py",
        """
        from fanjet import dag, task

        @dag
        def filling():
            @task
            def make(size):
                return "x" * size

            make.expand(size=[10, 3_000_000, 60_000])

        filling()
        """,
    )
    with mounted(store, options):
        (run,) = fanjet.results("run", file, code=1)
        assert list(states(run, "make").values()) == ["success", "failed", "success"]
        shown = json.loads(fanjet("show", "1", "make", "--map-index", "1", "--json").stdout)["error"]
        assert shown.startswith(
            f"The value 'return_value' of task 'make'[1] (3,000,003 bytes) could not be stored in {store}"
        )
        assert words in shown
        assert "Fix: " in shown
        assert "Traceback" not in fanjet("logs", "1", "make", "--map-index", "1").stdout
        assert not [path for path in store.rglob("*") if path.is_file()], "a part of it is left"
