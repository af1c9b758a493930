"""The socket of a service: bound before anything is started, so that a port that is taken is said at once."""

from __future__ import annotations

import errno
import shlex
import socket
import time
from typing import TYPE_CHECKING

from fanjet.errors import ExecutionError, OperationError
from fanjet.runtime.masked_urls import mask_urls

if TYPE_CHECKING:
    import psutil

_BACKLOG = 1024
_ROLE_MODULE = "fanjet.bootstrap.service"
_UNSEEN = "this user may not see by which process"
_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def listen(host: str, port: int) -> socket.socket:
    """Listen at an address; connections wait until a server accepts them, also while it is started again.

    Args:
        host: A name or an address of this machine.
        port: 0 for any that is free.

    Raises:
        OperationError: It is taken, may not be used by this user, or is not of this machine.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
    except (socket.gaierror, UnicodeError) as error:
        raise OperationError(f"There is no host {host!r} ({error}). Fix: --host 127.0.0.1, or an address.") from error
    listener = socket.socket(family, kind)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _explain(error, host, port) from error
    return listener


def find_address(listener: socket.socket) -> str:
    """Its URL, for people: one that a browser on this machine can open."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_local(listener: socket.socket) -> bool:
    """Whether only this machine can connect."""
    host = str(listener.getsockname()[0])
    return host.startswith("127.") or host in {"::1", "::ffff:127.0.0.1"}


def _explain(error: OSError, host: str, port: int) -> OperationError | ExecutionError:
    if error.errno == errno.EADDRINUSE:
        return OperationError(
            f"Port {port} of {host} is taken: {_find_holder(port)}. Stop it, or choose another port with --port."
        )
    if error.errno == errno.EACCES:
        return OperationError(
            f"Port {port} may not be used by this user; choose one from 1024 on with --port, behind a proxy if need be."
        )
    if error.errno in _NO_SUCH_ADDRESS:
        return OperationError(f"{host} is not an address of this machine. Fix: --host 127.0.0.1, or 0.0.0.0 for all.")
    return ExecutionError(f"Port {port} of {host} cannot be used: {error.strerror}.")


def _find_holder(port: int) -> str:
    """Which process listens at a port, as far as this user may know."""
    import psutil  # noqa: PLC0415 - late: only when the port is taken

    try:
        holders = {
            connection.pid
            for connection in psutil.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr.port == port
            and connection.pid
        }
        return f"{_describe(psutil.Process(min(holders)))} listens there" if holders else _UNSEEN
    except psutil.Error:
        return _UNSEEN


def _describe(holder: psutil.Process) -> str:
    supervisor = holder.parent() if _ROLE_MODULE in holder.cmdline() else None
    shown = supervisor or holder
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(shown.create_time()))
    return f"process {shown.pid} ({mask_urls(shlex.join(shown.cmdline()))}), since {since},"
