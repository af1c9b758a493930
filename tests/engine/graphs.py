"""A little language for DAGs in tests of the engine: tasks get their numbers in the order in which they are added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fanjet.model.lengths import LengthSpec, LiteralLength, find_sources
from fanjet.model.rules import TriggerRule
from fanjet.model.spec import DagSpec, MapSpec, TaskSpec


@dataclass
class Graph:
    """Collects tasks and maps; `build` makes the DAG of them."""

    tasks: list[TaskSpec] = field(default_factory=list)
    maps: list[MapSpec] = field(default_factory=list)

    def group(self, length: LengthSpec | int, *, inside: tuple[int, ...] = ()) -> tuple[int, ...]:
        """A mapped group; returns the scope of its tasks."""
        number = len(self.maps)
        length = LiteralLength(length) if isinstance(length, int) else length
        self.maps.append(MapSpec(number=number, scope=inside, length=length, task=None, group=f"g{number}"))
        return (*inside, number)

    def task(
        self,
        after: Iterable[int] = (),
        *,
        inside: tuple[int, ...] = (),
        over: LengthSpec | int | None = None,
        rule: TriggerRule | str = TriggerRule.ALL_SUCCESS,
        **others: Any,
    ) -> int:
        """A task, mapped by itself with `over`; the sources of its map are upstream of it. Returns its number."""
        number = len(self.tasks)
        upstream = list(after)
        own_map = None
        if over is not None:
            length = LiteralLength(over) if isinstance(over, int) else over
            own_map = len(self.maps)
            self.maps.append(MapSpec(number=own_map, scope=inside, length=length, task=number, group=None))
            upstream += find_sources(length)
        self.tasks.append(
            TaskSpec(
                number=number,
                task_id=others.pop("task_id", f"t{number}"),
                operator="test",
                scope=inside,
                map=own_map,
                upstream=tuple(dict.fromkeys(upstream)),
                trigger_rule=TriggerRule(rule),
                **others,
            )
        )
        return number

    def leaves(self) -> tuple[int, ...]:
        """Tasks that nothing comes after."""
        before = {number for task in self.tasks for number in task.upstream}
        return tuple(task.number for task in self.tasks if task.number not in before)

    def build(self, **others: Any) -> DagSpec:
        """The DAG."""
        others.setdefault("leaves", self.leaves())
        return DagSpec(dag_id="dag", file="dag.py", tasks=tuple(self.tasks), maps=tuple(self.maps), **others)
