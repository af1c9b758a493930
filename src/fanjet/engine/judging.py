"""Contexts are judged: their gates become verdicts, whole columns at a time."""

from __future__ import annotations

from fanjet.engine.columns import both, find_all, pair
from fanjet.engine.core import WAITING, Core, Place, above
from fanjet.engine.maps import expand_own, measure_or_expand_group
from fanjet.engine.rules import COMPLETE, Verdict
from fanjet.engine.transitions import Cause
from fanjet.model.paths import Path

_STILL_WAITING = bytes([255, *[0] * 255])
_CAUSES = {Verdict.SKIP: Cause.LEFT_OUT, Verdict.UPSTREAM_FAILED: Cause.UPSTREAM_FAILED}


def _joined(first: Verdict, second: Verdict) -> Verdict:
    """Two gates: a skip or failure of the first goes before one of the second; both must say run."""
    for verdict in (first, second):
        if verdict in _CAUSES:
            return verdict
    return Verdict.RUN if first == second == Verdict.RUN else Verdict.WAIT


def _joined_yielding(first: Verdict, second: Verdict) -> Verdict:
    """The second counts only once the first says run."""
    return second if first == Verdict.RUN else first


_JOIN = bytes(_joined(first, second) for first in Verdict for second in Verdict)
_JOIN_YIELDING = bytes(_joined_yielding(first, second) for first in Verdict for second in Verdict)
_JOIN_TABLE = _JOIN.ljust(256, b"\0")
_JOIN_YIELDING_TABLE = _JOIN_YIELDING.ljust(256, b"\0")


def judge_all(core: Core) -> None:
    """Judge all contexts that may decide. What they decide can put down more, which is judged too."""
    judgements = core.judgements
    while judgements:
        place, path, first, last = judgements.popleft()
        if last:
            judge(core, place, path, first, last)
        else:
            for parent, begin, end in core.contexts_below(place, path):
                judge(core, place, parent, begin, end)


def judge(core: Core, place: Place, parent: Path, first: int, last: int) -> None:
    """Judge the contexts ``first:last`` under a path; those that have decided are left alone."""
    contexts = place.contexts.get(parent)
    if contexts is None:
        return
    waiting = contexts[first:last]
    still = waiting.count(WAITING)
    if not still:
        return
    verdicts = verdicts_of(place, parent, first, last)
    if still < len(waiting):
        verdicts = both(verdicts, waiting.translate(_STILL_WAITING))
    undecided = verdicts.count(Verdict.WAIT)
    if undecided == len(verdicts):
        return
    for verdict in (Verdict.SKIP, Verdict.UPSTREAM_FAILED, Verdict.RUN):
        if verdict in verdicts:
            _carry_out(core, place, parent, find_all(verdicts, verdict, first), verdict)


def verdicts_of(place: Place, parent: Path, first: int, last: int) -> bytes:
    """What the gates together say of each context, whatever its state."""
    node = place.node
    result: bytes | None = None
    for gate, columns in zip(node.gates, place.gates, strict=True):
        seen, complete = 0, COMPLETE
        for level in gate.outer:
            path, position = above(parent[:level])
            column = columns[level][path]
            seen |= column.bits[position]
            if column.left[position]:
                complete = 0
        table = gate.tables[seen | complete]
        if gate.inner:
            verdicts = columns[node.level][parent].signatures(first, last).translate(table)
        else:
            verdicts = table[COMPLETE : COMPLETE + 1] * (last - first)
        if result is None:
            result = verdicts
        else:
            result = pair(result, verdicts).translate(_JOIN_YIELDING_TABLE if gate.yields else _JOIN_TABLE)
    return bytes((Verdict.RUN,)) * (last - first) if result is None else result


def _carry_out(core: Core, place: Place, parent: Path, positions: range | list[int], verdict: Verdict) -> None:
    node = place.node
    task = node.task
    if task is None:
        measure_or_expand_group(core, place, parent, positions, _CAUSES.get(verdict))
    elif task.map is not None:
        expand_own(core, place, parent, positions, _CAUSES.get(verdict))
    else:
        block = core.blocks[task.number][parent]
        if verdict in _CAUSES:
            core.end(block, positions, _CAUSES[verdict])
        elif task.kind == "empty":
            core.end(block, positions, Cause.EMPTY)
        else:
            core.queue(block, positions, Cause.READY)
