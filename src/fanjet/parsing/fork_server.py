"""Forks a process for each DAG file that is to be loaded, from one that has imported Fanjet already.

``python -m fanjet.parsing.fork_server FD NICENESS``: an order on FD names a file and brings two descriptors, a socket
for the report and a pipe for what the file prints. One file is loaded at a time. When its process has ended, or a byte
on FD says that it is no longer wanted, everything that it started is killed and its wait status is the answer. No user
code runs in the server itself; when FD reaches its end, so does everything.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from fanjet.model.timetables import TimetableQuestion
from fanjet.parsing.reporting import Parent, report, report_strictly, report_with_answers, report_with_uses

#: What most files import. Fanjet's own modules, and the one library that Airflow's files import for their dates.
_IMPORTED_BEFORE = (
    "fanjet.airflow.lookup",
    "fanjet.authoring.task_decorator",
    "fanjet.authoring.return_annotation",
    "fanjet.authoring.unexpanded",
    "fanjet.authoring.schedule_values",
    "fanjet.operators.bash",
    "fanjet.operators.python",
)
_LIBRARY = "pendulum"
#: If memory runs out, it is a file's process that goes.
_OOM_SCORE = "500"
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
#: Without a signal for some reason, the process is still looked at so often.
_LOOK_EVERY_MS = 500
#: What it says when it has started; what is said to it when a file is no longer wanted.
READY = b"+"
STOP = b"\n"
_ORDER_BYTES = 1 << 16

#: Whether to report also which files were used, what the rules find, or what timetables of authors say.
Purpose: TypeAlias = Literal["", "uses", "rules", "timetables"]

_REPORT: dict[Purpose, Callable[[Parent, Path, Path], None]] = {
    "": report,
    "uses": report_with_uses,
    "rules": report_strictly,
}


class Load(msgspec.Struct, frozen=True, array_like=True):
    """An order."""

    file: str
    root: str
    purpose: Purpose
    #: For the purpose ``timetables``.
    questions: tuple[TimetableQuestion, ...] = ()


_decode_load = msgspec.msgpack.Decoder(Load).decode


class Ended(msgspec.Struct, frozen=True, array_like=True):
    """The answer to an order: the wait status of the process, all of whose family is gone."""

    status: int


decode_ended = msgspec.msgpack.Decoder(Ended).decode


def main() -> None:
    """Serve until the other side is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    os.nice(int(sys.argv[2]))
    sys.argv[:] = [""]
    os.setsid()  # no Ctrl-C of a terminal is to reach the files
    with contextlib.suppress(OSError):  # not on every system
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    sys.dont_write_bytecode = True  # what changes twice a second would leave a stale cache behind
    for name in _IMPORTED_BEFORE:
        import_module(name)
    if find_spec(_LIBRARY) is not None:
        import_module(_LIBRARY)
    _control_process(_PR_SET_CHILD_SUBREAPER, 1)
    gc.collect()
    gc.freeze()
    server = ForkServer(control)
    with contextlib.suppress(ConnectionError):  # it is gone already, as `live` will see
        control.sendall(READY)
    server.live()


class ForkServer:
    """Serves one process."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._wakeup, write_end = os.pipe()
        os.set_blocking(self._wakeup, False)
        os.set_blocking(write_end, False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)

    def live(self) -> None:
        """Carry out orders until there is nobody to give them."""
        while True:
            try:
                data, fds, _, _ = socket.recv_fds(self._control, _ORDER_BYTES, 2)
            except ConnectionError:
                return
            if not data:
                return
            if len(fds) == 2:
                self._carry_out(_decode_load(data.lstrip(STOP)), fds)
            # Otherwise a stop that came after the process had ended.

    def _carry_out(self, order: Load, fds: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            self._become_loader(order, fds)
        for fd in fds:
            os.close(fd)
        try:
            is_wanted = self._wait(pid)
        finally:
            status = _kill_family(pid)
        if is_wanted:
            with contextlib.suppress(ConnectionError):
                self._control.sendall(msgspec.msgpack.encode(Ended(status)))

    def _wait(self, pid: int) -> bool:
        """Until the process has ended or is to end; False when nobody wants to know."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wakeup, select.POLLIN)
        while not _has_ended(pid):
            ready = [fd for fd, _ in poll.poll(_LOOK_EVERY_MS)]
            if self._wakeup in ready:
                os.read(self._wakeup, 4096)
            if self._control.fileno() in ready:
                try:
                    return bool(self._control.recv(1))
                except ConnectionError:
                    return False
        return True

    def _become_loader(self, order: Load, fds: list[int]) -> None:
        """Load the file in this process; does not return."""
        code = 1
        try:
            os.setsid()
            _control_process(_PR_SET_PDEATHSIG, signal.SIGKILL)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            os.dup2(fds[1], 1)
            os.dup2(fds[1], 2)
            self._control.close()
            os.close(fds[1])
            os.close(self._wakeup)
            parent, path, root = Parent(socket.socket(fileno=fds[0])), Path(order.file), Path(order.root)
            if order.purpose == "timetables":
                report_with_answers(parent, path, root, order.questions)
            else:
                _REPORT[order.purpose](parent, path, root)
            code = 0
        except BaseException:  # noqa: BLE001 - it must never get into the server's loop
            sys.excepthook(*sys.exc_info())
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)


def _has_ended(pid: int) -> bool:
    """Whether a child has ended. It is left to be collected, so that its number stays its own."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_family(pid: int) -> int:
    """Kill the process, its group, and what left the group but became the server's child by that; its status."""
    _kill_group(pid)
    status = os.waitpid(pid, 0)[1]
    while orphans := _list_children():
        for orphan in orphans:
            _kill_group(orphan)
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
        for orphan in orphans:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(orphan, 0)
    return status


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if pid == os.getpgid(pid):
            os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _list_children() -> list[int]:
    """The children of this process; none where the system does not tell."""
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return []
    return [int(pid) for pid in text.split()]


def _control_process(what: int, value: int) -> None:
    """Linux only; elsewhere what leaves the group of a file's process escapes."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(what, value, 0, 0, 0)


if __name__ == "__main__":
    main()
