"""Opening a PostgreSQL database for the store: makes the tables where there are none, refuses what is not ours."""

from __future__ import annotations

from fanjet.errors import ExecutionError, OperationError
from fanjet.store.database.database import Database
from fanjet.store.database.port import Connection
from fanjet.store.database.postgres_connection import PostgresConnection
from fanjet.store.database.schema import read_postgres_statements
from fanjet.store.database.upgrades import can_upgrade
from fanjet.store.database.versions import SCHEMA_VERSION, check_version, find_version

_MAKING = "schema"


def open_postgres(
    database: Database, timeout_s: float, *, durable: bool = True, read_only: bool = False
) -> PostgresConnection | None:
    """A connection; None for a reader where there are no tables yet.

    Raises:
        OperationError: The schema of the URL is not there.
        ExecutionError: It cannot be reached or written, is another program's, or is of a newer Fanjet.
    """
    connection = PostgresConnection(database, timeout_s=timeout_s, durable=durable, read_only=read_only)
    try:
        if find_version(connection) is None:
            _refuse_foreign(connection)
            if read_only:
                connection.close()
                return None
            _make_schema(connection)
        _refuse_older(connection)
        check_version(connection)
        if not read_only:
            connection.mark_commits()
    except BaseException:
        connection.close()
        raise
    return connection


def _make_schema(connection: Connection) -> None:
    with connection.transaction(lock=_MAKING):
        if find_version(connection) is None:  # else another process was quicker
            for statement in read_postgres_statements():
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))


def _refuse_older(connection: Connection) -> None:
    if can_upgrade(connection):
        raise ExecutionError(
            f"The database {connection.database.shown} is of an older Fanjet. Other processes may be using it, so it "
            "is not upgraded by the way. Fix: stop them, make a backup, then `fanjet db upgrade`."
        )


def _refuse_foreign(connection: Connection) -> None:
    ((schema, tables),) = connection.select(
        "SELECT current_schema(), (SELECT count(*) FROM pg_tables WHERE schemaname = current_schema())"
    )
    shown = connection.database.shown
    if schema is None:
        raise OperationError(f"The schema that the URL {shown} names is not there. Fix: CREATE SCHEMA in the database.")
    if tables and find_version(connection) is None:
        raise ExecutionError(
            f"The schema {schema} of {shown} holds the tables of another program. Fix: give Fanjet a database of its "
            "own, or a schema of its own (?options=-csearch_path%3Dfanjet after CREATE SCHEMA fanjet)."
        )
