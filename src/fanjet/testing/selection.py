"""A part of a DAG, with what a test gives in place of all that lies before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from fanjet.errors import OperationError
from fanjet.model.lengths import find_sources
from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.parsing.data_flow import find_inputs
from fanjet.parsing.spec_builder import BuiltDag
from fanjet.testing.outcomes import Called, Given, Pokes, Tries
from fanjet.testing.places import UnknownTaskError, say_nearest
from fanjet.testing.renumbering import Renumbering, enclosing_groups
from fanjet.testing.stand_ins import StandIn

_DECIDING = frozenset({"branch", "short_circuit"})


@dataclass
class Selection:
    """What is run."""

    built: BuiltDag
    #: By the number that a task has in `built`.
    stand_ins: dict[int, StandIn]
    #: By the number of a map in `built`: whose values its lengths are taken of.
    shapes: dict[int, StandIn] = field(default_factory=dict)
    #: Tasks of `built` whose arguments cannot be known, as the tasks before them are not there.
    cut_off: set[int] = field(default_factory=set)


def select_all(built: BuiltDag, stand_ins: Mapping[int, StandIn]) -> Selection:
    """The whole DAG."""
    spec = msgspec.structs.replace(built.spec, tasks=tuple(_wake(task, stand_ins) for task in built.spec.tasks))
    return Selection(built._replace(spec=spec), dict(stand_ins))


def select_part(built: BuiltDag, names: Iterable[str], stand_ins: Mapping[int, StandIn]) -> Selection:
    """Some tasks, and those before them for which results are given.

    What a branch or short circuit among them chooses from is kept too, and does nothing.

    Args:
        built: The DAG.
        names: The ids of tasks, and of groups for all tasks in them.
        stand_ins: What is given, by task number.

    Raises:
        UnknownTaskError: There is no such task or group.
        OperationError: A result is needed and not given, or given and not needed.
    """
    return _Part(built, _find_numbers(built.spec, names), stand_ins).build()


def _find_numbers(spec: DagSpec, names: Iterable[str]) -> set[int]:
    if isinstance(names, str):
        raise OperationError(f"tasks={names!r} is a text. Fix: give a list, tasks=[{names!r}].")
    of_id = {task.task_id: {task.number} for task in spec.tasks}
    parents = {group.group_id: group.parent for group in spec.groups}
    for group_id in parents:
        of_id.setdefault(
            group_id, {task.number for task in spec.tasks if group_id in enclosing_groups(task.group, parents)}
        )
    found: set[int] = set()
    for name in names:
        if name not in of_id:
            raise UnknownTaskError(
                f"tasks: DAG '{spec.dag_id}' has no task or group {name!r}. {say_nearest(name, of_id)}"
            )
        found |= of_id[name]
    if not found:
        raise OperationError("tasks is empty. Fix: name at least one task, or leave it out to run them all.")
    return found


class _Part:
    """Cuts a part out of a DAG.

    Args:
        built: The DAG.
        chosen: The numbers of the tasks that are to run.
        stand_ins: What is given, by task number.
    """

    def __init__(self, built: BuiltDag, chosen: set[int], stand_ins: Mapping[int, StandIn]) -> None:
        self._built = built
        self._spec = built.spec
        self._numbers = {task: number for number, task in enumerate(built.tasks)}
        self._chosen = chosen
        self._stand_ins = dict(stand_ins)
        self._given = {number for number, each in stand_ins.items() if each.is_whole} - chosen
        self._check_given()
        #: Those right after tasks that choose: they do nothing, and show what is chosen.
        self._stubs = self._add_stubs()
        self._kept = sorted(self._chosen | self._given)
        self._check_inputs()
        self._kept_maps = sorted({number for task in self._kept for number in self._maps_of(self._spec.tasks[task])})
        self._shapes = self._find_shapes()

    def build(self) -> Selection:
        """The DAG of the part, its tasks and maps numbered anew."""
        numbers = Renumbering(self._kept, self._kept_maps)
        stand_ins = {numbers.tasks[old]: each for old, each in self._stand_ins.items() if old in numbers.tasks}
        spec = numbers.cut(self._spec, roots=self._given - self._stubs, measured=self._shapes.keys())
        spec = msgspec.structs.replace(spec, tasks=tuple(_wake(task, stand_ins) for task in spec.tasks))
        built = self._built._replace(
            spec=spec,
            tasks=[self._built.tasks[old] for old in self._kept],
            maps=[self._built.maps[old] for old in self._kept_maps],
        )
        shapes = {numbers.maps[old]: each for old, each in self._shapes.items()}
        return Selection(built, stand_ins, shapes, {numbers.tasks[old] for old in self._given})

    # --- what belongs to it ---

    def _check_given(self) -> None:
        before = self._before(self._chosen)
        for number, stand_in in self._stand_ins.items():
            name = f"'{stand_in.task.task_id}'"
            if number not in self._chosen and number not in before:
                raise OperationError(f"{name} is given, but it is neither among tasks nor before one of them.")
            if number not in self._chosen and not stand_in.is_whole:
                raise OperationError(f"{name} is given for some indexes only. Fix: give all of it, or add it to tasks.")

    def _before(self, numbers: Iterable[int]) -> set[int]:
        found: set[int] = set()
        waiting = list(numbers)
        while waiting:
            for number in self._needed_by_order(waiting.pop()):
                if number not in found:
                    found.add(number)
                    waiting.append(number)
        return found

    def _needed_by_order(self, number: int) -> set[int]:
        task = self._spec.tasks[number]
        sources = {source for each in self._maps_of(task) for source in find_sources(self._spec.maps[each].length)}
        return {*task.upstream, *task.setups, *sources}

    def _add_stubs(self) -> set[int]:
        after = {
            task.number
            for task in self._spec.tasks
            if any(self._spec.tasks[up].kind in _DECIDING and up in self._chosen for up in task.upstream)
        }
        stubs = after - self._chosen - self._given
        for number in stubs:
            stub = self._stand_ins[number] = StandIn(self._spec.tasks[number])
            stub.whole = Given(None)
        self._given |= stubs
        return stubs

    def _check_inputs(self) -> None:
        missing: dict[int, list[str]] = {}
        for number in sorted(self._chosen):
            task = self._spec.tasks[number]
            stand_in = self._stand_ins.get(number)
            works = stand_in is None or not stand_in.is_whole or isinstance(stand_in.whole, Called | Tries | Pokes)
            inputs = {self._numbers[each] for each in find_inputs(self._built.tasks[number])} if works else set()
            for each in self._maps_of(task):
                if self._find_shape(each) is None:
                    inputs |= set(find_sources(self._spec.maps[each].length))
            for needed in sorted(inputs - set(self._kept)):
                missing.setdefault(needed, []).append(task.task_id)
        if missing:
            raise OperationError(self._say_missing(missing))

    def _say_missing(self, missing: Mapping[int, Sequence[str]]) -> str:
        told = "; ".join(
            f"{', '.join(map(repr, readers))} {'reads' if len(readers) == 1 else 'read'} the result of "
            f"'{self._spec.tasks[number].task_id}'"
            for number, readers in missing.items()
        )
        example = ", ".join(
            f"'{self._spec.tasks[number].task_id}': {'[...]' if self._spec.tasks[number].depth else '...'}"
            for number in missing
        )
        return f"Not all that the chosen tasks need is given: {told}. Fix: values={{{example}}}, or add to tasks."

    # --- maps ---

    @staticmethod
    def _maps_of(task: TaskSpec) -> tuple[int, ...]:
        return task.scope if task.map is None else (*task.scope, task.map)

    def _find_shape(self, map_number: int) -> StandIn | None:
        """The given values that say how long a map is whose sources are cut off."""
        if set(find_sources(self._spec.maps[map_number].length)) <= set(self._kept):
            return None
        inside = [
            each
            for number, each in self._stand_ins.items()
            if number in self._kept and map_number in self._maps_of(each.task)
        ]
        return next((each for each in inside if each.values is not None), inside[0] if inside else None)

    def _find_shapes(self) -> dict[int, StandIn]:
        shapes: dict[int, StandIn] = {}
        for number in self._kept_maps:
            shape = self._find_shape(number)
            if shape is None:
                continue
            if shape.values is None and shape.task.number not in self._stubs:
                raise OperationError(
                    f"How many instances '{shape.task.task_id}' has is not known without the task that it is mapped "
                    f"over. Fix: values={{'{shape.task.task_id}': [...]}}, or add that task to tasks."
                )
            shapes[number] = shape
        return shapes


def _wake(task: TaskSpec, stand_ins: Mapping[int, StandIn]) -> TaskSpec:
    """A task that never reaches a worker does so when something stands in for it."""
    return msgspec.structs.replace(task, kind="task") if task.kind == "empty" and task.number in stand_ins else task
