"""The tree of a run's groups and tasks with what became of their instances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from fanjet.cli.looks import LOOK_OF_STATE, say_counts, summary_look
from fanjet.cli.quantities import say_duration
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import Terminal
from fanjet.model.paths import Path
from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.model.states import State
from fanjet.store.queries.rows import TaskCounts

_COLUMNS = (
    Column("TASK", flexible=True),
    Column("INSTANCES", right=True),
    Column("STATES", flexible=True),
    Column("EACH", right=True),
    Column("TOOK", right=True),
)

#: (map, parent, count) of every expansion.
Lengths = Sequence[tuple[int, Path, int]]


class Node(msgspec.Struct, kw_only=True):
    """A group with what is in it, or a task."""

    name: str
    mapped: bool
    #: None for a group.
    task: TaskSpec | None
    counts: TaskCounts | None
    #: Instances that will be there, as far as that is known.
    expected: int = 0
    running: int = 0
    #: Instances that had earlier tries.
    retried: int = 0
    children: list[Node] = []


def build_tree(
    spec: DagSpec,
    counts: dict[int, TaskCounts],
    lengths: Lengths,
    running: dict[int, int],
    retried: dict[int, int],
) -> list[Node]:
    """The top of the tree, in the order of the DAG; a group stands where its first task does.

    Args:
        spec: The DAG.
        counts: What is recorded, by task.
        lengths: Every expansion.
        running: The number of instances that workers have in their hands, by task; empty when nobody owns the run.
        retried: The number of instances that had earlier tries, by task.
    """
    top: list[Node] = []
    groups: dict[str, Node] = {}
    specs = {group.group_id: group for group in spec.groups}

    def place(group: str | None) -> list[Node]:
        if group is None:
            return top
        if group not in groups:
            known = specs.get(group)
            mapped = known is not None and known.map is not None
            parent = known.parent if known else None
            groups[group] = Node(name=_short(group, parent), mapped=mapped, task=None, counts=None, children=[])
            place(parent).append(groups[group])
        return groups[group].children

    for task in spec.tasks:
        name = _short(task.task_id, task.group)
        expected = count_expected(task, lengths)
        mapped = task.map is not None
        node = Node(name=name, mapped=mapped, task=task, counts=counts.get(task.number), expected=expected)
        node.running = running.get(task.number, 0)
        node.retried = retried.get(task.number, 0)
        place(task.group).append(node)
    return top


def _short(full_id: str, group: str | None) -> str:
    return full_id.removeprefix(f"{group}.") if group else full_id


def count_expected(task: TaskSpec, lengths: Lengths) -> int:
    """How many instances the task has by the lengths known so far; an unexpanded map counts once per place."""
    inner = task.map if task.map is not None else (task.scope[-1] if task.scope else None)
    if inner is None:
        return 1
    return sum(count for number, _, count in lengths if number == inner)


def render_tree(nodes: Sequence[Node], terminal: Terminal) -> str:
    """The tree as a table."""
    return render_table(_COLUMNS, [_row(node, stem, terminal) for stem, node in _walk(nodes, "", terminal)], terminal)


def _walk(nodes: Sequence[Node], stem: str, terminal: Terminal, depth: int = 0) -> Iterator[tuple[str, Node]]:
    branch, last, through = ("├─ ", "└─ ", "│  ") if terminal.unicode else ("|- ", "`- ", "|  ")
    for at, node in enumerate(nodes):
        end = at == len(nodes) - 1
        yield (stem + (last if end else branch) if depth else ""), node
        yield from _walk(node.children, (stem + ("   " if end else through)) if depth else "", terminal, depth + 1)


def _row(node: Node, stem: str, terminal: Terminal) -> list[str | Cell]:
    counts = list(node.counts.counts) if node.counts else [0] * len(State)
    recorded = sum(counts) - counts[State.REMOVED]
    open_ones = max(0, node.expected - recorded)
    running = min(node.running, open_ones)
    counts[State.RUNNING] += running
    counts[State.NONE] += open_ones - running
    name = node.name + ("[]" if node.mapped else "")
    if node.task is None:
        return [Cell(f"{stem}{name}", "bold"), "", "", "", ""]
    look = summary_look(counts) if node.counts or running else LOOK_OF_STATE[State.NONE]
    symbol = terminal.symbol(look.symbol, look.ascii_symbol)
    words = [text for text, _ in say_counts(counts, leave_out=frozenset({State.NONE}))]
    states = ", ".join([*words, f"{counts[State.NONE]:,} to go"] if counts[State.NONE] and words else words)
    again = f" ({node.retried:,} retried)" if node.retried else ""
    return [
        f"{stem}{name}",
        f"{recorded + open_ones:,}" if recorded + open_ones else "?",
        Cell(f"{symbol} {states or 'waiting'}{again}", look.style),
        _say_each(node.counts, recorded),
        _say_span(node.counts),
    ]


def _say_each(counts: TaskCounts | None, recorded: int) -> str:
    """The median duration, as exact as the histogram is: within its piece by position."""
    if counts is None or recorded < 2 or not counts.durations:
        return ""
    middle = sum(number for _, number in counts.durations) / 2
    seen = 0
    for bound, number in counts.durations:
        if seen + number >= middle:
            share = (middle - seen) / number
            return f"~{say_duration(bound / 2 * (1 + share))}"
        seen += number
    return ""


def _say_span(counts: TaskCounts | None) -> str:
    """From the first start to the last end."""
    if counts is None or counts.first_started_at is None or counts.last_ended_at is None:
        return ""
    return say_duration(counts.last_ended_at - counts.first_started_at)
