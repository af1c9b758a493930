"""What is asked often is answered through an index, on both databases, however many rows there are."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.database.port import Connection
from fanjet.store.journal import statements as sql
from fanjet.store.journal.journal import Journal
from fanjet.store.queries import statements_progress as progress
from fanjet.store.service import planned_runs, run_starts
from store.samples import ends, own_run

#: By name: the statement, and values for it. Paths lie in the middle of those that are there.
P, Q = b"\0\0\1\0", b"\0\0\1\x10"
HOT: dict[str, tuple[str, tuple[object, ...]]] = {
    "recorded": (sql.FIND_RECORDED, (1, 1, P, Q)),
    "values": (sql.GET_VALUES, (1, 1, P, Q, 100, 0)),
    "ended values": (sql.GET_ENDED_VALUES, (1, 1, P, Q, 100, 0)),
    "pushed": (sql.GET_PUSHED, (1, 1, P, Q, "k", 100, 0)),
    "path of a value": (sql.FIND_VALUE_PATH, (1, 1, P, Q, 0)),
    "page of a history": (sql.LIST_INSTANCES, (1, 1, P, 100)),
    "try": ("SELECT * FROM try WHERE run = ? AND task = ? AND path = ?", (1, 1, P)),
    "failed": (
        "SELECT * FROM instance WHERE run = ? AND task = ? AND path >= ? AND path < ? AND state = 4 ORDER BY path",
        (1, 1, P, Q),
    ),
    "ended run": (sql.END_RUN, (2, 0.0, 1)),
    "lease": (sql.FIND_LEASE, (1,)),
    "summary": (sql.FIND_SUMMARY, (1, 1)),
    "map length": (sql.GET_MAP_LENGTH, (1, 1, b"")),
    "heard of": (progress.COUNT_HEARD_OF, (1, 1, P, Q, 1, 0.0)),
    "launch": (progress.FIND_LAUNCH, (1, 1, b"", 3, P)),
    "commands": (sql.LIST_COMMANDS, (0.0,)),
    "answer": (sql.FIND_ANSWER, (1,)),
    "run by id": (sql.FIND_INFO_OF_RUN, ("sweep", "first")),
    "queued": (run_starts.LIST_QUEUED, ("sweep", 0, 1, 50)),
    "queued of a backfill": (run_starts.LIST_QUEUED_FORWARDS, ("sweep", 1, 1, 50)),
    "queued of a backfill, backwards": (run_starts.LIST_QUEUED_BACKWARDS, ("sweep", 1, 1, 50)),
    "next due": (planned_runs.FIND_NEXT_DUE, (5.0,)),
    "version": ("SELECT version FROM dag_version WHERE digest = ?", ("x",)),
}


@pytest.fixture
def filled(database: Database, journal_factory: Callable[[], Journal]) -> Connection:
    """Enough rows that reading all of them would look expensive."""
    journal = journal_factory()
    session = journal.begin_session(host="h", pid=1)
    owned = own_run(journal, session)
    owned.write(ends(1, 1, range(20_000)), launches=[owned.launch(1, at, 1, fence=at) for at in range(2_000)])
    connection = open_writer(database, 1.0)
    with connection.transaction():
        for number in range(400):
            connection.execute(
                "INSERT INTO run (dag_id, run_id, version, run_type, created_at, started_at, state, conf, params, "
                "ended_at) VALUES ('sweep', ?, 1, 'manual', 0, 0, 2, '{}', '{}', 1)",
                (f"run {number}",),
            )
            connection.execute(
                "INSERT INTO command (run, kind, body, posted_at, answered_at) VALUES (1, 'mark', '{}', 0, 1)"
            )
            connection.execute(
                "INSERT INTO dag (dag_id, version, folder, file, is_present, is_paused, seen_at, next_run_after) "
                "VALUES (?, 1, 'd', 'f', 1, 0, 0, ?)",
                (f"dag {number}", float(number)),
            )
            connection.execute("INSERT INTO xcom VALUES (1, 1, ?, 'k', 1, ?)", (b"%d" % number, b"x" * 100))
            connection.execute(
                "INSERT INTO try (run, task, path, try_number, ended_at, state) VALUES (1, 1, ?, 1, 0, 4)",
                (b"%d" % number,),
            )
            connection.execute(
                "INSERT INTO dag_version (dag_id, digest, spec, bundle, root, file, created_at) "
                "VALUES ('d', ?, ?, 'b', 'r', 'f', 0)",
                (f"{number}", b"x" * 500),
            )
            connection.execute(
                "INSERT INTO map_length (run, map, parent, count) VALUES (1, 1, ?, 3)", (b"%d" % number,)
            )
            connection.execute(
                "INSERT INTO summary VALUES (1, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, '[]', NULL, NULL)", (1000 + number,)
            )
            connection.execute("INSERT INTO session (host, pid, process, started_at) VALUES ('h', 1, 'p', 0)")
    connection.execute("ANALYZE")
    if connection.dialect == "postgresql":  # tables of a few pages are read whole by whoever is wise
        connection.execute("SET enable_seqscan = off")
    return connection


def explain(connection: Connection, statement: str, values: tuple[object, ...]) -> str:
    """The plan as text."""
    if connection.dialect == "sqlite":
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
        return "\n".join(row[3] for row in rows)
    return "\n".join(row[0] for row in connection.execute(f"EXPLAIN {statement}", values).fetchall())


def test_hot_statements_search_and_do_not_scan(filled: Connection) -> None:
    scans = re.compile(r"^SCAN (?!.* USING INDEX)" if filled.dialect == "sqlite" else r"Seq Scan on", re.MULTILINE)
    found = {name: explain(filled, *asked) for name, asked in HOT.items()}
    scanned = {name: plan for name, plan in found.items() if scans.search(plan)}
    filled.close()
    assert scanned == {}


def test_failed_instances_have_an_index_of_their_own(filled: Connection) -> None:
    plan = explain(filled, *HOT["failed"])
    filled.close()
    assert "instance_failed" in plan
