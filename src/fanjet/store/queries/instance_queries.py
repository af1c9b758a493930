"""Counts, instances, tries and values of one run."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fanjet.model.paths import Path as MapPath
from fanjet.model.paths import decode, encode, prefix_end
from fanjet.model.states import State
from fanjet.model.values import RETURN_VALUE
from fanjet.store.queries.launch_queries import LaunchQueries
from fanjet.store.queries.row_columns import (
    INSTANCE_COLUMNS,
    SUMMARY_COLUMNS,
    TRY_COLUMNS,
    make_counts,
    make_instance,
    make_try,
)
from fanjet.store.queries.rows import InstanceRow, TaskCounts, TryRow

#: A page of `iter_instances`; between two pages no transaction is open that would keep the log from shrinking.
_ROWS_AT_ONCE = 2000


class InstanceQueries(LaunchQueries):
    """Queries about what is inside a run."""

    def counts(self, run: int) -> dict[int, TaskCounts]:
        """What is recorded of a run, by task number; a task without a recorded instance is left out."""
        rows = self._select(f"task, {SUMMARY_COLUMNS}", "FROM summary WHERE run = ? ORDER BY task", run)
        return {task: make_counts(columns) for task, *columns in rows}

    def count_retried(self, run: int, task: int) -> int:
        """How many instances had earlier tries, by themselves or by a rerun. Costs as much as there are such tries."""
        joined = "FROM try AS t JOIN instance AS i ON i.run = t.run AND i.task = t.task AND i.path = t.path"
        condition = "WHERE t.run = ? AND t.task = ? AND i.try_number > t.try_number"
        ((count,),) = self._select("count(DISTINCT t.path)", f"{joined} {condition}", run, task)
        return int(count)

    def instances(
        self,
        run: int,
        task: int,
        prefix: MapPath = (),
        *,
        states: Collection[State] | None = None,
        with_error: bool = False,
        limit: int = 100,
        offset: int = 0,
    ) -> list[InstanceRow]:
        """Recorded instances of a task in the order of their paths.

        Args:
            run: The number of the run.
            task: The number of the task.
            prefix: Only those whose path begins so; the whole path for one instance.
            states: Only those in one of these states; None for all.
            with_error: Only those with a recorded error or reason.
            limit: At most so many.
            offset: Without so many at the beginning.
        """
        between = (run, task, encode(prefix), prefix_end(prefix))
        return self._instances(between, states, limit, offset, with_error=with_error)

    def find_instance(self, run: int, task: int, path: MapPath) -> InstanceRow | None:
        """One instance; None when nothing is recorded of it."""
        found = self._instances((run, task, encode(path), encode(path) + b"\0"), None, 1, 0)
        return found[0] if found else None

    def iter_instances(
        self, run: int, task: int, prefix: MapPath = (), *, states: Collection[State] | None = None
    ) -> Iterator[InstanceRow]:
        """All recorded instances of a task in the order of their paths, however many there are."""
        start = encode(prefix)
        while page := self._instances((run, task, start, prefix_end(prefix)), states, _ROWS_AT_ONCE, 0):
            yield from page
            start = encode(page[-1].path) + b"\0"

    def tries(self, run: int, task: int, path: MapPath) -> list[TryRow]:
        """All tries of one instance, the earliest first, with the running one."""
        one = (run, task, encode(path))
        earlier = self._select(
            TRY_COLUMNS, "FROM try WHERE run = ? AND task = ? AND path = ? ORDER BY try_number, ended_at", *one
        )
        latest = self._select(TRY_COLUMNS, "FROM instance WHERE run = ? AND task = ? AND path = ?", *one)
        tries = [make_try(columns) for columns in earlier]
        tries += [found for found in map(make_try, latest) if _is_try(found, tries)]
        running = self.find_running(run, task, path)
        if running is None:
            return tries
        return [
            *tries,
            TryRow(
                try_number=running.try_number,
                state=State.RUNNING,
                started_at=running.launched_at,
                ended_at=None,
                label=None,
                error=None,
                log=None,
            ),
        ]

    def map_lengths(self, run: int) -> list[tuple[int, MapPath, int]]:
        """(map, parent, count) of every expansion."""
        rows = self._select("map, parent, count", "FROM map_length WHERE run = ? ORDER BY map, parent", run)
        return [(map_number, decode(parent), count) for map_number, parent, count in rows]

    def xcoms(self, run: int, task: int, path: MapPath) -> dict[str, bytes]:
        """The values of one instance by key, with its return value."""
        pushed = self._select(
            "key, value", "FROM xcom WHERE run = ? AND task = ? AND path = ? ORDER BY key", run, task, encode(path)
        )
        row = self.find_instance(run, task, path)
        returned = {} if row is None or row.value is None else {RETURN_VALUE: row.value}
        return {**dict(pushed), **returned}

    def iter_pushed(self, run: int, task: int) -> Iterator[tuple[MapPath, str, bytes]]:
        """What all instances of a task have pushed, without what they returned: (path, key, value), in that order."""
        path, key = b"", ""
        while page := self._select(
            "path, key, value",
            "FROM xcom WHERE run = ? AND task = ? AND (path > ? OR path = ? AND key > ?) ORDER BY path, key LIMIT ?",
            *(run, task, path, path, key, _ROWS_AT_ONCE),
        ):
            yield from ((decode(at), name, value) for at, name, value in page)
            path, key, _ = page[-1]

    def _instances(
        self,
        between: tuple[int, int, bytes, bytes],
        states: Collection[State] | None,
        limit: int,
        offset: int,
        *,
        with_error: bool = False,
    ) -> list[InstanceRow]:
        """Instances by (run, task, first key, key after the last)."""
        if states is not None and not states:
            return []
        wanted = ", ".join(str(int(state)) for state in states or ())
        # The index of failed instances is only used where the condition is spelled as in its definition.
        condition = f"AND state = {wanted}" if wanted.isdecimal() else f"AND state IN ({wanted})" if wanted else ""
        condition += " AND error IS NOT NULL" if with_error else ""
        rows = self._select(
            INSTANCE_COLUMNS,
            "FROM instance WHERE run = ? AND task = ? AND path >= ? AND path < ? "
            f"{condition} ORDER BY path LIMIT ? OFFSET ?",
            *between,
            limit,
            offset,
        )
        return [make_instance(columns) for columns in rows]


def _is_try(found: TryRow, earlier: list[TryRow]) -> bool:
    """Whether the row of an instance is about a try: one that ran, or was cancelled before its end was heard of."""
    if found.started_at is not None:
        return True
    cancelled = found.state is State.FAILED and found.try_number > 0
    return cancelled and all(each.try_number != found.try_number for each in earlier)
