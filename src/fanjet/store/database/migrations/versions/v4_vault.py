"""Variables and connections."""

from __future__ import annotations

from fanjet.store.database.migrations.statements import execute

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """What this version brought."""
    execute(
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
    )
