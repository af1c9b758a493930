"""Contexts are judged: their gates become verdicts, whole columns at a time."""

from __future__ import annotations

from fanjet.engine.columns import both, find_all
from fanjet.engine.core import WAITING, Core, Place, above
from fanjet.engine.maps import expand_own, measure_or_expand_group
from fanjet.engine.patience import patient_verdicts
from fanjet.engine.rules import COMPLETE, Verdict
from fanjet.engine.transitions import Cause
from fanjet.engine.verdicts import CAUSES, join_verdicts
from fanjet.model.paths import Path

_STILL_WAITING = bytes([255, *[0] * 255])


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
    waiting = contexts[first:last]  # of a map that has become shorter, fewer
    last = first + len(waiting)
    still = waiting.count(WAITING)
    if not still:
        return
    verdicts = verdicts_of(core, place, parent, first, last)
    if place.patient and _is_held(core, place, parent):
        return
    if still < len(waiting):
        verdicts = both(verdicts, waiting.translate(_STILL_WAITING))
    undecided = verdicts.count(Verdict.WAIT)
    if undecided == len(verdicts):
        return
    for verdict in (Verdict.SKIP, Verdict.UPSTREAM_FAILED, Verdict.RUN):
        if verdict in verdicts:
            _carry_out(core, place, parent, find_all(verdicts, verdict, first), verdict)


def _is_held(core: Core, place: Place, parent: Path) -> bool:
    """Whether it is still open, in a rerun, which positions a map around these contexts has."""
    return any(parent[:level] in core.reopened[number] for level, number in enumerate(place.node.scope))


def verdicts_of(core: Core, place: Place, parent: Path, first: int, last: int) -> bytes:
    """What the gates together say of each context, whatever its state."""
    node = place.node
    if place.patient:
        return patient_verdicts(core, place, parent, first, last)
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
        result = join_verdicts(result, verdicts, yields=gate.yields)
    return bytes((Verdict.RUN,)) * (last - first) if result is None else result


def _carry_out(core: Core, place: Place, parent: Path, positions: range | list[int], verdict: Verdict) -> None:
    node = place.node
    task = node.task
    if task is None:
        measure_or_expand_group(core, place, parent, positions, CAUSES.get(verdict))
    elif task.map is not None:
        expand_own(core, place, parent, positions, CAUSES.get(verdict))
    else:
        block = core.blocks[task.number][parent]
        if verdict in CAUSES:
            core.end(block, positions, CAUSES[verdict])
        elif task.kind == "empty":
            core.end(block, positions, Cause.EMPTY)
        else:
            core.queue(block, positions, Cause.READY)
