"""Folders and outputs that cannot be written: one clear error each, and no run ends because nobody can see it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from e2e.program import Program, states
from installed import FANJET

FILE = """
    from fanjet import dag, task

    @dag
    def stored():
        @task
        def large(item):
            print("large", item)
            return str(item) * 300_000

        @task
        def small(item):
            return item

        large.expand(item=list(range(5)))
        small.expand(item=list(range(5)))

    stored()
"""
needs_mounts = pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounting needs root")
needs_full = pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full")


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@needs_mounts
@pytest.mark.parametrize(
    ("folder", "options", "told"),
    [
        (".", "size=16k", "look at the disk"),
        (".", "ro", "Read-only file system"),
        ("logs", "ro", "No logs can be written"),
        ("bundles", "ro", "The files of the DAG cannot be kept"),
        ("bundles", "size=4k,nr_inodes=2", "No space left on device"),
    ],
)
def test_a_run_that_cannot_begin_says_why_and_leaves_none_behind(
    fanjet: Program, folder: str, options: str, told: str
) -> None:
    file = fanjet.write("stored.py", FILE)
    fanjet.settings["FANJET_DB_BUSY_TIMEOUT_S"] = "0.3"
    with mounted(fanjet.home / folder, options):
        done = fanjet("run", file, code=1)
        assert told in done.stderr
        assert str(fanjet.home) in done.stderr
        assert "Traceback" not in done.stderr
        assert "stored" not in fanjet("runs", code=None).stdout


@needs_mounts
def test_values_that_find_no_room_fail_alone(fanjet: Program) -> None:
    file = fanjet.write("stored.py", FILE)
    with mounted(fanjet.home / "values", "size=1m"):
        (run,) = fanjet.results("run", file, "--workers", "1", code=1)
    assert set(states(run, "small").values()) == {"success"}
    assert list(states(run, "large").values()) == ["success", "success", "success", "failed", "failed"]
    assert "No space left on device" in fanjet("show", "1").stdout


@needs_mounts
def test_a_home_that_became_read_only_can_be_read(fanjet: Program) -> None:
    file = fanjet.write("stored.py", FILE)
    with mounted(fanjet.home, "size=60m"):
        fanjet("run", file)
        subprocess.run(["mount", "-o", "remount,ro", fanjet.home], check=True)
        assert "success" in fanjet("runs").stdout
        assert "10 success" in fanjet("runs").stdout
        assert fanjet("logs", "1", "large", "--map-index", "3").stdout == "large 3\n"
        assert "0" in fanjet("xcom", "1", "small").stdout
        assert "Read-only file system" in fanjet("run", file, code=1).stderr


@needs_full
def test_a_full_standard_output_ends_no_run(fanjet: Program) -> None:
    file = fanjet.write("stored.py", FILE)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [FANJET, "run", file],
            env=fanjet.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0
        assert "The standard output cannot be written: No space left on device" in done.stderr
        assert "goes on in silence" in done.stderr
        assert "Traceback" not in done.stderr
        for command in (["show"], ["show", "--json"], ["logs", "1", "large", "-i", "1"], ["xcom", "1", "small"]):
            done = subprocess.run(
                [FANJET, *command],
                env=fanjet.environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == 1
            assert done.stderr.startswith("error: The standard output cannot be written")
    assert "10 success" in fanjet("runs").stdout


@needs_full
def test_results_are_written_to_devices_and_pipes_and_never_in_their_place(fanjet: Program) -> None:
    file = fanjet.write("stored.py", FILE)
    full = fanjet.folder / "full"
    os.mknod(full, stat.S_IFCHR | 0o666, os.makedev(1, 7)) if os.geteuid() == 0 else full.symlink_to("/dev/full")
    done = fanjet("run", file, "--results", full, code=1)
    assert "The results cannot be written" in done.stderr
    assert stat.S_ISCHR(full.stat().st_mode), "the device is still one"
    piped = fanjet("run", file, "--results", "/dev/stdout").stdout
    (run,) = json.loads(piped[piped.index("[\n") :])
    assert run["state"] == "success"
    (fanjet.folder / "link.json").symlink_to("real.json")
    (fanjet.folder / "real.json").write_text("old")
    fanjet("run", file, "--results", fanjet.folder / "link.json")
    assert json.loads((fanjet.folder / "real.json").read_text())[0]["state"] == "success"
