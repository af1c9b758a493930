"""Steps from the schema of an older release to the next; each keeps all data and is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanjet.store.sqlite_connection import SqliteConnection
from fanjet.store.versions import find_version

#: By the version that they start from.
UPGRADES: Final[Mapping[int, tuple[str, ...]]] = {
    2: (
        "ALTER TABLE run ADD COLUMN patient TEXT",
        "ALTER TABLE instance ADD COLUMN tries_before INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE map_length ADD COLUMN reopened BLOB",
        """CREATE TABLE command (
            command     INTEGER PRIMARY KEY AUTOINCREMENT,
            run         INTEGER NOT NULL,
            kind        TEXT    NOT NULL,
            body        TEXT    NOT NULL,
            posted_at   REAL    NOT NULL,
            answered_at REAL,
            answer      TEXT
        )""",
        "CREATE INDEX command_open ON command (command) WHERE answered_at IS NULL",
    ),
    3: (
        """CREATE TABLE variable (
            name        TEXT    PRIMARY KEY,
            value       TEXT    NOT NULL,
            secret      INTEGER NOT NULL,
            description TEXT,
            created_at  REAL    NOT NULL,
            updated_at  REAL    NOT NULL
        ) WITHOUT ROWID""",
        """CREATE TABLE connection (
            name        TEXT    PRIMARY KEY,
            value       TEXT    NOT NULL,
            description TEXT,
            created_at  REAL    NOT NULL,
            updated_at  REAL    NOT NULL
        ) WITHOUT ROWID""",
    ),
    4: (
        """CREATE TABLE kept_value (
            owner      TEXT NOT NULL,
            key        TEXT NOT NULL,
            value      TEXT NOT NULL,
            expires_at REAL,
            PRIMARY KEY (owner, key)
        ) WITHOUT ROWID""",
        """CREATE TABLE asset_event (
            event   INTEGER PRIMARY KEY AUTOINCREMENT,
            name    TEXT NOT NULL,
            uri     TEXT NOT NULL,
            extra   TEXT NOT NULL,
            aliases TEXT NOT NULL,
            dag_id  TEXT NOT NULL,
            run_id  TEXT NOT NULL,
            task_id TEXT NOT NULL,
            path    BLOB NOT NULL,
            at      REAL NOT NULL
        )""",
        "CREATE INDEX asset_event_name ON asset_event (name)",
        "CREATE INDEX asset_event_source ON asset_event (dag_id, run_id, task_id, path)",
    ),
    5: (
        "ALTER TABLE session ADD COLUMN role TEXT NOT NULL DEFAULT 'run'",
        "ALTER TABLE session ADD COLUMN until REAL NOT NULL DEFAULT 0",
        "ALTER TABLE run ADD COLUMN queued_at REAL",
        "ALTER TABLE run ADD COLUMN backfill INTEGER",
        "ALTER TABLE run ADD COLUMN note TEXT",
        "CREATE INDEX run_open ON run (state, dag_id, run) WHERE ended_at IS NULL",
        "CREATE INDEX run_of_dag ON run (dag_id, logical_date)",
        "CREATE INDEX run_of_backfill ON run (backfill) WHERE backfill IS NOT NULL",
        """CREATE TABLE dag (
            dag_id              TEXT    PRIMARY KEY,
            version             INTEGER NOT NULL,
            folder              TEXT    NOT NULL,
            file                TEXT    NOT NULL,
            is_present          INTEGER NOT NULL,
            is_paused           INTEGER NOT NULL,
            seen_at             REAL    NOT NULL,
            planned_version     INTEGER,
            next_run_after      REAL,
            next_logical_date   REAL,
            next_interval_start REAL,
            next_interval_end   REAL
        ) WITHOUT ROWID""",
        "CREATE INDEX dag_due ON dag (next_run_after) WHERE next_run_after IS NOT NULL",
        """CREATE TABLE dag_file (
            folder      TEXT NOT NULL,
            file        TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            parsed_at   REAL NOT NULL,
            duration_s  REAL NOT NULL,
            errors      TEXT,
            dag_ids     TEXT NOT NULL,
            PRIMARY KEY (folder, file)
        ) WITHOUT ROWID""",
        """CREATE TABLE backfill (
            backfill   INTEGER PRIMARY KEY AUTOINCREMENT,
            dag_id     TEXT    NOT NULL,
            from_date  REAL    NOT NULL,
            to_date    REAL    NOT NULL,
            body       TEXT    NOT NULL,
            is_paused  INTEGER NOT NULL,
            created_at REAL    NOT NULL,
            ended_at   REAL
        )""",
        """CREATE TABLE asset_use (
            dag_id TEXT    NOT NULL,
            name   TEXT    NOT NULL,
            uri    TEXT    NOT NULL,
            event  INTEGER NOT NULL,
            PRIMARY KEY (dag_id, name, uri)
        ) WITHOUT ROWID""",
        """CREATE TABLE pool (
            name        TEXT    PRIMARY KEY,
            slots       INTEGER NOT NULL,
            description TEXT
        ) WITHOUT ROWID""",
        """CREATE TABLE service_metric (
            role TEXT    NOT NULL,
            host TEXT    NOT NULL,
            pid  INTEGER NOT NULL,
            at   REAL    NOT NULL,
            body TEXT    NOT NULL,
            PRIMARY KEY (role, host, pid)
        ) WITHOUT ROWID""",
        """CREATE TABLE pool_block (
            pool    TEXT    NOT NULL,
            session INTEGER NOT NULL,
            slots   INTEGER NOT NULL,
            wanted  INTEGER NOT NULL,
            until   REAL    NOT NULL,
            PRIMARY KEY (pool, session)
        ) WITHOUT ROWID""",
    ),
}


def can_upgrade(connection: SqliteConnection) -> bool:
    """Whether the database is of an older release from which a step leads on."""
    version = find_version(connection)
    return version is not None and version in UPGRADES


def upgrade(connection: SqliteConnection, *, to_version: int) -> None:
    """Bring a database to a version, step by step; nothing happens where no step leads on."""
    while (version := find_version(connection)) is not None and version in UPGRADES and version < to_version:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if find_version(connection) == version:  # else another process was quicker
                for statement in UPGRADES[version]:
                    connection.execute(statement)
                connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(version + 1),))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
