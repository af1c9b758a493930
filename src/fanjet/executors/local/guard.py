"""The guard: sees to it that nothing which the workers started outlives the scheduler.

It stands between the scheduler and everything that runs user code, and runs none itself. It is the subreaper of the
whole family: a process whose parent died becomes its child, so no double fork and no `setsid` leads out. When the pipe
to the scheduler reaches its end, however the scheduler died, the guard kills every descendant until none is left.

Run as ``python -I -S guard.py CONTROL_FD CHANNEL_FD PROGRAM ARGUMENT...`` with the standard library only, so that it
stands within milliseconds. PROGRAM (the zygote) inherits CHANNEL_FD. Orders come as lines on CONTROL_FD:

``kill PID``   kill a descendant and everything below it
``term PID``   send SIGTERM to a descendant
``sweep``      kill what dead workers left behind

While the scheduler is stopped (SIGSTOP, Ctrl-Z) nobody renews its leases, and another one may soon start again what
runs here. So when that lasts, the guard stops the family too, and lets it go on when the scheduler does.

When PROGRAM ends the guard writes ``ended STATUS`` (a wait status), kills the rest and exits.
"""

from __future__ import annotations

import os
import select
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36
#: Between two looks for descendants that are still there.
_KILL_PAUSE_S = 0.002
#: Without a signal for some reason, the children are still looked at so often, and the scheduler.
_LOOK_EVERY_MS = 1000
#: How long the scheduler has been stopped, or has gone on, before the family is and does: shorter than what is left of
#: its leases then, long enough for it to see which of them are lost.
_LASTS_S = 0.9


def main(arguments: list[str]) -> None:
    """Start the program and stand guard until the scheduler or the program is gone."""
    os.setsid()  # no Ctrl-C and no hang-up of the scheduler's terminal is to reach the family
    control, channel = int(arguments[0]), int(arguments[1])
    os.set_inheritable(control, False)
    os.set_inheritable(channel, True)
    program = _start(arguments[2:])
    os.close(channel)
    _become_subreaper()
    Guard(control, program).stand()


def _start(command: list[str]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            os.execv(command[0], command)  # noqa: S606 - no shell is wanted
        finally:
            os._exit(127)
    return pid


def _become_subreaper() -> None:
    """Linux only; elsewhere a double fork does lead out of the family."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - after the program has been started, which need not wait for it

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Guard:
    """Watches one program for one scheduler."""

    def __init__(self, control: int, program: int) -> None:
        self._control = control
        self._program = program
        self._program_ended = False
        self._orders = b""
        self._scheduler = os.getppid()
        #: Whether the scheduler was stopped, and since when it has been or has not.
        self._is_stopped, self._since = False, 0.0
        #: What was stopped for that.
        self._frozen: list[int] = []

    def stand(self) -> None:
        """Carry out orders until one side is gone, then kill what is left."""
        wakeup = _wake_on_child_ends()
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(wakeup, select.POLLIN)
        standing = True
        while standing:
            self._collect()
            if self._program_ended:
                break
            ready = [fd for fd, _ in poll.poll(_LOOK_EVERY_MS)]
            if wakeup in ready:
                os.read(wakeup, 4096)
            self._follow_scheduler()
            standing = self._control not in ready or self._obey()
        self._kill_all(self._list_family)

    def _follow_scheduler(self) -> None:
        """Stop the family with a scheduler that stays stopped; one that goes on has time to say what has to end."""
        is_now = is_stopped(self._scheduler)
        if is_now != self._is_stopped:
            self._is_stopped, self._since = is_now, time.monotonic()
        if time.monotonic() - self._since < _LASTS_S:
            return
        if is_now:
            going = [pid for pid in self._list_family() if not is_stopped(pid)]
            self._frozen += [pid for pid in going if _send(pid, 19)]
        elif self._frozen:
            for pid in self._frozen:
                _send(pid, 18)
            self._frozen = []

    def _collect(self) -> None:
        """Collect the ended children; they would stay as zombies."""
        try:
            while (child := os.waitpid(-1, os.WNOHANG))[0]:
                if child[0] == self._program:
                    self._program_ended = True
                    self._tell(f"ended {child[1]}\n")
        except ChildProcessError:
            return

    def _tell(self, line: str) -> None:
        try:
            os.write(self._control, line.encode())
        except OSError:
            return  # the scheduler is gone too: nobody to tell

    def _obey(self) -> bool:
        """Carry out the orders that have come; False at the end of the pipe."""
        try:
            data = os.read(self._control, 65536)
        except ConnectionError:
            return False
        *lines, self._orders = (self._orders + data).split(b"\n")
        for line in lines:
            self._carry_out(*line.decode().split())
        return bool(data)

    def _carry_out(self, order: str, pid_text: str = "0") -> None:
        pid = int(pid_text)
        if order == "sweep":
            self._kill_all(self._list_orphans)
        elif pid not in self._list_family():
            return  # it has ended, and its number may belong to a stranger by now
        elif order == "term":
            _send(pid, 15)
        else:
            self._kill_all(lambda: find_family(pid))
            self._kill_all(self._list_orphans)

    def _kill_all(self, find) -> None:  # type: ignore[no-untyped-def] # typing is slow to import
        """Kill the processes that `find` lists, over and over, until it lists none that can be killed.

        All are stopped before any is killed, so that none forks on while the others die.
        """
        refused: set[int] = set()
        while pids := [pid for pid in find() if pid not in refused]:
            for number in (19, 9):
                refused.update([pid for pid in pids if not _send(pid, number)])
            self._collect()
            time.sleep(_KILL_PAUSE_S)

    def _list_family(self) -> list[int]:
        return find_descendants(os.getpid(), list_parents())

    def _list_orphans(self) -> list[int]:
        """What became the guard's child because its parent, a worker or below one, died; and all below that."""
        parents = list_parents()
        orphans = [pid for pid, parent in parents.items() if parent == os.getpid() and pid != self._program]
        return [*orphans, *(below for pid in orphans for below in find_descendants(pid, parents))]


def _wake_on_child_ends() -> int:
    import signal  # noqa: PLC0415 - after the program has been started, which need not wait for it

    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.set_blocking(write_end, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    return read_end


def _send(pid: int, number: int) -> bool:
    """False when the process belongs to someone else."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True


def is_stopped(pid: int) -> bool:
    """Whether a process was stopped by a signal; False where that cannot be seen."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib is slow to import
            return file.read().rpartition(b")")[2].lstrip()[:1] == b"T"
    except OSError:
        return False


def find_family(pid: int) -> list[int]:
    """The process and those below it, as far as they live."""
    parents = list_parents()
    return ([pid] if pid in parents else []) + find_descendants(pid, parents)


def find_descendants(ancestor: int, parents: dict[int, int]) -> list[int]:
    """The processes below `ancestor`, parents before their children; `parents` as from `list_parents`."""
    children: dict[int, list[int]] = {}
    for pid, parent in parents.items():
        children.setdefault(parent, []).append(pid)
    found = list(children.get(ancestor, ()))
    for pid in found:  # grows while it is walked
        found.extend(children.get(pid, ()))
    return found


def list_parents() -> dict[int, int]:
    """Every living process with its parent; zombies, which only wait to be collected, are left out."""
    if not os.path.isdir("/proc/self"):  # noqa: PTH112 - pathlib is slow to import
        return _list_parents_with_ps()
    parents = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib is slow to import
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123 - pathlib is slow to import
                    # The name of the program, in brackets, may hold anything; what follows is numbers.
                    fields = file.read().rpartition(b")")[2].split(None, 2)
            except OSError:
                continue  # it ended meanwhile
            if fields[0] not in b"ZX":
                parents[int(name)] = int(fields[1])
    return parents


def _list_parents_with_ps() -> dict[int, int]:
    lines = os.popen("ps -A -o pid=,ppid=,state=").read().splitlines()  # noqa: S605 - a fixed text
    rows = [line.split() for line in lines]
    return {int(row[0]): int(row[1]) for row in rows if not row[2].startswith("Z") and int(row[0]) != os.getpid()}


if __name__ == "__main__":
    main(sys.argv[1:])
