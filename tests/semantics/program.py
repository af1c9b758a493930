"""Runs the command `fanjet` as a user does, in an environment that DAG files can rely on."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from installed import run_fanjet


def environment(home: Path) -> dict[str, str]:
    """A home, a narrow pool, a variable, a connection, and a folder that tasks may write to."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FANJET_", "PYTEST_"))}
    notes = home.parent / "notes"
    notes.mkdir(exist_ok=True)
    return {
        **kept,
        "FANJET_HOME": str(home),
        "FANJET_WORKERS": "4",
        "FANJET_MAX_MAP_LENGTH": "1024",
        "FANJET_POOLS": "default_pool=100,narrow=2,single=1",
        "FANJET_VAR_CITY": "Oslo",
        "FANJET_VAR_SIZES": '{"small": 1, "large": 10}',
        "FANJET_CONN_SHOP": "postgres://ada:s3cret@db.example:5433/sales?sslmode=require",
        "NOTES": str(notes),
    }


def fanjet(*arguments: str | Path, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; the standard input is empty."""
    return run_fanjet(*arguments, folder=folder, environment=environment(home))
