"""Ctrl-C: once stops launching and lets running tries finish, twice kills them; both leave a run to resume."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fanjet.scheduler.loop import Scheduler

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_on_signals(scheduler: Scheduler) -> Iterator[None]:
    """Tell the scheduler to stop at the first SIGINT or SIGTERM and to kill at the second, within the block."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        scheduler.stop()

    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
