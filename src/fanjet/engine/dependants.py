"""What depends on instances that begin again: by path, by the items that feed a map, as a whole.

Tasks are looked at in topological order, so that everything upstream of a task is known when it is its turn. Source:
SEMANTICS 15.1, 15.3, 15.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from fanjet.engine.clearing import Clearing
from fanjet.engine.columns import find_all
from fanjet.engine.core import MEASURING, Core, above
from fanjet.engine.items import count_items, fed_by, had_items, shape_of
from fanjet.engine.plan import common_length
from fanjet.model.lengths import find_sources
from fanjet.model.paths import Path
from fanjet.model.spec import MapSpec, TaskSpec


def take_dependants(core: Core, clearing: Clearing) -> None:
    """Take everything that depends on what is taken."""
    groups = _Groups(core, clearing)
    for task in core.spec.tasks:
        for number in task.scope:
            groups.look_at(core.spec.maps[number])
        for number in task.scope:
            groups.hand_down(core.spec.maps[number], task.number)
        for upstream in _plain_upstream(core, task):
            _take_after(core, clearing, task, upstream)
        if task.map is not None:
            groups.take_fed(core.spec.maps[task.map])


def take_setups(core: Core, clearing: Clearing) -> None:
    """Take the setups that the taken work needs, with their teardowns, but not what else they serve."""
    wanted = {
        (setup, path)
        for task in core.spec.tasks
        if clearing.taken[task.number] or _is_open(clearing, task)
        for setup in task.setups
        for path in _prefixes(core, clearing, task.number, _shared_level(core, setup, task))
    }
    for setup, path in sorted(wanted):
        if clearing.add_below(setup, path):
            clearing.companions.add(setup)
    for task in core.spec.tasks:
        for setup in set(task.upstream) & clearing.companions if task.is_teardown else ():
            _take_after(core, clearing, task, setup)


def _shared_level(core: Core, setup: int, work: TaskSpec) -> int:
    return common_length(core.spec.tasks[setup].scope, work.scope)


def _plain_upstream(core: Core, task: TaskSpec) -> list[int]:
    """What a task depends on as a whole, not item by item through a map."""
    sources = {
        source
        for number in (*task.scope, *(() if task.map is None else (task.map,)))
        for source in find_sources(core.spec.maps[number].length)
    }
    whole = [number for number in (*task.upstream, *task.setups) if number not in sources]
    return list(dict.fromkeys((*whole, *task.reads_whole)))


def _take_after(core: Core, clearing: Clearing, task: TaskSpec, upstream: int) -> None:
    """Of a task, what shares the path with anything taken upstream, as far as both are in the same groups."""
    if not clearing.taken[upstream] and not _is_open(clearing, core.spec.tasks[upstream]):
        return
    level = common_length(task.scope, core.spec.tasks[upstream].scope)
    if level and level == len(task.scope) and task.map is None and level == len(core.plan.chains[upstream]):
        _take_column(core, clearing, task.number, upstream)
        return
    for path in _prefixes(core, clearing, upstream, level):
        clearing.add_below(task.number, path)


def _take_column(core: Core, clearing: Clearing, task: int, upstream: int) -> None:
    """Both have one instance for each context: position by position."""
    for parent, (source, mask) in clearing.taken[upstream].items():
        block = core.blocks[task].get(parent)
        if block is not None and block.single == source.single:
            clearing.add_mask(block, bytes(mask))
        elif source.single:
            clearing.add_below(task, parent)


def _prefixes(core: Core, clearing: Clearing, task: int, level: int) -> list[Path]:
    """The different beginnings, so long, of the paths that are taken or open of a task."""
    found: dict[Path, None] = {}
    for parent, (block, mask) in clearing.taken[task].items():
        if len(parent) >= level or block.single:
            found[parent[:level]] = None
        else:
            for position in find_all(mask, 1):
                found[(*parent, position)] = None
    spec = core.spec.tasks[task]
    for number, context in clearing.maps:
        if (number == spec.map or number in spec.scope) and len(context) >= level:
            found[context[:level]] = None
    return sorted(found)


def _is_open(clearing: Clearing, task: TaskSpec) -> bool:
    return any(number == task.map or number in task.scope for number, _ in clearing.maps)


def _are_related(left: Path, right: Path) -> bool:
    size = min(len(left), len(right))
    return left[:size] == right[:size]


class _Groups:
    """The maps of groups, each looked at once, when the first of its tasks is."""

    def __init__(self, core: Core, clearing: Clearing) -> None:
        self._core = core
        self._clearing = clearing
        #: By map: contexts where it has expanded, with the positions that are fed by what is taken; None for contexts
        #: where it has not, and is to be decided again.
        self._fed: dict[int, dict[Path, bytes | None]] = {}

    def look_at(self, spec: MapSpec) -> None:
        """Find what of the sources of a group's map is taken."""
        if spec.number in self._fed:
            return
        fed = self._fed[spec.number] = {}
        if not self._may_be_fed(spec):
            return
        for context in self._contexts(spec):
            if not self._is_source_taken(spec, context):
                continue
            if context in self._core.lengths[spec.number]:
                self._clearing.maps[spec.number, context] = None
                fed[context] = self._find_fed(spec, context)
            else:
                fed[context] = None
                self._note_measuring(spec, context)

    def hand_down(self, spec: MapSpec, task: int) -> None:
        """Take what lies below the positions of a group's map that are fed by what is taken."""
        for context, fed in self._fed[spec.number].items():
            if fed is None:
                self._clearing.add_below(task, context)
                continue
            block = self._core.blocks[task].get(context)
            if block is not None:  # or the one that stands for all, because a branch left them out
                self._clearing.add_mask(block, b"\1" if block.single else fed)
            else:
                for position in find_all(fed, 1):
                    self._clearing.add_below(task, (*context, position))

    def take_fed(self, spec: MapSpec) -> None:
        """Of a task that is mapped by itself: take the instances that are fed by what is taken."""
        assert spec.task is not None
        if not self._may_be_fed(spec):
            return
        for context in self._contexts(spec) if self._core.plan.measured[spec.number] else ():
            if self._is_source_taken(spec, context):
                self._note_measuring(spec, context)
        for context, block in sorted(self._core.blocks[spec.task].items(), key=itemgetter(0)):
            if len(context) != len(spec.scope) or not self._is_source_taken(spec, context):
                continue
            if block.single:
                self._clearing.add(block, (0,))
            else:
                self._clearing.maps[spec.number, context] = None
                self._clearing.add_mask(block, self._find_fed(spec, context))

    def _note_measuring(self, spec: MapSpec, context: Path) -> None:
        parent, position = above(context)
        if self._core.places[self._node_of(spec)].contexts[parent][position] == MEASURING:
            self._clearing.measuring[spec.number, context] = None

    def _node_of(self, spec: MapSpec) -> int:
        return self._core.plan.group_nodes[spec.number].number if spec.task is None else spec.task

    def _may_be_fed(self, spec: MapSpec) -> bool:
        if self._core.plan.measured[spec.number] and any(self._fed[number] for number in spec.scope):
            return True
        clearing, tasks = self._clearing, self._core.spec.tasks
        return any(clearing.taken[source] or _is_open(clearing, tasks[source]) for source in find_sources(spec.length))

    def _is_source_taken(self, spec: MapSpec, context: Path) -> bool:
        if self._is_item_taken(spec, context):
            return True
        for source in find_sources(spec.length):
            task = self._core.spec.tasks[source]
            prefix = context[: common_length(task.scope, spec.scope)]
            if 1 in self._clearing.touched(source, prefix):
                return True
            for number, opened in self._clearing.maps:
                if (number == task.map or number in task.scope) and _are_related(opened, prefix):
                    return True
        return False

    def _is_item_taken(self, spec: MapSpec, context: Path) -> bool:
        """Whether a map over the argument of a group lies at a position that is fed by what is taken."""
        if not self._core.plan.measured[spec.number]:
            return False
        for level, number in enumerate(spec.scope):
            fed = self._fed[number].get(context[:level])
            if fed is not None and context[level] < len(fed) and fed[context[level]]:
                return True
        return False

    def _find_fed(self, spec: MapSpec, context: Path) -> bytes:
        core = self._core
        items = had_items(core, spec, context)
        if self._is_item_taken(spec, context):
            return b"\1" * count_items(shape_of(core, spec), items)
        return fed_by(core, spec, context, items, self._clearing.touched)

    def _contexts(self, spec: MapSpec) -> Iterator[Path]:
        place = self._core.places[self._node_of(spec)]
        for parent in sorted(place.contexts):
            for position in range(len(place.contexts[parent])):
                yield (*parent, position) if place.node.level else ()
