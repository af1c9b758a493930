"""Values that tasks keep, and events of assets."""

from __future__ import annotations

from fanjet.store.database.migrations.statements import execute

revision = "5"
down_revision = "4"


def upgrade() -> None:
    """What this version brought."""
    execute(
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
    )
