"""All that a run's machine holds, and the moves that everything else is made of.

Each move changes states by the table of `transitions`, keeps the counts, says so in `changes` and, where something
ended, puts it into `ends`, from where it is handed on downstream (`downstream`). What has to be judged anew waits in
`judgements`. Both are worklists, so that long chains do not recurse.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fanjet.engine.blocks import NEVER_TRIED, Block
from fanjet.engine.columns import Positions, Span, compact, spans_of
from fanjet.engine.deferrals import Deferrals
from fanjet.engine.gates import GateColumn
from fanjet.engine.launches import OpenLaunches
from fanjet.engine.plan import Node, Plan
from fanjet.engine.story import Story
from fanjet.engine.timers import Timers
from fanjet.engine.transitions import ILLEGAL, MARKS, NOT_BY_TRIES, STOPS, TABLE, TRANSLATE, Cause
from fanjet.errors import InvariantError
from fanjet.model.changes import Change, ClearInstances, DropTriggers, EndInstances, QueueInstances
from fanjet.model.paths import NOT_MAPPED, Path
from fanjet.model.spec import DagSpec
from fanjet.model.states import ENDED, RunStatus, State

#: Of a context whose task is mapped by itself, or of a group map: not yet decided, being measured, decided. A task that
#: is not mapped by itself has the states of its instances instead; NONE is WAITING.
WAITING, MEASURING, DECIDED = 0, 1, 2


class Place:
    """A node's contexts and their gates, by the path above them."""

    __slots__ = ("contexts", "gates", "node", "patient")

    def __init__(self, node: Node) -> None:
        self.node = node
        #: In a rerun: judged only when all upstream has ended, and by the ends that stand then.
        self.patient = False
        #: By the path above: WAITING and so on, one byte per context.
        self.contexts: dict[Path, bytearray] = {}
        #: By gate and level: columns by the path above.
        self.gates: list[dict[int, dict[Path, GateColumn]]] = [{level: {} for level in g.upstream} for g in node.gates]


class Listener(NamedTuple):
    """Where the ends of a task are noted at one level."""

    place: Place
    columns: dict[Path, GateColumn]
    shallow: bool


#: Contexts to judge: ``first:last`` under a path, or everything below the path when `last` is 0.
Judgement = tuple[Place, Path, int, int]


class Ends(NamedTuple):
    """Instances of one block that ended: their states from position `first` on, 0 where there is no end."""

    block: Block
    first: int
    states: bytes


class Core:
    """The data of one run."""

    def __init__(self, run: int, spec: DagSpec) -> None:
        self.run = run
        self.spec = spec
        self.plan = Plan(spec)
        self.status = RunStatus.QUEUED
        #: The latest instant that any event told of.
        self.now = 0.0
        self.places = [Place(node) for node in self.plan.nodes]
        #: By task and level.
        self.listeners: list[list[list[Listener]]] = [
            [[self._listener(edge.node, edge.gate, level) for edge in edges] for level, edges in enumerate(levels)]
            for levels in self.plan.edges
        ]
        self.blocks: list[dict[Path, Block]] = [{} for _ in spec.tasks]
        #: By task and state.
        self.counts = [[0] * len(State) for _ in spec.tasks]
        #: By map: how many positions it has, by context.
        self.lengths: list[dict[Path, int]] = [{} for _ in spec.maps]
        #: By task: at how many paths it may still expand.
        self.unexpanded = [min(task.depth, 1) for task in spec.tasks]
        #: By task: how many parts below a path are not complete, where the paths of the task go two or more levels on.
        self.incomplete: list[dict[Path, int]] = [{} for _ in spec.tasks]
        #: By task: where one skipped or failed instance stands for all contexts below, and for those to come.
        self.closed: list[set[Path]] = [set() for _ in spec.tasks]
        #: By task: positions of a map that a mapped branch left out before the map expanded, by context.
        self.marks: list[dict[Path, set[int]]] = [{} for _ in spec.tasks]
        #: By branch: the tasks that its instances skipped, by path.
        self.skips: list[dict[Path, tuple[int, ...]]] = [{} for _ in spec.tasks]
        #: By map: the contexts whose length a rerun has opened again, and what they ran over before (`items`).
        self.reopened: list[dict[Path, list[bytes | int]]] = [{} for _ in spec.maps]
        #: By map: what it still runs over at contexts where a rerun has changed its sources since, but not the map
        #: itself (its rule refuses it now, or it was left alone).
        self.ran_over: list[dict[Path, list[bytes | int]]] = [{} for _ in spec.maps]
        #: By task: how many tries instances had that were removed, by path; they go on counting should they come back.
        self.removed: list[dict[Path, int]] = [{} for _ in spec.tasks]
        self.tasks_left = len(spec.tasks)
        #: Something failed for good since this was last looked at.
        self.failed = False
        self.cancelled = False
        self.launches = OpenLaunches()
        self.timers = Timers()
        self.deferrals = Deferrals()
        self.story = Story()
        self.ends: deque[Ends] = deque()
        self.judgements: deque[Judgement] = deque()
        self.changes: list[Change] = []

    def _listener(self, node: int, gate: int, level: int) -> Listener:
        place = self.places[node]
        return Listener(place, place.gates[gate][level], place.node.gates[gate].shallow)

    # --- finding ---

    def find_block(self, task: int, path: Path) -> tuple[Block, int] | None:
        """The block and position of an instance."""
        blocks = self.blocks[task]
        single = blocks.get(path)
        if single is not None and single.single:
            return single, 0
        block = blocks.get(path[:-1]) if path else None
        if block is None or block.single or path[-1] >= len(block.states):
            return None
        return block, path[-1]

    def is_closed(self, task: int, path: Path) -> bool:
        """Whether one instance above stands for everything of the task at and below the path."""
        closed = self.closed[task]
        return bool(closed) and any(path[:level] in closed for level in range(len(path) + 1))

    def is_complete(self, task: int, path: Path) -> bool:
        """Whether everything of a task at and below a path exists and has ended."""
        if self.is_closed(task, path):
            return True
        if len(path) == len(self.plan.chains[task]):
            found = self.find_block(task, path)
            return found is not None and found[0].state(found[1]) in ENDED
        block = self.blocks[task].get(path)
        return block.complete if block is not None else not self.incomplete[task].get(path, 1)

    def contexts_below(self, place: Place, path: Path) -> Iterator[tuple[Path, int, int]]:
        """The contexts of a node at and below a path: (path above, first, last + 1)."""
        level = place.node.level
        if len(path) == level:
            parent, position = above(path)
            if parent in place.contexts:
                yield parent, position, position + 1
        elif len(path) == level - 1:
            column = place.contexts.get(path)
            if column is not None:
                yield path, 0, len(column)
        else:
            for position in range(self.lengths[place.node.scope[len(path)]].get(path, 0)):
                yield from self.contexts_below(place, (*path, position))

    # --- moving ---

    def add_block(self, task: int, parent: Path, size: int, *, single: bool = False) -> Block:
        """New instances, all in state NONE."""
        block = Block(task, parent, size, single=single)
        if self.spec.tasks[task].kind == "empty":
            block.tried = NEVER_TRIED
        self.blocks[task][parent] = block
        self.counts[task][State.NONE] += size
        if self.removed[task]:
            self._recall(block, range(size))
        return block

    def extend_block(self, block: Block, size: int) -> None:
        """More instances in a block, all in state NONE."""
        first = len(block.states)
        block.resize(size)
        self.counts[block.task][State.NONE] += size - first
        if self.removed[block.task]:
            self._recall(block, range(first, size))

    def _recall(self, block: Block, positions: range) -> None:
        """Instances that were removed are wanted again; their tries go on counting."""
        removed = self.removed[block.task]
        back = [position for position in positions if block.path(position) in removed]
        for position in back:
            block.note_tries((position,), removed.pop(block.path(position)))
        if back:
            self.counts[block.task][State.REMOVED] -= len(back)
            block.renew(back)
            self.say_cleared(block, back)

    def say_cleared(self, block: Block, positions: Sequence[int]) -> None:
        """Have it written that instances begin again."""
        indexes = (NOT_MAPPED,) if block.single else compact(positions)
        self.story.add("cleared", block.task, block.parent, indexes)
        self.changes.append(
            ClearInstances(run=self.run, task=block.task, parent=block.parent, indexes=indexes, at=self.now)
        )

    def move(self, block: Block, positions: Positions, cause: Cause) -> bytes:
        """Change states for one cause.

        Returns:
            The states before, in the order of the positions.

        Raises:
            InvariantError: The table does not allow it.
        """
        table = TRANSLATE[cause]
        states = block.states
        if isinstance(positions, range):
            before = bytes(states[positions.start : positions.stop])
            after = before.translate(table)
            self._refuse_illegal(block, positions, before, after, cause)
            states[positions.start : positions.stop] = after
        else:
            before = bytes(states[position] for position in positions)
            after = before.translate(table)
            self._refuse_illegal(block, positions, before, after, cause)
            for position, state in zip(positions, after, strict=True):
                states[position] = state
        self.recount(block.task, before, after)
        if self.deferrals and State.DEFERRED in before:
            self.drop_triggers(block, positions, killed=cause is not Cause.DUE)
        return before

    def drop_triggers(self, block: Block, positions: Positions, *, killed: bool) -> None:
        """Nobody waits for the triggers of these instances any more; `killed` as in `DropTriggers`."""
        tickets: list[int] = []
        for ticket, wait in self.deferrals.take_of(block, positions):
            tickets.append(ticket)
            if wait.timer is not None:
                self.timers.cancel(wait.timer)
        if tickets:
            self.changes.append(DropTriggers(run=self.run, tickets=tickets, killed=killed))

    def _refuse_illegal(self, block: Block, positions: Positions, before: bytes, after: bytes, cause: Cause) -> None:
        at = after.find(ILLEGAL)
        if at >= 0:
            raise self.broken(block, positions[at], f"{State(before[at]).label} cannot change by {cause.name}")

    def broken(self, block: Block, position: int, what: str) -> InvariantError:
        """The error for a broken rule, with what had happened to the instance."""
        task_id = self.spec.tasks[block.task].task_id
        path = block.path(position)
        story = self.story.of(block.task, block.parent, block.index(position))
        return InvariantError(f"run {self.run}, task {task_id!r}, instance {path}: {what}", story)

    def recount(self, task: int, before: bytes, after: bytes) -> None:
        """Keep the counts by state after a change of a column."""
        counts = self.counts[task]
        for column, sign in ((before, -1), (after, 1)):
            rest = len(column)
            while rest:
                state = column[0]
                count = column.count(state)
                counts[state] += sign * count
                rest -= count
                if rest:
                    column = column.replace(bytes((state,)), b"")  # noqa: PLW2901 - what is left to count

    def end(
        self, block: Block, positions: Positions, cause: Cause, reason: str | None = None, *, try_number: int = 0
    ) -> None:
        """End instances without a try, or in spite of one that is out (`try_number`)."""
        if not positions:
            return
        if cause is Cause.NOT_MAPPABLE:
            self.failed = True
            block.tried = NEVER_TRIED
        if cause in NOT_BY_TRIES:
            block.pin_tries(always=cause in MARKS)
        before = self.move(block, positions, cause)
        if try_number:
            block.note_tries(positions, try_number)
        if cause not in MARKS:
            block.forget_results(positions)
        block.note_stopped(positions, stopped=False)
        if cause in STOPS:
            block.note_stopped([at for at in positions if block.states[at] == State.SKIPPED], stopped=True)
        by_state: dict[int, list[int]] = {}
        if before.count(before[0]) == len(before):
            state = TABLE[cause][State(before[0])]
            self._record_end(block, positions, state, reason, try_number, keeps_results=cause in MARKS)
            return
        for position, state_before in zip(positions, before, strict=True):
            by_state.setdefault(TABLE[cause][State(state_before)], []).append(position)
        for state_after, at in by_state.items():
            self._record_end(block, at, State(state_after), reason, try_number, keeps_results=cause in MARKS)

    def _record_end(
        self,
        block: Block,
        positions: Positions,
        state: State,
        reason: str | None,
        try_number: int,
        *,
        keeps_results: bool,
    ) -> None:
        indexes = (NOT_MAPPED,) if block.single else positions
        self.changes.append(
            EndInstances(
                run=self.run,
                task=block.task,
                parent=block.parent,
                indexes=indexes,
                state=state,
                at=self.now,
                reason=reason,
                try_number=try_number,
                keeps_results=keeps_results,
            )
        )
        self.story.add(state.label, block.task, block.parent, indexes)
        states = bytes((state,)) * len(positions)
        if isinstance(positions, range):
            self.ends.append(Ends(block, positions.start, states))
        else:
            self.hand_on(block, spans_of(positions, states))

    def hand_on(self, block: Block, spans: Iterator[Span]) -> None:
        """Have ends told downstream."""
        for first, states in spans:
            self.ends.append(Ends(block, first, states))

    def stand_in(self, task: int, path: Path, cause: Cause, reason: str | None = None) -> None:
        """End everything of a task at and below a path that never expands, as the one instance at the path."""
        if path in self.blocks[task] or self.is_closed(task, path):
            return
        if len(path) < len(self.spec.tasks[task].scope):
            self.closed[task].add(path)
        self.unexpanded[task] -= 1
        self.end(self.add_block(task, path, 1, single=True), range(1), cause, reason)

    def queue(
        self,
        block: Block,
        positions: Positions,
        cause: Cause,
        *,
        try_number: int | None = None,
        carry: bytes | None = None,
    ) -> None:
        """Make instances ready.

        Args:
            block: Of these instances.
            positions: Where they stand in it.
            cause: Why.
            try_number: The number of their next try; None for one more than each has had.
            carry: What a rescheduled or deferred try gets back.
        """
        if not positions:
            return
        self.move(block, positions, cause)
        indexes = (NOT_MAPPED,) if block.single else positions
        self.story.add("queued", block.task, block.parent, indexes)
        if block.tries_before is None:
            self._queue(block, indexes, 1 if try_number is None else try_number, 0, carry)
            return
        alike: dict[tuple[int, int], list[int]] = {}
        for position in positions:
            number = block.find_tries(position) + 1 if try_number is None else try_number
            alike.setdefault((number, block.tries_before[position]), []).append(position)
        for (number, before), at in alike.items():
            self._queue(block, indexes if block.single else compact(at), number, before, carry)

    def _queue(
        self, block: Block, indexes: Sequence[int], try_number: int, tries_before: int, carry: bytes | None
    ) -> None:
        self.changes.append(
            QueueInstances(
                run=self.run,
                task=block.task,
                parent=block.parent,
                indexes=indexes,
                try_number=try_number,
                tries_before=tries_before,
                carry=carry,
            )
        )


def above(path: Path) -> tuple[Path, int]:
    """The path above a context and its position there."""
    return (path[:-1], path[-1]) if path else (path, 0)
