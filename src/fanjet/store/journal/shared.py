"""What runs leave for each other in one home: kept values, events of assets, and how runs and tasks ended."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from fanjet.model import paths
from fanjet.model.requests import AssetEvent, DagFacts, FindAssetEvents, FindDag, FindRuns, FindXComs, Keep, RunFacts
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database, database_at
from fanjet.store.database.port import Connection

_EVENT_COLUMNS = "name, uri, extra, aliases, dag_id, run_id, task_id, path, at"
_RUN_COLUMNS = "run, run_id, state, logical_date, data_interval_start, data_interval_end, started_at, ended_at"
_EVENTS_AT_ONCE = 500
#: So many runs are searched for a value.
_MOST_PUSHERS = 1000
_LATEST_FIRST = "ORDER BY logical_date IS NULL, logical_date DESC, run DESC LIMIT ?"
#: As its file has it where a service knows it, else as it was run last.
_FIND_DAG = """
SELECT v.spec, coalesce(d.is_present, 1) FROM dag_version AS v LEFT JOIN dag AS d ON d.dag_id = v.dag_id
WHERE v.version = coalesce((SELECT version FROM dag WHERE dag_id = ?),
                           (SELECT max(version) FROM dag_version WHERE dag_id = ?))"""
#: Those of the table `summary`.
_STATES = (
    "success", "failed", "skipped", "upstream_failed", "up_for_retry", "up_for_reschedule", "deferred", "removed",
)  # fmt: skip
_KEEP = """
INSERT INTO kept_value (owner, key, value, expires_at) VALUES (?, ?, ?, ?)
ON CONFLICT (owner, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at"""
#: By database: whether a name is in a JSON list.
_HAS_ALIAS = {
    "sqlite": "? IN (SELECT value FROM json_each(aliases))",
    "postgresql": "CAST(aliases AS JSONB) @> to_jsonb(CAST(? AS TEXT))",
}
_decode_spec = msgspec.json.Decoder(DagSpec).decode


class SharedStore:
    """Reads and writes what runs share. Used from one thread; opens the database when it is first needed.

    Args:
        place: The database; a home stands for its SQLite file.
        busy_timeout_s: How long to wait for another process that has locked the database.
        durable: Whether a write is on the disk when it returns.
    """

    def __init__(self, place: Path | Database, *, busy_timeout_s: float = 5.0, durable: bool = True) -> None:
        self._database = database_at(place)
        self._busy_timeout_s = busy_timeout_s
        self._durable = durable
        self._connection: Connection | None = None

    def close(self) -> None:
        """Close the database."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    # --- kept values ---

    def find_kept(self, owner: str, key: str) -> str | None:
        """JSON; None where nothing is kept, or no longer."""
        rows = self._select(
            "SELECT value FROM kept_value WHERE owner = ? AND key = ? AND coalesce(expires_at > ?, TRUE)",
            owner, key, time.time(),
        )  # fmt: skip
        return rows[0][0] if rows else None

    def keep(self, request: Keep) -> None:
        """Keep a value, in the place of the one that was kept under its key."""
        expires_at = None if request.keep_s is None else time.time() + request.keep_s
        with self._transaction() as connection:
            connection.execute(
                _KEEP,
                (request.owner, request.key, request.value, expires_at),
            )
            connection.execute("DELETE FROM kept_value WHERE expires_at <= ?", (time.time(),))

    def forget(self, owner: str, key: str | None) -> int:
        """Keep one key, or all of an owner, no longer; gives how many there were."""
        with self._transaction() as connection:
            return connection.execute(
                "DELETE FROM kept_value WHERE owner = ? AND key = coalesce(?, key)", (owner, key)
            ).rowcount

    # --- events of assets ---

    def record_events(self, events: Sequence[AssetEvent]) -> None:
        """Record the events of one try, in the place of those of the same instance."""
        first = events[0]
        source = (first.dag_id, first.run_id, first.task_id, paths.encode(first.path))
        # The lock: numbers are committed in their order, so who has read up to one has missed none before it.
        with self._transaction(lock="asset_event") as connection:
            connection.execute(
                "DELETE FROM asset_event WHERE dag_id = ? AND run_id = ? AND task_id = ? AND path = ?", source
            )
            connection.executemany(
                f"INSERT INTO asset_event ({_EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
                [(e.name, e.uri, e.extra, msgspec.json.encode(e.aliases).decode(), *source, e.at) for e in events],
            )

    def find_events(self, request: FindAssetEvents) -> list[AssetEvent]:
        """The events of an asset, of an alias or with these numbers, the oldest first."""
        if request.numbers is not None:
            return self._list_events(request.numbers)
        wanted: tuple[str | None, ...]
        if request.alias is not None:
            where, wanted = _HAS_ALIAS[self._database.dialect], (request.alias,)
        else:
            where, wanted = "name = coalesce(?, name) AND uri = coalesce(?, uri)", (request.name, request.uri)
        statement = f"SELECT {_EVENT_COLUMNS} FROM asset_event WHERE {where} ORDER BY event"  # noqa: S608 - constants
        rows = self._select(statement, *wanted)
        return [_make_event(row) for row in rows]

    def _list_events(self, numbers: Sequence[int]) -> list[AssetEvent]:
        found: list[AssetEvent] = []
        wanted = sorted(numbers)
        for at in range(0, len(wanted), _EVENTS_AT_ONCE):
            some = wanted[at : at + _EVENTS_AT_ONCE]
            marks = ", ".join("?" * len(some))
            statement = f"SELECT {_EVENT_COLUMNS} FROM asset_event WHERE event IN ({marks}) ORDER BY event"  # noqa: S608 - constants
            found += [_make_event(row) for row in self._select(statement, *some)]
        return found

    # --- other runs ---

    def find_runs(self, request: FindRuns) -> list[RunFacts]:
        """Runs of a DAG, the latest logical date first."""
        conditions: list[str] = ["dag_id = ?"]
        wanted: list[object] = [request.dag_id]
        if request.run_id is not None:
            conditions, wanted = [*conditions, "run_id = ?"], [*wanted, request.run_id]
        if request.logical_dates is not None:
            marks = ", ".join("?" * len(request.logical_dates))
            conditions, wanted = [*conditions, f"logical_date IN ({marks})"], [*wanted, *request.logical_dates]
        if request.before is not None:
            conditions, wanted = [*conditions, "logical_date < ?"], [*wanted, request.before]
        if request.state is not None:
            conditions, wanted = [*conditions, "state = ?"], [*wanted, int(_status_of(request.state))]
        where = " AND ".join(conditions)
        statement = f"SELECT {_RUN_COLUMNS} FROM run WHERE {where} {_LATEST_FIRST}"  # noqa: S608 - constants
        rows = self._select(statement, *wanted, request.limit)
        return [_make_run(row) for row in rows]

    def find_dag(self, request: FindDag, loaded: Mapping[str, DagSpec]) -> DagFacts:
        """What is known of a DAG.

        Args:
            request: Which, and which tasks and groups are asked for.
            loaded: DAGs by id that nobody has written down yet.
        """
        spec, is_present = loaded.get(request.dag_id), True
        if spec is None:
            rows = self._select(_FIND_DAG, request.dag_id, request.dag_id)
            if not rows:
                return DagFacts(is_known=False, is_present=False, missing=request.names)
            spec, is_present = _decode_spec(rows[0][0]), bool(rows[0][1])
        missing = tuple(name for name in request.names if not _find_tasks(spec, name))
        return DagFacts(is_known=True, is_present=is_present, missing=missing)

    def iter_pushers(self, request: FindXComs) -> Iterator[tuple[int, int]]:
        """Runs in which a task may have pushed, the latest logical date first: (run, number of the task)."""
        conditions: list[str] = ["dag_id = ?"]
        wanted: list[object] = [request.dag_id]
        if request.run_id is not None:
            conditions, wanted = [*conditions, "run_id = ?"], [*wanted, request.run_id]
        if request.until is not None:
            conditions, wanted = [*conditions, "logical_date <= ?"], [*wanted, request.until]
        where = " AND ".join(conditions)
        numbers: dict[int, int | None] = {}
        for run, version in self._select(
            f"SELECT run, version FROM run WHERE {where} {_LATEST_FIRST}",  # noqa: S608 - constants
            *wanted,
            _MOST_PUSHERS,
        ):
            if version not in numbers:
                ((spec,),) = self._select("SELECT spec FROM dag_version WHERE version = ?", version)
                tasks = _decode_spec(spec).tasks
                numbers[version] = next((task.number for task in tasks if task.task_id == request.task_id), None)
            number = numbers[version]
            if number is not None:
                yield run, number

    def count_states(self, run: int, name: str) -> dict[str, dict[str, int]] | None:
        """By task, how many ended instances are in each state: of one task, or of all tasks of a group.

        A mapped task of a run that is under way counts one running instance: more may come.
        """
        rows = self._select(
            "SELECT v.spec, r.ended_at FROM run AS r JOIN dag_version AS v ON v.version = r.version WHERE r.run = ?",
            run,
        )
        spec = _decode_spec(rows[0][0]) if rows else None
        numbers = {} if spec is None else _find_tasks(spec, name)
        if spec is None or not numbers:
            return None
        counted: dict[str, dict[str, int]] = {task_id: {} for task_id in numbers.values()}
        statement = f"SELECT task, {', '.join(_STATES)} FROM summary WHERE run = ?"  # noqa: S608 - constants
        for number, *counts in self._select(statement, run):
            if number in numbers:
                found = zip(_STATES, counts, strict=True)
                counted[numbers[number]] = {state: count for state, count in found if count}
        for number, task_id in numbers.items():  # more instances may come
            if rows[0][1] is None and spec.tasks[number].depth:
                counted[task_id]["running"] = 1
        return counted

    @contextmanager
    def _transaction(self, *, lock: str | None = None) -> Iterator[Connection]:
        connection = self._open()
        with connection.transaction(lock=lock):
            yield connection

    def _select(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._open().select(statement, *parameters)

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = open_writer(self._database, self._busy_timeout_s, durable=self._durable)
        return self._connection


def _make_event(row: tuple[Any, ...]) -> AssetEvent:
    name, uri, extra, aliases, dag_id, run_id, task_id, path, at = row
    return AssetEvent(
        name=name, uri=uri, extra=extra, aliases=tuple(msgspec.json.decode(aliases)), dag_id=dag_id, run_id=run_id,
        task_id=task_id, path=paths.decode(path), at=at,
    )  # fmt: skip


def _make_run(row: tuple[Any, ...]) -> RunFacts:
    number, run_id, state, logical_date, start, end, started_at, ended_at = row
    return RunFacts(
        number=number, run_id=run_id, state=RunStatus(state).label, logical_date=logical_date,
        data_interval_start=start, data_interval_end=end, started_at=started_at, ended_at=ended_at,
    )  # fmt: skip


def _status_of(label: str) -> RunStatus:
    return next(status for status in RunStatus if status.label == label)


def _find_tasks(spec: DagSpec, name: str) -> dict[int, str]:
    """The ids by number of a task, or of all tasks of a group."""
    inside = {name}
    for group in spec.groups:  # enclosing groups come first
        if group.parent in inside:
            inside.add(group.group_id)
    return {task.number: task.task_id for task in spec.tasks if task.task_id == name or task.group in inside}
