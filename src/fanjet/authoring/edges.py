"""Order between tasks: ``>>``, ``<<``, labels on edges and the functions that draw many edges at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from fanjet.authoring.exceptions import CycleError
from fanjet.errors import DagTypeError, DagValueError

if TYPE_CHECKING:
    from fanjet.authoring.operator import Operator

T = TypeVar("T")


class Node(ABC):
    """Whatever can stand on a side of ``>>``: a task, a task's output, a group, a label."""

    #: Whether the node as a whole was put before or after something.
    is_linked = False

    @property
    @abstractmethod
    def roots(self) -> Sequence[Operator]:
        """The tasks that wait for what is put before this node."""

    @property
    @abstractmethod
    def leaves(self) -> Sequence[Operator]:
        """The tasks that what is put after this node waits for."""

    def set_upstream(self, other: Node | Sequence[Any]) -> None:
        """Put `other` (a node or a list of nodes) before this node."""
        for node in iter_nodes(other):
            node.join(self)

    def set_downstream(self, other: Node | Sequence[Any]) -> None:
        """Put `other` (a node or a list of nodes) after this node."""
        for node in iter_nodes(other):
            if isinstance(node, Label):
                node.follow(self)
            else:
                self.join(node)

    def join(self, other: Node, label: str | None = None) -> None:
        """Make the roots of `other` wait for the leaves of this node."""
        if isinstance(other, Label):
            other.follow(self)
            return
        self.is_linked = other.is_linked = True
        for upstream in self.leaves:
            for downstream in other.roots:
                link(upstream, downstream, label)

    def __rshift__(self, other: T) -> T:
        self.set_downstream(other)  # type: ignore[arg-type] # checked when it runs, with a better message
        return other

    def __lshift__(self, other: T) -> T:
        self.set_upstream(other)  # type: ignore[arg-type] # checked when it runs, with a better message
        return other

    def __rrshift__(self, other: Sequence[Any]) -> Node:
        self.set_upstream(other)
        return self

    def __rlshift__(self, other: Sequence[Any]) -> Node:
        self.set_downstream(other)
        return self


class Label(Node):
    """A text on an edge: ``a >> Label("if it is new") >> b``.

    Args:
        label: The text.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self._before: list[Node] = []
        self._after: list[Node] = []

    @property
    def roots(self) -> Sequence[Operator]:
        return [task for node in self._after for task in node.roots]

    @property
    def leaves(self) -> Sequence[Operator]:
        return [task for node in self._before for task in node.leaves]

    def follow(self, node: Node) -> None:
        """Take `node` as one that comes before the label."""
        self._before.append(node)
        for after in self._after:
            node.join(after, self.label)

    def join(self, other: Node, label: str | None = None) -> None:
        """Take `other` as one that comes after the label."""
        if label is not None or isinstance(other, Label):
            raise DagTypeError("Two labels on one edge.", fix="put a task between them or join their texts")
        self._after.append(other)
        for before in self._before:
            before.join(other, self.label)


def iter_nodes(value: Any) -> Iterator[Node]:
    """The nodes in `value`, which is a node or a (nested) list of nodes.

    Raises:
        DagTypeError: Something in it cannot stand on an edge.
    """
    if isinstance(value, Node):
        yield value
    elif isinstance(value, list | tuple | set):
        for item in value:
            yield from iter_nodes(item)
    else:
        shown = getattr(value, "__name__", None) or repr(value)
        raise DagTypeError(
            f"A dependency cannot be set on {shown} of type {type(value).__name__}.",
            fix="use tasks, task groups or lists of them; a @task function becomes a task when it is called",
        )


def link(upstream: Operator, downstream: Operator, label: str | None = None) -> None:
    """Make one task wait for another.

    Raises:
        CycleError: They are the same task.
        DagValueError: They belong to different DAGs, or to none.
    """
    if upstream is downstream:
        raise CycleError(f"Task '{upstream.task_id}' cannot wait for itself.", **upstream.place)
    if upstream.dag is None and downstream.dag is not None:
        downstream.dag.add_task(upstream)
    elif downstream.dag is None and upstream.dag is not None:
        upstream.dag.add_task(downstream)
    if upstream.dag is None or upstream.dag is not downstream.dag:
        raise DagValueError(
            f"Tasks '{upstream.task_id}' and '{downstream.task_id}' are not in the same DAG.",
            fix="create both inside one `with DAG(...)` block or one @dag function",
            **downstream.place,
        )
    upstream.downstream[downstream] = None
    downstream.upstream[upstream] = None
    if label is not None:
        upstream.dag.edge_labels[(upstream.task_id, downstream.task_id)] = label


def chain(*nodes: Any) -> None:
    """Put nodes one after the other; two neighbouring lists of one length are joined pairwise.

    ``chain(a, [b, c], [d, e], f)`` is ``a >> b >> d >> f`` and ``a >> c >> e >> f``.

    Raises:
        DagValueError: Neighbouring lists differ in length.
    """
    for before, after in pairwise(nodes):
        if not (isinstance(before, list | tuple) and isinstance(after, list | tuple)):
            _join_all(before, after)
        elif len(before) == len(after):
            for one, other in zip(before, after, strict=True):
                _join_all(one, other)
        else:
            raise DagValueError(
                f"chain() cannot join a list of {len(before)} with a list of {len(after)} pairwise.",
                fix="make them the same length, or use chain_linear() or cross_downstream() to join all with all",
            )


def chain_linear(*nodes: Any) -> None:
    """Put nodes one after the other; everything in a list comes after everything in the list before it.

    Raises:
        DagValueError: There is nothing to join.
    """
    given = [node for node in nodes if not (isinstance(node, list | tuple) and not node)]
    if len(given) < 2:
        raise DagValueError("chain_linear() needs at least two nodes or lists that are not empty.")
    for before, after in pairwise(given):
        _join_all(before, after)


def cross_downstream(from_tasks: Any, to_tasks: Any) -> None:
    """Put all of `to_tasks` after each of `from_tasks`."""
    _join_all(from_tasks, to_tasks)


def _join_all(before: Any, after: Any) -> None:
    nodes = list(iter_nodes(after))
    for node in iter_nodes(before):
        node.set_downstream(nodes)
