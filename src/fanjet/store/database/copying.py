"""Copying everything that is recorded from one database to another, whatever they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import msgspec

from fanjet.errors import ExecutionError, OperationError
from fanjet.store.database.connections import open_reader, open_writer
from fanjet.store.database.database import Database
from fanjet.store.database.machine_clock import end_untrue_leases
from fanjet.store.database.port import Connection, Row
from fanjet.store.database.schema import read_sqlite_statements
from fanjet.store.queries.reader import Reader

#: Is told a table, how many of its rows are copied, and how many it has.
Progress: TypeAlias = Callable[[str, int, int], None]

_ROWS_AT_ONCE: Final = 5_000
#: What it says of the schema and of the clock is the other database's own; the rest is copied.
_META: Final = "meta"
_LIST_NOTES: Final = """
SELECT key, value FROM meta WHERE key NOT IN ('schema_version', 'clock') AND key NOT LIKE 'commit %'"""
_PUT_NOTE: Final = """
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"""
_FIND_AT_WORK: Final = """
SELECT pid, host FROM session WHERE role = 'scheduler' AND until > shared_clock() ORDER BY session DESC LIMIT 1"""
_FIND_NUMBER: Final = {
    "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = ?1 AND ?2 <> ''",
    "postgresql": "SELECT last_value FROM pg_sequences "
    "WHERE quote_ident(schemaname) || '.' || quote_ident(sequencename) = pg_get_serial_sequence(?1, ?2)",
}


class _Table(msgspec.Struct, frozen=True):
    name: str
    columns: tuple[str, ...]
    #: The columns of the primary key, in its order.
    key: tuple[str, ...]
    #: The database gives out the key, which then has the name of the table.
    is_numbered: bool


def copy_database(source: Database, target: Database, progress: Progress) -> dict[str, int]:
    """Copy all rows as of one moment, in one transaction: all of them or none.

    Args:
        source: It is only read.
        target: Its tables are made where they are missing, and must be empty.
        progress: Is told of each batch.

    Returns:
        How many rows each table has.

    Raises:
        OperationError: There is nothing to copy, the target holds something, or a scheduler is at work in the source.
        ExecutionError: One of them failed, or the target does not have what was written; it is as it was then.
    """
    if source == target:
        raise OperationError(f"{source.shown} cannot be copied to itself.")
    _refuse_live(source)
    reader = open_reader(source)
    try:
        _refuse_service(reader)
        writer = open_writer(target, 5.0)
        try:
            with reader.moment(), writer.transaction(lock="copy"):
                return _copy_tables(reader, writer, progress)
        finally:
            writer.close()
    finally:
        reader.close()


def _refuse_live(source: Database) -> None:
    with Reader.open(source) as reader:
        owned = next((run for run in reader.list_unfinished() if run.owned), None)
    if owned is not None:
        raise OperationError(
            f"Run {owned.info.number} of {owned.info.dag_id} is being carried out by process {owned.owner_pid} on "
            f"{owned.owner_host}: what it records from now on would be missing in the copy. Fix: stop it first; "
            "`fanjet resume` goes on with the run in the copy."
        )


def _refuse_service(reader: Connection) -> None:
    found = reader.execute(_FIND_AT_WORK).fetchone()
    if found is not None:
        pid, host = found
        raise OperationError(
            f"A service is at work in {reader.database.shown} (scheduler: process {pid} on {host}): what it records "
            "from now on would be missing in the copy. Fix: stop it first."
        )


def _copy_tables(reader: Connection, writer: Connection, progress: Progress) -> dict[str, int]:
    tables = _list_tables()
    for table in tables:
        if _count(writer, table):
            raise OperationError(
                f"The database {writer.database.shown} is not empty: its table {table.name} has rows. Fix: name a new "
                "one; nothing was copied."
            )
    counts = {}
    for table in tables:
        total = counts[table.name] = _count(reader, table)
        writer.insert(table.name, table.columns, _read(reader, table, total, progress))
        if table.is_numbered:
            _raise_number(reader, writer, table)
        if (found := _count(writer, table)) != total:
            raise ExecutionError(f"{found} of {total} rows of {table.name} arrived in {writer.database.shown}.")
    writer.executemany(_PUT_NOTE, reader.execute(_LIST_NOTES).fetchall())
    ((at,),) = writer.select("SELECT shared_clock()")
    end_untrue_leases(writer, at)  # nobody is at work, but the clocks of the two databases may be apart
    return counts


def _read(reader: Connection, table: _Table, total: int, progress: Progress) -> Iterator[Row]:
    """All rows of a table, page by page in the order of its key."""
    columns, key = ", ".join(table.columns), ", ".join(table.key)
    places = [table.columns.index(name) for name in table.key]
    marks = ", ".join("?" * len(table.key))
    first = f"SELECT {columns} FROM {table.name} ORDER BY {key} LIMIT {_ROWS_AT_ONCE}"  # noqa: S608 - names of ours
    later = first.replace(" ORDER BY", f" WHERE ({key}) > ({marks}) ORDER BY")
    done = 0
    page: Sequence[Row] = reader.execute(first).fetchall()
    while page:
        yield from page
        done += len(page)
        progress(table.name, done, total)
        page = reader.execute(later, [page[-1][place] for place in places]).fetchall()


def _raise_number(reader: Connection, writer: Connection, table: _Table) -> None:
    """What the database gives out next must be new, also where the latest rows were removed since."""
    (column,) = table.key
    found = reader.execute(_FIND_NUMBER[reader.dialect], (table.name, column)).fetchall()
    latest = found[0][0] if found else None
    if not latest:
        return
    if writer.dialect == "postgresql":
        writer.execute("SELECT setval(pg_get_serial_sequence(?, ?), ?)", (table.name, column, latest))
    else:
        writer.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
        writer.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, latest))


def _count(connection: Connection, table: _Table) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()  # noqa: S608 - a name of ours
    return int(count)


def _list_tables() -> list[_Table]:
    """The tables of the schema, as SQLite understands it."""
    connection = sqlite3.connect(":memory:")
    try:
        for statement in read_sqlite_statements():
            connection.execute(statement)
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> ?",
            (_META,),
        ).fetchall()
        return [_describe(connection, name, "AUTOINCREMENT" in sql) for name, sql in rows]
    finally:
        connection.close()


def _describe(connection: sqlite3.Connection, name: str, is_numbered: bool) -> _Table:
    rows = connection.execute(f"PRAGMA table_info({name})").fetchall()
    key = sorted((place, column) for _, column, _, _, _, place in rows if place)
    return _Table(name, tuple(row[1] for row in rows), tuple(column for _, column in key), is_numbered)
