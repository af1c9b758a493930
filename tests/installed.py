"""The installed command `fanjet`, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

FANJET = Path(sys.executable).with_name("fanjet")


def run_fanjet(
    *arguments: str | Path, folder: Path, environment: Mapping[str, str], timeout_s: float = 100.0
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; the standard input is empty."""
    return subprocess.run(
        [FANJET, *map(str, arguments)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
