"""The statements that lead from one version of the schema to a later one.

Alembic finds the revisions and makes SQL of them; the store carries it out on its own connection, in one transaction
with the number of the version. So no second way to the database exists, and none that could lock out the first.
"""

from __future__ import annotations

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from fanjet.store.database.database import Dialect

_FOLDER = Path(__file__).parent


def list_steps(dialect: Dialect, version: int, *, to: int, folder: Path = _FOLDER) -> list[str]:
    """The statements in order.

    Args:
        dialect: The database's.
        version: Which it has.
        to: Which it shall have.
        folder: The revisions are in its folder `versions`.
    """
    scripts = ScriptDirectory(str(folder))
    written = _Statements()
    context = MigrationContext.configure(
        dialect_name=dialect,
        dialect_opts={"paramstyle": "named"},  # in others a % would be written twice
        opts={"as_sql": True, "output_buffer": written},
    )
    revisions = list(scripts.iterate_revisions(str(to), str(version)))
    with Operations.context(context):
        for revision in reversed(revisions):
            revision.module.upgrade()
    return written.texts


class _Statements:
    """A file to Alembic, which writes one statement at a time."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def write(self, text: str) -> None:
        """Take a statement without what ends it in a file."""
        self.texts.append(text.strip().removesuffix(";"))

    def flush(self) -> None:
        """Nothing is held back."""
