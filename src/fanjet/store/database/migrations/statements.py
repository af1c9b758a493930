"""What revisions write their steps with."""

from __future__ import annotations

from alembic import op

from fanjet.store.database.schema import spell_for_postgres


def execute(*statements: str) -> None:
    """Carry out statements that are written in the words of `schema_sqlite.sql`."""
    on_postgres = op.get_context().dialect.name == "postgresql"
    for statement in statements:
        op.execute(spell_for_postgres(statement) if on_postgres else statement)
