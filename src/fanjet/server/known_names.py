"""By which names people may reach the server.

A page of a stranger can give its own name the address of this server, and a browser would then let it talk to the
server as if it were the page's own. Such requests carry the stranger's name.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable


class KnownNames:
    """Tells names of this server from others.

    Args:
        names: Names beside those of this machine.
    """

    def __init__(self, names: Iterable[str]) -> None:
        own = socket.gethostname().lower()
        self._names = {"localhost", own, own.partition(".")[0], *(name.strip().lower() for name in names)}

    def has(self, host: str) -> bool:
        """Whether the `Host` of a request is known; addresses always are, as nobody can pretend to be one."""
        name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
        return name.lower() in self._names or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
