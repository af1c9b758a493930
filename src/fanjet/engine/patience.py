"""How what is run again is judged: only when all upstream has ended, and by how it stands then.

In a rerun an instance may have seen ends that no longer hold, and others that are about to change. So a trigger rule
that otherwise decides early (`one_failed`) waits here, and nothing that was seen on the way counts. That also keeps
what depends on several rerun instances from running more than once. Source: SEMANTICS 15.3.
"""

from __future__ import annotations

from fanjet.engine.columns import either
from fanjet.engine.core import Core, Place, above
from fanjet.engine.plan import Gate
from fanjet.engine.rules import COMPLETE, Verdict
from fanjet.engine.verdicts import join_verdicts
from fanjet.model.paths import Path
from fanjet.model.states import SEEN_OF_STATE, State

_KINDS = bytes([*SEEN_OF_STATE, *[0] * (256 - len(SEEN_OF_STATE))])
_AT_MOST_RUN = bytes((Verdict.WAIT, Verdict.RUN)).ljust(256, b"\0")


def complete_contexts(place: Place, parent: Path, first: int, last: int) -> bytes:
    """1 for each context in ``first:last`` all of whose upstream has ended."""
    size = last - first
    complete = b"\1" * size
    for gate, columns in zip(place.node.gates, place.gates, strict=True):
        for level in gate.outer:
            path, position = above(parent[:level])
            if columns[level][path].left[position]:
                return bytes(size)
        if gate.inner:
            left = columns[place.node.level][parent].left[first:last]
            complete = bytes(mine and not theirs for mine, theirs in zip(complete, left, strict=True))
    return complete


def kinds_of(core: Core, place: Place, gate: Gate, context: Path, first: int, last: int) -> bytes:
    """The kinds of ends that stand upstream of a gate now, for the contexts ``first:last`` under a path."""
    outer = 0
    for level in gate.outer:
        for task in gate.upstream[level]:
            outer |= _kinds_below(core, task, context[:level], shallow=gate.shallow)
    kinds = bytes((outer,)) * (last - first)
    for task in gate.upstream[place.node.level] if gate.inner else ():
        kinds = either(kinds, _kinds_each(core, place, task, context, first, last, shallow=gate.shallow))
    return kinds


def _kinds_each(core: Core, place: Place, task: int, parent: Path, first: int, last: int, *, shallow: bool) -> bytes:
    block = core.blocks[task].get(parent)
    if place.node.level and block is not None and not block.single and core.spec.tasks[task].map is None:
        return bytes(block.states[first:last]).translate(_KINDS)
    paths = ((*parent, position) for position in range(first, last)) if place.node.level else iter(((),))
    return bytes(_kinds_below(core, task, path, shallow=shallow) for path in paths)


def _kinds_below(core: Core, task: int, path: Path, *, shallow: bool) -> int:
    """The kinds of ends of a task at and below a path; with `shallow` only what stands at the path itself."""
    found = core.find_block(task, path)
    if found is not None:
        return SEEN_OF_STATE[found[0].states[found[1]]]
    for level in range(len(path)):
        if path[:level] in core.closed[task]:
            return SEEN_OF_STATE[core.blocks[task][path[:level]].states[0]]
    if shallow:
        return 0
    kinds = 0
    for parent, block in core.blocks[task].items():
        if parent[: len(path)] == path:
            for state in State:
                if state in block.states:
                    kinds |= SEEN_OF_STATE[state]
    return kinds


def patient_verdicts(core: Core, place: Place, parent: Path, first: int, last: int) -> bytes:
    """What the gates together say of the contexts ``first:last`` under a path."""
    complete = complete_contexts(place, parent, first, last)
    result = complete.translate(_AT_MOST_RUN)
    if not any(complete):
        return result
    for gate in place.node.gates:
        kinds = kinds_of(core, place, gate, parent, first, last)
        columns = [
            gate.tables[kind | COMPLETE][kind | COMPLETE] if ready else Verdict.WAIT
            for kind, ready in zip(kinds, complete, strict=True)
        ]
        result = join_verdicts(result, bytes(columns), yields=gate.yields)
    return result
