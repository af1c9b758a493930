"""Values of other tasks, as one instance (or the place where a map is measured) sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fanjet.errors import DagValueError
from fanjet.model.paths import Path
from fanjet.model.spec import DagSpec
from fanjet.model.values import RETURN_VALUE
from fanjet.runtime.lazy_sequence import LazyXComSequence
from fanjet.runtime.neighbours import find_value
from fanjet.runtime.run_view import KeptValues, RunView
from fanjet.runtime.values import decode

if TYPE_CHECKING:
    from fanjet.authoring.operator import Operator


class Link(NamedTuple):
    """How a place and a task lie to each other."""

    #: Of the task that is read.
    number: int
    #: How many mapped groups are around both.
    common: int
    #: The maps of the task below those, outermost first; empty when it has a single value for the place.
    maps: tuple[int, ...]


class Links:
    """The links of one reading task (or map) to all that it reads, found once.

    Args:
        reader: Tells readers apart; see `RunView.values`.
        groups: The maps of the mapped groups around the reader, outermost first.
        spec: The DAG.
        numbers: The numbers of its tasks by operator.
    """

    def __init__(self, reader: int, groups: tuple[int, ...], spec: DagSpec, numbers: dict[Operator, int]) -> None:
        self.reader = reader
        self._groups = groups
        self._spec = spec
        self._numbers = numbers
        self._links: dict[Operator, Link] = {}

    def to(self, task: Operator) -> Link:
        """The link to a task."""
        link = self._links.get(task)
        if link is None:
            link = self._links[task] = self._find(self._numbers[task])
        return link

    def _find(self, number: int) -> Link:
        task = self._spec.tasks[number]
        common = 0
        for mine, theirs in zip(self._groups, task.scope, strict=False):
            if mine != theirs:
                break
            common += 1
        maps = task.scope if task.map is None else (*task.scope, task.map)
        return Link(number, common, maps[common:])


class TryScope:
    """A `fanjet.authoring.scope.Scope`: one place in a run.

    Args:
        path: The path of the instance, or of the place where a map is measured.
        links: Of the reading task or map.
        run: The run.
        kept: Those read before; see `fanjet.runtime.run_view.RunView.values`.
    """

    __slots__ = ("_kept", "_links", "_run", "path")

    def __init__(self, path: Path, links: Links, run: RunView, kept: KeptValues) -> None:
        self.path = path
        self._links = links
        self._run = run
        self._kept = kept

    def value_of(self, task: Operator, key: str) -> Any:
        """What `task` pushed under `key`, as seen from here; see `fanjet.authoring.scope.Scope.value_of`."""
        link = self._links.to(task)
        prefix = self.path[: link.common]
        slot = (self._links.reader, link.number, key)
        kept = self._kept.get(slot)
        if kept is not None and kept[0] == prefix:
            return kept[1]
        value: Any
        if link.maps:
            value = LazyXComSequence(self._run.client, link.number, prefix, link.maps, key)
        else:
            data = self._run.neighbours.find(slot, prefix) if prefix else find_value(self._run.client, slot, prefix)
            if data is None:
                _check_key(task, key)
            value = None if data is None else decode(data)
        self._kept[slot] = (prefix, value)
        return value

    def param(self, name: str) -> Any:
        """The value of a param of the DAG in this run.

        Raises:
            KeyError: There is none of this name.
        """
        return self._run.dag_run.params[name]


def _check_key(task: Operator, key: str) -> None:
    """See to it that nobody reads what nobody pushes.

    Raises:
        DagValueError: The key is neither that of the result nor one of several outputs of a task that may not have run.
    """
    if key != RETURN_VALUE and not task.multiple_outputs:
        raise DagValueError(
            f"Task '{task.task_id}' pushed nothing under the key {key!r}.",
            fix=f"return a dict from @task(multiple_outputs=True), or call ti.xcom_push({key!r}, ...) in it",
        )
