"""Removing old runs from the store, in small transactions that hold up nobody.

A run disappears first, with all requests about it, and what is recorded of its instances after it, a batch at a time.
Whoever is killed in between leaves rows without a run; the next one finds them by their summaries, which go last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from fanjet.store.database.writing import Writing

_BATCH: Final = 5_000
#: What has ended before an instant, but for the latest run of each DAG and the latest that its schedule has made: from
#: that one the planner goes on. What is kept is found once: a DAG may have hundreds of thousands of runs.
_OLD: Final = """
WITH kept AS (
    SELECT dag_id, max(run) AS latest, max(CASE WHEN run_type = 'scheduled' THEN logical_date END) AS planned
    FROM run GROUP BY dag_id
), old AS (
    SELECT r.run, r.dag_id FROM run AS r JOIN kept AS k ON k.dag_id = r.dag_id
    WHERE r.ended_at < ? AND r.run < k.latest AND (r.run_type <> 'scheduled' OR r.logical_date < k.planned)
)"""
_LIST_OLD: Final = f"{_OLD} SELECT run FROM old ORDER BY run"  # noqa: S608 - constants
_COUNT_OLD: Final = f"""{_OLD}
SELECT o.dag_id, count(DISTINCT o.run),
       coalesce(sum(s.success + s.failed + s.skipped + s.upstream_failed + s.removed), 0)
FROM old AS o LEFT JOIN summary AS s ON s.run = o.run GROUP BY o.dag_id ORDER BY o.dag_id"""  # noqa: S608 - constants
_COUNT_ROWS: Final = (
    "SELECT coalesce(sum(success + failed + skipped + upstream_failed + removed), 0) FROM summary WHERE run = ?"
)
_LIST_ORPHANS: Final = (
    "SELECT DISTINCT s.run FROM summary AS s WHERE NOT EXISTS (SELECT 1 FROM run AS r WHERE r.run = s.run)"
)
_DROP_RUN: Final = "DELETE FROM run WHERE run = ? AND ended_at < ? RETURNING dag_id"
_DROP_COMMANDS: Final = "DELETE FROM command WHERE run = ?"
_LIST_VALUES: Final = """
SELECT task, path, value FROM instance WHERE run = ? ORDER BY task, path LIMIT ?"""
_LIST_PUSHED: Final = "SELECT value FROM xcom WHERE run = ?"
_DROP_INSTANCES: Final = """
DELETE FROM instance WHERE run = ? AND (task < ? OR (task = ? AND path <= ?))"""
_DROP_REST: Final = tuple(
    f"DELETE FROM {table} WHERE run = ?"  # noqa: S608 - constants
    for table in ("try", "launch", "map_length", "xcom", "summary")
)
#: But for those that wait, with others to come, for the next run of a DAG that is there.
_DROP_EVENTS: Final = """
DELETE FROM asset_event WHERE at < ? AND event NOT IN (
    SELECT e.event FROM asset_use AS u JOIN dag AS d ON d.dag_id = u.dag_id
    JOIN asset_event AS e ON e.name = u.name AND e.uri = u.uri AND e.event BETWEEN u.first_event AND u.event
    WHERE d.is_present <> 0)"""
_DROP_KEPT: Final = "DELETE FROM kept_value WHERE expires_at <= ?"
_DROP_BACKFILLS: Final = """
DELETE FROM backfill WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM run WHERE run.backfill = backfill.backfill)"""
_DROP_VERSIONS: Final = """
DELETE FROM dag_version WHERE created_at < ?
       AND NOT EXISTS (SELECT 1 FROM run WHERE run.version = dag_version.version)
       AND NOT EXISTS (SELECT 1 FROM dag WHERE dag.version = dag_version.version)"""
_LIST_BUNDLES: Final = "SELECT DISTINCT bundle FROM dag_version"
#: Of runs that began before an instant and are still there.
_LIST_SEGMENTS: Final = """
SELECT DISTINCT i.log_segment FROM run AS r JOIN instance AS i ON i.run = r.run
WHERE r.started_at < ? AND i.log_segment IS NOT NULL
UNION SELECT DISTINCT t.log_segment FROM run AS r JOIN try AS t ON t.run = r.run
WHERE r.started_at < ? AND t.log_segment IS NOT NULL"""


class OldRuns(NamedTuple):
    """The runs of a DAG that may go."""

    dag_id: str
    runs: int
    instances: int


class Pruning(Writing):
    """Removes what is old."""

    def list_old(self, before: float) -> list[int]:
        """Runs that have ended before an instant and may go, the oldest first."""
        return [run for (run,) in self._connection.select(_LIST_OLD, before)]

    def count_old(self, before: float) -> list[OldRuns]:
        """The same by DAG."""
        return [
            OldRuns(dag_id, runs, int(count)) for dag_id, runs, count in self._connection.select(_COUNT_OLD, before)
        ]

    def list_orphans(self) -> list[int]:
        """Runs that were removed and of which something is left."""
        return [run for (run,) in self._connection.select(_LIST_ORPHANS)]

    def count_instances(self, run: int) -> int:
        """How many instances of a run are recorded."""
        return int(self._connection.select(_COUNT_ROWS, run)[0][0])

    def drop_run(self, run: int, before: float) -> str | None:
        """Make a run disappear that has ended before an instant.

        Returns:
            Its DAG; None when it is gone already, or has gone on because somebody has asked for a rerun meanwhile.
        """
        with self._connection.transaction():
            row = self._connection.execute(_DROP_RUN, (run, before)).fetchone()
            if row is not None:
                self._connection.execute(_DROP_COMMANDS, (run,))
        return None if row is None else str(row[0])

    def drop_rows(self, run: int) -> Iterator[list[bytes]]:
        """Remove what is recorded of the instances of a run that has disappeared.

        Yields:
            The encoded values of the next batch, before its rows go.
        """
        yield [value for (value,) in self._connection.select(_LIST_PUSHED, run)]
        while rows := self._connection.select(_LIST_VALUES, run, _BATCH):
            yield [value for _, _, value in rows if value is not None]
            task, path, _ = rows[-1]
            with self._connection.transaction():
                self._connection.execute(_DROP_INSTANCES, (run, task, task, path))
        with self._connection.transaction():
            for statement in _DROP_REST:
                self._connection.execute(statement, (run,))

    def drop_rest(self, before: float) -> dict[str, int]:
        """Remove what belongs to no run and is older than an instant.

        Returns:
            By kind: how many that were.
        """
        with self._connection.transaction(lock="asset_event"):
            return {
                "asset events": self._connection.execute(_DROP_EVENTS, (before,)).rowcount,
                "kept values": self._connection.execute(_DROP_KEPT, (before,)).rowcount,
                "backfills": self._connection.execute(_DROP_BACKFILLS, (before,)).rowcount,
                "versions": self._connection.execute(_DROP_VERSIONS, (before,)).rowcount,
            }

    def list_bundles(self) -> set[str]:
        """The bundles that some version needs."""
        return {name for (name,) in self._connection.select(_LIST_BUNDLES)}

    def list_segments(self, before: float) -> set[int]:
        """The log segments of runs that began before an instant: others cannot have written that long ago."""
        return {int(number) for (number,) in self._connection.select(_LIST_SEGMENTS, before, before)}
