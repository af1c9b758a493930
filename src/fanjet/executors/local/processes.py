"""How much CPU time the processes of a worker have used."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from fanjet.executors.local.guard import find_descendants


def read_cpu_s(pids: Iterable[int]) -> dict[int, float]:
    """CPU seconds used so far by each process together with everything below it, ended children included."""
    usage, parents = _read_with_proc() if Path("/proc/self/stat").exists() else _read_with_psutil()
    return {pid: sum(usage.get(member, 0.0) for member in (pid, *find_descendants(pid, parents))) for pid in pids}


def _read_with_proc() -> tuple[dict[int, float], dict[int, int]]:
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    usage, parents = {}, {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - thousands of entries: without an object for each
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123 - as above
                    fields = file.read().rpartition(b")")[2].split(None, 15)
            except OSError:
                continue  # it ended meanwhile
            parents[int(name)] = int(fields[1])
            usage[int(name)] = sum(map(int, fields[11:15])) * tick_s  # user, system, and both of ended children
    return usage, parents


def _read_with_psutil() -> tuple[dict[int, float], dict[int, int]]:
    import psutil  # noqa: PLC0415 - slow to import, and not needed on Linux

    usage, parents = {}, {}
    for process in psutil.process_iter(["pid", "ppid", "cpu_times"]):
        times = process.info["cpu_times"]
        parents[process.info["pid"]] = process.info["ppid"]
        usage[process.info["pid"]] = (
            times.user + times.system + times.children_user + times.children_system if times else 0.0
        )
    return usage, parents
