"""Looks once per command whether the value store can be used, while the DAG file is being loaded.

The look is taken in a process of its own: libraries of object storage start threads, and the scheduler, which forks and
must stay light, never needs them.
"""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import Any

from fanjet.errors import ExecutionError, FanjetError, OperationError
from fanjet.runtime.masked_urls import mask_urls
from fanjet.runtime.value_objects import check_place, is_url, refuse_credentials

#: How long the store may take to answer.
PATIENCE_S = 40

#: Exit codes of the process, by whose fault it is.
_OPERATION, _EXECUTION = 3, 4


class StoreCheck:
    """The look at one store, which has begun; a local folder needs none.

    Args:
        root: The setting `values_root`.

    Raises:
        OperationError: There is a password in the URL.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._process: Any = None
        if is_url(root) and not root.startswith(("memory://", "file://", "local://")):
            refuse_credentials(root)
            subprocess = import_module("subprocess")  # late: most stores are local folders
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "fanjet.runtime.store_check", root],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def wait(self) -> None:
        """Wait for its end.

        Raises:
            OperationError: The URL cannot be used, or its library is missing.
            ExecutionError: The store is not there or cannot be reached.
        """
        if self._process is None:
            return
        said, _ = self._process.communicate()
        code = self._process.returncode
        if code == _OPERATION:
            raise OperationError(said.strip())
        if code == -signal.SIGALRM:
            raise ExecutionError(
                f"The value store {mask_urls(self._root)} cannot be used: it has not answered within {PATIENCE_S} s. "
                "Fix: see that the service runs and that its address (for S3: AWS_ENDPOINT_URL, AWS_DEFAULT_REGION) is "
                "right.",
                temporary=True,
            )
        if code:
            raise ExecutionError(said.strip() or f"The look at the value store ended with exit code {code}.")

    def close(self) -> None:
        """End it if it still goes on."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            self._process.communicate()


def refuse_memory(root: str) -> None:
    """Raise for a store in memory, where tries run in processes of their own.

    Raises:
        OperationError: It is one.
    """
    if root.startswith("memory://"):
        raise OperationError(
            f"The setting values_url ({root}) keeps values in the memory of one process, and tasks run in several. "
            "Fix: add --inline, or set values_url to a folder or a URL such as s3://bucket/prefix."
        )


def main(root: str) -> int:
    """Look at a store and say what is wrong; the exit code tells whose fault it is."""
    signal.alarm(PATIENCE_S)  # also where whoever started this is gone
    try:
        check_place(root)
    except FanjetError as error:
        sys.stdout.write(f"{error}\n")
        return _OPERATION if isinstance(error, OperationError) else _EXECUTION
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
