"""What the guard does for a scheduler that is stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fanjet.executors.local import guard

_SCHEDULER = """
import os, socket, subprocess, sys, time
control, of_guard = socket.socketpair()
channel, of_program = socket.socketpair()
fds = (of_guard.fileno(), of_program.fileno())
ticking = "import time\\nwhile True:\\n print(1, flush=True)\\n time.sleep(0.01)"
out = open(sys.argv[2], "w")
command = [sys.executable, "-I", "-S", sys.argv[1], *map(str, fds), sys.executable, "-c", ticking]
subprocess.Popen(command, pass_fds=fds, stdout=out)
of_guard.close(); of_program.close()
time.sleep(60)
"""


def wait_until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 20.0
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


@pytest.mark.slow
def test_a_family_is_stopped_with_its_scheduler_and_goes_on_with_it(tmp_path: Path) -> None:
    ticks = tmp_path / "ticks"
    ticks.touch()

    def is_going() -> bool:
        before = ticks.stat().st_size
        time.sleep(0.3)
        return ticks.stat().st_size > before

    with subprocess.Popen([sys.executable, "-c", _SCHEDULER, guard.__file__, str(ticks)]) as scheduler:
        try:
            wait_until(is_going)
            scheduler.send_signal(signal.SIGSTOP)
            wait_until(lambda: not is_going())
            scheduler.send_signal(signal.SIGCONT)
            wait_until(is_going)
        finally:
            scheduler.kill()
    wait_until(lambda: not is_going())
