"""One role of a service and the process that plays it."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from fanjet.bootstrap.service.restarts import Restarts
from fanjet.bootstrap.service.role_line import HUNG_SIGNAL, Said, read_lines

_MODULE = "fanjet.bootstrap.service"
_READ_BYTES = 65536
#: What a role that hangs has to say.
_WRITES_WITHIN_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What is to be running."""

    #: ``scheduler``, ``folder`` or ``server``.
    kind: str
    #: For people: ``scheduler``, or ``scheduler 2`` where there are several.
    name: str
    #: How long its process may take to end once it was asked to, in seconds, before it is asked a second time.
    grace_s: float
    #: Without a sign of life for so long after the first it hangs; None when that is not watched.
    silence_s: float | None = None
    #: Handed to the process, which accepts connections on it.
    listener: socket.socket | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    pid: int
    #: As `subprocess.Popen.returncode`.
    status: int
    lived_s: float

    @property
    def how(self) -> str:
        """In words: ``was killed by SIGKILL``."""
        if self.status >= 0:
            return f"ended with status {self.status}"
        try:
            return f"was killed by {signal.Signals(-self.status).name}"
        except ValueError:
            return f"was killed by signal {-self.status}"


class RoleProcess:
    """Starts the process of a role, hears what it says, and knows when it is to be started again.

    Args:
        role: What it plays.
        environment: Of its processes.
    """

    def __init__(self, role: Role, environment: Mapping[str, str]) -> None:
        self.role = role
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._received = b""
        self._started_at = 0.0
        #: When the last sign of life came (monotonic); None before the first.
        self._alive_at: float | None = None
        self._asked_to_end_at: float | None = None
        self._times_asked = 0
        self.restarts = Restarts()
        #: When it is to be started (monotonic); None while it runs, or when it is not to be started again.
        self.start_at: float | None = 0.0
        #: Whether any of its processes has said that it does its work.
        self.was_ready = False
        #: The last thing that a process of it gave as the reason of its end.
        self.error = ""

    @property
    def pid(self) -> int | None:
        """None while there is no process."""
        return None if self._process is None else self._process.pid

    @property
    def line(self) -> socket.socket | None:
        """Readable when the process has something to say; then `hear`."""
        return self._line

    def start(self) -> None:
        """Start a process. It dies with this one."""
        ours, theirs = socket.socketpair()
        passed = [theirs.fileno()]
        arguments = [self.role.kind, "--name", self.role.name, "--line", str(theirs.fileno())]
        if self.role.listener is not None:
            passed.append(self.role.listener.fileno())
            arguments += ["--listener", str(self.role.listener.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", _MODULE, *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                pass_fds=passed,
                start_new_session=True,  # a Ctrl-C of the terminal is for the supervisor, who knows the order
            )
        ours.setblocking(False)
        self._line = ours
        self._received = b""
        self._started_at = time.monotonic()
        self._alive_at = self.start_at = None

    def hear(self) -> list[Said]:
        """What the process has said since."""
        if self._line is None:
            return []
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while data := self._line.recv(_READ_BYTES):
                self._received += data
        said, self._received = read_lines(self._received)
        for each in said:
            self.was_ready |= each.is_ready
            if each.is_alive:
                self._alive_at = time.monotonic()
            self.error = each.error or self.error
        return said

    def find_end(self) -> Ended | None:
        """How its process has ended, once; None while it runs or when there is none."""
        if self._process is None or (status := self._process.poll()) is None:
            return None
        self.hear()
        ended = Ended(self._process.pid, status, time.monotonic() - self._started_at)
        if self._line is not None:
            self._line.close()
        self._line = self._process = None
        return ended

    # --- hanging ---

    def find_silence_end(self) -> float | None:
        """When its silence is long enough to say that it hangs (monotonic); None when that is not to be said."""
        if self._process is None or self._alive_at is None or self.role.silence_s is None or self._times_asked:
            return None
        return self._alive_at + self.role.silence_s

    def forgive_silence(self) -> None:
        """It counts from now on: nobody has listened."""
        if self._alive_at is not None:
            self._alive_at = time.monotonic()

    def kill_hung(self) -> None:
        """Have the process write down where it hangs, as far as it can, and kill it."""
        assert self._process is not None
        self._process.send_signal(HUNG_SIGNAL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_WRITES_WITHIN_S)
        self._process.kill()

    # --- ending ---

    def ask_to_end(self, now: float) -> None:
        """Ask the process to end: first to finish what it does, the second time at once, then it is killed."""
        if self._process is None:
            return
        self._asked_to_end_at = now
        self._times_asked += 1
        self._process.send_signal(signal.SIGTERM if self._times_asked <= 2 else signal.SIGKILL)

    def find_patience_end(self, hurry_s: float) -> float | None:
        """Until when it may take to end (monotonic); None when it was not asked to or has ended.

        Args:
            hurry_s: How long from the second asking on.
        """
        if self._process is None or self._asked_to_end_at is None:
            return None
        return self._asked_to_end_at + (self.role.grace_s if self._times_asked == 1 else hurry_s)
