from __future__ import annotations

from collections.abc import Iterator

import pytest

from fanjet import DAG
from fanjet.authoring.registry import take_registered


@pytest.fixture
def dag() -> Iterator[DAG]:
    """An open DAG: what the test creates belongs to it."""
    with DAG("d") as opened:
        yield opened
    take_registered()
