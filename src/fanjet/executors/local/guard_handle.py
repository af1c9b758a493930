"""The scheduler's side of the guard and of the zygote behind it."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import time
from pathlib import Path

import msgspec

from fanjet.executors.local.zygote_frames import ZygoteConfig, ZygoteSocket

_GUARD = str(Path(__file__).with_name("guard.py"))
_ZYGOTE_CODE = "from fanjet.executors.local.zygote import main; main()"
_CONTROL_FD, _CHANNEL_FD = 3, 4
#: Numbers from here on are none of those.
_FREE_FD = 10
#: How long something is waited for that was killed.
CLOSE_PATIENCE_S = 10.0
_CLOSE_PAUSE_S = 0.001
#: How much of what the DAG file printed is shown with an error.
_LOG_TAIL_BYTES = 4000


class GuardHandle:
    """One guard with its zygote. When this process ends, or calls `close`, everything below it is killed.

    Args:
        config: For the zygote.
    """

    def __init__(self, config: ZygoteConfig) -> None:
        #: Takes what the DAG file prints while it is loaded.
        self.log_path = f"{config.log_folder}/load-{os.getpid()}-{time.time_ns():x}.log"
        control, guard_control = socket.socketpair()
        channel, zygote_channel = socket.socketpair()
        with guard_control, zygote_channel:
            self._pid = _start(config, self.log_path, guard_control.fileno(), zygote_channel.fileno())
        control.setblocking(False)
        self._control = control
        #: Frames from and to the zygote.
        self.zygote = ZygoteSocket(channel)
        self._lines = b""
        #: How the zygote ended (a wait status), once the guard has said so.
        self.zygote_status: int | None = None
        self._released = self._gone = False

    def fileno(self) -> int:
        """Readable when the guard has something to say; `read` then."""
        return self._control.fileno()

    def read(self) -> bool:
        """Take in what the guard says; False when it is gone, and everything below it with it."""
        try:
            data = self._control.recv(4096)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        *lines, self._lines = (self._lines + data).split(b"\n")
        for line in lines:
            self.zygote_status = int(line.split()[1])
        return bool(data)

    def kill(self, pid: int) -> None:
        """Kill a process and everything below it, and what dead workers left behind."""
        self._order(f"kill {pid}")

    def terminate(self, pid: int) -> None:
        """Send SIGTERM to a process."""
        self._order(f"term {pid}")

    def sweep(self) -> None:
        """Kill what dead workers left behind."""
        self._order("sweep")

    def release(self) -> None:
        """Kill everything that is left; `is_gone` says when it is."""
        if not self._released:
            self._released = True
            self.zygote.close()
            self._control.close()

    def is_gone(self) -> bool:
        """Whether everything has ended, after `release`."""
        if not self._gone:
            try:
                self._gone = os.waitpid(self._pid, os.WNOHANG)[0] != 0
            except ChildProcessError:  # collected elsewhere in this process
                self._gone = True
            if self._gone:
                self._discard_log_if_empty()
        return self._gone

    def close(self) -> None:
        """Kill everything that is left and wait until it is gone.

        The guard is left alone with a process that cannot be killed, one that waits for a dead network disk.
        """
        self.release()
        give_up_at = time.monotonic() + CLOSE_PATIENCE_S
        while not self.is_gone() and time.monotonic() < give_up_at:
            time.sleep(_CLOSE_PAUSE_S)

    def read_log_tail(self) -> str:
        """The end of what the DAG file and the zygote printed."""
        try:
            data = Path(self.log_path).read_bytes()
        except FileNotFoundError:
            return ""
        return data[-_LOG_TAIL_BYTES:].decode(errors="replace").strip()

    def _discard_log_if_empty(self) -> None:
        """Remove the segment of the zygote when nothing was printed."""
        path = Path(self.log_path)
        if path.exists() and path.stat().st_size == 0:
            path.unlink()

    def _order(self, order: str) -> None:
        try:
            self._control.send(f"{order}\n".encode())
        except (BlockingIOError, ConnectionError):
            return  # gone: `read` says so, and nothing of the family is left


def _start(config: ZygoteConfig, log_path: str, control_fd: int, channel_fd: int) -> int:
    """Start the guard, which starts the zygote."""
    arguments = ["-I", "-S", _GUARD, str(_CONTROL_FD), str(_CHANNEL_FD)]
    zygote = [sys.executable, "-P", "-c", _ZYGOTE_CODE, str(_CHANNEL_FD), msgspec.json.encode(config).decode()]
    log_flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    # Out of the way of the numbers that they are to get: a copy onto itself would stay closed on exec, and one onto
    # the other would be lost.
    sources = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FREE_FD) for fd in (control_fd, channel_fd)]
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log_path, log_flags, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
        (os.POSIX_SPAWN_DUP2, sources[0], _CONTROL_FD),
        (os.POSIX_SPAWN_DUP2, sources[1], _CHANNEL_FD),
    ]
    try:
        return os.posix_spawn(sys.executable, [sys.executable, *arguments, *zygote], os.environ, file_actions=actions)
    finally:
        for fd in sources:
            os.close(fd)
