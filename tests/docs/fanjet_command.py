"""Runs the command `fanjet` as a user does: the installed program, in a process of its own, on a home of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from installed import FANJET, run_fanjet


def environment(home: Path) -> dict[str, str]:
    """A user's environment: the command is on the path, and nothing of Fanjet is set but the home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FANJET_", "PYTEST_", "COV_"))}
    path = f"{FANJET.parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return {**kept, "PATH": path, "FANJET_HOME": str(home), "COLUMNS": "100", "LC_ALL": "C.UTF-8"}


def fanjet(*arguments: str | Path, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run one command to its end and return what it printed; the standard input is empty."""
    return run_fanjet(*arguments, folder=folder, environment=environment(home))
