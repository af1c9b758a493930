"""Whether a process of whom a database tells can be looked up from here.

The name of a machine does not say it: containers that use the network of their host have its name, copies of a virtual
machine have that of the original, and each of them has processes of its own behind the same numbers.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

#: What the kernel calls the time from one start of the machine to the next; containers have that of their machine.
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
#: Whoever sees the same one sees the same processes.
_NAMESPACE: Final = Path("/proc/self/ns/pid")


@cache
def find_machine() -> str:
    """Tells those whose processes have the same numbers from all others, as far as the system says it."""
    try:
        return f"{os.uname().nodename}/{_BOOT.read_text().strip()}/{_NAMESPACE.stat().st_ino}"
    except OSError:  # there is no such thing but on Linux
        return os.uname().nodename
