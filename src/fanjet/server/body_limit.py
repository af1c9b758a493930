"""How large the body of a request may be: what it holds is kept with a run, and read whenever runs are listed."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Configurations are for what a run is to do; data belong into files, whose names are given.
LARGEST_BODY_BYTES = 4 * 2**20


class BodyLimit:
    """Refuses larger bodies with 413, as soon as they turn out to be.

    Args:
        app: Answers what is not too large.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        read_bytes = 0

        async def receive_some() -> Message:
            nonlocal read_bytes
            message: dict[str, Any] = dict(await receive())
            read_bytes += len(message.get("body", b""))
            if read_bytes > LARGEST_BODY_BYTES:
                raise HTTPException(
                    413,
                    f"The body is larger than {LARGEST_BODY_BYTES >> 20} MiB. "
                    "Fix: put the data into a file or a table, and send its name.",
                )
            return message

        await self._app(scope, receive_some, send)
