"""How much CPU time the processes of a worker have used."""

from __future__ import annotations

import os
from collections.abc import Iterable

#: Where Linux lists the children of a thread, if the kernel is built to.
_CHILDREN = "/proc/{}/task/{}/children"


def read_cpu_s(pids: Iterable[int]) -> dict[int, float]:
    """CPU seconds used so far by each process together with everything below it, ended children included.

    A process that is gone has used 0.
    """
    if os.path.exists(_CHILDREN.format(os.getpid(), os.getpid())):  # noqa: PTH110 - a text, not worth an object
        return {pid: _read_tree(pid) for pid in pids}
    return {pid: _read_tree_with_psutil(pid) for pid in pids}


def _read_tree(pid: int) -> float:
    """Follows the lists of children, so that the other thousands of processes of the machine cost nothing."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - several times a second
            # The name of the program, in brackets, may hold anything; what follows is numbers.
            fields = file.read().rpartition(b")")[2].split(None, 15)
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - as above
        children = [child for thread in threads for child in _read_children(pid, thread)]
    except OSError:
        return 0.0  # it ended meanwhile
    ticks = sum(map(int, fields[11:15]))  # user and system, its own and of children that it has waited for
    return ticks / os.sysconf("SC_CLK_TCK") + sum(map(_read_tree, children))


def _read_children(pid: int, thread: str) -> list[int]:
    with open(_CHILDREN.format(pid, thread), "rb") as file:  # noqa: PTH123 - as above
        return list(map(int, file.read().split()))


def _read_tree_with_psutil(pid: int) -> float:
    import psutil  # noqa: PLC0415 - slow to import, and hardly ever needed on Linux

    try:
        process = psutil.Process(pid)
        times = [member.cpu_times() for member in (process, *process.children(recursive=True))]
    except psutil.Error:
        return 0.0
    return sum(time.user + time.system + time.children_user + time.children_system for time in times)
