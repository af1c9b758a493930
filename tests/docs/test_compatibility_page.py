"""docs/airflow-compatibility.md says which names of Airflow are not there."""

from __future__ import annotations

from docs.missing_names import find_table, render_table


def test_table_is_current() -> None:
    """Every reason is there, with all its names."""
    assert find_table() == render_table(), "run: python tests/docs/missing_names.py"
