"""A service: its DAGs, what is queued, planned and backfilled, pools that schedulers share."""

from __future__ import annotations

from fanjet.store.database.migrations.statements import execute

revision = "6"
down_revision = "5"


def upgrade() -> None:
    """What this version brought."""
    execute(
        "ALTER TABLE session ADD COLUMN role TEXT NOT NULL DEFAULT 'run'",
        "ALTER TABLE session ADD COLUMN until REAL NOT NULL DEFAULT 0",
        "ALTER TABLE run ADD COLUMN queued_at REAL",
        "ALTER TABLE run ADD COLUMN backfill INTEGER",
        "ALTER TABLE run ADD COLUMN note TEXT",
        "ALTER TABLE run ADD COLUMN asset_events TEXT",
        "ALTER TABLE run ADD COLUMN deadlines TEXT",
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
            dag_id      TEXT    NOT NULL,
            name        TEXT    NOT NULL,
            uri         TEXT    NOT NULL,
            event       INTEGER NOT NULL,
            first_event INTEGER NOT NULL,
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
    )
