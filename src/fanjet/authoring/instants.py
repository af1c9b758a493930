"""How code of authors sees instants."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime


class Instants:
    """What tasks and timetables see of instants: datetimes of the standard library, until somebody says otherwise."""

    def __init__(self) -> None:
        self.show: Callable[[datetime], datetime] = _as_it_is
        #: What is now, in seconds since the epoch; another instant where somebody asks what would be then.
        self.now: Callable[[], float] = time.time


def _as_it_is(instant: datetime) -> datetime:
    return instant


#: The import shim has them shown as datetimes of pendulum, which its files expect.
INSTANTS = Instants()
