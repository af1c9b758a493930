"""A service in processes of its own, on 127.0.0.1 at a free port, that ends with its test."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

from installed import FANJET, run_fanjet

_PATIENCE_S = 30.0
_ELSEWHERE = ["unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh"]


class Service:
    """`fanjet up` in a folder of its own.

    Args:
        folder: Its current folder; the home and the log lie in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.log = folder / "service.log"
        #: As environment variables, without their prefix.
        self.settings: dict[str, str] = {}
        #: More of the environment.
        self.variables: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._was_ended = False

    @property
    def pid(self) -> int:
        """Of the supervisor."""
        assert self._process is not None
        return self._process.pid

    def environment(self) -> dict[str, str]:
        """A user's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FANJET_")}
        own = {f"FANJET_{name.upper()}": value for name, value in self.settings.items()}
        return {**kept, "FANJET_HOME": str(self.home), **own, **self.variables}

    def start(self, *arguments: str, ignoring: Sequence[signal.Signals] = (), elsewhere: bool = False) -> None:
        """Start it and wait until it says that it is up.

        Args:
            arguments: More of the command.
            ignoring: Signals that are ignored from the start, as under nohup.
            elsewhere: As if on a machine of another name, where processes of this one cannot be looked up.
        """
        before = {number: signal.signal(number, signal.SIG_IGN) for number in ignoring}
        self._was_ended = False
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*(_ELSEWHERE if elsewhere else []), FANJET, "up", "--port", "0", *arguments],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        for number, handler in before.items():
            signal.signal(number, handler)
        self.wait_until(lambda: self.find_address() is not None, "it is up")

    def find_address(self) -> str | None:
        """Its URL, once it has said it."""
        found = re.search(r"http://127\.0\.0\.1:\d+", self.text())
        return found[0] if found else None

    def text(self) -> str:
        """All that it has written."""
        return self.log.read_text()

    def find_role(self, kind: str) -> psutil.Process | None:
        """The process that plays a role."""
        for child in psutil.Process(self.pid).children():
            try:
                if child.cmdline()[-1] and kind in child.cmdline()[3:5]:
                    return child
            except (psutil.Error, IndexError):
                continue
        return None

    def get_role(self, kind: str) -> psutil.Process:
        """As `find_role`, waiting for it."""
        self.wait_until(lambda: self.find_role(kind) is not None, f"there is a {kind}")
        found = self.find_role(kind)
        assert found is not None
        return found

    def ask(
        self, path: str, body: object = None, method: str | None = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """Ask the server: status and, decoded where it is JSON, the answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.find_address()}{path}", data, {"Content-Type": content_type}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
                return answer.status, _decode(answer.headers.get_content_type(), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _decode(error.headers.get_content_type(), error.read())

    def run(self, *arguments: str | Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Another command on the same home."""
        done = run_fanjet(*arguments, folder=self.folder, environment=self.environment(), timeout_s=_PATIENCE_S)
        assert code is None or done.returncode == code, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def begin(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Another command on the same home, which goes on by itself."""
        return subprocess.Popen(
            [FANJET, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something that the service does."""
        give_up_at = time.monotonic() + _PATIENCE_S
        while not condition():
            ended = self._process is not None and not self._was_ended and self._process.poll()
            assert not ended, f"the service ended with {ended} before {what}:\n{self.text()}"
            assert time.monotonic() < give_up_at, f"waited in vain until {what}:\n{self.text()}"
            time.sleep(0.02)

    def wait_until_file(self, file: Path) -> None:
        """Wait for a file that a process makes."""
        give_up_at = time.monotonic() + _PATIENCE_S
        while not file.exists():
            assert time.monotonic() < give_up_at, f"waited in vain for {file}"
            time.sleep(0.02)

    def list_family(self) -> list[psutil.Process]:
        """All its processes."""
        supervisor = psutil.Process(self.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the supervisor."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait_for_end(self) -> int:
        """Its exit status."""
        assert self._process is not None
        self._was_ended = True
        return self._process.wait(_PATIENCE_S)

    def close(self) -> None:
        """Kill what is left; nothing of it outlives its supervisor."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _decode(kind: str, data: bytes) -> Any:
    return json.loads(data) if kind == "application/json" else data.decode()
