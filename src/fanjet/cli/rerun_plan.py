"""What a rerun would take, as a table for people and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from fanjet.bootstrap.target import Target
from fanjet.cli.looks import LOOK_OF_STATE
from fanjet.cli.quantities import say_count
from fanjet.cli.tables import Column, render_table
from fanjet.cli.terminal import Terminal
from fanjet.cli.wrapping import wrap_rows, wrap_text
from fanjet.model.path_ranges import say_paths
from fanjet.model.paths import Path, join, show
from fanjet.model.reruns import RerunPlan, TakenInstances
from fanjet.model.spec import MapSpec
from fanjet.model.states import STATE_OF_LABEL, State

#: More ranges than this of one task are no longer read by anybody; `--json` has them all.
_MOST_RANGES = 200
_COLUMNS = (
    Column("task", flexible=True),
    Column("map index", flexible=True),
    Column("instances", right=True),
    Column("now", flexible=True),
    Column("why", flexible=True),
)
_IT = {True: "it", False: "them"}


class _Part(msgspec.Struct):
    """What would be taken of one task."""

    paths: list[Path] = []
    states: dict[str, int] = {}
    asked: int = 0


def plan_as_data(target: Target, plan: RerunPlan) -> dict[str, Any]:
    """For `--json`."""
    spec = target.spec
    return {
        "run": target.row.info.number,
        "dag_id": spec.dag_id,
        "instances": plan.count(),
        "tasks": [
            {
                "task": spec.tasks[number].task_id,
                "map_indexes": say_paths(part.paths),
                "instances": len(part.paths),
                "states": part.states,
                "asked": part.asked,
                "setup": number in plan.companions,
            }
            for number, part in _parts(target, plan).items()
        ],
        "maps": [
            {"map": _name(target, spec.maps[number]), "map_index": show(context)} for number, context in plan.maps
        ],
    }


def render_plan(target: Target, plan: RerunPlan, terminal: Terminal) -> str:
    """The table, with what cannot be known yet below it; nothing is cut."""
    rows = [
        (
            target.spec.tasks[number].task_id,
            _say_ranges(part.paths),
            f"{len(part.paths):,}",
            ", ".join(f"{count:,} {LOOK_OF_STATE[STATE_OF_LABEL[label]].word}" for label, count in part.states.items()),
            _say_why(part, is_setup=number in plan.companions),
        )
        for number, part in _parts(target, plan).items()
    ]
    text = render_table(_COLUMNS, wrap_rows(_COLUMNS, rows, terminal.width), terminal) if rows else ""
    return text + "".join("\n" + "\n".join(wrap_text(note, terminal.width)) + "\n" for note in _notes(target, plan))


def _notes(target: Target, plan: RerunPlan) -> Iterator[str]:
    open_maps = list(dict.fromkeys(_name(target, target.spec.maps[number]) for number, _ in plan.maps))
    if open_maps:
        yield (
            f"What {_join(open_maps)} {'is' if len(open_maps) == 1 else 'are'} mapped over is found out again. Should "
            "it have changed, all instances from the first change on run again, surplus ones are removed and missing "
            "ones added."
        )
    tasks = {target.spec.tasks[each.task] for each in plan.taken if _stands_in(target, each)}
    unexpanded = [task.task_id for task in target.spec.tasks if task in tasks]
    if unexpanded:
        yield (
            f"{_join(unexpanded)} {'has' if len(unexpanded) == 1 else 'have'} not expanded everywhere; how many "
            "instances there are is known only when what is mapped over has ended."
        )


def _stands_in(target: Target, taken: TakenInstances) -> bool:
    """Whether it is the one instance of a map that has not expanded."""
    return len(join(taken.parent, taken.indexes[0])) < target.spec.tasks[taken.task].depth


def say_plan(plan: RerunPlan) -> str:
    """One line: how much was asked for, and how much depends on it."""
    asked = sum(sum(each.asked) for each in plan.taken)
    others = plan.count() - asked
    if not others:
        return say_count(asked, "instance")
    them = _IT[asked == 1]
    setups = f" or set {them} up" if plan.companions else ""
    return f"{say_count(asked, 'instance')}, and {others:,} that depend{'s' * (others == 1)} on {them}{setups}"


def _parts(target: Target, plan: RerunPlan) -> dict[int, _Part]:
    parts: dict[int, _Part] = {}
    for taken in plan.taken:
        part = parts.setdefault(taken.task, _Part())
        paths = [join(taken.parent, index) for index in taken.indexes]
        part.paths += paths
        part.asked += sum(taken.asked)
        running = sum(path in target.running[taken.task] for path in paths) if taken.task in target.running else 0
        _count_states(part, taken.states, running)
    return parts


def _count_states(part: _Part, states: bytes, running: int) -> None:
    """Those that run wait by what is recorded."""
    counts = {state: states.count(state) for state in State}
    for state in (State.SCHEDULED, State.NONE, State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED):
        found = min(running, counts[state])
        counts[state] -= found
        counts[State.RUNNING] += found
        running -= found
    for state, count in counts.items():
        if count:
            part.states[state.label] = part.states.get(state.label, 0) + count


def _say_ranges(paths: list[Path]) -> str:
    ranges = say_paths(paths)
    more = len(ranges) - _MOST_RANGES
    shown = "  ".join(ranges[:_MOST_RANGES])
    return f"{shown}  and {more:,} more ranges: --json has them" if more > 0 else shown


def _say_why(part: _Part, *, is_setup: bool) -> str:
    if is_setup:
        return "sets up what runs again"
    if part.asked == len(part.paths):
        return "asked for"
    return f"{part.asked:,} asked for, the rest depend on them" if part.asked else "depends on them"


def _name(target: Target, spec: MapSpec) -> str:
    return spec.group or "" if spec.task is None else target.spec.tasks[spec.task].task_id


def _join(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
