"""The installed command in processes of its own, on a home and a folder of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import textwrap
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from fanjet.cli.main import fanjet
from installed import FANJET, run_fanjet

_PATIENCE_S = 100.0


class Program:
    """Runs `fanjet` in a folder; what is left of its processes at the end is ended.

    Args:
        folder: The current folder of the commands; the home lies below it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        #: Settings for the commands, as environment variables.
        self.settings: dict[str, str] = {}
        self._started: list[subprocess.Popen[str]] = []

    def write(self, name: str, text: str) -> Path:
        """A DAG file."""
        file = self.folder / name
        file.write_text(textwrap.dedent(text))
        return file

    def environment(self) -> dict[str, str]:
        """A user's, with the home set and nothing else of Fanjet."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FANJET_")}
        return {**kept, "FANJET_HOME": str(self.home), "FOLDER": str(self.folder), **self.settings}

    def __call__(self, *arguments: str | Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run one command to its end and check its exit status (None: any)."""
        done = run_fanjet(*arguments, folder=self.folder, environment=self.environment(), timeout_s=_PATIENCE_S)
        assert code is None or done.returncode == code, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def read(self, *arguments: str) -> str:
        """What a reading command prints; it takes no process of its own, which would take far longer."""
        written = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with redirect_stdout(written):
            status = fanjet.main(args=[*arguments, "--home", str(self.home)], standalone_mode=False)
        written.seek(0)
        printed = written.read()
        assert not status, printed
        return printed

    def read_json(self, *arguments: str) -> Any:
        """As `read`, with `--json`."""
        return json.loads(self.read(*arguments, "--json"))

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command in a session of its own."""
        process = subprocess.Popen(
            [FANJET, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def results(self, *arguments: str | Path, code: int | None = 0) -> list[dict[str, Any]]:
        """Run a command with `--results` and read them."""
        file = self.folder / "results.json"
        file.unlink(missing_ok=True)
        self(*arguments, "--results", file, code=code)
        return list(json.loads(file.read_text()))

    def close(self) -> None:
        """End what was started and not waited for."""
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()


def states(run: dict[str, Any], task_id: str) -> dict[tuple[int, ...], str]:
    """State by path of one task of a result."""
    return {tuple(i["map_index"]): i["state"] for i in run["instances"] if i["task_id"] == task_id}


def values(run: dict[str, Any], task_id: str) -> dict[tuple[int, ...], Any]:
    """Value by path of one task of a result, of the instances that have one."""
    return {tuple(i["map_index"]): i["value"] for i in run["instances"] if i["task_id"] == task_id and "value" in i}
