"""Where the order in which instances end decides: such an outcome is no rule, and is not compared."""

from __future__ import annotations

from typing import Any

from conformance.generating.parts import Draft, Task

_BAD = {"failed", "upstream_failed"}


def find_race(draft: Draft, instances: dict[str, dict[str, dict[str, Any]]]) -> str | None:
    """What depends on chance in a recorded run, in words; None where nothing does.

    With all_success the first of a skip and a failure decides. A map whose source did not succeed, and which waits for
    another task that did not either, ends as the first of the two says.
    """
    for task in draft.tasks.values():
        by_index = _states_upstream(draft, task, instances)
        if task.rule == "all_success" and any(_both(states) for states in by_index):
            return f"{task.task_id} sees skips and failures"
        if task.sources and task.group is None:
            sources = _states(task.sources, instances)
            others = _states([name for name in task.upstream if name not in task.sources], instances)
            if _both(sources) or (sources - {"success"} and others - {"success"}):
                return f"{task.task_id} sees sources and others that did not succeed"
    return None


def _both(states: set[str]) -> bool:
    return "skipped" in states and bool(states & _BAD)


def _states(names: list[str], instances: dict[str, dict[str, dict[str, Any]]]) -> set[str]:
    return {instance["state"] for name in names for instance in instances.get(name, {}).values()}


def _states_upstream(draft: Draft, task: Task, instances: dict[str, dict[str, dict[str, Any]]]) -> list[set[str]]:
    """What each instance of a task sees: in a mapped group, of the group its own index alone."""
    inner = [name for name in task.upstream if task.group and draft.tasks[name].group == task.group]
    outer = _states([name for name in task.upstream if name not in inner], instances)
    if not inner:
        return [outer]
    positions = {position for name in inner for position in instances.get(name, {})}
    return [
        outer | {instances[name][position]["state"] for name in inner if position in instances.get(name, {})}
        for position in positions
    ]
