"""Several gates, one verdict."""

from __future__ import annotations

from fanjet.engine.columns import pair
from fanjet.engine.rules import Verdict
from fanjet.engine.transitions import Cause

#: How an instance ends whose gates do not let it run.
CAUSES = {Verdict.SKIP: Cause.LEFT_OUT, Verdict.UPSTREAM_FAILED: Cause.UPSTREAM_FAILED}


def _joined(first: Verdict, second: Verdict) -> Verdict:
    """Two gates: a skip or failure of the first goes before one of the second; both must say run."""
    for verdict in (first, second):
        if verdict in CAUSES:
            return verdict
    return Verdict.RUN if first == second == Verdict.RUN else Verdict.WAIT


def _joined_yielding(first: Verdict, second: Verdict) -> Verdict:
    """The second counts only once the first says run."""
    return second if first == Verdict.RUN else first


_JOIN = bytes(_joined(first, second) for first in Verdict for second in Verdict)
_JOIN_YIELDING = bytes(_joined_yielding(first, second) for first in Verdict for second in Verdict)
_JOIN_TABLE = _JOIN.ljust(256, b"\0")
_JOIN_YIELDING_TABLE = _JOIN_YIELDING.ljust(256, b"\0")


def join_verdicts(so_far: bytes | None, of_gate: bytes, *, yields: bool) -> bytes:
    """What several gates say together, the first ones first."""
    if so_far is None:
        return of_gate
    return pair(so_far, of_gate).translate(_JOIN_YIELDING_TABLE if yields else _JOIN_TABLE)
