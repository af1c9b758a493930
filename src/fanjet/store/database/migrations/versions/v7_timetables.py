"""What timetables of authors have still to say of runs, and what is wrong with them; what schedulers share."""

from __future__ import annotations

from fanjet.store.database.migrations.statements import execute

revision = "7"
down_revision = "6"


def upgrade() -> None:
    """What this version brought."""
    execute(
        "ALTER TABLE dag ADD COLUMN plan_error TEXT",
        "ALTER TABLE run ADD COLUMN asks TEXT",
        "CREATE INDEX run_asking ON run (run) WHERE asks IS NOT NULL",
        "DROP TABLE pool_block",
        """CREATE TABLE slot_share (
            session INTEGER PRIMARY KEY,
            body    TEXT    NOT NULL,
            until   REAL    NOT NULL
        )""",
    )
