"""`timeout`: bounds a part of a task."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from fanjet.runtime.time_limit import TimeLimit


class timeout:  # noqa: N801 - Airflow's name
    """Raises `AirflowTaskTimeout` in its ``with`` block when it takes too long.

    Args:
        seconds: How long it may take.
        error_message: What the error says.
    """

    def __init__(self, seconds: float = 1, error_message: str = "Timeout") -> None:
        self._limit = TimeLimit(seconds, error_message)

    def __enter__(self) -> Self:
        self._limit.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limit.__exit__(kind, error, trace)
