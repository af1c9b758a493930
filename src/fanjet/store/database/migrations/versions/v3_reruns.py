"""Runs can be rerun in part, and others can ask their owner for that."""

from __future__ import annotations

from fanjet.store.database.migrations.statements import execute

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """What this version brought."""
    execute(
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
    )
