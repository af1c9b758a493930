"""Functions that are written with ``async def``: their try runs them to their end in an event loop of its own."""

from __future__ import annotations

from types import CoroutineType
from typing import Any


def complete(result: Any) -> Any:
    """What a function has returned; of an async function, what it returns in the end."""
    if not isinstance(result, CoroutineType):
        return result
    import asyncio  # noqa: PLC0415 - slow to import, and needed for async functions only

    return asyncio.run(result)
