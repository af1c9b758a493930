"""Operators whose work is asynchronous code."""

from __future__ import annotations

from typing import Any

from fanjet.authoring.operator import BaseOperator
from fanjet.errors import DagTypeError


class BaseAsyncOperator(BaseOperator):
    """Runs `aexecute` to its end, in the slot and in an event loop of the try's own."""

    async def aexecute(self, context: Any) -> Any:  # noqa: ARG002 - subclasses use it
        """Do the work of one try and give its result."""
        raise DagTypeError(f"Operator class {type(self).__name__} has no aexecute() method.", fix="write one")

    def execute(self, context: Any) -> Any:
        """Run `aexecute`."""
        import asyncio  # noqa: PLC0415 - slow to import, and needed in tries only

        return asyncio.run(self.aexecute(context))
