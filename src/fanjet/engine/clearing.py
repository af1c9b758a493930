"""What a rerun takes: the instances that were asked for, and room for what depends on them (`dependants`).

Nothing is changed here; the same answer serves the rerun itself and the preview of one. Source: SEMANTICS 15.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fanjet.engine.blocks import Block
from fanjet.engine.columns import both, either, find_all
from fanjet.engine.core import Core
from fanjet.model.paths import Path
from fanjet.model.states import State

_IS_FAILED = bytes(state in {State.FAILED, State.UPSTREAM_FAILED} for state in range(256))


class Clearing:
    """Instances that begin again, and maps whose length is open again."""

    def __init__(self, core: Core) -> None:
        self._core = core
        #: By task and parent: a block, and 1 for each position that is taken.
        self.taken: list[dict[Path, tuple[Block, bytearray]]] = [{} for _ in core.spec.tasks]
        #: (map, context), in the order found.
        self.maps: dict[tuple[int, Path], None] = {}
        #: (map, context) of those that are being measured, of what is about to change.
        self.measuring: dict[tuple[int, Path], None] = {}
        #: Whether anything depends on these: they are run again for the sake of others (setups).
        self.companions: set[int] = set()

    def __bool__(self) -> bool:
        return any(self.taken) or bool(self.maps) or bool(self.measuring)

    def add(self, block: Block, positions: Iterable[int]) -> None:
        """Take instances of a block."""
        mask = self._mask(block)
        for position in positions:
            mask[position] = 1

    def add_mask(self, block: Block, mask: bytes) -> None:
        """Take those instances of a block that have a 1."""
        if 1 in mask:
            mine = self._mask(block)
            mine[:] = either(mine, mask[: len(mine)].ljust(len(mine), b"\0"))

    def add_below(self, task: int, path: Path) -> bool:
        """Take everything of a task at and below a path that exists; whether that is more than before."""
        is_more = False
        for block, positions in blocks_below(self._core, task, path):
            known = self.taken[task].get(block.parent)
            if known is None or known[1].count(1, positions.start, positions.stop) < len(positions):
                is_more = True
                self.add_mask(block, _ones(len(block.states), positions))
        return is_more

    def touched(self, task: int, path: Path) -> bytes:
        """1 for each position right below a path that is taken; where there are none, ``1`` if anything below is."""
        taken = self.taken[task]
        if not taken:
            return b""
        found = taken.get(path)
        if found is not None:
            return bytes(found[1])
        above = taken.get(path[:-1]) if path else None
        if above is not None and not above[0].single and path[-1] < len(above[1]):
            return bytes((above[1][path[-1]],))
        size = len(path)
        is_stand_in_taken = any(path[:level] in taken and taken[path[:level]][0].single for level in range(size))
        return b"\1" if is_stand_in_taken or any(parent[:size] == path for parent in taken) else b""

    def __iter__(self) -> Iterator[tuple[Block, range | list[int]]]:
        for taken in self.taken:
            for parent in sorted(taken):
                block, mask = taken[parent]
                yield block, find_all(mask, 1)

    def _mask(self, block: Block) -> bytearray:
        taken = self.taken[block.task]
        if block.parent not in taken:
            taken[block.parent] = block, bytearray(len(block.states))
        return taken[block.parent][1]


def blocks_below(core: Core, task: int, path: Path) -> Iterator[tuple[Block, range]]:
    """The blocks with the positions of a task at and below a path."""
    found = core.find_block(task, path)
    if found is not None and (found[0].single or len(path) == len(core.plan.chains[task])):
        yield found[0], range(found[1], found[1] + 1)
        return
    size = len(path)
    for parent in sorted(core.blocks[task]):
        if parent[:size] == path:
            block = core.blocks[task][parent]
            yield block, range(len(block.states))


def select(core: Core, tasks: Iterable[int], paths: Iterable[Path], *, failed_only: bool) -> Clearing:
    """The instances that were asked for, without what depends on them."""
    clearing = Clearing(core)
    paths = tuple(paths)
    for task in tasks:
        for path in paths:
            for block, positions in blocks_below(core, task, path):
                mask = _ones(len(block.states), positions)
                if failed_only:
                    failed: bytes | bytearray = block.states.translate(_IS_FAILED)
                    mask = both(mask, failed if block.stopped is None else either(failed, block.stopped))
                clearing.add_mask(block, mask)
    return clearing


def _ones(size: int, positions: range) -> bytes:
    return bytes(positions.start) + b"\1" * len(positions) + bytes(size - positions.stop)
