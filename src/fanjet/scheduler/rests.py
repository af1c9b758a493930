"""How a scheduler whose database is far away has time left for its runs beside all that it looks for."""

from __future__ import annotations

from typing import Final

#: Looking takes at most the tenth part of the time.
_REST: Final = 9.0
#: What is near answers sooner; there nothing is left out.
_NEAR_S: Final = 0.02
#: The network may have stood still for long, and does so no more.
_LONGEST_REST_S: Final = 5.0


def find_rest_s(took_s: float) -> float:
    """How long not to look again for what nobody has rung for, after a look that took so long."""
    return min(max(took_s - _NEAR_S, 0.0) * _REST, _LONGEST_REST_S)
