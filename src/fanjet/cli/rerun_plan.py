"""What a rerun would take, as a table for people and as data for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from fanjet.bootstrap.target import Target
from fanjet.cli.index_ranges import say_paths
from fanjet.cli.quantities import say_count
from fanjet.cli.tables import Column, render_table
from fanjet.cli.terminal import Terminal
from fanjet.model.paths import Path, join, show
from fanjet.model.reruns import RerunPlan
from fanjet.model.spec import MapSpec
from fanjet.model.states import State

#: More ranges than this are no longer read by anybody; `--json` has them all.
_MOST_RANGES = 12
_COLUMNS = (
    Column("task"),
    Column("map index", flexible=True),
    Column("instances", right=True),
    Column("now", flexible=True),
    Column("why", flexible=True),
)


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
            for number, part in _parts(plan).items()
        ],
        "maps": [
            {"map": _name(target, spec.maps[number]), "map_index": show(context)} for number, context in plan.maps
        ],
    }


def render_plan(target: Target, plan: RerunPlan, terminal: Terminal) -> str:
    """The table, with a line about what may come on top."""
    rows = [
        (
            target.spec.tasks[number].task_id,
            _say_ranges(part.paths),
            f"{len(part.paths):,}",
            ", ".join(f"{count:,} {label}" for label, count in part.states.items()),
            _say_why(part, is_setup=number in plan.companions),
        )
        for number, part in _parts(plan).items()
    ]
    text = render_table(_COLUMNS, rows, terminal) if rows else ""
    names = dict.fromkeys(_name(target, target.spec.maps[number]) for number, _ in plan.maps)
    if names:
        text += (
            f"\nWhat feeds {', '.join(names)} runs again: should it give other items, all from the first that differs "
            "run again too, surplus instances are removed, missing ones added.\n"
        )
    return text


def say_plan(plan: RerunPlan) -> str:
    """One line: how much was asked for, and how much depends on it."""
    asked = sum(sum(each.asked) for each in plan.taken)
    others = plan.count() - asked
    more = f" and {say_count(others, 'instance')} that depend{'s' if others == 1 else ''} on them" if others else ""
    return f"{say_count(asked, 'instance')}{more}"


def _parts(plan: RerunPlan) -> dict[int, _Part]:
    parts: dict[int, _Part] = {}
    for taken in plan.taken:
        part = parts.setdefault(taken.task, _Part())
        part.paths += [join(taken.parent, index) for index in taken.indexes]
        part.asked += sum(taken.asked)
        for state in State:
            count = taken.states.count(state)
            if count:
                part.states[state.label] = part.states.get(state.label, 0) + count
    return parts


def _say_ranges(paths: list[Path]) -> str:
    ranges = say_paths(paths)
    more = len(ranges) - _MOST_RANGES
    shown = "  ".join(ranges[:_MOST_RANGES])
    return f"{shown}  and {more:,} more" if more > 0 else shown


def _say_why(part: _Part, *, is_setup: bool) -> str:
    if is_setup:
        return "sets up what runs again"
    if part.asked == len(part.paths):
        return "asked for"
    return f"{part.asked:,} asked for, the rest depend on them" if part.asked else "depends on them"


def _name(target: Target, spec: MapSpec) -> str:
    return spec.group or "" if spec.task is None else target.spec.tasks[spec.task].task_id
