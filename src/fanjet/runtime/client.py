"""The one port through which a running try reaches the world."""

from __future__ import annotations

from typing import Protocol

from fanjet.model.requests import Request, Response


class TryClient(Protocol):
    """Implemented over a socketpair in local workers, directly in the inline executor, over HTTP in pods."""

    def ask(self, request: Request) -> Response:
        """Ask and wait for the answer.

        Raises:
            ExecutionError: The other side is gone or answered `Failure`.
        """

    def push(self, key: str, value: bytes) -> None:
        """Push an XCom of the running try; `value` is encoded as in `fanjet.model.values`."""
