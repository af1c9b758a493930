"""What of a DAG the machine needs at every step: who is judged, by which gates, and who hears of whose ends.

A *node* is what gets judged as one: a task, or the map of a task group. Its *contexts* are the paths through its
enclosing mapped groups (`scope`). An edge from task A to node B has a level, the number of enclosing maps they share:
B at context ``c`` depends on all instances of A below ``c[:level]``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fanjet.engine.guards import find_guards
from fanjet.engine.rules import RULES, Rule, all_done, all_success, joint_tables, some_setup_succeeded
from fanjet.model.lengths import (
    LengthSpec,
    LiteralLength,
    LongestLength,
    MeasuredLength,
    ProductLength,
    ResultLength,
    ShortestLength,
    SumLength,
    ValuesLength,
    find_sources,
)
from fanjet.model.rules import TriggerRule
from fanjet.model.spec import DagSpec, MapSpec, TaskSpec


@dataclass(slots=True)
class Gate:
    """One reason to wait: the upstream tasks that count for it, and what it makes of their ends."""

    #: By the signature of the outer levels: translates signatures of the innermost level to verdicts.
    tables: tuple[bytes, ...]
    #: Only ends that are not below the level of their edge count as seen. So a source that was expanded does not count,
    #: one that was not does (SEMANTICS 8.2, 8.3).
    shallow: bool
    #: By level: the upstream tasks.
    upstream: dict[int, tuple[int, ...]]
    #: The levels that lie outside the contexts' own, ascending.
    outer: tuple[int, ...]
    #: Whether something upstream differs by context.
    inner: bool
    #: Its skips and failures count only once the gate before it says run (teardowns).
    yields: bool = False


@dataclass(slots=True)
class Node:
    """A task, or the map of a task group (`task` is None)."""

    #: Tasks by their number; group maps follow.
    number: int
    task: TaskSpec | None
    #: The map of the task itself, or that of the group.
    map: MapSpec | None
    scope: tuple[int, ...]
    gates: list[Gate] = field(default_factory=list)

    @property
    def level(self) -> int:
        """The number of positions in the path of a context."""
        return len(self.scope)


@dataclass(slots=True)
class Edge:
    """From a task to a gate of a node."""

    node: int
    gate: int


class Plan:
    """A DAG, compiled."""

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec
        self.nodes = [Node(task.number, task, _map_of(spec, task), task.scope) for task in spec.tasks]
        #: By map number: the node of a mapped group.
        self.group_nodes: dict[int, Node] = {}
        for each in spec.maps:
            if each.task is None:
                node = Node(len(self.nodes), None, each, each.scope)
                self.nodes.append(node)
                self.group_nodes[each.number] = node
        #: By task: the maps behind the positions of its paths.
        self.chains = [task.scope + (() if task.map is None else (task.map,)) for task in spec.tasks]
        #: By map: the nodes inside it, at any depth; the tasks among them.
        self.inside = [[node for node in self.nodes if each.number in node.scope] for each in spec.maps]
        self.members = [[node.number for node in nodes if node.task] for nodes in self.inside]
        self.measured = [is_measured(each.length) for each in spec.maps]
        #: Tasks whose stored values are counted, and those whose items are.
        self.values_counted: set[int] = set()
        self.items_counted: set[int] = set()
        for each in spec.maps:
            self._note_counted(each.length)
        #: By task and level.
        self.edges: list[list[list[Edge]]] = [[[] for _ in range(len(chain) + 2)] for chain in self.chains]
        for node in self.nodes:
            self._add_gates(node)

    def _note_counted(self, length: LengthSpec) -> None:
        match length:
            case ResultLength(task):
                self.items_counted.add(task)
            case ValuesLength(task):
                self.values_counted.add(task)
            case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
                for part in parts:
                    self._note_counted(part)

    def _add_gates(self, node: Node) -> None:
        """In the order in which they are asked: the first that skips or fails decides."""
        task = node.task
        if task is not None and task.trigger_rule is TriggerRule.ALL_DONE_SETUP_SUCCESS:
            self._add_gate(node, all_done, task.upstream)
            setups = [number for number in task.upstream if self.spec.tasks[number].is_setup]
            self._add_gate(node, some_setup_succeeded, setups, yields=True)
        elif task is not None:
            self._add_gate(node, all_success, task.setups)
            self._add_gate(node, RULES[task.trigger_rule], task.upstream)
        if node.map is not None:
            self._add_gate(node, all_success, find_sources(node.map.length), shallow=True)
            if task is None and not isinstance(node.map.length, LiteralLength):
                self._add_gate(node, all_done, find_guards(self.spec, node.map, self.members[node.map.number]))

    def _add_gate(
        self, node: Node, rule: Rule, upstream: Iterable[int], *, shallow: bool = False, yields: bool = False
    ) -> None:
        by_level: dict[int, list[int]] = {}
        for number in dict.fromkeys(upstream):
            level = common_length(node.scope, self.spec.tasks[number].scope)
            by_level.setdefault(level, []).append(number)
            self.edges[number][level].append(Edge(node.number, len(node.gates)))
        if by_level:
            gate = Gate(
                tables=joint_tables(rule),
                shallow=shallow,
                upstream={level: tuple(numbers) for level, numbers in by_level.items()},
                outer=tuple(sorted(level for level in by_level if level < node.level)),
                inner=node.level in by_level,
                yields=yields,
            )
            node.gates.append(gate)


def _map_of(spec: DagSpec, task: TaskSpec) -> MapSpec | None:
    return None if task.map is None else spec.maps[task.map]


def common_length(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    """How many enclosing maps two scopes share."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def is_measured(length: LengthSpec) -> bool:
    """Whether a worker has to find the length."""
    match length:
        case MeasuredLength():
            return True
        case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
            return any(is_measured(part) for part in parts)
        case _:
            return False
