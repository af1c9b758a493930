"""How a try ended, for its executor."""

from __future__ import annotations

from typing import NamedTuple

from fanjet.model.events import TryExtra
from fanjet.model.states import State


class TryResult(NamedTuple):
    """The end of one try; fields as in `fanjet.model.frames.Ended`."""

    state: State
    #: The encoded result, None when there is none.
    value: bytes | None = None
    #: The number of items of the result where another task is mapped over it, else -1.
    item_count: int = -1
    extra: TryExtra | None = None
