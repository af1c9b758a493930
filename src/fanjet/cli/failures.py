"""What failed in a run, with the last lines of the logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fanjet.cli.failure_kinds import as_failure, group_failures
from fanjet.cli.progress_closing import Failure, Failures
from fanjet.errors import ExecutionError
from fanjet.model.spec import TaskSpec
from fanjet.model.states import State
from fanjet.settings import Settings
from fanjet.store.database.database import Database
from fanjet.store.files.logs import read_log
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import InstanceRow, TaskCounts

_TAIL_BYTES = 4096
#: So many failed instances are looked at to find what kinds there are: a tenth of a second.
_MOST_GROUPED = 20_000
_NOT_RUN = (State.UPSTREAM_FAILED, State.SKIPPED)


def find_failures(settings: Settings, run: int, most: int) -> Failures:
    """The failed instances of a run in the order of the DAG; one of each kind if there are more than `most`."""
    with Reader.open(Database.of(settings)) as reader:
        tasks = reader.get_spec(run).tasks
        counts = reader.counts(run)
        found = [failure for failure, _ in choose_failures(reader, run, tasks, counts, most)]
        reasons = find_reasons(reader, run, tasks, counts, most)
    return Failures([*found, *reasons], count_failed(counts) + len(reasons))


def choose_failures(
    reader: Reader, run: int, tasks: tuple[TaskSpec, ...], counts: dict[int, TaskCounts], most: int
) -> list[tuple[Failure, InstanceRow]]:
    """The failed instances if there are only so many, else one of each kind among the first thousands."""
    if count_failed(counts) > most:
        return group_failures(iter_failed(reader, run, tasks, counts, _MOST_GROUPED), most)
    return [(as_failure(task.task_id, row), row) for task, row in iter_failed(reader, run, tasks, counts, most)]


def find_reasons(
    reader: Reader, run: int, tasks: tuple[TaskSpec, ...], counts: dict[int, TaskCounts], most: int
) -> list[Failure]:
    """Where nothing failed: why instances could not run, as far as that is recorded, each reason once."""
    if count_failed(counts):
        return []
    found: dict[str, Failure] = {}
    for task in tasks:
        known = counts.get(task.number)
        if known is None or not any(known.counts[state] for state in _NOT_RUN):
            continue
        for row in reader.instances(run, task.number, states=_NOT_RUN, with_error=True, limit=most):
            found.setdefault(row.error or "", as_failure(task.task_id, row))
    return list(found.values())[:most]


def count_failed(counts: dict[int, TaskCounts]) -> int:
    """All failed instances of a run."""
    return sum(task.counts[State.FAILED] for task in counts.values())


def iter_failed(
    reader: Reader, run: int, tasks: tuple[TaskSpec, ...], counts: dict[int, TaskCounts], most: int
) -> Iterator[tuple[TaskSpec, InstanceRow]]:
    """At most so many failed instances."""
    left = most
    for task in tasks:
        if left > 0 and task.number in counts and counts[task.number].counts[State.FAILED]:
            rows = reader.instances(run, task.number, states={State.FAILED}, limit=left)
            yield from ((task, row) for row in rows)
            left -= len(rows)


def read_tail(settings: Settings, row: InstanceRow, lines: int) -> list[str]:
    """The last lines of what an instance printed; a note in their place when the log is gone."""
    if row.log is None or not row.log.length:
        return []
    try:
        data = read_log(settings.home, row.log.segment, row.log.offset, row.log.length, tail_bytes=_TAIL_BYTES)
    except ExecutionError as error:
        return [str(error)]
    found = data.decode("utf-8", "replace").rstrip().splitlines()
    cut_first = len(data) == _TAIL_BYTES < row.log.length and len(found) <= lines
    return found[cut_first:][-lines:]


def leave_out_error(log: Sequence[str], error: str) -> list[str]:
    """The lines of a log without those that only say the error again, for screens that have said it."""
    said = [line.strip() for line in error.splitlines() if line.strip()]
    return [line for line in log if not any(_repeats(line.strip(), known) for known in said)]


def _repeats(line: str, known: str) -> bool:
    """Whether it is the line of the error, perhaps without the place that is put behind it there."""
    return line == known or (bool(line) and known.startswith(f"{line} ("))
