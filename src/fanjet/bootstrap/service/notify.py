"""Tells systemd that the service is up, for units of ``Type=notify``."""

from __future__ import annotations

import os
import socket


def notify_systemd(state: str) -> None:
    """Send a state such as ``READY=1``, where the service was started by systemd and it wants to know."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address or address[0] not in "/@":
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        try:
            channel.sendto(state.encode(), "\0" + address[1:] if address[0] == "@" else address)
        except OSError:
            return  # whoever set the variable does not listen any more
