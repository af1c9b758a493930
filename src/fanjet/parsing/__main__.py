"""``python -m fanjet.parsing FILE ROOT FD [strict]``: load a file and write the report to a socket.

Variables and connections of the store are asked for there too.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from fanjet.parsing.child import STRICT
from fanjet.parsing.reporting import Parent, report, report_strictly


def main() -> None:
    """Load, report, and end without waiting for anything that the file started."""
    path, root, fd, strict = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), STRICT in sys.argv[4:]
    sys.argv[1:] = []
    os.set_inheritable(fd, False)
    parent = Parent(socket.socket(fileno=fd))
    (report_strictly if strict else report)(parent, path, root)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
