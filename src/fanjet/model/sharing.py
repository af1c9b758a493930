"""What the schedulers of a database tell each other about the limits that hold for all of them together.

Source: docs/decisions/0008-shared-limits.md.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import msgspec

#: A limit that spans runs, and so schedulers: (pool,), or (DAG id, task id) of a task with `max_active_tis_per_dag`.
Limit: TypeAlias = tuple[str, ...]
#: What one try takes: slots by limit.
Needs: TypeAlias = tuple[tuple[Limit, int], ...]


class Want(msgspec.Struct, frozen=True, array_like=True):
    """Tries of one priority that a scheduler would launch now if the limits let it."""

    priority: int
    count: int
    needs: Needs


class Hold(msgspec.Struct, frozen=True, array_like=True):
    """What a scheduler has of one limit."""

    limit: Limit
    #: The slots that there are, as far as this scheduler knows.
    total: int
    #: Slots of what it has launched.
    used: int
    #: Slots that nobody else may use.
    held: int


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it stands with one scheduler; what it last told."""

    holds: tuple[Hold, ...] = ()
    wants: tuple[Want, ...] = ()
    #: It has seen no other scheduler, and launches without asking.
    is_alone: bool = False


class Share(NamedTuple):
    """What a scheduler may use of one limit."""

    #: All that it holds.
    slots: int
    #: Of those, what it may use again and again for tries of the priority `floor`, as others have some of that too.
    fair: int
    #: The greatest priority of what waits for the limit in other schedulers; None when nothing does. Slots that come
    #: free here are not used again for what comes after it.
    floor: int | None
