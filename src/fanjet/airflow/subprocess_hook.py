"""Runs a command for operators of one's own."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import NamedTuple

from fanjet.airflow.hooks import BaseHook
from fanjet.operators.bash_process import BashProcess


class SubprocessResult(NamedTuple):
    """How a command ended: its exit code, and the last line of its output."""

    exit_code: int
    output: str


class SubprocessHook(BaseHook):
    """Runs commands and writes their output to the log."""

    def __init__(self, **options: str) -> None:
        super().__init__(**options)
        self._process: BashProcess | None = None

    def run_command(
        self,
        command: list[str],
        env: Mapping[str, str] | None = None,
        output_encoding: str = "utf-8",
        cwd: str | None = None,
    ) -> SubprocessResult:
        """Run a command to its end; a temporary folder is its working folder unless `cwd` is given."""
        line = command[2] if command[:2] == ["bash", "-c"] and len(command) == 3 else shlex.join(command)
        self._process = BashProcess(line, dict(os.environ if env is None else env), cwd, output_encoding)
        return SubprocessResult(*self._process.run())

    def send_sigterm(self) -> None:
        """End the command and what it started."""
        if self._process is not None:
            self._process.kill()
