"""The text of a failed assertion about a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fanjet.testing.instance_result import InstanceResult
from fanjet.testing.task_result import TaskResult

_MOST_FAILURES = 20
_MOST_OUTPUTS = 3
_MOST_LINES = 15


def render_failures(
    dag_id: str, state: str, tasks: Mapping[str, TaskResult], failures: Sequence[InstanceResult]
) -> str:
    """The states of all tasks, what failed and why, and the end of what the first failures printed."""
    width = max([4, *(len(task_id) for task_id in tasks)])
    lines = [f"The run of DAG '{dag_id}' is a {'success' if state == 'success' else 'failure'}.", ""]
    lines += [f"    {task_id:{width}}  {task.count_states()}" for task_id, task in tasks.items()]
    if failures:
        lines += ["", "What failed:", ""]
        lines += [line for each in failures[:_MOST_FAILURES] for line in _describe(each)]
        if len(failures) > _MOST_FAILURES:
            lines.append(f"    ... and {len(failures) - _MOST_FAILURES} more")
    for each in [each for each in failures if each.output.strip()][:_MOST_OUTPUTS]:
        lines += ["", f"What {each} printed:", "", *_tail(each.output)]
    return "\n".join(lines)


def _describe(instance: InstanceResult) -> list[str]:
    tries = f" (try {instance.try_number})" if instance.try_number > 1 else ""
    head, *more = (instance.reason or "").splitlines() or [""]
    return [f"    {instance}  {instance.state}{tries}  {head}".rstrip(), *(f"        {line}" for line in more)]


def _tail(output: str) -> list[str]:
    lines = output.rstrip().splitlines()
    cut = [f"    ... {len(lines) - _MOST_LINES} lines before"] if len(lines) > _MOST_LINES else []
    return [*cut, *(f"    {line}" for line in lines[-_MOST_LINES:])]
