"""Variables and connections for those who may not open the database; see `fanjet.store.lookups`."""

from __future__ import annotations

from fanjet.store.lookups import look_up

__all__ = ["look_up"]
