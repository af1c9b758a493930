"""A real run that waits in the middle, and commands beside it, in processes of their own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path

from installed import FANJET
from processes import wait_until

_GATED = """
import time
from pathlib import Path
from fanjet import Variable, dag, task

def wait_at_gate():
    while not Path("open").exists():
        time.sleep(0.02)

@dag
def gated():
    @task
    def find():
        return list(range(30))

    @task
    def work(x):
        wait_at_gate()
        if Path("fail").exists() and x == 7:
            raise ValueError("seven is wrong")
        return x

    @task
    def talk():
        print("before, with", Variable.get("api_key", "nothing"))
        wait_at_gate()
        print("after")

    @task
    def last():
        print("last")

    work.expand(x=find()) >> last()
    talk()

gated()
"""


class Gated:
    """A home in which a run waits in the middle until `open` exists.

    Args:
        folder: The current folder of the commands; the home lies below it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "home"
        (folder / "gated.py").write_text(_GATED)
        self.environment = {
            **os.environ,
            "FANJET_HOME": str(self.path),
            "PYTHONUTF8": "1",
            "FANJET_VAR_API_KEY": "s3cr3t",
        }
        self._processes: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command."""
        process = subprocess.Popen(
            [FANJET, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self._processes.append(process)
        return process

    def start_run(self) -> subprocess.Popen[str]:
        """The run, as far as the gate."""
        run = self.start("run", "gated.py", "--workers", "3")
        wait_until(self._is_at_gate, "the run is at the gate")
        return run

    def _is_at_gate(self) -> bool:
        """Whether instances of two tasks are with workers."""
        database = self.path / "fanjet.db"
        if not database.exists():
            return False
        connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
        try:
            return connection.execute("SELECT count(DISTINCT task) FROM launch WHERE task > 0").fetchone()[0] == 2
        except sqlite3.OperationalError:
            return False  # it is being made
        finally:
            connection.close()

    def open_gate(self) -> None:
        """Let the run go on."""
        (self.folder / "open").touch()

    def close(self) -> None:
        """End what is left."""
        self.open_gate()
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=30)


def read_line(process: subprocess.Popen[str]) -> str:
    """The next line that a command prints."""
    assert process.stdout is not None
    return process.stdout.readline()
