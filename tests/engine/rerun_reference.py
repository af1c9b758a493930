"""What a rerun may and must touch, and how what it touched must end: slow, and meant to be obviously right.

Everything is said of single instances, in the words of SEMANTICS 15, over plain dictionaries. Nothing is shared with
the engine but the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product, zip_longest

from engine.history import Row
from engine.reference import RUN, End, Facts, Reference
from engine.reference import _is_measured as is_measured
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
from fanjet.model.paths import Path
from fanjet.model.spec import DagSpec, MapSpec, TaskSpec
from fanjet.model.states import State

#: An instance.
Key = tuple[int, Path]
#: A map at a context.
Place = tuple[int, Path]
#: What one position of a map stands for: instances of the tasks whose paths begin with these paths,
#: and something that tells items of the same instance apart.
Item = tuple[tuple[Key, ...], object]


def common(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    """How many enclosing maps two scopes share."""
    count = 0
    while count < min(len(left), len(right)) and left[count] == right[count]:
        count += 1
    return count


def is_below(path: Path, other: Path, level: int) -> bool:
    """Whether a path agrees with another as far as that goes, at most so many levels.

    What stands for all contexts at once, because a branch has left it out, depends on no single one of them.
    """
    size = min(len(other), level)
    return path[:size] == other[:size]


def chain(task: TaskSpec) -> tuple[int, ...]:
    """The maps behind the positions of a task's paths."""
    return task.scope + (() if task.map is None else (task.map,))


@dataclass
class Picture:
    """What is recorded of a run at one moment."""

    spec: DagSpec
    #: All instances but removed ones.
    rows: dict[Key, Row]
    #: Lengths that were recorded.
    lengths: dict[Place, int]
    #: What the positions of expanded maps stand for.
    items: dict[Place, list[Item]]

    def of(self, task: int) -> Iterator[tuple[Path, Row]]:
        return ((path, row) for (number, path), row in self.rows.items() if number == task)

    def length(self, place: Place) -> int | None:
        number, _ = place
        spec = self.spec.maps[number].length
        if isinstance(spec, LiteralLength) and spec.count:
            return spec.count
        return self.lengths.get(place)

    def find_items(self, spec: MapSpec, context: Path, measured: int | None) -> list[Item] | None:
        """What a map would run over; None where a source gives nothing to map over."""
        if is_measured(spec.length):  # by a worker, as a whole: no more is known of it
            return self._items(MeasuredLength(find_sources(spec.length)), spec, context, measured)
        return self._items(spec.length, spec, context, measured)

    def _items(self, length: LengthSpec, spec: MapSpec, context: Path, measured: int | None) -> list[Item] | None:
        match length:
            case LiteralLength(count):
                return [((), at) for at in range(count)]
            case MeasuredLength(sources):
                fed = tuple((task, self._prefix(task, spec, context)) for task in sources)
                return None if measured is None else [(fed, at) for at in range(measured)]
            case ResultLength(task):
                path = self._prefix(task, spec, context)
                row = self.rows.get((task, path))
                return None if row is None or row.items < 0 else [(((task, path),), at) for at in range(row.items)]
            case ValuesLength(task):
                return self._values(task, self._prefix(task, spec, context))
            case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
                found = [self._items(part, spec, context, measured) for part in parts]
                known = [items for items in found if items is not None]
                if len(known) < len(found):
                    return None
                if isinstance(length, SumLength):
                    return [item for items in known for item in items]
                combine = {ProductLength: product, ShortestLength: zip, LongestLength: zip_longest}[type(length)]
                return [_together(combined) for combined in combine(*known)]
        raise AssertionError(length)

    def _prefix(self, task: int, spec: MapSpec, context: Path) -> Path:
        return context[: common(self.spec.tasks[task].scope, spec.scope)]

    def _values(self, task: int, prefix: Path) -> list[Item]:
        maps = chain(self.spec.tasks[task])
        if len(maps) - len(prefix) > 1:
            count = self.length((maps[len(prefix)], prefix)) or 0
            return [(((task, (*prefix, at)),), None) for at in range(count)]
        found = sorted(path for path, row in self.of(task) if row.valued and path[:-1] == prefix and path != prefix)
        return [(((task, path),), None) for path in found]


def _together(items: Iterable[Item | None]) -> Item:
    both = [item or ((), None) for item in items]
    return tuple(key for keys, _ in both for key in keys), tuple((keys, mark) for keys, mark in both)


@dataclass
class Closure:
    """All that depends on some instances.

    With `most`, an opened map counts as something that others depend on: its length may change, so whoever comes after
    it as a whole is run again (an unmapped reduce), and the lengths of maps over it are open too. Without, only what
    depends on touched instances themselves, and on items that did change (`after`).
    """

    before: Picture
    most: bool
    after: Picture | None = None
    touched: set[Key] = field(default_factory=set)
    opened: set[Place] = field(default_factory=set)

    def close(self) -> None:
        """Add dependants until there are none."""
        while True:
            size = len(self.touched), len(self.opened)
            for task in self.before.spec.tasks:
                for path, _ in self.before.of(task.number):
                    if (task.number, path) not in self.touched and self._depends(task, path):
                        self.touched.add((task.number, path))
            if self.most:
                self._open_maps()
            if (len(self.touched), len(self.opened)) == size:
                return

    def companions(self) -> set[Key]:
        """Setups that the touched work needs, with their teardowns."""
        spec = self.before.spec
        work = [*self.touched, *((each, c) for n, c in self.opened for each in self._members(n))]
        setups = {
            (setup, path)
            for task, at in work
            for setup in spec.tasks[task].setups
            for path, _ in self.before.of(setup)
            if is_below(path, at, common(spec.tasks[setup].scope, spec.tasks[task].scope))
        } - self.touched
        teardowns = {
            (task.number, path)
            for setup, at in setups
            | ({key for key in self.touched if spec.tasks[key[0]].is_setup} if self.most else set())
            for task in spec.tasks
            if task.is_teardown and setup in task.upstream
            for path, _ in self.before.of(task.number)
            if is_below(path, at, common(spec.tasks[setup].scope, task.scope))
        }
        return setups | teardowns

    def _members(self, number: int) -> list[int]:
        return [task.number for task in self.before.spec.tasks if number in chain(task)]

    def _depends(self, task: TaskSpec, path: Path) -> bool:
        spec = self.before.spec
        maps = [spec.maps[number] for number in chain(task)]
        sources = {source for each in maps for source in find_sources(each.length)}
        for upstream in (*(set(task.upstream + task.setups) - sources), *task.reads_whole):
            if self._is_touched(upstream, path, common(task.scope, spec.tasks[upstream].scope)):
                return True
        return any(
            self._is_fed(each, path[:level], path[level:]) for level, each in enumerate(maps) if len(path) >= level
        )

    def _is_touched(self, task: int, path: Path, level: int) -> bool:
        if any(each == task and is_below(path, at, level) for each, at in self.touched):
            return True
        numbers = chain(self.before.spec.tasks[task])
        return any(number in numbers and is_below(path, at, level) for number, at in self.opened)

    def _is_fed(self, spec: MapSpec, context: Path, below: Path) -> bool:
        if not below:
            return self.is_open(spec, context) if len(context) == len(spec.scope) else False
        had = self.before.items.get((spec.number, context))
        if had is None:
            return False
        if below[0] >= len(had) or self._is_item_touched(had[below[0]]):
            return True
        if self.is_open(spec, context) and self._is_gone(had[below[0]]):
            return True
        if is_measured(spec.length) and self._is_position_fed(spec, context):
            return True
        now = self.after.items.get((spec.number, context)) if self.after is not None else None
        return now is not None and now is not had and had[: below[0] + 1] != now[: below[0] + 1]

    def _is_item_touched(self, item: Item) -> bool:
        return any(task == each and at[: len(path)] == path for task, path in item[0] for each, at in self.touched)

    def _is_gone(self, item: Item) -> bool:
        """Whether an instance that it came from does not exist any more; one that comes back is another."""
        return any(
            not any(each == task and at[: len(path)] == path for each, at in self.before.rows) for task, path in item[0]
        )

    def _is_position_fed(self, spec: MapSpec, context: Path) -> bool:
        """Whether the positions of the enclosing groups stand for something else: their argument is mapped over."""
        return any(
            self._is_fed(self.before.spec.maps[number], context[:level], context[level:])
            for level, number in enumerate(spec.scope)
        )

    def is_open(self, spec: MapSpec, context: Path) -> bool:
        """Whether the length of a map is to be decided anew."""
        for source in find_sources(spec.length):
            task = self.before.spec.tasks[source]
            if self._is_touched(source, context, common(task.scope, spec.scope)):
                return True
        return is_measured(spec.length) and self._is_position_fed(spec, context)

    def _open_maps(self) -> None:
        for number, context in self.before.items:
            spec = self.before.spec.maps[number]
            if self.is_open(spec, context):
                self.opened.add((number, context))


class EndedRun(Reference):
    """Says of each instance in which states it may have ended, by how everything upstream of it has."""

    def __init__(self, picture: Picture, measured: dict[Place, int], skips: list[tuple[Key, tuple[int, ...]]]) -> None:
        self.picture = picture
        self.measured = measured
        self.left_out = skips
        ends = {key: End(row.state, 0) for key, row in picture.rows.items()}
        super().__init__(picture.spec, Facts(ends=ends, now=1))

    def _complete(self, number: int, path: Path, rank: int) -> bool:
        return True

    def verdict(self, task: TaskSpec, context: Path) -> str | State:
        """What the gates of a task say in the end."""
        verdict = self._verdict(task, context, 0)
        assert verdict is not None
        return verdict

    def allowed(self, task: TaskSpec, path: Path) -> set[State]:
        """In what states an instance may have ended without a try."""
        found = {State.SKIPPED} if self._may_be_left_out(task, path) else set()
        for level, number in enumerate(task.scope):
            if len(path) >= level:
                found |= self._of_map(self.spec.maps[number], path[:level], is_stand_in=len(path) == level)
        if len(path) >= len(task.scope):
            context = path[: len(task.scope)]
            verdict = self.verdict(task, context)
            if isinstance(verdict, State):
                found.add(verdict)
            elif task.map is not None and not isinstance(self.spec.maps[task.map].length, LiteralLength):
                found |= self._of_map(self.spec.maps[task.map], context, is_stand_in=len(path) == len(context))
            elif path == context and task.map is not None:
                found.add(State.SKIPPED)
            if verdict == RUN and task.kind == "empty":
                found.add(State.SUCCESS)
        return found

    def _of_map(self, spec: MapSpec, context: Path, *, is_stand_in: bool) -> set[State]:
        """How instances end whose map does not expand, or does not any more."""
        if isinstance(spec.length, LiteralLength):
            return {State.SKIPPED} if not spec.length.count else set()
        if spec.task is None:
            verdict = self._sources(spec.length, spec.scope, context, 0)
            if isinstance(verdict, State):
                return {verdict}
        measured = self.measured.get((spec.number, context))
        if measured is not None and measured < 0:
            return {State.FAILED}
        items = self.picture.find_items(spec, context, measured)
        if items is None:
            return set() if is_measured(spec.length) else {State.UPSTREAM_FAILED}
        return {State.SKIPPED} if is_stand_in and not items else set()

    def _may_be_left_out(self, task: TaskSpec, path: Path) -> bool:
        if self.spec.fail_fast:
            return True
        for (branch, at), tasks in self.left_out:
            scope = self.spec.tasks[branch].scope
            size = min(len(at), len(path))
            if task.number in tasks and task.scope[: len(scope)] == scope and at[:size] == path[:size]:
                return True
        return False
