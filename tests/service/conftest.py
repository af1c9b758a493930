from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.running import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    found = Service(tmp_path)
    yield found
    found.close()
