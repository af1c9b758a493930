"""The line between the supervisor and a role: what a role says, and the end of both when the supervisor is gone."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time

import msgspec

#: The exit status of a role that was started with something wrong: starting it again changes nothing.
WRONG = 2
#: That of a role which failed for something that may pass by itself; the number is sysexits' EX_TEMPFAIL.
MAY_PASS = 75
#: Has a role write down where each of its threads is, before it is killed because it hangs.
HUNG_SIGNAL = signal.SIGUSR2

_PR_SET_PDEATHSIG = 1
#: Between two signs of life; a main loop comes round more often.
PULSE_EVERY_S = 1.0


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of a role."""

    #: It does its work now.
    is_ready: bool = False
    #: Its main loop has come round.
    is_alive: bool = False
    #: Why it ends; written for people.
    error: str = ""


_decode = msgspec.json.Decoder(Said).decode


def _encode(said: Said) -> bytes:
    return msgspec.json.encode(said) + b"\n"


class RoleLine:
    """The role's end.

    Args:
        fd: Of a socket whose other end the supervisor holds, and nobody else.
    """

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._pulse_at = 0.0
        os.set_inheritable(fd, False)

    def say(self, said: Said) -> None:
        """Tell the supervisor."""
        with contextlib.suppress(OSError):  # it is gone, and this process about to be
            self._socket.sendall(_encode(said))

    def pulse(self) -> None:
        """Tell the supervisor, about once a second, that the main loop goes round. To be called whenever it does."""
        now = time.monotonic()
        if now - self._pulse_at < PULSE_EVERY_S:
            return
        self._pulse_at = now
        with contextlib.suppress(OSError):  # as above; or it is stopped itself, and nobody waits for it
            self._socket.send(_encode(Said(is_alive=True)), socket.MSG_DONTWAIT)

    def end_with_supervisor(self) -> None:
        """Have this process killed as soon as the supervisor is gone, however it went.

        Linux kills it even where it is stopped or stuck. The thread sees a supervisor that was gone before, and is
        what there is elsewhere.
        """
        if sys.platform == "linux":
            import ctypes  # noqa: PLC0415 - only here is it needed

            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        threading.Thread(target=self._watch, name="supervisor-watch", daemon=True).start()

    def _watch(self) -> None:
        try:
            while self._socket.recv(64):
                pass  # the supervisor says nothing; only the end counts
        except OSError:
            pass  # the same end, told in another way
        os.kill(os.getpid(), signal.SIGKILL)


def read_lines(text: bytes) -> tuple[list[Said], bytes]:
    """The messages in what was received, and the beginning of the next."""
    *lines, rest = text.split(b"\n")
    return [_decode(line) for line in lines], rest
