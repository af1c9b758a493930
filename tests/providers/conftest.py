"""These tests need provider packages; `make test-providers` runs them in an environment of its own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from fanjet.airflow.finder import airflow_names

with airflow_names():
    _spec = find_spec("airflow.providers.common.sql.operators.sql")
#: Without the packages there is nothing to test: the table of declared classes is no provider.
collect_ignore_glob = [] if _spec is not None and _spec.origin else ["test_*.py"]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes a DAG file."""
    monkeypatch.setenv("FANJET_HOME", str(tmp_path / "home"))

    def write(text: str) -> Path:
        file = tmp_path / "d.py"
        file.write_text(text)
        return file

    return write
