"""Runs a program and watches what it costs: seconds, CPU of the whole process tree, the memory of the first process."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_SAMPLE_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """What one program cost."""

    wall_s: float
    #: User and system time of the process and of everything below it.
    cpu_s: float
    #: The most resident memory of the process itself, which for `fanjet run` is the engine process.
    peak_bytes: int
    exit_code: int
    output: str

    def numbers(self) -> dict[str, float]:
        """The figures without the output."""
        return {name: value for name, value in asdict(self).items() if name != "output"}


def peak_memory_bytes(pid: int) -> int:
    """The high-water mark of a living process's resident memory; 0 when it has gone or the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


class CpuTimes:
    """The CPU time of a process and all below it, by looking at them again and again.

    What a process uses after the last look is missed; not all systems add up grandchildren that were waited for.
    """

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._seconds: dict[int, float] = {}

    def look(self) -> None:
        """Take in what the processes that live now have used."""
        try:
            family = [self._root, *self._root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                self._seconds[process.pid] = times.user + times.system

    def total_s(self) -> float:
        """All of it so far."""
        return sum(self._seconds.values())


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> Cost:
    """Run a program to its end. Its output is kept, not shown."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(
        list(map(str, command)), env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    cpu = CpuTimes(process.pid)
    peak = 0
    output = b""
    while True:
        cpu.look()
        try:
            output, _ = process.communicate(timeout=_SAMPLE_EVERY_S)
        except subprocess.TimeoutExpired:
            peak = max(peak, peak_memory_bytes(process.pid))
        else:
            break
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    waited_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, max(cpu.total_s(), waited_s), peak, process.returncode, output.decode(errors="replace"))


def fanjet(*arguments: str | Path, home: Path, env: Mapping[str, str] | None = None) -> Cost:
    """Run a `fanjet` command on its own home, with more in its environment.

    Raises:
        RuntimeError: It did not succeed; the text has its output.
    """
    cost = run([sys.executable, "-m", "fanjet", *arguments], env={"FANJET_HOME": str(home), **(env or {})})
    if cost.exit_code:
        raise RuntimeError(f"fanjet {' '.join(map(str, arguments))} ended with {cost.exit_code}:\n{cost.output}")
    return cost
