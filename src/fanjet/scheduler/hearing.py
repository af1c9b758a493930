"""How much is heard of before it is written."""

from __future__ import annotations

import time

from fanjet.executors.port import Executor
from fanjet.model.events import Event

#: However long transactions take, an end is written within 20 ms.
_MOST_S = 0.005


def hear_more(executor: Executor, write_s: float) -> list[Event]:
    """Go on hearing for as long as writing takes, while nobody waits for what is decided.

    Many short tries that ask for something end one by one; a transaction for each of them would be most of the work.

    Args:
        executor: Has just told of something.
        write_s: What a transaction takes.
    """
    events: list[Event] = []
    give_up_at = time.perf_counter() + min(write_s, _MOST_S)
    while (left_s := give_up_at - time.perf_counter()) > 0 and executor.is_fed():
        events += executor.poll(left_s)
    return events
