"""Reading the database for people: opens it read-only, never makes it and never locks it."""

from __future__ import annotations

from fanjet.store.queries.progress_queries import ProgressQueries


class Reader(ProgressQueries):
    """All queries on one connection."""
