"""What becomes of the value that a try returned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.errors import DagTypeError
from fanjet.model.events import TryExtra
from fanjet.model.states import State
from fanjet.model.values import RETURN_VALUE
from fanjet.runtime.branching import Graph
from fanjet.runtime.feeding import Feeds
from fanjet.runtime.skipping import skips_by_hand
from fanjet.runtime.try_result import TryResult
from fanjet.runtime.values import decode

if TYPE_CHECKING:
    from fanjet.runtime.task_instance import TaskInstance

_SUCCESS = TryResult(State.SUCCESS)


class Results:
    """Makes the ends of tries that did not fail, for the tasks of one DAG.

    Args:
        graph: Tells what branches skip.
        feeds: Tells which results other tasks are mapped over.
    """

    def __init__(self, graph: Graph, feeds: Feeds) -> None:
        self._graph = graph
        self._feeds = feeds

    def finish(self, ti: TaskInstance, value: Any) -> TryResult:
        """Store the value, count its items, and find what is skipped.

        Raises:
            DagError: The value cannot be stored, or is not what the task must return.
        """
        spec = ti.prepared.spec
        operator = ti.prepared.operator
        extra: TryExtra | None = None
        if spec.kind != "task" or ti.skipped:
            skips = self._find_skips(ti, value)
            extra = TryExtra(skips=skips) if skips else None
            if skips and not ti.map_path:  # one that is in a map has its value all the same (SEMANTICS 5.9)
                return TryResult(State.SUCCESS, extra=extra)
        stored = value if operator.do_xcom_push else None
        pushed = ti.pushed_return_value if stored is None else None
        item_count = -1
        if spec.number in self._feeds:
            item_count = self._feeds.count(spec, stored if pushed is None else decode(pushed))
        if stored is None:
            return _SUCCESS if pushed is None and extra is None else TryResult(State.SUCCESS, pushed, item_count, extra)
        if operator.multiple_outputs:
            self._push_each(ti, stored)
        return TryResult(State.SUCCESS, ti.encode(stored, RETURN_VALUE), item_count, extra)

    def _find_skips(self, ti: TaskInstance, value: Any) -> tuple[int, ...]:
        spec = ti.prepared.spec
        if ti.skipped or spec.kind not in {"branch", "short_circuit"}:
            return tuple(sorted(ti.skipped))
        if skips_by_hand(ti.prepared.operator):
            return ()
        if spec.kind == "branch":
            return self._graph.skipped_by_branch(spec, value)
        if value:
            return ()
        name = "ignore_downstream_trigger_rules"
        shared = ti.task.partial_kwargs if isinstance(ti.task, MappedOperator) else vars(ti.task)
        return self._graph.skipped_by_short_circuit(spec, only_next=not shared.get(name, True))

    @staticmethod
    def _push_each(ti: TaskInstance, value: Any) -> None:
        """One XCom for each key, besides the whole."""
        if not isinstance(value, Mapping):
            raise DagTypeError(
                f"Task '{ti.task_id}' has multiple_outputs and returned a value of type {type(value).__name__}.",
                fix="return a dict, or write @task(multiple_outputs=False)",
            )
        for key, item in value.items():
            if not isinstance(key, str):
                raise DagTypeError(
                    f"Task '{ti.task_id}' has multiple_outputs and returned a dict with the key {key!r}.",
                    fix="use str as keys, or write @task(multiple_outputs=False)",
                )
            ti.xcom_push(key, item)
