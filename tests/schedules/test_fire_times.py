"""The instants of cron texts, against a table that was checked by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from fanjet.schedules.cron import CronClock
from schedules.fire_times import PLAIN, ZONES, Row


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _show(instants: list[float]) -> list[str]:
    return [datetime.fromtimestamp(at, UTC).isoformat() for at in instants]


@pytest.mark.parametrize("row", [*PLAIN, *ZONES], ids=lambda row: f"{row.cron} {row.zone} {row.instants[0]}")
def test_fire_times(row: Row) -> None:
    clock = CronClock(row.cron, row.zone)
    expected = [_seconds(text) for text in row.instants]
    found = expected[:1]
    while len(found) < len(expected):
        found.append(clock.next(found[-1]))
    assert _show(found) == _show(expected), row.why
    for before, at in pairwise(expected[1:]):
        assert clock.prev(at) == before, row.why
        assert clock.align_next(at) == clock.align_prev(at) == at
