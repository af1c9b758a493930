"""The line between the supervisor and a role: what a role says, and the end of both when the supervisor is gone."""

from __future__ import annotations

import os
import signal
import sys
import threading

import msgspec

#: The exit status of a role that was started with something wrong: starting it again changes nothing.
WRONG = 2
#: That of a role which failed for something that may pass by itself; the number is sysexits' EX_TEMPFAIL.
MAY_PASS = 75

_PR_SET_PDEATHSIG = 1


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of a role."""

    #: It does its work now.
    is_ready: bool = False
    #: Why it ends; written for people.
    error: str = ""


_decode = msgspec.json.Decoder(Said).decode


class RoleLine:
    """The role's end.

    Args:
        fd: Of a socket whose other end the supervisor holds, and nobody else.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        os.set_inheritable(fd, False)

    def say(self, said: Said) -> None:
        """Tell the supervisor."""
        try:
            os.write(self._fd, msgspec.json.encode(said) + b"\n")
        except OSError:
            return  # it is gone, and this process about to be

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
            while os.read(self._fd, 64):
                pass  # the supervisor says nothing; only the end counts
        except OSError:
            pass  # the same end, told in another way
        os.kill(os.getpid(), signal.SIGKILL)


def read_lines(text: bytes) -> tuple[list[Said], bytes]:
    """The messages in what was received, and the beginning of the next."""
    *lines, rest = text.split(b"\n")
    return [_decode(line) for line in lines], rest
