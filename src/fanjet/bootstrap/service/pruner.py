"""Has old runs removed from time to time, by a process of its own, as `fanjet prune` does."""

from __future__ import annotations

import logging
import subprocess
import sys

from fanjet.settings.values import Settings

_log = logging.getLogger("fanjet.scheduler")
_EVERY_S = 3600.0
#: The first time soon after the start, but not in the middle of it.
_FIRST_AFTER_S = 60.0


class Pruner:
    """Looks whether it is time.

    Args:
        settings: The settings; the process gets them through the environment that this one has.
        now: The instant.
    """

    def __init__(self, settings: Settings, now: float) -> None:
        self._older_than_s = settings.prune_older_than_s
        self._home = settings.home
        self._next_at = now + _FIRST_AFTER_S
        self._process: subprocess.Popen[str] | None = None

    def look(self, now: float) -> None:
        """Start the process when it is time, and tell what it has done when it has ended."""
        if self._process is not None and self._process.poll() is not None:
            self._tell(self._process)
            self._process = None
        if self._older_than_s is not None and self._process is None and now >= self._next_at:
            self._next_at = now + _EVERY_S
            command = [sys.executable, "-P", "-m", "fanjet", "prune", "--home", str(self._home)]
            self._process = subprocess.Popen(
                [*command, "--older-than", f"{self._older_than_s:g}s"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def close(self) -> None:
        """End the process if it is under way; the next one goes on where it was."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None

    def _tell(self, process: subprocess.Popen[str]) -> None:
        output, _ = process.communicate()
        if process.returncode:
            _log.error("Old runs could not be removed: %s", output.strip())
        else:
            _log.info("%s", output.strip())
