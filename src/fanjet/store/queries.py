"""Reading the database for people: opens it read-only, never makes it and never locks it."""

from __future__ import annotations

from fanjet.store.instance_queries import InstanceQueries
from fanjet.store.run_queries import RunQueries


class Reader(RunQueries, InstanceQueries):
    """All queries on one connection."""
