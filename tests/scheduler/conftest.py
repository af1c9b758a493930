from __future__ import annotations

from collections.abc import Iterator

import pytest

from scheduler.service_world import close_all


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """What a world of schedulers has opened is closed when its test is over."""
    yield
    close_all()
