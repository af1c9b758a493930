"""`resume`: kill -9 of the scheduler in the middle of a large map, then `fanjet resume`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.dags import FAN_OUT, write_dag
from benchmarks.measure import fanjet
from benchmarks.recorded import count_ended, read_run
from benchmarks.report import Line

_MAPPED_TASK = 1
_PATIENCE_S = 300


def _kill_in_the_middle(folder: Path, home: Path, count: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "fanjet", "run", str(write_dag(folder, FAN_OUT, count=count)), "--workers", "2"],
        env={**os.environ, "FANJET_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )
    give_up_at = time.monotonic() + _PATIENCE_S
    while count_ended(home, _MAPPED_TASK) < count // 2:
        if process.poll() is not None or time.monotonic() > give_up_at:
            raise RuntimeError("the run ended before it could be killed; take a larger --n")
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()


def resume(folder: Path, count: int) -> list[Line]:
    """How long until the first new try starts, and whether anything recorded was lost or ran again."""
    home = folder / "home"
    _kill_in_the_middle(folder, home, count)
    before = read_run(home)
    asked_at = time.time()
    cost = fanjet("resume", "--workers", "2", home=home)
    after = read_run(home)
    kept = set(before.instances) <= set(after.instances)
    complete = len(after.of_task(_MAPPED_TASK)) == count
    new_starts = [row[3] for row in after.of_task(_MAPPED_TASK) if row[3] is not None and row[3] > asked_at]
    first_s = min(new_starts) - asked_at
    return [
        Line(
            f"resume of {count:,} instances, {len(before.instances):,} recorded: first new try",
            first_s,
            None,
            "s",
            None,
            "<= 3 s",
            first_s <= 3,
            {"cost": cost.numbers()},
        ),
        Line(
            "  recorded before the kill and untouched after",
            len(set(before.instances) & set(after.instances)),
            None,
            "instances",
            None,
            "all, and the map complete",
            kept and complete,
        ),
    ]
