"""What workers have in their hands: launched tries whose end is not recorded."""

from __future__ import annotations

from fanjet.model.paths import Path as MapPath
from fanjet.model.paths import decode, encode, join
from fanjet.model.states import ENDED, State
from fanjet.store.queries.reading import Reading
from fanjet.store.queries.row_columns import Columns
from fanjet.store.queries.rows import RunningRow

#: Workers have only the latest launches in their hands: at most a few each.
_LATEST_LAUNCHES = 256
_COLUMNS = "parent, first, count, try_number, worker, launched_at"
#: Only those of the owner: the upper half of a fence is the number of the session.
_OF_OWNER = "fence >= (SELECT lease_session << 32 FROM run WHERE run.run = launch.run)"
_GOES_ON = frozenset({State.UP_FOR_RESCHEDULE, State.DEFERRED})


class LaunchQueries(Reading):
    """Queries about running tries. When the owner of a run is dead (`RunRow.owned`), they were lost with it."""

    def running(self, run: int, task: int) -> list[RunningRow]:
        """What of a task the run's owner has handed to workers, the latest launch first."""
        launches = self._select(
            _COLUMNS,
            f"FROM launch WHERE run = ? AND task = ? AND {_OF_OWNER} ORDER BY fence DESC LIMIT ?",
            run,
            task,
            _LATEST_LAUNCHES,
        )
        running: dict[MapPath, RunningRow] = {}
        for launch in launches:
            for row in self._list_out(run, task, launch):
                running.setdefault(row.path, row)
        return list(running.values())

    def find_running(self, run: int, task: int, path: MapPath) -> RunningRow | None:
        """The running try of one instance; None when it has none."""
        parent, index = (path[:-1], path[-1]) if path else ((), -1)
        launches = self._select(
            _COLUMNS,
            f"FROM launch WHERE run = ?1 AND task = ?2 AND {_OF_OWNER} AND "
            "((parent = ?3 AND first <= ?4 AND first + count > ?4) OR (parent = ?5 AND first = -1)) "
            "ORDER BY fence DESC LIMIT 1",
            run,
            task,
            encode(parent),
            index,
            encode(path),
        )
        rows = self._list_out(run, task, launches[0]) if launches else []
        return next((row for row in rows if row.path == path), None)

    def _list_out(self, run: int, task: int, launch: Columns) -> list[RunningRow]:
        """The tries of one launch whose end is not recorded."""
        parent_key, first, count, try_number, worker, launched_at = launch
        parent = decode(parent_key)
        paths = [join(parent, index) for index in range(first, first + count)]
        recorded = self._select(
            "path, state, try_number, started_at, ended_at",
            "FROM instance WHERE run = ? AND task = ? AND path BETWEEN ? AND ?",
            run,
            task,
            encode(paths[0]),
            encode(paths[-1]),
        )
        over = {decode(row[0]) for row in recorded if _is_over(row, try_number, launched_at)}
        return [
            RunningRow(path=path, try_number=try_number, worker=worker, launched_at=launched_at)
            for path in paths
            if path not in over
        ]


def _is_over(row: Columns, try_number: int, launched_at: float) -> bool:
    """Whether what is recorded of an instance came after the launch of this try."""
    _, state, recorded_try, started_at, ended_at = row
    if started_at is None and state in ENDED:  # it ended without a try, or while it waited for one
        return bool(ended_at >= launched_at)
    if recorded_try == try_number and state in _GOES_ON:
        return bool(ended_at >= launched_at)
    return bool(recorded_try >= try_number)
