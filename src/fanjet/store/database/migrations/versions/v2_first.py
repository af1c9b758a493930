"""The oldest version that is upgraded. Earlier ones were never released."""

from __future__ import annotations

revision = "2"
down_revision = None


def upgrade() -> None:
    """Nothing leads here: databases of this version were made whole."""
