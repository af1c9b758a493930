"""One run of a bash command: its output into the log, its last line as the value."""

from __future__ import annotations

import codecs
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from fanjet.errors import ExecutionError

_CHUNK_BYTES = 1 << 16

#: How long a command that is told to end may take to do so.
_GRACE_S = 3.0


class BashResult(NamedTuple):
    """How a command ended."""

    #: Negative for the number of the signal that killed it.
    exit_code: int
    #: Without the end of line; ``""`` if there was no output.
    last_line: str


class BashProcess:
    """Runs one command in a process group of its own.

    Args:
        command: What bash gets.
        env: All of its environment.
        cwd: Where it starts; a temporary folder that is removed afterwards if None.
        encoding: Of the output; what does not fit is shown escaped.
    """

    def __init__(self, command: str, env: Mapping[str, str], cwd: str | None, encoding: str = "utf-8") -> None:
        self._command = command
        self._env = dict(env)
        self._cwd = cwd
        self._encoding = encoding
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> BashResult:
        """Run the command to its end.

        Raises:
            ExecutionError: There is no bash or no such folder.
        """
        if self._cwd is not None:
            return self._run_in(self._cwd)
        with tempfile.TemporaryDirectory(prefix="fanjet-bash-", ignore_cleanup_errors=True) as folder:
            return self._run_in(folder)

    def kill(self) -> None:
        """End the command and all that it started: first asked to, then made to. Harmless when it is over."""
        process = self._process
        if process is None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def _run_in(self, folder: str) -> BashResult:
        if not Path(folder).is_dir():
            raise ExecutionError(f"The folder {folder!r} in which a bash command is to start does not exist.")
        try:
            process = subprocess.Popen(
                ["bash", "-c", self._command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=self._env,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise ExecutionError("There is no bash on the PATH.") from error
        self._process = process
        assert process.stdout is not None, "it was asked for"
        try:
            last_line = _copy_output(process.stdout, self._encoding)
            exit_code = process.wait()
        except BaseException:  # a time limit, a cancellation
            self.kill()
            raise
        finally:
            process.stdout.close()
            self._process = None
        return BashResult(exit_code, last_line)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # nothing of it is left
        os.killpg(group, number)


def _copy_output(output: IO[bytes], encoding: str) -> str:
    """Copy all output to the log while it comes, and give its last line. Of long output only a line is kept."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="backslashreplace")
    last, rest = b"", bytearray()
    read: Any = getattr(output, "read1", output.read)
    while chunk := read(_CHUNK_BYTES):
        sys.stdout.write(decoder.decode(chunk))
        sys.stdout.flush()
        rest += chunk
        if b"\n" in chunk:
            end = rest.rindex(b"\n")
            last = bytes(rest[rest.rfind(b"\n", 0, end) + 1 : end])
            del rest[: end + 1]
    sys.stdout.write(decoder.decode(b"", final=True))
    return bytes(rest or last).decode(encoding, errors="backslashreplace").rstrip("\r\n")
