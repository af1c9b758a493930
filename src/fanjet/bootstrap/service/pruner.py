"""Has old runs removed from time to time, by a process of its own, as `fanjet prune` does."""

from __future__ import annotations

import logging
import subprocess
import sys

import msgspec

from fanjet.bootstrap.pruning import Pruned
from fanjet.settings.values import Settings

_log = logging.getLogger("fanjet.scheduler")
_EVERY_S = 3600.0
#: The first time soon after the start, but not in the middle of it.
_FIRST_AFTER_S = 60.0

_decode = msgspec.json.Decoder(Pruned).decode


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

    @property
    def is_busy(self) -> bool:
        """Whether its process was under way at the last look."""
        return self._process is not None

    def look(self, now: float) -> None:
        """Start the process when it is time, and tell what it has done when it has ended."""
        if self._process is not None and self._process.poll() is not None:
            self._tell(self._process)
            self._process = None
        if self._older_than_s is not None and self._process is None and now >= self._next_at:
            self._next_at = now + _EVERY_S
            command = [sys.executable, "-P", "-m", "fanjet", "prune", "--json", "--home", str(self._home)]
            self._process = subprocess.Popen(
                [*command, "--older-than", f"{self._older_than_s:g}s"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

    def close(self) -> None:
        """End the process if it is under way; the next one goes on where it was."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None

    def _tell(self, process: subprocess.Popen[str]) -> None:
        output, errors = process.communicate()
        if process.returncode:
            _log.error("Old runs could not be removed: %s", errors.strip() or output.strip())
        elif counts := _list_counts(_decode(output)):
            _log.info("Old runs were removed (%s).", ", ".join(counts))


def _list_counts(removed: Pruned) -> list[str]:
    """Of what is gone; empty where nothing is."""
    counts = {
        "runs": removed.runs,
        "instances": removed.instances,
        "stored values": removed.values,
        "log segments": removed.log_segments,
        "files of bundles": removed.bundle_files,
        **removed.rest,
    }
    return [f"{kind} {count:,}" for kind, count in counts.items() if count]
