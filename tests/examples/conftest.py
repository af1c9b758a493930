from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.program import Program


@pytest.fixture
def fanjet(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path)
    yield program
    program.close()
