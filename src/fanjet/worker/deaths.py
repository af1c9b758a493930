"""Why a process that ran a try is gone, in words that say what to do."""

from __future__ import annotations

import os
import signal

_ADVICE = {
    signal.SIGKILL: (
        "often this is the kernel's out-of-memory killer. Fix: handle less data at a time, or let fewer tries run at "
        "once (--workers)"
    ),
    signal.SIGSEGV: "native code used memory that is not its own; the log ends with the place in the Python code",
    signal.SIGABRT: "native code gave up; its reason is at the end of the log",
    signal.SIGBUS: "memory could not be provided, often because a disk or /dev/shm is full",
    signal.SIGXCPU: "a limit on CPU time was reached (ulimit -t)",
    signal.SIGTERM: "somebody told the process to end",
}


def explain_death(status: int) -> str:
    """The reason for people.

    Args:
        status: As `os.waitpid` gives it.
    """
    if not os.WIFSIGNALED(status):
        code = os.waitstatus_to_exitcode(status)
        return (
            f"The task ended its process with exit code {code}, as os._exit does. Fix: raise an exception or return "
            "instead; native libraries may also end a process, the log then says why."
        )
    number = os.WTERMSIG(status)
    try:
        name, advice = signal.Signals(number).name, _ADVICE.get(signal.Signals(number), "")
    except ValueError:
        name, advice = "a real-time signal", ""
    return f"The task's process was killed by signal {number} ({name})" + (f"; {advice}." if advice else ".")
