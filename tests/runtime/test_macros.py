"""The functions under ``macros``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fanjet.runtime import macros


def test_dates() -> None:
    assert macros.ds_add("2024-02-28", 2) == "2024-03-01"
    assert macros.ds_add("2024-02-28", 0) == "2024-02-28"
    assert macros.ds_format("31.01.24", "%d.%m.%y", "%Y-%m-%d") == "2024-01-31"


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(seconds=1), "1 second after"),
        (timedelta(minutes=-90), "1 hour before"),
        (timedelta(days=3), "3 days after"),
        (timedelta(days=14), "2 weeks after"),
        (timedelta(days=-400), "1 year before"),
    ],
)
def test_differences_for_people(delta: timedelta, text: str) -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    assert macros.datetime_diff_for_humans(now + delta, now) == text
    assert macros.datetime_diff_for_humans(datetime.now(UTC) - timedelta(hours=2.5)) == "2 hours ago"


def test_modules() -> None:
    assert macros.dateutil.parser.parse("2024-01-31").day == 31
    with pytest.raises(AttributeError, match="no macro 'nope'"):
        macros.nope  # noqa: B018
